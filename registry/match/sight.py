"""What a closer look found: a work that is shown somewhere in the asked picture, as far as was measured."""

from dataclasses import dataclass

from registry.findings import Placement, Score
from registry.match.classes import Aligned
from registry.works import WorkId


@dataclass(frozen=True, slots=True)
class Sight:
    """A work that a closer look found in the picture.

    `false_match_rate` is how often a pair of different works comes as close by any of the `scores`; `generic` says that
    the work looks so much like what everybody has that more was asked of it.
    """

    work: WorkId
    part: int
    placement: Placement
    aligned: Aligned
    scores: tuple[Score, ...]
    false_match_rate: float
    generic: bool

    @property
    def texture_alone(self) -> bool:
        """Whether nothing but a texture speaks for it: a grain of few grey levels, which much else resembles."""
        return not any(score.holds for score in self.scores if score.scheme == WEIGHED)


WEIGHED = "weighed-v1"
