"""How much the points of one work that are found again where they belong are worth, beside chance.

A contrario: the score is minus the decimal logarithm of how often so many agreements are expected among all works if
hits fell anywhere (A. Desolneux, L. Moisan and J.-M. Morel, Meaningful alignments, IJCV 2000).
"""

from math import lgamma, log, log10

import numpy as np
from numpy.typing import NDArray

from registry.features import Correspondences, Floats
from registry.search.regional.hits import Hits

_WIDE = 20.0
_NEAR = 7.0
"""Pixels of the work frame that a point may be off, at first and after an affine map is fitted."""

_MOST_SIZE = 2.5
"""How far a point's size may differ from what the map says, as a ratio."""

_CHANCE = 0.004
"""How likely a hit that fell anywhere agrees by chance: within seven pixels, in size, and hits come in clusters."""

_FREEDOMS = 3
"""Points that fix an affine map, and so prove nothing."""

_MOST_STRETCH = 3.0
_CELL = 4.0
"""Points of one square of so many pixels count once."""

_THIN, _PLAIN = 0.35, 25.0
"""Points along a line, such as letters of a word, are worth 0.35; the whole worth is reached where they deviate so many
pixels from their line (and the rest of it, 0.65, linearly)."""


def correspondences(row: int, hits: Hits, transform: NDArray[np.float64], works: int) -> Correspondences | None:
    """What agrees with a hypothesis of a work after an affine map is fitted; None where it's too little to fit one.

    `hits` are those of the work, `transform` (2, 3) the hypothesis from its frame to the query frame, `works` how many
    there are that might have been hit by chance.
    """
    sizes = np.sqrt(np.abs(np.linalg.det(hits.linear)))
    side = np.sign(np.linalg.det(hits.linear))
    fitted = transform
    agree = _agreeing(hits, sizes, side, transform, _WIDE)
    for _ in range(3):
        if _separate(hits, agree) <= _FREEDOMS:
            return None
        points = np.concatenate([hits.work[agree], np.ones((agree.sum(), 1), np.float32)], axis=1).astype(np.float64)
        fitted = np.asarray(np.linalg.lstsq(points, hits.query[agree].astype(np.float64), rcond=None)[0].T, np.float64)
        longest, shortest = np.linalg.svd(fitted[:, :2], compute_uv=False)
        if longest > _MOST_STRETCH * shortest:
            return None
        agree = _agreeing(hits, sizes, side, fitted, _NEAR)
    separate = _separate(hits, agree)
    if separate <= _FREEDOMS:
        return None
    tried = max(len(np.unique(hits.asked)), separate)
    rarity = -(log10(works) + log10(tried) + _log_tail(tried, separate - _FREEDOMS + 1, _CHANCE))
    surest = np.flatnonzero(agree)
    surest = surest[np.argsort(-hits.weight[surest], kind="stable")]
    score = max(0.0, rarity) * min(1.0, _THIN + _deviation(hits.work[surest]) / _PLAIN)
    return Correspondences(row, fitted, hits.work[surest], hits.query[surest], score)


def _agreeing(
    hits: Hits, sizes: Floats, side: Floats, transform: NDArray[np.float64], apart: float
) -> NDArray[np.bool_]:
    """The hits that the map brings within `apart` pixels of the work frame, about as large, and on the same side."""
    linear = transform[:, :2]
    determinant = np.linalg.det(linear)
    scale = np.sqrt(abs(determinant))
    off = hits.work @ linear.T + transform[:, 2] - hits.query
    larger = sizes / scale
    agreeing: NDArray[np.bool_] = (
        (np.hypot(off[:, 0], off[:, 1]) < apart * scale)
        & (larger < _MOST_SIZE)
        & (larger > 1 / _MOST_SIZE)
        & (side == np.sign(determinant))
    )
    return agreeing


def _separate(hits: Hits, agree: NDArray[np.bool_]) -> int:
    """How many points there are at the end that has fewer, those of one little square counted once."""
    return min(
        len(np.unique(np.round(points[agree] / _CELL).astype(np.int64) @ np.array([4096, 1])))
        for points in (hits.work, hits.query)
    )


def _log_tail(tried: int, found: int, chance: float) -> float:
    """The decimal logarithm of the binomial's largest term from `found` on: what so many of `tried` have by chance."""
    if found <= tried * chance:
        return 0.0
    ways = lgamma(tried + 1) - lgamma(found + 1) - lgamma(tried - found + 1)
    return (ways + found * log(chance) + (tried - found) * log(1 - chance)) / log(10)


def _deviation(points: Floats) -> float:
    """How far points deviate from the line that fits them best: a standard deviation, in pixels."""
    return float(np.sqrt(max(0.0, np.linalg.eigvalsh(np.cov(points.T))[0])))
