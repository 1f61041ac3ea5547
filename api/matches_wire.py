"""Matches as they go over the wire: of which class, how rare, what was done to the work, and where it lies."""

from pydantic import Field

from api.wire import Wire, WorkInShort
from api.works_wire import PartOut
from registry.assemble import Registry
from registry.findings import Affine, Check, Match, MatchClass, Matched, Placement, Point, Score, Signal, Size
from registry.match.told import rarity, sentence, steps_of, words
from registry.works import Part


class SignalOut(Wire):
    """One measurement: `distance` of `bits`, which counts up to `threshold`, or a `score`, which counts from it on."""

    scheme: str
    distance: int | None
    bits: int | None
    score: float | None
    threshold: float
    holds: bool
    told: str = Field(description="The measurement in words.")
    false_match_rate: float = Field(description="How often different works come as close, by what was measured.")

    @classmethod
    def of(cls, signal: Signal | Score) -> "SignalOut":
        """The wire's view of a signal."""
        return cls(
            scheme=signal.scheme,
            distance=signal.distance if isinstance(signal, Signal) else None,
            bits=signal.bits if isinstance(signal, Signal) else None,
            score=signal.score if isinstance(signal, Score) else None,
            threshold=signal.threshold,
            holds=signal.holds,
            told=signal.said,
            false_match_rate=signal.false_match_rate,
        )


class PlacementOut(Wire):
    """Where the work's picture lies in the checked one.

    Unit coordinates: (0, 0) is a picture's top left corner, (1, 1) its bottom right.
    """

    transform: Affine = Field(description="a, b, c, d, e, f: (x, y) of the work goes to (ax + by + c, dx + ey + f).")
    work_size: Size = Field(description="Width and height of the work's picture in pixels.")
    picture_size: Size = Field(description="Width and height of the checked picture in pixels.")
    region: tuple[Point, ...] = Field(description="The work's outline in the checked picture, a polygon.")
    shown: float = Field(description="The share of the work's picture that is seen.")
    covered: float = Field(description="The share of the checked picture that the work covers.")
    points: tuple[tuple[Point, Point], ...] = Field(description="The same points in both pictures, the work's first.")
    steps: list[str] = Field(description="What was done to the work: `mirrored`, `cropped to 41 %`.")

    @classmethod
    def of(cls, placement: Placement) -> "PlacementOut":
        """The wire's view of a placement."""
        return cls(
            transform=placement.transform,
            work_size=placement.work,
            picture_size=placement.asked,
            region=placement.region,
            shown=placement.shown,
            covered=placement.covered,
            points=placement.points,
            steps=words(steps_of(placement)),
        )


class MatchOut(Wire):
    """A work that the picture shows, with the evidence."""

    work: WorkInShort | None = Field(description="None where the work has been erased since.")
    part: PartOut | None = Field(description="Which page, layer or picture of the work; None for the whole of it.")
    decision: str
    kind: MatchClass = Field(description="What the picture has of the work.")
    told: str = Field(description="The same in a sentence, with what was done to the work.")
    same_bytes: bool
    orientation: str = Field(description="What was done to the work to look like the picture.")
    placement: PlacementOut | None = Field(description="Where the work lies in the picture, if that is known.")
    overlay: str | None = Field(description="Where both are drawn side by side and over each other.")
    false_match_rate: float = Field(description="How often different works come as close, by all evidence together.")
    rarity: str = Field(description="The same in words.")
    signals: list[SignalOut]
    reasons: list[str]


def matches_out(registry: Registry, made: Check) -> list[MatchOut]:
    """What a check found, the strongest first."""
    if not isinstance(made.verdict, Matched):
        return []
    works = registry.checking.works_of(made)
    owners = registry.access.names({work.account for work in works.values()})
    short = {name: WorkInShort.of(work, owners[work.account]) for name, work in works.items()}
    parts, drawable = registry.catalogue.parts(works), registry.showing.drawable(made, works)
    return [
        _match(
            match,
            short.get(match.work),
            parts.get(match.work, []),
            overlay=f"/v1/checks/{made.id}/matches/{match.work}/overlay" if match.work in drawable else None,
        )
        for match in made.verdict.matches
    ]


def _match(match: Match, work: WorkInShort | None, parts: list[Part], overlay: str | None) -> MatchOut:
    shown = match.shown(parts)
    return MatchOut(
        work=work,
        part=None if shown is None else PartOut.of(match.work, shown),
        decision=match.decision,
        kind=match.kind,
        told=sentence(match, "" if shown is None else shown.label),
        same_bytes=match.same_bytes,
        orientation=match.orientation,
        placement=None if match.placement is None else PlacementOut.of(match.placement),
        overlay=overlay,
        false_match_rate=match.false_match_rate,
        rarity=rarity(match.false_match_rate),
        signals=[SignalOut.of(signal) for signal in match.signals],
        reasons=list(match.reasons),
    )
