"""The decision about one listing picture, from candidates alone.

    1. The same bytes as a registered file: block; of a blank or common picture, which two may well have exported
       alike: review.
    2. A candidate within a threshold: block or review, as that threshold says. Flat, noisy and common pictures skip
       this step, since their codes say nothing about them.
    3. One's own work: allow, and say so. It stays in the list and takes nothing from what others' works say.
    4. The gravest of all these decides; nothing found is Clear, or Inconclusive where step 2 was skipped.

What many claimants share is weighed after that, by `shared`.

A match is evidence, not a sentence: each comes with what was measured, how rare that is, and last what follows. Who may
know of a work was settled before: candidates are only those that whoever asks may see.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from registry.accounts import AccountId
from registry.findings import (
    Candidate,
    Clear,
    Decision,
    Inconclusive,
    Match,
    Matched,
    Orientation,
    Signal,
    Verdict,
)
from registry.match.thresholds import (
    ALIKE,
    FALSE_BY_PDQ,
    FALSE_BY_PHASH,
    MEASURED_PAIRS,
    NEAR,
    PDQ_BITS,
    PDQ_SCHEME,
    PHASH_BITS,
    PHASH_SCHEME,
    THRESHOLDS,
    VERY_NEAR,
    Threshold,
    false_match_rate,
)
from registry.works import Detail, WorkId

_Decision = Literal[Decision.ALLOW, Decision.REVIEW, Decision.BLOCK]

_ANYBODYS = frozenset({Detail.FLAT, Detail.COMMON})
"""Pictures so plain that two people may have made the very same file, each by themselves."""

_GRAVEST_FIRST = (Decision.BLOCK, Decision.REVIEW, Decision.ALLOW)
_ORIENTATIONS = tuple(Orientation)


def decide(
    candidates: Iterable[Candidate],
    *,
    same_bytes: Collection[WorkId],
    owners: Mapping[WorkId, AccountId],
    labels: Mapping[tuple[WorkId, int], str],
    seller: AccountId | None,
    detail: Detail,
) -> Verdict:
    """The verdict on a picture of this `detail` that `seller` publishes.

    `same_bytes` are the works whose file is the picture's, byte for byte; `owners` names the account of every work in
    it and in `candidates`, `labels` the parts of works that have a name, "page 7". Neither the order of candidates nor
    several of the same work make a difference. Matches come with the gravest decision first, then the strongest
    evidence, then by work id.
    """
    same = Decision.REVIEW if detail in _ANYBODYS else Decision.BLOCK
    likenesses = _likenesses(candidates) if detail is Detail.DISTINCT else {}
    matches = [
        _match(
            work, likenesses.get(work), labels, same=same if work in same_bytes else None, own=owners[work] == seller
        )
        for work in {*same_bytes, *likenesses}
    ]
    if matches:
        return Matched(tuple(sorted(matches, key=lambda match: _rank(match, likenesses.get(match.work)))))
    if detail is Detail.DISTINCT:
        return Clear((_NOTHING_FOUND,))
    return Inconclusive((_NOT_COMPARABLE[detail],))


@dataclass(frozen=True, slots=True)
class _Likeness:
    """A candidate with the strongest threshold that it is within."""

    threshold: Threshold
    candidate: Candidate

    @property
    def rank(self) -> tuple[int, int, int, int, int]:
        """Sorts the strongest first; of a work's parts that are equally near, the first one."""
        one = self.candidate
        return THRESHOLDS.index(self.threshold), one.pdq, one.phash, one.part, _ORIENTATIONS.index(one.orientation)


def _likenesses(candidates: Iterable[Candidate]) -> dict[WorkId, _Likeness]:
    """For each work its strongest likeness, where it has one."""
    strongest: dict[WorkId, _Likeness] = {}
    for candidate in candidates:
        threshold = next((each for each in THRESHOLDS if each.holds(candidate.pdq, candidate.phash)), None)
        if threshold is None:
            continue
        likeness = _Likeness(threshold, candidate)
        before = strongest.get(candidate.work)
        if before is None or likeness.rank < before.rank:
            strongest[candidate.work] = likeness
    return strongest


def _match(
    work: WorkId,
    likeness: _Likeness | None,
    labels: Mapping[tuple[WorkId, int], str],
    *,
    same: _Decision | None,
    own: bool,
) -> Match:
    """The match with one work; `same` is what its bytes bear, where they are the picture's."""
    same_bytes = same is not None
    decision: _Decision = Decision.BLOCK
    if own:
        decision = Decision.ALLOW
    elif same is not None:
        decision = same
    elif likeness is not None:
        decision = likeness.threshold.decision
    evidence = [_SAME_BYTES.format(work=work)] if same_bytes else []
    if likeness is not None:
        label = labels.get((work, likeness.candidate.part), "")
        evidence += [_measured(likeness, label), _rarity(likeness.threshold)]
    return Match(
        work=work,
        part=0 if likeness is None or same_bytes else likeness.candidate.part,
        decision=decision,
        same_bytes=same_bytes,
        orientation=Orientation.UPRIGHT if likeness is None or same_bytes else likeness.candidate.orientation,
        signals=() if likeness is None else _signals(likeness),
        reasons=(*evidence, _OWN if own else _PLAIN if same is Decision.REVIEW else _CONSEQUENCES[decision]),
    )


def _rank(match: Match, likeness: _Likeness | None) -> tuple[int, bool, tuple[int, ...], WorkId]:
    return (
        _GRAVEST_FIRST.index(match.decision),
        not match.same_bytes,
        () if likeness is None or match.same_bytes else likeness.rank,
        match.work,
    )


def _signals(likeness: _Likeness) -> tuple[Signal, ...]:
    """What the threshold rests on: PDQ, and pHash where it is asked."""
    threshold, candidate = likeness.threshold, likeness.candidate
    by_pdq = false_match_rate(FALSE_BY_PDQ[threshold.pdq])
    signals = [Signal(PDQ_SCHEME, candidate.pdq, threshold.pdq, PDQ_BITS, by_pdq)]
    if threshold.phash is not None:
        by_phash = false_match_rate(FALSE_BY_PHASH[threshold.phash])
        signals.append(Signal(PHASH_SCHEME, candidate.phash, threshold.phash, PHASH_BITS, by_phash))
    return tuple(signals)


def _measured(likeness: _Likeness, label: str) -> str:
    threshold, candidate = likeness.threshold, likeness.candidate
    upright = candidate.orientation is Orientation.UPRIGHT
    limit = "which doesn't count here" if threshold.phash is None else f"at most {threshold.phash} count"
    part, way = f"{label} of " if label else "", "" if upright else f", {candidate.orientation}"
    return (
        f"The picture looks like {part}{candidate.work}{way}: "
        f"PDQ differs in {candidate.pdq} of {PDQ_BITS} bits (at most {threshold.pdq} count) "
        f"and pHash in {candidate.phash} of {PHASH_BITS} ({limit})."
    )


def _rarity(threshold: Threshold) -> str:
    how_many = f"{threshold.false_pairs}" if threshold.false_pairs else "none"
    return f"Of {MEASURED_PAIRS:,} measured pairs of different works {how_many} came as close."


_SAME_BYTES = "The file is byte for byte that of {work}: its SHA-256 is the same."
_OWN = "The work is the seller's own, so this match allows the listing."
_PLAIN = (
    "It shows so little of its own that two people may have made the same file, each by themselves: "
    "a person should look who did."
)
_CONSEQUENCES = {
    Decision.BLOCK: "That is evidence enough to block the listing.",
    Decision.REVIEW: "That is too close to pass and not close enough to block: a person should compare the pictures.",
}
_NOTHING_FOUND = (
    "No registered work has the same bytes, and none looks alike: "
    f"within {VERY_NEAR.pdq} of {PDQ_BITS} bits of PDQ, "
    f"within {NEAR.pdq} of them and {NEAR.phash} of {PHASH_BITS} of pHash, or within {ALIKE.pdq} and {ALIKE.phash}."
)
_BYTES_ONLY = "nothing in it could be recognised. Only its exact bytes were looked up, and no registered work has them."
_NOT_COMPARABLE = {
    Detail.FLAT: f"The picture is blank or nearly so: {_BYTES_ONLY}",
    Detail.NOISY: f"The picture is noise: {_BYTES_ONLY}",
    Detail.COMMON: (
        "The picture shows what everybody has, a standard pattern, a plain shape or a blank product, "
        "and codes can't tell whose it is. Only its exact bytes were looked up, and no registered work has them."
    ),
}
