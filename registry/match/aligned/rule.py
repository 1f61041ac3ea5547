"""What alignments show, as one figure each, and how often different works reach it.

The figure is the log-odds of a logistic rule over the measures of `align` and the votes of the search; `training` fits
it. It is calibrated by counting: `false_rate` says which share of all pairs of a picture and a work that it doesn't
show reach a score, however good or bad the rule is.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from registry.features import EDGE_SIDE, WORK_SIDE, Floats, Hypotheses
from registry.match.aligned.align import Alignments
from registry.match.aligned.found import divergence
from registry.match.logistic import Logistic

NAMES = (
    "share found", "share explained", "found and explained", "edges found", "share visible", "divergence", "evidence",
    "votes", "voters", "firm", "firm affine", "turns", "scale", "squeeze", "spread", "area", "edges shown", "chance",
    "one sided", "one sided evidence", "parts agreeing", "parts disagreeing", "parts agreeing, number", "tilt",
)  # fmt: skip
"""The measures that the rule weighs, in its order."""

BENT = tuple(map(NAMES.index, (
    "share found", "share explained", "evidence", "votes", "firm", "one sided evidence", "parts agreeing",
    "share visible", "area", "spread", "scale",
)))  # fmt: skip
"""These measures weigh otherwise beyond each knee: what many votes give, edges that aren't found must take back."""

NOTHING = -30.0
"""The score of a hypothesis that was dropped."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A logistic rule and its calibration.

    `scores` (k,) rise; `rates` (k,) are logarithms to base 10 of the shares of false pairs that reach each.
    """

    logistic: Logistic
    scores: Floats
    rates: Floats

    def score(self, alignments: Alignments, hypotheses: Hypotheses) -> Floats:
        """Log-odds that each hypothesis is true, (n,); `NOTHING` for those that were dropped."""
        scores = self.logistic.odds(measures(alignments, hypotheses))
        return np.where(alignments.matched > 0, scores, NOTHING).astype(np.float32)

    def false_rate(self, score: float) -> float:
        """Which share of pairs of a picture and a work that it doesn't show reach the score.

        Beyond what was counted, the last slope goes on.
        """
        if score <= self.scores[-1]:
            return float(10 ** np.interp(score, self.scores, self.rates))
        slope = (self.rates[-1] - self.rates[-2]) / (self.scores[-1] - self.scores[-2])
        return float(10 ** (self.rates[-1] + slope * (score - self.scores[-1])))

    def threshold(self, rate: float) -> float:
        """The score that so small a share of false pairs reaches; `false_rate` turned round."""
        wanted = np.log10(rate)
        if wanted >= self.rates[-1]:
            return float(np.interp(-wanted, -self.rates, self.scores))
        slope = (self.rates[-1] - self.rates[-2]) / (self.scores[-1] - self.scores[-2])
        return float(self.scores[-1] + (wanted - self.rates[-1]) / slope)


def measures(alignments: Alignments, hypotheses: Hypotheses) -> Floats:
    """(n, measures) as the rule weighs them: shares as log-odds, counts as logarithms."""
    a = alignments
    visible, matched = np.maximum(a.visible, 1), a.matched
    share = np.clip(matched / visible, 0.01, 0.995)
    explained = np.clip(a.explained / np.maximum(a.shown, 1), 0, 1)
    nats = divergence(matched, a.visible, a.chance)
    evidence = np.log1p(nats * matched)
    one_sided = np.abs(2 * a.bright / np.maximum(matched, 1) - 1)
    larger, smaller = _stretches(a.transforms[:, :, :2])
    parts = np.maximum(a.cells[:, 2], 1)
    columns = (
        np.log(share / (1 - share)), explained, explained * share, np.log1p(matched), visible / np.maximum(a.total, 1),
        nats * 10, evidence, np.log1p(hypotheses.votes), np.log1p(hypotheses.counts), np.log1p(a.firm[:, 0]),
        np.log1p(a.firm[:, 1]), a.turns, np.log(np.clip(larger * (WORK_SIDE / EDGE_SIDE), 0.3, 30)),
        np.log(larger / smaller), a.spread, a.area, np.log1p(a.shown), np.clip(a.chance, 0.02, 0.9),
        one_sided, one_sided * evidence, a.cells[:, 0] / parts, a.cells[:, 1] / parts, np.log1p(a.cells[:, 0]),
        np.log1p(10 * np.abs(a.tilts).max(axis=1)),
    )  # fmt: skip
    return np.stack(columns, axis=1).astype(np.float32)


def _stretches(linear: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The larger and the smaller singular value of 2 × 2 matrices, at least a millionth."""
    a, b, c, d = linear[:, 0, 0], linear[:, 0, 1], linear[:, 1, 0], linear[:, 1, 1]
    along, across = np.hypot(a + d, c - b), np.hypot(a - d, c + b)
    return np.maximum((along + across) / 2, 1e-6), np.maximum(np.abs(along - across) / 2, 1e-6)


def _read() -> Rule:
    with np.load(Path(__file__).with_name("rule.npz"), allow_pickle=False) as held:
        return Rule(Logistic.of(held, BENT), held["scores"], held["rates"])


@cache
def rule() -> Rule:
    """The rule that `training` fitted."""
    return _read()
