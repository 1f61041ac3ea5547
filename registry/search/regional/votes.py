"""Hits vote for each other: which works may be shown, and where.

Every hit alone proposes a transform. The others of the same work that agree with it, place, size and direction, vote
for it. A work that nothing else speaks for keeps its one hit: what it is worth is for verification to say.
"""

import numpy as np
from numpy.typing import NDArray

from registry.features import Floats, Hypotheses
from registry.search.regional.hits import Hits

_Ints = NDArray[np.intp]

_PROPOSERS, _VOTERS = 30, 80
"""So many hits of one work propose and vote, the nearest in code: bounds what a page of equal glyphs costs."""

_APART = 8.0
_DRIFT = 0.12
"""Pixels of the work frame that a point may be off, and so much more for each pixel of distance from the proposing one:
a keypoint's size and angle are rough, and a cloth's perspective isn't affine."""

_MOST_SIZE = 2.0
_LEAST_ALIKE = 0.9
"""How far sizes (as a ratio) and directions of two agreeing hits may differ: the product of their linear parts,
summed, is twice the cosine of the angle between them for unit scales, and 0 if one is mirrored."""

_SAME_POINT = 6.0
_ECHO = 0.15
"""Hits within about these pixels at both ends are one point, told again: so much of a vote."""


_HOLD = 1400.0
"""The ridge: a proposed direction is off by about 0.08, a place by 3 pixels, and (3 / 0.08)² is 1400."""


def vote(hits: Hits, most: int) -> Hypotheses:
    """The `most` likeliest hypotheses, at most two of a work, each fitted to what speaks for it."""
    if not len(hits.rows):
        return Hypotheses(np.zeros(0, np.int32), np.zeros((0, 2, 3)), np.zeros(0, np.float32), np.zeros(0, np.int32))
    # By row, then the heaviest first. As a whole number a positive float is as large as it is as a float.
    lightness = np.uint32(0xFFFF_FFFF) - hits.weight.view(np.uint32)
    hits = hits[np.argsort(hits.rows << 32 | lightness.astype(np.int64), kind="stable")]
    starts = np.flatnonzero(np.r_[True, hits.rows[1:] != hits.rows[:-1]])
    sizes = np.diff(np.r_[starts, len(hits.rows)])
    work = np.repeat(np.arange(len(starts)), sizes)
    rank = np.arange(len(work)) - starts[work]

    scale = np.sqrt(np.abs(hits.linear[:, 0, 0] * hits.linear[:, 1, 1] - hits.linear[:, 0, 1] * hits.linear[:, 1, 0]))
    distinct = _distinct(hits)
    worth = hits.weight * np.where(distinct, np.float32(1), np.float32(_ECHO))
    # A work with one hit needs no comparing, and most works have one.
    votes, counts = worth.astype(np.float64), np.ones(len(work), np.int64)
    proposers = np.flatnonzero((rank < _PROPOSERS) & (sizes[work] > 1))
    voters = np.minimum(sizes[work[proposers]], _VOTERS)
    by = np.repeat(proposers, voters)
    of = np.arange(len(by)) - np.repeat(np.cumsum(voters) - voters, voters) + starts[work[by]]
    agreeing = _agreeing(hits, scale, by, of)
    by, of = by[agreeing], of[agreeing]
    votes[proposers] = np.bincount(by, worth[of], minlength=len(work))[proposers]
    counts[proposers] = np.bincount(by, distinct[of], minlength=len(work))[proposers]
    votes[rank >= _PROPOSERS] = -1

    best = _firsts(votes, work, starts)
    # Another place of the same work is proposed by a hit that doesn't speak for the best one.
    spoken_for = np.zeros(len(work), np.bool_)
    spoken_for[of[best[work[by]] == by]] = True
    spoken_for[best] = True
    other = np.where(spoken_for, -1, votes)
    second = _firsts(other, work, starts)
    chosen = np.concatenate([best, second[other[second] > 0]])
    chosen = chosen[np.argsort(-votes[chosen], kind="stable")][:most]
    return Hypotheses(
        hits.rows[chosen].astype(np.int32),
        _fitted(hits, chosen, by, of),
        votes[chosen].astype(np.float32),
        counts[chosen].astype(np.int32),
    )


def _firsts(votes: NDArray[np.float64], work: _Ints, starts: _Ints) -> _Ints:
    """The place of the most votes of each work, the first of them; works stand in order, from `starts` on."""
    most = np.flatnonzero(votes == np.maximum.reduceat(votes, starts)[work])
    firsts: _Ints = most[np.flatnonzero(np.r_[True, work[most[1:]] != work[most[:-1]]])]
    return firsts


def _fitted(hits: Hits, chosen: _Ints, by: _Ints, of: _Ints) -> NDArray[np.float64]:
    """The chosen transforms (n, 2, 3), each fitted to the points that agree with it.

    Least squares, held to the proposed linear part by a ridge: two points or a line of them change what they can tell.
    """
    place = np.full(len(hits.rows), -1)
    place[chosen] = np.arange(len(chosen))
    # Works with a single hit aren't among the pairs, so that each hit speaks for itself here.
    own = by != of
    fit = np.concatenate([np.arange(len(chosen)), place[by[own]]])
    point = np.concatenate([chosen, of[own]])[fit >= 0]
    fit = fit[fit >= 0]
    weight = hits.weight[point].astype(np.float64)

    def summed(values: NDArray[np.float64]) -> NDArray[np.float64]:
        columns = values.reshape(len(values), -1).T
        sums = [np.bincount(fit, weight * column, minlength=len(chosen)) for column in columns]
        return np.asarray(np.stack(sums, axis=1).reshape(-1, *values.shape[1:]), np.float64)

    work, query = hits.work[point].astype(np.float64), hits.query[point].astype(np.float64)
    total = np.bincount(fit, weight, minlength=len(chosen))[:, None]
    middle, there = summed(work) / total, summed(query) / total
    work, query = work - middle[fit], query - there[fit]
    ridge = _HOLD * np.eye(2)
    square = summed(work[:, :, None] * work[:, None, :]) + ridge
    across = summed(query[:, :, None] * work[:, None, :]) + hits.linear[chosen] @ ridge
    linear = across @ np.linalg.inv(square)
    shift = there[:, :, None] - linear @ middle[:, :, None]
    fitted: NDArray[np.float64] = np.concatenate([linear, shift], axis=2).astype(np.float64, copy=False)
    return fitted


def _distinct(hits: Hits) -> NDArray[np.bool_]:
    """The first of the hits of each work that lead from about the same point to about the same point."""
    ends = np.round(np.concatenate([hits.work, hits.query], axis=1) / _SAME_POINT).astype(np.int64) & 0xFF
    # 32 bits of row and four of 8: places that share a number are 1,500 pixels apart, which no frame is wide.
    key = ((((hits.rows << 8 | ends[:, 0]) << 8) | ends[:, 1]) << 16) ^ (ends[:, 2] << 8 | ends[:, 3])
    distinct = np.zeros(len(key), np.bool_)
    distinct[np.unique(key, return_index=True)[1]] = True
    return distinct


def _agreeing(hits: Hits, scale: Floats, by: _Ints, of: _Ints) -> NDArray[np.intp]:
    """Which pairs agree: the transform that `by` proposes brings the point of `of` where it was found, and as turned.

    Places are compared first, and all else only where they are near: one pair in twenty.
    """
    ends = np.ascontiguousarray(np.concatenate([hits.work, hits.query], axis=1).T)
    proposed = np.concatenate([hits.linear.reshape(-1, 4), hits.shift, hits.work, scale[:, None]], axis=1)
    work_x, work_y, query_x, query_y = ends.take(of, axis=1)
    xx, xy, yx, yy, shift_x, shift_y, centre_x, centre_y, size = np.ascontiguousarray(proposed.T).take(by, axis=1)
    off_x = xx * work_x + xy * work_y + shift_x - query_x
    off_y = yx * work_x + yy * work_y + shift_y - query_y
    far_x, far_y = work_x - centre_x, work_y - centre_y
    allowed = (np.float32(_APART) + np.float32(_DRIFT) * np.sqrt(far_x * far_x + far_y * far_y)) * size
    near = np.flatnonzero(off_x * off_x + off_y * off_y <= allowed * allowed)
    by, of = by[near], of[near]
    larger = scale[of] / scale[by]
    product = (proposed[by, :4] * proposed[of, :4]).sum(axis=1)
    as_large = (larger < _MOST_SIZE) & (larger > 1 / _MOST_SIZE)
    agreeing: _Ints = near[as_large & (product > np.float32(_LEAST_ALIKE) * scale[by] * scale[of])]
    return agreeing
