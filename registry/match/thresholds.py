"""How close is close: named thresholds, each with the false matches that were measured for it.

Measured by tests/bench/false_matches.py on 1,500 pictures of different works (650 photographs of clothing, 450 logos,
400 photographs of nature): every picture in eight orientations against every other, and a pair counts as false if any
of them is within the threshold. The false pairs are listed in docs/benchmarks.md with what they show.

The limits hold for pairs drawn as these were. 1,500 pictures make 1,124,250 pairs, but not as many independent ones,
and a registry of T-shirts on white will see more look-alikes than one of everything: so `review` asks a person.
"""

from dataclasses import dataclass

from registry.findings import Decision, Reach

MEASURED_PAIRS = 1_124_250
"""Pairs of different works among 1,500."""

PDQ_SCHEME = "pdq-raster-v1"
PDQ_BITS = 256
PHASH_SCHEME = "phash-v1"
PHASH_BITS = 64


def false_match_rate(false_pairs: int, pairs: int = MEASURED_PAIRS) -> float:
    """The rate that so many false ones of all measured pairs leave possible, at 95 % confidence (one-sided).

    The upper limit of a Poisson mean by Wilson and Hilferty's cube, within 1 % of the exact one; for none it gives the
    rule of three: 3 of all pairs.
    """
    n = false_pairs + 1
    return float(n * (1 - 1 / (9 * n) + 1.6449 / (3 * n**0.5)) ** 3 / pairs)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A pair of codes counts for `decision` if it is within `pdq` of 256 bits *and* within `phash` of 64.

    `false_pairs` of the measured pairs were: in any of eight orientations, and, `false_upright`, side by side.
    `false_by_pdq` and `false_by_phash` were within one of the two distances, whatever the other.
    """

    decision: Decision
    pdq: int
    phash: int
    false_pairs: int
    false_upright: int
    false_by_pdq: int
    false_by_phash: int

    def holds(self, pdq: int, phash: int) -> bool:
        """Whether these distances are within both limits."""
        return pdq <= self.pdq and phash <= self.phash


BLOCK = Threshold(Decision.BLOCK, 31, 8, false_pairs=0, false_upright=0, false_by_pdq=0, false_by_phash=18)
"""What two independent codes say together. 31 of 256 is the limit that PDQ's authors recommend."""

REVIEW_NEAR = Threshold(Decision.REVIEW, 60, 18, false_pairs=2, false_upright=2, false_by_pdq=2, false_by_phash=0)
"""Nearly the same by PDQ, and no stranger by pHash: a banner across the picture, a crop of 5 %, another aspect."""

REVIEW_ALIKE = Threshold(Decision.REVIEW, 74, 8, false_pairs=2, false_upright=2, false_by_pdq=28, false_by_phash=18)
"""The same by pHash, and near by PDQ: a crop of 5 to 10 %, a turn by a few degrees."""

THRESHOLDS = (BLOCK, REVIEW_NEAR, REVIEW_ALIKE)
"""The strongest first."""

REACH = Reach(pdq=max(each.pdq for each in THRESHOLDS), phash=max(each.phash for each in THRESHOLDS))
"""How far search has to look so that no decision misses a candidate."""
