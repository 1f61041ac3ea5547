"""Damaged files through a real sandbox, and what became of them."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice

import psutil

from registry.errors import MediaError, MediaTooHungry, MediaTooSlow, WorkerDied
from registry.intake.desk import IntakeDesk
from registry.media.sniff import MediaType, is_draft
from tests.hostile.mutate import damaged

READ = "read"

_AT_ONCE = 100
"""So many are queued, since what is queued would look like a leak."""

_COSTLY = (WorkerDied, MediaTooSlow, MediaTooHungry)


@dataclass(frozen=True)
class Outcome:
    """What one damaged file came to; `error` is None if it was read. `seconds` begin when a worker is free for it."""

    seed: int
    media_type: MediaType
    data: bytes = field(repr=False)
    error: BaseException | None
    seconds: float

    @property
    def name(self) -> str:
        return READ if self.error is None else type(self.error).__name__

    @property
    def typed(self) -> bool:
        return self.error is None or (isinstance(self.error, MediaError) and bool(str(self.error)))


@dataclass
class Tally:
    """Outcomes counted, and those kept that are worth a look: what isn't typed, and what cost a worker."""

    results: Counter[tuple[str, str]] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    worth_a_look: list[Outcome] = field(default_factory=list)
    slowest: Outcome | None = None

    @property
    def count(self) -> int:
        return self.results.total()

    @property
    def untyped(self) -> list[Outcome]:
        return [outcome for outcome in self.worth_a_look if not outcome.typed]

    def add(self, outcome: Outcome) -> None:
        """Counts one."""
        self.results[outcome.media_type.label, outcome.name] += 1
        if outcome.error is not None:
            self.reasons[f"{outcome.name}: {outcome.error}"] += 1
        if not outcome.typed or isinstance(outcome.error, _COSTLY):
            self.worth_a_look.append(outcome)
        if self.slowest is None or outcome.seconds > self.slowest.seconds:
            self.slowest = outcome


def fuzz(desk: IntakeDesk, seeds: Iterable[int], tally: Tally, told: Callable[[Outcome], None] | None = None) -> None:
    """Hands in the damaged files of these numbers, by turns as works and as listings, and adds to the tally.

    No more are under way than there are workers, so that none waits for another.
    """
    pictures, drafts = desk.workers, max(desk.workers // 2, 1)
    free = {False: threading.Semaphore(pictures), True: threading.Semaphore(drafts)}
    lock = threading.Lock()

    def one(seed: int) -> None:
        media_type, data = damaged(seed)
        with free[is_draft(data)]:
            start = time.monotonic()
            error = (desk.take_in_soon(data, keep=True) if seed % 2 else desk.look_at_soon(data)).exception()
            outcome = Outcome(seed, media_type, data, error, time.monotonic() - start)
        with lock:
            tally.add(outcome)
            if told is not None:
                told(outcome)

    waiting = iter(seeds)
    with ThreadPoolExecutor(pictures + 2 * drafts) as threads:
        while some := list(islice(waiting, _AT_ONCE)):
            list(threads.map(one, some))


def possessions() -> dict[str, int]:
    """What this process and the zygote have at rest; memory in MiB."""
    look, again = _possessions(), dict[str, int]()
    while look != again:  # a worker is being replaced
        time.sleep(0.2)
        look, again = _possessions(), look
    return look


def _possessions() -> dict[str, int]:
    process = psutil.Process()
    zygotes = process.children()
    return {
        "processes": len(process.children(recursive=True)),
        "descriptors": process.num_fds(),
        "zygote's descriptors": sum(zygote.num_fds() for zygote in zygotes),
        "threads": process.num_threads(),
        "MiB": process.memory_info().rss >> 20,
        "zygote's MiB": sum(zygote.memory_info().rss for zygote in zygotes) >> 20,
    }
