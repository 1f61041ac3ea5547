"""What a check finds: candidates, matches, and the verdict drawn from them.

Candidate   a work that search returns
Match       a candidate that the decision confirmed, with its evidence: of which class it is, and where the work lies
Verdict     Clear | Matched | Inconclusive, each with the decision drawn from it
Check       one listing picture held against the registry, kept with its answer
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Literal, NewType

from registry.accounts import AccountId, Viewer
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

    @property
    def said(self) -> str:
        """The measurement in words."""
        return f"{self.distance} of {self.bits} bits differ; up to {self.threshold} counts"


@dataclass(frozen=True, slots=True)
class Score:
    """One measurement behind a match that is the stronger the larger it is, and counts from `threshold` on.

    `false_match_rate` is the share of pairs of a picture and a work that it doesn't show that reach the score: the
    upper limit of what was measured, at 95 % confidence (docs/benchmarks.md).
    """

    scheme: str
    score: float
    threshold: float
    false_match_rate: float

    @property
    def holds(self) -> bool:
        """Whether the score reaches the threshold."""
        return self.score >= self.threshold

    @property
    def said(self) -> str:
        """The measurement in words."""
        return f"{self.score:.1f}; {self.threshold:.1f} and more counts"


class MatchClass(StrEnum):
    """What the picture has of the work."""

    EXACT = "exact"  # the very same bytes
    SAME_PICTURE = "same picture"
    PART_OF = "part of"  # the work cropped, or inside something larger
    SHARES_AN_ELEMENT = "shares an element"  # one figure of several, and the rest differs
    SAME_OBJECT = "same object photographed again"  # no picture was copied


NEVER_BLOCKING = frozenset({MatchClass.SHARES_AN_ELEMENT, MatchClass.SAME_OBJECT})
"""Two people may have come by the element, or by the object, each by themselves: a person decides."""

Point = tuple[float, float]
"""x to the right and y down, in unit coordinates: (0, 0) is a picture's top left corner, (1, 1) its bottom right."""

Affine = tuple[float, float, float, float, float, float]
"""(a, b, c, d, e, f): (x, y) goes to (a x + b y + c, d x + e y + f)."""

Size = tuple[int, int]
"""Width and height in pixels."""

MOST_POINTS = 24
"""So many pairs of points are enough to see that two pictures agree, and few enough to see the pictures."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the work's picture lies in the asked one.

    `transform` leads from unit coordinates of the work's picture to those of the asked one, whose sizes are `work` and
    `asked`: proportions and angles need them. `region` is the work's outline, clipped to the asked picture. `shown` is
    the share of the work's picture that is seen, `covered` the share of the asked one that it covers. `points` are
    pairs of the same point in both, the work's first. `inverted` is for light and dark exchanged.
    """

    transform: Affine
    work: Size
    asked: Size
    region: tuple[Point, ...]
    shown: float
    covered: float
    points: tuple[tuple[Point, Point], ...] = ()
    inverted: bool = False

    def __post_init__(self) -> None:
        a, b, _, d, e, _ = self.transform
        if not all(map(isfinite, self.transform)) or a * e == b * d:
            raise ValueError(f"{self.transform} leads nowhere, or flattens everything to a line")
        if min(*self.work, *self.asked) < 1:
            raise ValueError("a picture has a pixel at least")
        if not (0 < self.shown <= 1 and 0 < self.covered <= 1):
            raise ValueError("a work that lies in a picture shows and covers something, and no more than all")
        if len(self.points) > MOST_POINTS:
            raise ValueError(f"at most {MOST_POINTS} pairs of points are shown")

    @property
    def back(self) -> Affine:
        """The transform from the asked picture to the work's."""
        a, b, c, d, e, f = self.transform
        det = a * e - b * d
        return e / det, -b / det, (b * f - c * e) / det, -d / det, a / det, (c * d - a * f) / det

    @property
    def seen(self) -> tuple[Point, ...]:
        """What of the work's picture is seen in the asked one: `region`, in the work's own unit coordinates."""
        a, b, c, d, e, f = self.back
        return tuple((a * x + b * y + c, d * x + e * y + f) for x, y in self.region)


@dataclass(frozen=True, slots=True)
class Match:
    """A work that the listing picture shows, with the evidence and the decision it bears by itself.

    `part` is the number of the part that it shows, 0 for the whole; `placement` is None where nothing says where the
    work lies. `false_match_rate` is how often different works come as close, by all the evidence together; 0 for the
    same bytes.
    """

    work: WorkId
    part: int
    decision: Literal[Decision.ALLOW, Decision.REVIEW, Decision.BLOCK]
    kind: MatchClass
    orientation: Orientation
    placement: Placement | None
    signals: tuple[Signal | Score, ...]
    false_match_rate: float
    reasons: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.decision is Decision.BLOCK and self.kind in NEVER_BLOCKING:
            raise ValueError(f"`{self.kind}` is for a person to decide, and never blocks")
        if not 0 <= self.false_match_rate <= 1:
            raise ValueError("a false-match rate is a share")

    @property
    def same_bytes(self) -> bool:
        """Whether the file is the work's, byte for byte."""
        return self.kind is MatchClass.EXACT

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

    def open_to(self, viewer: Viewer) -> bool:
        """Whether the viewer may see it: a check is its own account's; nobody's is for nobody in particular."""
        return viewer.everything or viewer.account == self.account
