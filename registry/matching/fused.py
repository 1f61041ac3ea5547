"""All evidence for one part, as one figure: how often a pair of different works comes as close.

Each kind's score was measured on pairs of a picture and a work that it doesn't show, and so maps to the share of such
pairs that reach it. Two figures count: what outlines, points, codes, light and colours say, weighed together, and what
a texture says, which has none of those; the rarer one does. What is told is the share that both together let through at
that rarity, as it was measured for them together. docs/benchmarks.md has the tables' source.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

import numpy as np

from registry.features import Floats
from registry.findings import Score
from registry.fingerprint.regional.regions import BITS
from registry.match.aligned.generic import needed
from registry.match.thresholds import REVIEW_RATE
from registry.matching.looking import Evidence

Kind = Literal["weighed-v1", "texture-v1", "outlines-v1", "keypoints-v1", "dct-region-v1"]
KINDS: tuple[Kind, ...] = get_args(Kind)
DECIDING: tuple[Kind, ...] = ("weighed-v1", "texture-v1")
"""The others are told, for people to see what speaks for a match, and are weighed already."""


@dataclass(frozen=True, slots=True)
class Table:
    """Scores (n,) that rise, and how rare they are (n,): minus the decimal logarithm of the share of pairs beyond.

    Between entries it is linear; below the first nothing is said, and beyond the last it rises no more.
    """

    scores: Floats
    rarities: Floats

    def rarity(self, score: float) -> float:
        """How rare a score is."""
        return float(np.interp(score, self.scores, self.rarities, left=0.0))

    def score(self, rarity: float) -> float:
        """The score that is so rare."""
        return float(np.interp(rarity, self.rarities, self.scores))


@dataclass(frozen=True, slots=True)
class Fused:
    """What all evidence for a part says. `rarity` orders parts; `false_match_rate` is what was measured for it."""

    rarity: float
    false_match_rate: float
    scores: tuple[Score, ...]
    generic: bool


def fused(evidence: Evidence, generic: int) -> Fused | None:
    """What speaks for a part, of which a byte says how generic it is; None where nothing that counts does."""
    tables, scores = calibrated(), measured(evidence, generic)
    rarities = {kind: tables.kinds[kind].rarity(score) for kind, score in scores.items()}
    rarity = max((rarities[kind] for kind in DECIDING if kind in rarities), default=0.0)
    if rarity <= 0:
        return None
    told = tuple(
        Score(kind, score, tables.kinds[kind].score(-np.log10(REVIEW_RATE)), max(RAREST, float(10 ** -rarities[kind])))
        for kind, score in scores.items()
        if rarities[kind] > 0
    )
    return Fused(rarity, tables.rate(rarity), told, generic=burden(generic) > 0)


def measured(evidence: Evidence, generic: int) -> dict[Kind, float]:
    """The score of each kind of evidence that there is; what is generic must show more of its outlines."""
    found: dict[Kind, float] = {}
    more = burden(generic)
    if evidence.odds is not None:
        found["weighed-v1"] = evidence.odds - more
    if evidence.outlines is not None:
        found["outlines-v1"] = evidence.outlines - more
    if evidence.points is not None:
        found["keypoints-v1"] = evidence.points.score
    if evidence.alike is not None and not more:
        found["dct-region-v1"] = BITS - evidence.alike
    if evidence.texture is not None:
        found["texture-v1"] = evidence.texture.score
    return found


def burden(generic: int) -> float:
    """By how much more log-odds outlines must show a work that looks like what everybody has; 0 for most works."""
    return needed(_EVEN, generic) - _EVEN


_EVEN = 0.0
"""Even odds: what a drawn star reaches less of makes no work generic."""

RAREST = 1e-7
"""No smaller rate is told: what lies beyond is a tail that was fitted, and so many pairs were never counted."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The tables as they were measured: each kind's, and what all kinds together let through."""

    kinds: dict[Kind, Table]
    together: Table

    def rate(self, rarity: float) -> float:
        """The share of pairs that are as rare or rarer, by all kinds together; `RAREST` where it would be less."""
        return max(RAREST, float(10 ** -self.together.rarity(rarity)))


@cache
def calibrated() -> Calibrated:
    """The tables that `registry.matching.calibration` made, read once."""
    with files(__package__).joinpath("rarities.npz").open("rb") as stored, np.load(stored, allow_pickle=False) as held:
        return Calibrated(
            {kind: Table(held[f"{kind} scores"], held[f"{kind} rarities"]) for kind in KINDS},
            Table(held["together scores"], held["together rarities"]),
        )
