"""Logistic rules over measures, and how they are fitted: what many weak signs say together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from registry.features import Floats

_KNEES = (-1.0, 0.0, 1.0)
_FARTHEST = 3.0
"""Knees are in deviations from the mean; no measure counts for more than three."""

FOLDS = 5
_SHRINK = 1e-4
"""Of the number of rows: keeps weights of measures that say the same from growing against each other."""

_ROUNDS = 40


@dataclass(frozen=True, slots=True)
class Logistic:
    """A fitted rule: `mean` and `deviation` (measures,), `weights` (terms,) and `bias`.

    `bent` names the measures that weigh otherwise beyond each knee, by their numbers.
    """

    mean: Floats
    deviation: Floats
    weights: Floats
    bias: float
    bent: tuple[int, ...]

    @classmethod
    def of(cls, held: Mapping[str, NDArray[Any]], bent: tuple[int, ...]) -> "Logistic":
        """A rule from what `kept` gave."""
        return cls(held["mean"], held["deviation"], held["weights"], float(held["bias"]), bent)

    def kept(self) -> dict[str, NDArray[Any]]:
        """The arrays that a file keeps."""
        bias = np.asarray(self.bias, np.float64)
        return {"mean": self.mean, "deviation": self.deviation, "weights": self.weights, "bias": bias}

    def odds(self, rows: Floats) -> Floats:
        """The log-odds (n,) of rows (n, measures)."""
        return np.asarray(self.terms(rows) @ self.weights + self.bias, dtype=np.float32)

    def terms(self, rows: Floats) -> Floats:
        """What the rule adds up, (n, terms): measures in deviations, and how far the bent ones are beyond each knee."""
        return _terms(rows, self.mean, self.deviation, self.bent)


def _terms(rows: Floats, mean: Floats, deviation: Floats, bent: tuple[int, ...]) -> Floats:
    straight = np.clip((rows - mean) / deviation, -_FARTHEST, _FARTHEST)
    beyond = straight[:, list(bent)]
    return np.concatenate([straight, *(np.maximum(beyond - knee, 0) for knee in _KNEES)], axis=1).astype(np.float32)


def fitted(rows: Floats, true: NDArray[np.bool_], bent: tuple[int, ...]) -> Logistic:
    """A logistic regression, by Newton's method."""
    mean, deviation = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    held = np.column_stack([_terms(rows, mean, deviation, bent), np.ones(len(rows))]).astype(np.float64)
    shrink = np.full(held.shape[1], _SHRINK * len(held))
    shrink[-1] = 1e-6
    weights = np.zeros(held.shape[1])
    for _ in range(_ROUNDS):
        odds = 1 / (1 + np.exp(-np.clip(held @ weights, -30, 30)))
        slope = held.T @ (odds - true) + shrink * weights
        bend = (held * (odds * (1 - odds))[:, None]).T @ held + np.diag(shrink)
        step = np.linalg.solve(bend, slope)
        weights -= step
        if np.abs(step).max() < 1e-4:
            break
    return Logistic(mean, deviation, weights[:-1].astype(np.float32), float(weights[-1]), bent)


def held_back(
    rows: Floats, true: NDArray[np.bool_], usable: NDArray[np.bool_], groups: NDArray[np.intp], bent: tuple[int, ...]
) -> Floats:
    """The log-odds of each row by a rule that saw no row of its fold; `groups` (n,) are never torn apart.

    Only `usable` rows teach. A rule is the more certain of what it was fitted to, so that only such odds are counted.
    """
    odds = np.zeros(len(true), dtype=np.float32)
    fold = groups.astype(np.uint64) * 2654435761 % 2**32 % FOLDS
    for each in range(FOLDS):
        taught = usable & (fold != each)
        odds[fold == each] = fitted(rows[taught], true[taught], bent).odds(rows[fold == each])
    return odds
