"""What a check finds: candidates, matches, and the verdict drawn from them.

Candidate   a work that search returns
Match       a candidate that the decision confirmed, with its evidence
Verdict     Clear | Matched | Inconclusive, each with the decision drawn from it
Check       one listing picture held against the registry, kept with its answer
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NewType

from registry.accounts import AccountId
from registry.clock import Seconds
from registry.listings import Listing
from registry.works import Part, WorkId

CheckId = NewType("CheckId", str)
"""`chk_` and 20 characters of base32."""


class Orientation(StrEnum):
    """What was done to the *work* to look like the listing: the eight symmetries of a square.

    Turns are counter-clockwise, as in `numpy.rot90`; a flip comes before the turn.
    """

    UPRIGHT = "upright"
    TURNED_90 = "turned 90°"
    TURNED_180 = "turned 180°"
    TURNED_270 = "turned 270°"
    MIRRORED = "mirrored"
    MIRRORED_TURNED_90 = "mirrored and turned 90°"
    MIRRORED_TURNED_180 = "mirrored and turned 180°"
    MIRRORED_TURNED_270 = "mirrored and turned 270°"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A work that search returns, with the Hamming distances of one pair of codes.

    Both distances belong to the same `part`, `orientation` and ground; `pdq` counts bits of 256, `phash` bits of 64.
    """

    work: WorkId
    part: int
    orientation: Orientation
    pdq: int
    phash: int


@dataclass(frozen=True, slots=True)
class Reach:
    """How far search looks: pairs within `pdq` and `phash` both, and pairs within `pdq_alone` whatever their pHash.

    Distances count bits of 256 and of 64.
    """

    pdq: int
    phash: int
    pdq_alone: int

    def holds(self, pdq: int, phash: int) -> bool:
        """Whether a pair at these distances is within reach."""
        return pdq <= self.pdq_alone or (pdq <= self.pdq and phash <= self.phash)


class Decision(StrEnum):
    """What the marketplace is advised to do with the listing."""

    ALLOW = "allow"
    REVIEW = "review"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Signal:
    """One measurement behind a match: `distance` of `bits`, at most `threshold` to count.

    `false_match_rate` is the share of pairs of different works at or under the threshold in any of eight orientations,
    by this signal alone: the upper limit of what was measured, at 95 % confidence (docs/benchmarks.md).
    """

    scheme: str
    distance: int
    threshold: int
    bits: int
    false_match_rate: float

    @property
    def holds(self) -> bool:
        """Whether the distance is within the threshold."""
        return self.distance <= self.threshold


@dataclass(frozen=True, slots=True)
class Match:
    """A work that the listing picture shows, with the evidence and the decision it bears by itself.

    `part` is the number of the part that it shows, 0 for the whole.
    """

    work: WorkId
    part: int
    decision: Literal[Decision.ALLOW, Decision.REVIEW, Decision.BLOCK]
    same_bytes: bool
    orientation: Orientation
    signals: tuple[Signal, ...]
    reasons: tuple[str, ...]

    def shown(self, parts: Iterable[Part]) -> Part | None:
        """Which of the work's parts the picture shows; None for the whole of it, and for the same bytes."""
        return next((one for one in parts if one.number == self.part and one.label and not self.same_bytes), None)


@dataclass(frozen=True, slots=True)
class Clear:
    """Looked at all of the registry, and found nothing."""

    reasons: tuple[str, ...]

    @property
    def decision(self) -> Decision:
        """Nothing stands against the listing."""
        return Decision.ALLOW


@dataclass(frozen=True, slots=True)
class Inconclusive:
    """The picture has too little of its own to be compared by likeness; only its exact bytes were looked up."""

    reasons: tuple[str, ...]

    @property
    def decision(self) -> Decision:
        """A blank picture shows nobody's work."""
        return Decision.ALLOW


@dataclass(frozen=True, slots=True)
class Matched:
    """At least one registered work is shown; the first match is the strongest."""

    matches: tuple[Match, ...]

    def __post_init__(self) -> None:
        if not self.matches:
            raise ValueError("Matched needs a match; nothing found is Clear")

    @property
    def decision(self) -> Decision:
        """The gravest decision that any of the matches bears."""
        gravity = [Decision.ALLOW, Decision.REVIEW, Decision.BLOCK]
        return max((match.decision for match in self.matches), key=gravity.index)

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons of all matches, the strongest match first."""
        return tuple(reason for match in self.matches for reason in match.reasons)


Verdict = Clear | Matched | Inconclusive


@dataclass(frozen=True, slots=True)
class Check:
    """One listing picture held against the registry, kept with its answer.

    The answer holds for the registry as it stood at `feed_position` of the code feed and `log_size` entries. `sha256`
    is the picture's; None where a work with these bytes was erased since.
    """

    id: CheckId
    account: AccountId | None
    listing: Listing
    sha256: bytes | None
    verdict: Verdict
    feed_position: int
    log_size: int
    checked: Seconds
