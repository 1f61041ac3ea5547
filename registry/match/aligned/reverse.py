"""How much of what a picture shows inside a claimed frame the work explains.

A thumbnail's raster is laid over the picture by the transform, and the edges that are seen there are looked for among
the work's.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from registry.features import EDGE_SIDE, Floats
from registry.match.aligned.atlas import Atlas
from registry.match.aligned.profiles import RIM, SHALLOW, Doubles, Points, looked_up, pixel_scales, placed, steps

Indices = NDArray[np.intp]

_TURNED = np.float32(0.83)
"""The cosine of 34°: an edge that runs otherwise is another."""

_DIAGONAL = np.float32(np.tan(np.pi / 8))


@dataclass(frozen=True, slots=True)
class Explained:
    """Of n guesses: `shown` and `explained` (n,) edges inside the frame; `area` (n,): how much of the frame is visible.

    `cells` (n, 2, 16): the same edges by the parts of the frame, explained and shown.
    """

    explained: Floats
    shown: Floats
    area: Floats
    cells: Floats


def cell_of(x: NDArray[np.intp], y: NDArray[np.intp]) -> NDArray[np.intp]:
    """Which of the 16 parts of a thumbnail's square a point is in."""
    quarter = EDGE_SIDE // 4
    return np.minimum(y // quarter, 3) * 4 + np.minimum(x // quarter, 3)


def explained(atlas: Atlas, maps: Doubles, points: Points) -> Explained:
    """Looks at the picture inside the frames of n guesses; `maps` (n, 3, 3) from the thumbnails to the query frame."""
    number = len(maps)
    if not number:
        nothing = np.zeros(0, dtype=np.float32)
        return Explained(nothing, nothing, nothing, np.zeros((0, 2, 16), dtype=np.float32))
    sizes = np.round(points.centres * 2 + 1).astype(np.intp)
    width, height = sizes.max(axis=0).tolist()
    grid_y, grid_x = (each.reshape(1, -1).astype(np.float32) for each in np.mgrid[:height, :width])
    inside = (grid_x < sizes[:, :1]) & (grid_y < sizes[:, 1:])
    at = placed(maps, grid_x, grid_y)
    seen = (
        inside
        & (at[2] > SHALLOW)
        & (at[0] >= RIM)
        & (at[1] >= RIM)
        & (at[0] <= atlas.size[0] - 1 - RIM)
        & (at[1] <= atlas.size[1] - 1 - RIM)
    )
    level = atlas.levels(pixel_scales(maps, points.centres))
    scale, corner = atlas.scales[level], atlas.corners[level]
    map_x = np.where(seen, (at[0] + 0.5) * scale[:, :1] + (corner[:, :1] - 0.5), np.float32(-100))
    map_y = (at[1] + 0.5) * scale[:, 1:] + (corner[:, 1:] - 0.5)
    across, down = (each.reshape(number, -1) for each in looked_up(atlas, map_x, map_y))
    # The gradient as the thumbnail has it.
    right, below = steps(maps, at)
    toward_x = right[0] * across + right[1] * down
    toward_y = below[0] * across + below[1] * down
    strength = np.sqrt(toward_x * toward_x + toward_y * toward_y)
    strength[across * across + down * down <= 1] = 0
    ridges = _ridges(strength.reshape(number, height, width), toward_x, toward_y)
    length = strength.ravel()[ridges]
    unit_x, unit_y = toward_x.ravel()[ridges] / length, toward_y.ravel()[ridges] / length
    guess, pixel = np.divmod(ridges, height * width)
    y, x = np.divmod(pixel, width)
    normals_x, normals_y = _normals(points, height, width)
    around = (guess * (height + 2) + y) * (width + 2) + x
    known = np.zeros(len(guess), dtype=np.bool_)
    for down_by in (0, 1, 2):
        for right_by in (0, 1, 2):
            near = around + (down_by * (width + 2) + right_by)
            known |= np.abs(normals_x[near] * unit_x + normals_y[near] * unit_y) > _TURNED
    cell = guess * 16 + cell_of(x, y)
    shown = np.bincount(cell, minlength=number * 16).reshape(number, 16).astype(np.float32)
    agree = np.bincount(cell[known], minlength=number * 16).reshape(number, 16).astype(np.float32)
    return Explained(
        explained=agree.sum(axis=1),
        shown=shown.sum(axis=1),
        area=(seen.sum(axis=1) / np.maximum(inside.sum(axis=1), 1)).astype(np.float32),
        cells=np.stack([agree, shown], axis=1),
    )


def _ridges(strength: Floats, across: Floats, down: Floats) -> Indices:
    """The pixels, counted through all guesses, that are strongest along their gradient, by 45°; none at the border."""
    width = strength.shape[2]
    inner = strength.copy()
    inner[:, [0, -1]] = 0
    inner[:, :, [0, -1]] = 0
    pixels = np.flatnonzero(inner)
    toward_x, toward_y = across.ravel()[pixels], down.ravel()[pixels]
    steep_x, steep_y = np.abs(toward_x), np.abs(toward_y)
    dx = steep_x > _DIAGONAL * steep_y
    dy = np.where(steep_y > _DIAGONAL * steep_x, np.where(toward_x * toward_y < 0, -1, 1), 0)
    ahead = np.where(dx, dy * width + 1, width)
    flat = strength.ravel()
    here = flat[pixels]
    ridges: Indices = pixels[(here >= flat[pixels + ahead]) & (here > flat[pixels - ahead])]
    return ridges


def _normals(points: Points, height: int, width: int) -> tuple[Floats, Floats]:
    """The normals of the works' edges where they have some, with a border of none: n · (height + 2) · (width + 2)."""
    places = (np.arange(len(points.held))[:, None] * (height + 2) + points.y.astype(np.intp) + 1) * (width + 2)
    places = (places + points.x.astype(np.intp) + 1)[points.held]
    normals = np.zeros((2, len(points.held) * (height + 2) * (width + 2)), dtype=np.float32)
    normals[0, places] = points.across[points.held]
    normals[1, places] = points.down[points.held]
    return normals[0], normals[1]
