"""The decision about one listing picture, from candidates alone.

    1. The same bytes as a registered file: block; of a blank or common picture, which two may well have exported
       alike: review.
    2. A candidate within a threshold: block or review, as that threshold says, and block only where the picture's light
       bears it out. Flat, noisy and common pictures skip this step, since their codes say nothing about them.
    3. What a closer look saw: by how rare it is block or review, and review at most where only an element is shared or
       an object was photographed again, where the work is what many people draw, or where only a texture speaks.
    4. One's own work: allow, and say so. It stays in the list and takes nothing from what others' works say.
    5. The gravest of all these decides; nothing found is Clear, or Inconclusive where step 2 was skipped.

What many claimants share is weighed after that, by `shared`.

A match is evidence, not a sentence: each comes with what was measured, how rare that is, and last what follows. Who may
know of a work was settled before: candidates are only those that whoever asks may see.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from registry.accounts import AccountId
from registry.findings import (
    NEVER_BLOCKING,
    Candidate,
    Clear,
    Decision,
    Inconclusive,
    Match,
    MatchClass,
    Matched,
    Orientation,
    Placement,
    Score,
    Signal,
    Size,
    Verdict,
)
from registry.match.classes import class_of
from registry.match.likeness import Likeness, likenesses, measured, rarity, signals_of
from registry.match.placing import place_whole
from registry.match.reasons import (
    CONSEQUENCES,
    GENERIC,
    NOT_COMPARABLE,
    NOTHING_FOUND,
    OTHER_LIGHT,
    OWN,
    PLAIN,
    SAME_BYTES,
    SEEN,
    SHARED,
)
from registry.match.sight import Sight
from registry.match.thresholds import BLOCK_RATE, REVIEW_RATE, THRESHOLDS, false_match_rate
from registry.works import Detail, Part, WorkId

_Decision = Literal[Decision.ALLOW, Decision.REVIEW, Decision.BLOCK]

_ANYBODYS = frozenset({Detail.FLAT, Detail.COMMON})
"""Pictures so plain that two people may have made the very same file, each by themselves."""

_GRAVEST_FIRST = (Decision.BLOCK, Decision.REVIEW, Decision.ALLOW)


def decide(
    candidates: Iterable[Candidate],
    *,
    same_bytes: Collection[WorkId],
    borne_out: Collection[WorkId],
    owners: Mapping[WorkId, AccountId],
    parts: Mapping[tuple[WorkId, int], Part],
    seller: AccountId | None,
    detail: Detail,
    asked: Size | None = None,
    sights: Iterable[Sight] = (),
) -> Verdict:
    """The verdict on a picture of this `detail` that `seller` publishes.

    `same_bytes` are the works whose file is the picture's, byte for byte, and `borne_out` those whose light the picture
    has as well; `owners` names the account of every work in it, in `candidates` and in `sights`; `parts`
    are what is known of their parts, `asked` is the picture's size in pixels. Neither the order of candidates nor
    several of the same work make a difference. Matches come with the gravest decision first, then the strongest
    evidence, then by work id.
    """
    same = Decision.REVIEW if detail in _ANYBODYS else Decision.BLOCK
    alike = likenesses(candidates) if detail is Detail.DISTINCT else {}
    seen = _strongest(sights)
    matches = [
        _match(
            _Found(work, same if work in same_bytes else None, alike.get(work), seen.get(work), work in borne_out),
            own=owners[work] == seller,
            parts=parts,
            asked=asked,
        )
        for work in {*same_bytes, *alike, *seen}
    ]
    if matches:
        return Matched(tuple(sorted(matches, key=lambda match: _rank(match, alike.get(match.work)))))
    if detail is Detail.DISTINCT:
        return Clear((NOTHING_FOUND,))
    return Inconclusive((NOT_COMPARABLE[detail],))


def _strongest(sights: Iterable[Sight]) -> dict[WorkId, Sight]:
    """For each work its rarest sight, of those that are rare enough to count."""
    strongest: dict[WorkId, Sight] = {}
    for sight in sights:
        before = strongest.get(sight.work)
        if sight.false_match_rate <= REVIEW_RATE and (
            before is None or (sight.false_match_rate, sight.part) < (before.false_match_rate, before.part)
        ):
            strongest[sight.work] = sight
    return strongest


@dataclass(frozen=True, slots=True)
class _Found:
    """All that speaks for one work.

    `same` is what its bytes bear, where they are the picture's; `borne_out` is whether its light says what codes do.
    """

    work: WorkId
    same: _Decision | None
    likeness: Likeness | None
    sight: Sight | None
    borne_out: bool

    @property
    def kind(self) -> MatchClass:
        aligned = None if self.sight is None else self.sight.aligned
        # Codes that ask a person say nothing about what a closer look saw to differ.
        near = self.likeness is not None and (aligned is None or self.by_codes is Decision.BLOCK)
        return class_of(same_bytes=self.same is not None, near=near, aligned=aligned)

    @property
    def by_codes(self) -> _Decision:
        """What codes of the whole picture bear by themselves."""
        if self.likeness is None:
            return Decision.ALLOW
        return self.likeness.threshold.decision if self.borne_out else Decision.REVIEW

    @property
    def decision(self) -> _Decision:
        """What the strongest of it bears."""
        if self.same is not None:
            return self.same
        borne: list[_Decision] = [self.by_codes]
        if self.sight is not None:
            sight = self.sight
            plain = self.kind not in NEVER_BLOCKING and not (sight.generic or sight.texture_alone)
            borne.append(Decision.BLOCK if plain and sight.false_match_rate <= BLOCK_RATE else Decision.REVIEW)
        return min(borne, key=_GRAVEST_FIRST.index)

    @property
    def part(self) -> int:
        """The part that it shows."""
        if self.same is not None:
            return 0
        return self.likeness.candidate.part if self.likeness is not None else self.sight.part if self.sight else 0


def _match(found: _Found, *, own: bool, parts: Mapping[tuple[WorkId, int], Part], asked: Size | None) -> Match:
    """The match with one work."""
    likeness, sight = found.likeness, found.sight
    decision: _Decision = Decision.ALLOW if own else found.decision
    part = parts.get((found.work, found.part))
    label = "" if part is None else part.label
    evidence = [SAME_BYTES.format(work=found.work)] if found.same is not None else []
    signals: tuple[Signal | Score, ...] = ()
    rates = []
    if likeness is not None:
        evidence += [measured(likeness, label), rarity(likeness.threshold)]
        if likeness.threshold.decision is not found.by_codes:
            evidence.append(OTHER_LIGHT)
        signals += signals_of(likeness)
        rates.append(false_match_rate(likeness.threshold.false_pairs))
    if sight is not None:
        evidence.append(
            SEEN.format(work=f"{label} of {found.work}" if label else found.work, rate=sight.false_match_rate)
        )
        if sight.generic:
            evidence.append(GENERIC)
        signals += sight.scores
        rates.append(sight.false_match_rate)
    orientation = Orientation.UPRIGHT if likeness is None or found.same else likeness.candidate.orientation
    return Match(
        work=found.work,
        part=found.part,
        decision=decision,
        kind=found.kind,
        orientation=orientation,
        placement=_placement(
            sight if sight is not None and sight.part == found.part else None, part, orientation, asked
        ),
        signals=signals,
        false_match_rate=0 if found.same is not None else min(rates),
        reasons=(*evidence, _consequence(found, decision)),
    )


def _consequence(found: _Found, decision: _Decision) -> str:
    """What follows, in words."""
    if decision is Decision.ALLOW:
        return OWN
    if found.same is Decision.REVIEW:
        return PLAIN
    return SHARED.get(found.kind, CONSEQUENCES[decision])


def _placement(
    sight: Sight | None, part: Part | None, orientation: Orientation, asked: Size | None
) -> Placement | None:
    """Where the work lies: as it was seen, or all over the picture."""
    if sight is not None:
        return sight.placement
    if part is None or asked is None:
        return None
    return place_whole(orientation, work=(part.width, part.height), asked=asked)


def _rank(match: Match, likeness: Likeness | None) -> tuple[int, bool, tuple[int, ...], float, WorkId]:
    return (
        _GRAVEST_FIRST.index(match.decision),
        not match.same_bytes,
        (len(THRESHOLDS),) if likeness is None or match.same_bytes else likeness.rank,
        match.false_match_rate,
        match.work,
    )
