"""Where the work's picture lies in the asked one: from a transform, or from one of the eight orientations."""

from collections.abc import Sequence

from registry.findings import MOST_POINTS, Affine, Orientation, Placement, Point, Size
from registry.match.polygons import UNIT_SQUARE, after, area, clipped, determinant, mapped

_DIGITS = 4
"""Of unit coordinates: a twentieth of a pixel in the pictures that are shown."""

_UPRIGHT: Affine = (1, 0, 0, 0, 1, 0)
_MIRRORED: Affine = (-1, 0, 1, 0, 1, 0)
_QUARTER: Affine = (0, 1, 0, -1, 0, 1)
"""A quarter turn counter-clockwise: what was at the right is at the top."""

_TURNED: tuple[Affine, ...] = (
    _UPRIGHT,
    _QUARTER,
    after(_QUARTER, _QUARTER),
    after(_QUARTER, after(_QUARTER, _QUARTER)),
)
WHOLE: dict[Orientation, Affine] = {
    orientation: after(_TURNED[number % 4], _MIRRORED if number >= 4 else _UPRIGHT)
    for number, orientation in enumerate(Orientation)
}
"""The transform of a work that fills the asked picture, for each orientation."""


def place(
    transform: Affine,
    *,
    work: Size,
    asked: Size,
    points: Sequence[tuple[Point, Point]] = (),
    inverted: bool = False,
) -> Placement:
    """The placement that a transform between unit coordinates means; raises ValueError where nothing of the work shows.

    `work` and `asked` are the pictures' sizes in pixels. Of more `points` than are kept, those are that lie far apart.
    """
    region = clipped(mapped(transform, UNIT_SQUARE))
    covered, outline = area(region), abs(determinant(transform))
    if covered <= 0 or outline <= 0:
        raise ValueError(f"nothing of the work is seen after {transform}")
    return Placement(
        transform=transform,
        work=work,
        asked=asked,
        region=tuple(map(_rounded, region)),
        shown=min(covered / outline, 1.0),
        covered=min(covered, 1.0),
        points=tuple((_rounded(of_work), _rounded(of_asked)) for of_work, of_asked in far_apart(points)),
        inverted=inverted,
    )


def place_whole(orientation: Orientation, *, work: Size, asked: Size, inverted: bool = False) -> Placement:
    """The placement of a work that is the whole picture, in this orientation."""
    return place(WHOLE[orientation], work=work, asked=asked, inverted=inverted)


def far_apart(points: Sequence[tuple[Point, Point]], most: int = MOST_POINTS) -> list[tuple[Point, Point]]:
    """At most so many of the pairs, the first one and then always the one that is farthest in the work from all taken.

    Gonzalez, Clustering to minimize the maximum intercluster distance (1985). Pairs at one place are taken once.
    """
    taken: list[tuple[Point, Point]] = []
    away = [float("inf")] * len(points)
    while points and len(taken) < most:
        farthest = max(range(len(points)), key=away.__getitem__)
        if away[farthest] == 0:
            break
        taken.append(points[farthest])
        (x, y), _ = points[farthest]
        away = [min(gap, (u - x) ** 2 + (v - y) ** 2) for gap, ((u, v), _) in zip(away, points, strict=True)]
    return taken


def _rounded(point: Point) -> Point:
    return round(point[0], _DIGITS), round(point[1], _DIGITS)
