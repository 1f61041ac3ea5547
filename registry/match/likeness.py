"""What codes of whole pictures say of a work: the threshold that its nearest codes are within, in words and figures."""

from collections.abc import Iterable
from dataclasses import dataclass

from registry.findings import Candidate, Orientation, Signal
from registry.match.thresholds import (
    FALSE_BY_PDQ,
    FALSE_BY_PHASH,
    MEASURED_PAIRS,
    PDQ_BITS,
    PDQ_SCHEME,
    PHASH_BITS,
    PHASH_SCHEME,
    THRESHOLDS,
    Threshold,
    false_match_rate,
)
from registry.works import WorkId

_ORIENTATIONS = tuple(Orientation)


@dataclass(frozen=True, slots=True)
class Likeness:
    """A candidate with the strongest threshold that it is within."""

    threshold: Threshold
    candidate: Candidate

    @property
    def rank(self) -> tuple[int, int, int, int, int]:
        """Sorts the strongest first; of a work's parts that are equally near, the first one."""
        one = self.candidate
        return THRESHOLDS.index(self.threshold), one.pdq, one.phash, one.part, _ORIENTATIONS.index(one.orientation)


def likenesses(candidates: Iterable[Candidate]) -> dict[WorkId, Likeness]:
    """For each work its strongest likeness, where it has one."""
    strongest: dict[WorkId, Likeness] = {}
    for candidate in candidates:
        threshold = next((each for each in THRESHOLDS if each.holds(candidate.pdq, candidate.phash)), None)
        if threshold is None:
            continue
        likeness = Likeness(threshold, candidate)
        before = strongest.get(candidate.work)
        if before is None or likeness.rank < before.rank:
            strongest[candidate.work] = likeness
    return strongest


def signals_of(likeness: Likeness) -> tuple[Signal, ...]:
    """What the threshold rests on: PDQ, and pHash where it is asked."""
    threshold, candidate = likeness.threshold, likeness.candidate
    by_pdq = false_match_rate(FALSE_BY_PDQ[threshold.pdq])
    signals = [Signal(PDQ_SCHEME, candidate.pdq, threshold.pdq, PDQ_BITS, by_pdq)]
    if threshold.phash is not None:
        by_phash = false_match_rate(FALSE_BY_PHASH[threshold.phash])
        signals.append(Signal(PHASH_SCHEME, candidate.phash, threshold.phash, PHASH_BITS, by_phash))
    return tuple(signals)


def measured(likeness: Likeness, label: str) -> str:
    """The distances in words; `label` names the part of the work, if it has more than one."""
    threshold, candidate = likeness.threshold, likeness.candidate
    upright = candidate.orientation is Orientation.UPRIGHT
    limit = "which doesn't count here" if threshold.phash is None else f"at most {threshold.phash} count"
    part, way = f"{label} of " if label else "", "" if upright else f", {candidate.orientation}"
    return (
        f"The picture looks like {part}{candidate.work}{way}: "
        f"PDQ differs in {candidate.pdq} of {PDQ_BITS} bits (at most {threshold.pdq} count) "
        f"and pHash in {candidate.phash} of {PHASH_BITS} ({limit})."
    )


def rarity(threshold: Threshold) -> str:
    """How rare it is in words."""
    how_many = f"{threshold.false_pairs}" if threshold.false_pairs else "none"
    return f"Of {MEASURED_PAIRS:,} measured pairs of different works {how_many} came as close."
