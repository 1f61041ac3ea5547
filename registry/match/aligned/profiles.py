"""What a picture shows along the normals of a work's edges, for many guesses at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.features import Edges, Floats
from registry.match.aligned.atlas import GUTTER, Atlas

Doubles = NDArray[np.float64]
Flags = NDArray[np.bool_]

RIM = 2
"""Pixels at the picture's border where nothing is looked for: its own edge isn't one."""

SHALLOW = np.float32(0.1)
"""Points that a homogeneous division brings nearer to the eye than that are not seen."""

_NOWHERE = -100.0
"""Outside of the atlas."""


@dataclass(frozen=True, slots=True)
class Points:
    """Edge points of the work of each guess, filled up to the same number.

    `x`, `y`, `across`, `down` (n, longest): place and normal, by the thumbnail; `held` which are points. `centres`
    (n, 2): the middle of the thumbnail.
    """

    x: Floats
    y: Floats
    across: Floats
    down: Floats
    held: Flags
    centres: Floats

    @classmethod
    def of(cls, edges: Sequence[Edges]) -> "Points":
        """The points of the works that guesses are about, one for each guess."""
        longest = max((len(one.points) for one in edges), default=0)
        padded = np.zeros((len(edges), longest, 4), dtype=np.float32)
        held = np.zeros((len(edges), longest), dtype=np.bool_)
        for row, one in enumerate(edges):
            padded[row, : len(one.points)] = one.points
            held[row, : len(one.points)] = True
        x, y, across, down = np.ascontiguousarray(padded.transpose(2, 0, 1))
        centres = np.array([((width - 1) / 2, (height - 1) / 2) for width, height in (one.size for one in edges)])
        return cls(x, y, across, down, held, centres.astype(np.float32).reshape(-1, 2))

    def thinned(self, count: int) -> "Points":
        """At most so many points of each, evenly from all of them, whose order is by rows."""
        longest = self.held.shape[1]
        if longest <= count:
            return self
        held = self.held.sum(axis=1)
        share = np.maximum(held, count)[:, None] / count
        chosen = np.minimum((np.arange(count) * share).astype(np.intp), longest - 1)
        rows = np.arange(len(held))[:, None]
        x, y, across, down, kept = (each[rows, chosen] for each in (self.x, self.y, self.across, self.down, self.held))
        return Points(x, y, across, down, kept, self.centres)

    def of_guesses(self, kept: NDArray[np.intp] | Flags) -> "Points":
        """The points of some of the guesses."""
        return Points(
            self.x[kept], self.y[kept], self.across[kept], self.down[kept], self.held[kept], self.centres[kept]
        )


@dataclass(frozen=True, slots=True)
class Profiles:
    """What is seen along the normals of n guesses.

    `along` (places, n, longest): the gradient along the edge's normal, with its sign, in units of the atlas; 0 where
    there is no edge that runs as the work's does. `visible` (n, longest): which points lie inside the picture.
    """

    along: Floats
    visible: Flags


def pixel_scales(maps: Doubles, centres: Floats) -> Floats:
    """How many pixels of the query frame one of a thumbnail takes, in the middle of each; 0 where there is no such.

    `maps` (n, 3, 3) from the thumbnail to the query frame, homogeneous.
    """
    centre = np.concatenate([centres, np.ones((len(centres), 1))], axis=1)
    depth = np.einsum("nj,nj->n", maps[:, 2], centre)
    fine = np.abs(depth) > 1e-3
    area = np.abs(np.linalg.det(maps)) / np.where(fine, np.abs(depth), 1.0) ** 3
    return np.where(fine, np.sqrt(area), 0.0).astype(np.float32)


def placed(maps: Doubles, x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """Points (n, any) of thumbnails in the query frame, and by what their homogeneous coordinates were divided."""
    m = _entries(maps)
    depth = m[2][0] * x + m[2][1] * y + m[2][2]
    unit = _units(depth)
    return (m[0][0] * x + m[0][1] * y + m[0][2]) * unit, (m[1][0] * x + m[1][1] * y + m[1][2]) * unit, depth


def steps(maps: Doubles, at: tuple[Floats, Floats, Floats]) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Where a step of one thumbnail pixel to the right, and one down, leads from points that `placed` placed."""
    m = _entries(maps)
    x, y, depth = at
    unit = _units(depth)
    right = (m[0][0] - x * m[2][0]) * unit, (m[1][0] - y * m[2][0]) * unit
    below = (m[0][1] - x * m[2][1]) * unit, (m[1][1] - y * m[2][1]) * unit
    return right, below


def _units(depth: Floats) -> Floats:
    return np.asarray(1 / np.maximum(depth, SHALLOW), dtype=np.float32)


def _entries(maps: Doubles) -> list[list[Floats]]:
    """The nine entries of the maps, each (n, 1)."""
    single = maps.astype(np.float32)
    return [[single[:, row, column, None] for column in range(3)] for row in range(3)]


def profiles(
    atlas: Atlas, maps: Doubles, points: Points, places: Floats, *, aligned: float, coarser: int = 0
) -> Profiles:
    """Looks along the normals.

    `places`: how far from each point, in thumbnail pixels. An edge counts where the cosine between its normal and the
    work's, as the transform shows it, is above `aligned`. `coarser`: so many levels of the atlas further than the one
    whose pixels are the thumbnail's.
    """
    at = placed(maps, points.x, points.y)
    right, below = steps(maps, at)
    width, height = atlas.size
    visible = (
        points.held
        & (at[2] > SHALLOW)
        & (at[0] >= RIM)
        & (at[1] >= RIM)
        & (at[0] <= width - 1 - RIM)
        & (at[1] <= height - 1 - RIM)
    )
    # A normal is a covector: it is carried by the inverse transposed, here up to its length.
    normal_x = below[1] * points.across - right[1] * points.down
    normal_y = right[0] * points.down - below[0] * points.across
    turned = np.sign(right[0] * below[1] - right[1] * below[0])
    length = turned / np.sqrt(normal_x * normal_x + normal_y * normal_y + np.float32(1e-12))
    normal_x, normal_y = normal_x * length, normal_y * length
    level = np.minimum(atlas.levels(pixel_scales(maps, points.centres)) + coarser, len(atlas.scales) - 1)
    scale, corner = atlas.scales[level], atlas.corners[level]
    start_x = (at[0] + 0.5) * scale[:, :1] + (corner[:, :1] - 0.5)
    start_y = (at[1] + 0.5) * scale[:, 1:] + (corner[:, 1:] - 0.5)
    start_x = np.where(visible, start_x, np.float32(_NOWHERE))
    stride_x = (right[0] * points.across + below[0] * points.down) * scale[:, :1]
    stride_y = (right[1] * points.across + below[1] * points.down) * scale[:, 1:]
    # A longer stride would lead over the gutter into another level.
    longest = GUTTER / max(float(np.max(np.abs(places))), 1.0)
    stride_x, stride_y = np.clip(stride_x, -longest, longest), np.clip(stride_y, -longest, longest)
    if not start_x.size:
        return Profiles(np.zeros((len(places), *start_x.shape), np.float32), visible)
    # Places come first: what is done with them is done to long rows.
    shape = len(places), *start_x.shape
    map_x, map_y = (
        (stride * places[:, None, None] + start).reshape(len(places) * len(start), -1)
        for stride, start in ((stride_x, start_x), (stride_y, start_y))
    )
    across, down = (each.reshape(shape) for each in looked_up(atlas, map_x, map_y))
    along = across * normal_x
    along += down * normal_y
    square = np.multiply(across, across, out=across)
    square += np.multiply(down, down, out=down)
    needed = np.multiply(square, np.float32(aligned * aligned), out=down)
    along[(square <= 1) | (along * along <= needed)] = 0
    return Profiles(along, visible)


def looked_up(atlas: Atlas, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """The gradients at places of the atlas's image, (rows, columns); 0 outside of it."""
    if not x.size:
        return np.zeros_like(x), np.zeros_like(x)
    whole, part = cv2.convertMaps(x, y, cv2.CV_16SC2)
    across = cv2.remap(atlas.across, whole, part, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    down = cv2.remap(atlas.down, whole, part, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return np.asarray(across, dtype=np.float32), np.asarray(down, dtype=np.float32)
