"""One step of iterated closest points: from how far off each edge is to how the whole work must move."""

import numpy as np
from numpy.typing import NDArray

from registry.features import EDGE_SIDE, Floats
from registry.match.aligned.profiles import Doubles, Flags, Points

_UNIT = EDGE_SIDE / 2
"""Coordinates are in halves of a thumbnail while equations are solved: all unknowns are displacements in pixels."""

_SIMILAR, _AFFINE, _ALL = 4, 6, 8

_PULL = {_SIMILAR: 0.02, _AFFINE: 0.08, _ALL: 0.03}
"""How strongly each group of unknowns is held at nothing, in parts of the number of edges: shift, turn and scale;
squeeze and shear; tilt."""

_STIFF_PULL = 0.5
"""Instead of that for squeeze and shear while the guess is still rough."""

_NEGLIGIBLE = 1e-6
"""Edges: keeps what is free from being less than free by rounding."""

_LARGEST_MOVE = 0.5
"""A step that scales or turns by more has gone astray."""


def nearest(along: Floats, reach: int) -> tuple[Floats, Flags]:
    """The strongest edge along each normal, near ones before far ones: its distance, and whether there is any.

    `along` (2 reach + 1, n, points). Between pixels the distance is that of the parabola through the peak.
    """
    strength = np.abs(along)
    around = np.zeros((len(along) + 2, *along.shape[1:]), np.float32)
    around[1:-1] = strength
    before, after = around[:-2], around[2:]
    near = 1 - 0.5 / (reach + 1) * np.abs(np.arange(-reach, reach + 1, dtype=np.float32))
    value = strength * near[:, None, None]
    value[(strength < before) | (strength < after)] = 0
    best = np.argmax(value, axis=0)[None]
    left, peak, right = (np.take_along_axis(around, best + step, 0)[0] for step in (0, 1, 2))
    bend = left - 2 * peak + right
    between = (left > 0) & (right > 0) & (bend < -1e-6)
    offset = np.where(between, 0.5 * (left - right) / np.where(between, bend, 1), 0)
    return (best[0] - reach + offset).astype(np.float32), peak > 0


def equations(points: Points, used: Flags, unknowns: int = _ALL) -> Floats:
    """How far each edge moves along its normal for a unit of each unknown: (n, unknowns, points).

    They are the shift along x and y; scale and turn; squeeze and shear; tilt along x and y. Points that aren't used
    don't move.
    """
    x = (points.x - points.centres[:, :1]) / _UNIT
    y = (points.y - points.centres[:, 1:]) / _UNIT
    made = np.empty((len(x), unknowns, x.shape[1]), dtype=np.float32)
    across = np.multiply(points.across, used, out=made[:, 0])
    down = np.multiply(points.down, used, out=made[:, 1])
    level, upright = across * x, down * y
    outward = np.add(level, upright, out=made[:, 2])
    np.subtract(level, upright, out=made[:, 4])
    level, upright = down * x, across * y
    np.subtract(level, upright, out=made[:, 3])
    np.add(level, upright, out=made[:, 5])
    if unknowns == _ALL:
        np.multiply(outward, x, out=made[:, 6])
        np.multiply(outward, y, out=made[:, 7])
    return made


def follow(points: Points, distances: Floats, used: Flags, *, stiff: bool, tilt: bool) -> tuple[Doubles, Flags]:
    """The moves (n, 3, 3), on the thumbnails' side of the maps, that bring the used edges nearest to what was found.

    Least squares, with a pull towards no move. The second answer tells which moves are sane; the others are none.
    """
    unknowns = _ALL if tilt else _AFFINE
    made = equations(points, used, unknowns)
    normal = (made @ made.transpose(0, 2, 1)).astype(np.float64)
    right = (made @ distances[:, :, None]).astype(np.float64)
    pull = np.empty(unknowns)
    pull[:_SIMILAR] = _PULL[_SIMILAR]
    pull[_SIMILAR:_AFFINE] = _STIFF_PULL if stiff else _PULL[_AFFINE]
    pull[_AFFINE:] = _PULL[_ALL]
    count = used.sum(axis=1)[:, None, None]
    normal += np.eye(unknowns) * pull * np.maximum(count, 1)
    tx, ty, scale, turn, squeeze, shear, *tilts = np.linalg.solve(normal, right)[..., 0].T
    sane = np.maximum(np.abs(scale), np.abs(turn)) <= _LARGEST_MOVE * _UNIT
    move = np.zeros((len(normal), 3, 3))
    move[:, 0, 0] = 1 + (scale + squeeze) / _UNIT
    move[:, 0, 1] = (shear - turn) / _UNIT
    move[:, 1, 0] = (shear + turn) / _UNIT
    move[:, 1, 1] = 1 + (scale - squeeze) / _UNIT
    move[:, 0, 2], move[:, 1, 2], move[:, 2, 2] = tx, ty, 1
    if tilt:
        move[:, 2, 0], move[:, 2, 1] = (-each / _UNIT / _UNIT for each in tilts)
    move[~sane] = np.eye(3)
    return _about(points.centres, move), sane


def _about(centres: Floats, move: Doubles) -> Doubles:
    """Moves about the middle of a thumbnail as moves about its origin."""
    there, back = (np.tile(np.eye(3), (len(move), 1, 1)) for _ in range(2))
    there[:, :2, 2], back[:, :2, 2] = -centres, centres
    return np.asarray(back @ move @ there)


def firmness(points: Points, used: Flags) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How well edges determine a similarity, and an affine map: the least pivot of their equations, in edges.

    Parallel lines leave a shift free, circles a turn; the pivot of what is free is 0.
    """
    made = equations(points, used, _AFFINE).astype(np.float64)
    normal = made @ made.transpose(0, 2, 1) + _NEGLIGIBLE * np.eye(_AFFINE)
    pivots = np.diagonal(np.linalg.cholesky(normal), axis1=1, axis2=2) ** 2
    return pivots[:, :_SIMILAR].min(axis=1), pivots.min(axis=1)
