"""Fits the rule to alignments of which it is known whether they are true.

The hypotheses come from a search over works and attacked pictures; making them is the caller's, for the rooms don't
know each other. `Sample` holds what became of them.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from registry.features import Floats
from registry.match.aligned.rule import NAMES, Rule, terms

FOLDS = 5
_SHRINK = 1e-4
"""Of the number of alignments: keeps weights of measures that say the same from growing against each other."""

_ROUNDS = 40
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
    held_back = np.zeros(len(sample.true), dtype=np.float32)
    fold = (np.where(sample.shown >= 0, sample.shown, sample.pictures) * 2654435761 % 2**32) % FOLDS
    usable = ~sample.same & (sample.true | (sample.works != sample.shown))
    for each in range(FOLDS):
        taught = usable & (fold != each)
        chosen = fold == each
        held_back[chosen] = _fitted(sample.measures[taught], sample.true[taught]).odds(sample.measures[chosen])
    scores, rates = _calibrated(sample, held_back, usable)
    return replace(_fitted(sample.measures[usable], sample.true[usable]), scores=scores, rates=rates), held_back


def write(rule: Rule, file: Path) -> None:
    """Keeps a rule where `rule.rule` reads it."""
    np.savez(
        file,
        names=np.array(NAMES),
        mean=rule.mean,
        deviation=rule.deviation,
        weights=rule.weights,
        bias=np.float64(rule.bias),
        scores=rule.scores,
        rates=rule.rates,
    )


def _fitted(measures: Floats, true: NDArray[np.bool_]) -> Rule:
    """A logistic regression, by Newton's method; not yet calibrated."""
    mean, deviation = measures.mean(axis=0), measures.std(axis=0) + 1e-6
    rows = np.column_stack([terms(measures, mean, deviation), np.ones(len(measures))]).astype(np.float64)
    shrink = np.full(rows.shape[1], _SHRINK * len(rows))
    shrink[-1] = 1e-6
    weights = np.zeros(rows.shape[1])
    for _ in range(_ROUNDS):
        odds = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (odds - true) + shrink * weights
        bend = (rows * (odds * (1 - odds))[:, None]).T @ rows + np.diag(shrink)
        step = np.linalg.solve(bend, slope)
        weights -= step
        if np.abs(step).max() < 1e-4:
            break
    none = np.zeros(0, dtype=np.float32)
    return Rule(mean, deviation, weights[:-1].astype(np.float32), float(weights[-1]), scores=none, rates=none)


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
