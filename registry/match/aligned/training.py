"""Fits the rule to alignments of which it is known whether they are true.

The hypotheses come from a search over works and attacked pictures; making them is the caller's, for the rooms don't
know each other. `Sample` holds what became of them.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from registry.features import Floats
from registry.match.aligned.rule import BENT, NAMES, Rule
from registry.match.logistic import fitted, held_back

_RATES = np.array([-2.0, -2.5, -3.0, -3.5, -4.0, -4.5, -5.0, -5.5, -6.0])
"""Logarithms of the false match rates that scores are found for."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Alignments that weren't dropped.

    `measures` (n, measures); `pictures` and `works` (n,) of the asked pictures and of the works they were held against;
    `shown` (n,) the work each picture shows, -1 for none; `true` (n,): the alignment shows the work, where it is.
    `same` (n,): the work shows the same object as the picture though it isn't its original: these teach nothing.
    `pairs`: how many pairs of a picture and a work that it doesn't show there were, dropped ones included.
    """

    measures: Floats
    pictures: NDArray[np.intp]
    works: NDArray[np.intp]
    shown: NDArray[np.intp]
    true: NDArray[np.bool_]
    same: NDArray[np.bool_]
    pairs: int


def fit(sample: Sample) -> tuple[Rule, Floats]:
    """The rule, and for each alignment the score by a rule that saw neither its picture's work nor its fold's.

    The calibration counts those scores: a rule is the more certain of what it was fitted to.
    """
    usable = ~sample.same & (sample.true | (sample.works != sample.shown))
    groups = np.where(sample.shown >= 0, sample.shown, sample.pictures)
    odds = held_back(sample.measures, sample.true, usable, groups, BENT)
    scores, rates = _calibrated(sample, odds, usable)
    return Rule(fitted(sample.measures[usable], sample.true[usable], BENT), scores, rates), odds


def write(rule: Rule, file: Path) -> None:
    """Keeps a rule where `rule.rule` reads it."""
    np.savez(file, names=np.array(NAMES), **rule.logistic.kept(), scores=rule.scores, rates=rule.rates)  # type: ignore[arg-type]


def best_of_pairs(sample: Sample, scores: Floats) -> NDArray[np.intp]:
    """The rows of the best alignment of each pair of a picture and a work."""
    pair = sample.pictures.astype(np.int64) * (int(sample.works.max(initial=0)) + 1) + sample.works
    order = np.lexsort((-scores, pair))
    _, first = np.unique(pair[order], return_index=True)
    return np.asarray(order[first], dtype=np.intp)


def _calibrated(sample: Sample, scores: Floats, usable: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Scores and the logarithms of the shares of false pairs that reach them, as far as there are five to count."""
    best = best_of_pairs(sample, scores)
    false = np.sort(scores[best[usable[best] & ~sample.true[best]]])[::-1]
    ranks = 10**_RATES * sample.pairs
    countable = (ranks >= 5) & (ranks < len(false))
    return false[ranks[countable].astype(np.intp)], _RATES[countable].astype(np.float32)
