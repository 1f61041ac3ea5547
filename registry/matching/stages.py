"""What each stage of the cascade costs and yields, counted since the process started."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock


class Stage(StrEnum):
    """The stages, the cheapest first. A later one runs only where the earlier ones haven't decided to block."""

    READ = "read"  # the picture through the sandbox: raster, codes
    CODES = "codes"  # its bytes and codes against all works
    FEATURES = "features"  # a closer look in the sandbox: keypoints, shapes, regions
    GUESSES = "guesses"  # where works may be shown, and what bears it out


@dataclass(frozen=True, slots=True)
class Tally:
    """One stage: how often it ran, for how many seconds, how many works it found and how many answers it settled."""

    runs: int = 0
    seconds: float = 0.0
    found: int = 0
    settled: int = 0


@dataclass(slots=True)
class Run:
    """One run of a stage, to be told what came of it."""

    found: int = 0
    settled: bool = False


class Stages:
    """Counts; one for all threads of a process. `timer` gives seconds that only ever rise."""

    def __init__(self, timer: Callable[[], float] = time.perf_counter) -> None:
        self._timer = timer
        self._lock = Lock()
        self._tallies = {stage: Tally() for stage in Stage}

    @contextmanager
    def run(self, stage: Stage) -> Iterator[Run]:
        """Counts what happens in the block, and how long it takes; a run that fails is one that found nothing."""
        start, run = self._timer(), Run()
        try:
            yield run
        finally:
            spent = self._timer() - start
            with self._lock:
                before = self._tallies[stage]
                self._tallies[stage] = Tally(
                    before.runs + 1, before.seconds + spent, before.found + run.found, before.settled + run.settled
                )

    def tallies(self) -> dict[Stage, Tally]:
        """The counts as they are now."""
        with self._lock:
            return dict(self._tallies)
