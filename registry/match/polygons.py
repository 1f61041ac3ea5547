"""Polygons and affine maps of the plane, in plain Python: a handful of corners is no work for arrays."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from registry.findings import Affine, Point

UNIT_SQUARE: tuple[Point, ...] = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
"""The outline of a picture in its own unit coordinates."""


def determinant(transform: Affine) -> float:
    """By how much areas grow; negative where the map mirrors."""
    a, b, _, d, e, _ = transform
    return a * e - b * d


def mapped(transform: Affine, points: Iterable[Point]) -> tuple[Point, ...]:
    """Where the points go."""
    a, b, c, d, e, f = transform
    return tuple((a * x + b * y + c, d * x + e * y + f) for x, y in points)


def after(second: Affine, first: Affine) -> Affine:
    """The map that does `first`, then `second`."""
    a, b, _, d, e, _ = second
    (g, i), (h, j) = (first[0], first[3]), (first[1], first[4])
    ((c, f),) = mapped(second, [(first[2], first[5])])
    return a * g + b * i, a * h + b * j, c, d * g + e * i, d * h + e * j, f


def area(polygon: Sequence[Point]) -> float:
    """The area that the polygon encloses, by the shoelace formula."""
    if len(polygon) < 3:
        return 0.0
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise((*polygon, polygon[0])))) / 2


def clipped(polygon: Sequence[Point]) -> tuple[Point, ...]:
    """What of a convex polygon lies in the unit square; nothing where it lies beside it.

    Sutherland and Hodgman, Reentrant polygon clipping (1974): one side of the square after the other.
    """
    left = tuple(polygon)
    for axis in (0, 1):
        for keep_low, limit in ((False, 0.0), (True, 1.0)):
            left = _cut(left, axis, limit, keep_low=keep_low)
    return left


def _cut(polygon: tuple[Point, ...], axis: int, limit: float, *, keep_low: bool) -> tuple[Point, ...]:
    """What lies on one side of a line across an axis."""
    sign = -1 if keep_low else 1
    kept: list[Point] = []
    for before, point in pairwise((*polygon[-1:], *polygon)):
        from_inside, inside = sign * (before[axis] - limit) >= 0, sign * (point[axis] - limit) >= 0
        if from_inside != inside:
            kept.append(_crossing(before, point, axis, limit))
        if inside:
            kept.append(point)
    return tuple(kept)


def _crossing(one: Point, other: Point, axis: int, limit: float) -> Point:
    share = (limit - one[axis]) / (other[axis] - one[axis])
    along = one[1 - axis] + share * (other[1 - axis] - one[1 - axis])
    return (limit, along) if axis == 0 else (along, limit)
