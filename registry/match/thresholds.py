"""How close is close: named thresholds, each with the false matches that were measured for it.

Measured by tests/bench/false_matches.py on 1,500 pictures of different works (650 photographs of clothing, 450 logos,
400 photographs of nature), one of them flat, so that no codes of it are compared: every picture in eight orientations
against every other, and a pair counts as false if any of them is within the threshold. docs/benchmarks.md lists the
false pairs and says what they show: other garments laid on the same sheet.

The limits hold for pairs drawn as these were. So many pictures make more than a million pairs, but not as many
independent ones, and a registry of T-shirts on white will see more look-alikes than one of everything: so `review` asks
a person.
"""

from dataclasses import dataclass

from registry.findings import Decision, Reach

MEASURED_PAIRS = 1_122_751
"""Pairs of different works among 1,499."""

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
    """A pair of codes counts for `decision` if it is within `pdq` of 256 bits, and within `phash` of 64 unless None.

    `false_pairs` of the measured pairs were, in any of eight orientations; side by side, `false_upright`.
    """

    decision: Decision
    pdq: int
    phash: int | None
    false_pairs: int
    false_upright: int

    def holds(self, pdq: int, phash: int) -> bool:
        """Whether these distances are within the limits."""
        return pdq <= self.pdq and (self.phash is None or phash <= self.phash)


BLOCK = Threshold(Decision.BLOCK, pdq=31, phash=8, false_pairs=0, false_upright=0)
"""What both codes say: re-encoded, scaled, turned, mirrored, recoloured. 31 of 256 is what PDQ's authors advise."""

VERY_NEAR = Threshold(Decision.REVIEW, pdq=20, phash=None, false_pairs=0, false_upright=0)
"""All but the same by PDQ, whatever pHash says: on a symmetric logo nearly half of its bits may be chance."""

NEAR = Threshold(Decision.REVIEW, pdq=48, phash=20, false_pairs=0, false_upright=0)
"""Near by PDQ, and not strange to pHash: a banner across the picture, much more light."""

ALIKE = Threshold(Decision.REVIEW, pdq=60, phash=14, false_pairs=1, false_upright=1)
"""Alike by both codes: a crop of 5 %, a turn by a few degrees."""

THRESHOLDS = (BLOCK, VERY_NEAR, NEAR, ALIKE)
"""The strongest first."""

FALSE_BY_PDQ = {20: 0, 31: 0, 48: 0, 60: 3}
"""Measured pairs within a distance by PDQ, whatever their pHash, in any of eight orientations."""

FALSE_BY_PHASH = {8: 22, 14: 1_185, 20: 81_415}
"""Measured pairs within a distance by pHash, whatever their PDQ, in any of eight orientations."""

REACH = Reach(pdq=60, phash=20, pdq_alone=20)
"""How far search has to look so that no decision misses a candidate."""

BLOCK_RATE = 3e-7
REVIEW_RATE = 1e-6
"""A closer look counts where at most this share of pairs of different works come as close, by all kinds of evidence."""
