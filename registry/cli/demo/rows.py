"""A row of the demo: what was done, what was expected, what came of it, and how long it took."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from registry.errors import OriginmarkError
from registry.proof.errors import ProofError

Timer = Callable[[], float]
"""Seconds from any moment on, for measuring how long something takes."""


class Part(StrEnum):
    """The parts of the play."""

    REGISTERED = "Registered"
    CHECKED = "Checked"
    PROVED = "Proved"


@dataclass(frozen=True, slots=True)
class Came:
    """What came of something in a few words, and whether that is what was expected."""

    words: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the demo's tables."""

    part: Part
    what: str
    expected: str
    came: str
    holds: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Expectation:
    """Something to do, and what should come of it."""

    part: Part
    what: str
    expected: str
    act: Callable[[], Came]

    def try_it(self, timer: Timer) -> Row:
        """Does it. An error is what came, and never what was expected."""
        start = timer()
        try:
            came = self.act()
        except OriginmarkError as error:
            came = Came(error.message, holds=False)
        except ProofError as error:
            came = Came(str(error), holds=False)
        return Row(self.part, self.what, self.expected, came.words, came.holds, timer() - start)
