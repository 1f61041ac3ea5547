"""Clipping, areas and maps, held against what can be told another way."""

from itertools import pairwise
from math import cos, isclose, pi, sin

from hypothesis import given
from hypothesis import strategies as st

from registry.findings import Affine, Point
from registry.match.polygons import UNIT_SQUARE, after, area, clipped, determinant, mapped

NUMBERS = st.floats(-3, 3)
AFFINES = st.tuples(*[NUMBERS] * 6).filter(lambda one: abs(determinant(one)) > 0.01)
POINTS = st.tuples(NUMBERS, NUMBERS)
GRID = 120


def by_counting(polygon: tuple[Point, ...]) -> float:
    """The area in the unit square, by asking a grid of points which of them are inside: even-odd rule."""
    inside = 0
    for row in range(GRID):
        y = (row + 0.5) / GRID
        crossings = sorted(
            x0 + (y - y0) / (y1 - y0) * (x1 - x0)
            for (x0, y0), (x1, y1) in pairwise((*polygon, polygon[0]))
            if (y0 > y) != (y1 > y)
        )
        for left, right in zip(crossings[::2], crossings[1::2], strict=True):
            inside += sum(left <= (column + 0.5) / GRID < right for column in range(GRID))
    return inside / GRID**2


@given(AFFINES)
def test_clipping_keeps_what_lies_inside(transform: Affine) -> None:
    outline = mapped(transform, UNIT_SQUARE)
    left = clipped(outline)
    assert all(-1e-9 <= x <= 1 + 1e-9 and -1e-9 <= y <= 1 + 1e-9 for x, y in left)
    assert abs(area(left) - by_counting(outline)) < 0.03
    assert area(left) <= min(1, abs(determinant(transform))) + 1e-9


@given(AFFINES, AFFINES, POINTS)
def test_one_map_after_another(first: Affine, second: Affine, point: Point) -> None:
    (one,) = mapped(second, mapped(first, [point]))
    (other,) = mapped(after(second, first), [point])
    assert isclose(one[0], other[0], abs_tol=1e-9)
    assert isclose(one[1], other[1], abs_tol=1e-9)


def test_areas_that_are_known() -> None:
    hexagon = tuple((cos(pi / 3 * corner), sin(pi / 3 * corner)) for corner in range(6))
    assert isclose(area(hexagon), 3 * 3**0.5 / 2)
    assert area(UNIT_SQUARE) == 1
    assert area(()) == area(hexagon[:2]) == 0
    assert area(clipped(((-1, -1), (2, -1), (2, 2), (-1, 2)))) == 1
    assert clipped(((2, 2), (3, 2), (3, 3))) == ()
    assert clipped(()) == ()
