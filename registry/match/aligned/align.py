"""Guesses about where works are shown, each refined and measured by the works' edges: all of them at once.

A work's edge is looked for in the asked picture along its own normal, and the transform is moved so that the distances
vanish: iterated closest points with a point-to-line metric (Y. Chen, G. Medioni, Object modelling by registration of
multiple range images, 1992). What remains is measured four ways: how many of the edges in view are found, against how
many would be found at places beside them; how much of what the picture shows inside the claimed frame the work
explains; how much of the work is in view; and how well the found edges determine the transform.

Steps:

1. a third of the points, from afar: guesses that come to nothing, or to the same as another, are dropped
2. all points, from nearer and nearer
3. the last steps may tilt the work: a print on cloth is seen in perspective
4. the measures
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from registry.features import EDGE_SIDE, WORK_SIDE, Edges, Floats, Hypotheses
from registry.match.aligned.atlas import Atlas
from registry.match.aligned.found import Found
from registry.match.aligned.moves import firmness, follow, nearest
from registry.match.aligned.profiles import Doubles, Flags, Points, pixel_scales, placed, profiles, steps
from registry.match.aligned.reverse import cell_of, explained

FEWEST = 12
"""A work with fewer edge points is not aligned."""

FOUND_LEAST = 8
"""Fewer found edges show nothing."""

_COARSE = 96
_COARSE_REACH = (6, 4)
_FINE_REACH = (3, 2, 2)
_TILTED = 2
"""So many of the last steps may tilt."""

_KEPT = 12
"""So many guesses are refined with all points."""

_TWIN = 2.5
"""Guesses of one work whose corners end so near each other, in edge pixels, are one."""

_ALIGNED = 0.75
"""The least cosine between the normals while the transform is still moving."""

_MOVED_BY = 6
_MOVED_SHARE = 0.15
"""So many edges, and so many of those in view, move a work; fewer, and the guess is dropped."""

_SMALLEST, _LARGEST = 0.1, 100.0
"""Query pixels that an edge pixel may take."""

_AGREES, _DISAGREES = 0.55, 0.3
"""Shares of edges that agree, both ways, in a part of the frame that agrees or disagrees."""

_CELL_LEAST = 4
"""So many edges make a part worth a vote."""

_HOPELESS = 2.0
"""The least coarse evidence, in nats: no true alignment came with less."""


@dataclass(frozen=True, slots=True)
class Alignments:
    """What became of hypotheses, row for row; zeros where one was dropped.

    `transforms` (n, 2, 3) from the work frame to the query frame, the best affine map; `tilts` (n, 2): how much the
    scale differs across the work, along x and y, 0 where it is seen straight on. `visible` of `total` edge points lie
    inside the picture, `matched` of them were found, of which `bright` have the lighter side where the work has it.
    `chance` is the share that is found beside the edges; `explained` of `shown` edges inside the claimed frame are the
    work's. `area` is the visible share of the frame; `firm` (n, 2) how well the found edges determine a similarity and
    an affine map; `spread` the minor deviation of the found edges, in edge pixels; `turns` the entropy of their
    directions, in bits; `cells` (n, 3): of 16 parts of the work's frame, how many agree both ways, disagree, and hold
    edges at all.
    """

    transforms: NDArray[np.float64]
    tilts: Floats
    total: Floats
    visible: Floats
    matched: Floats
    bright: Floats
    chance: Floats
    explained: Floats
    shown: Floats
    area: Floats
    firm: Floats
    spread: Floats
    turns: Floats
    cells: Floats

    def of(self, which: Flags) -> "Alignments":
        """Some of them."""
        return Alignments(*(getattr(self, field.name)[which] for field in fields(Alignments)))


def align(atlas: Atlas, edges: Sequence[Edges], hypotheses: Hypotheses) -> Alignments:
    """Aligns the work of each hypothesis, whose edges stand at the same place of `edges`, with the asked picture."""
    number = len(hypotheses.rows)
    points = Points.of(edges)
    maps = _of_thumbnails(hypotheses.transforms)
    alive = np.flatnonzero(points.held.sum(axis=1) >= FEWEST)

    # 1. from afar
    coarse = points.thinned(_COARSE)
    for reach in _COARSE_REACH:
        maps, alive = _moved(atlas, maps, coarse, alive, reach, stiff=reach == _COARSE_REACH[0])
    evidence = Found.at(atlas, maps[alive], coarse.of_guesses(alive)).evidence()
    alive = _promising(maps, points, alive, evidence, hypotheses.rows)

    # 2. and 3. from near
    for step, reach in enumerate(_FINE_REACH):
        tilt = step >= len(_FINE_REACH) - _TILTED
        maps, alive = _moved(atlas, maps, points, alive, reach, tilt=tilt)

    # 4. the measures
    of_alive = points.of_guesses(alive)
    found = Found.at(atlas, maps[alive], of_alive)
    enough = found.matched.sum(axis=1) >= FOUND_LEAST
    alive, of_alive, found = alive[enough], of_alive.of_guesses(enough), found.of_guesses(enough)
    return _measured(number, atlas, maps, alive, of_alive, found)


def as_told(atlas: Atlas, edges: Sequence[Edges], hypotheses: Hypotheses) -> Alignments:
    """The measures of hypotheses as they are, none of them moved and none dropped that has edges to be found."""
    points = Points.of(edges)
    maps = _of_thumbnails(hypotheses.transforms)
    alive = np.flatnonzero(points.held.sum(axis=1) >= FEWEST)
    of_alive = points.of_guesses(alive)
    found = Found.at(atlas, maps[alive], of_alive)
    told = _measured(len(hypotheses.rows), atlas, maps, alive, of_alive, found)
    return replace(told, transforms=hypotheses.transforms)


def both(one: Alignments, other: Alignments) -> Alignments:
    """Those of both."""
    pairs = ((getattr(one, field.name), getattr(other, field.name)) for field in fields(Alignments))
    return Alignments(*map(np.concatenate, pairs))


def _of_thumbnails(transforms: NDArray[np.float64]) -> Doubles:
    """(n, 3, 3) from thumbnails to the query frame, of (n, 2, 3) from work frames: centres of pixels stay centres."""
    pixel = WORK_SIDE / EDGE_SIDE
    maps = np.zeros((len(transforms), 3, 3))
    maps[:, :2, :2] = transforms[:, :, :2] * pixel
    maps[:, :2, 2] = transforms[:, :, 2] + transforms[:, :, :2].sum(axis=2) * ((pixel - 1) / 2)
    maps[:, 2, 2] = 1
    return maps


def _of_work_frames(maps: Doubles, centres: Floats) -> NDArray[np.float64]:
    """(n, 2, 3) from work frames: the affine map that is nearest in the middle of the work."""
    x, y, depth = placed(maps, centres[:, :1], centres[:, 1:])
    right, below = steps(maps, (x, y, depth))
    linear = np.stack([np.concatenate([right[0], below[0]], 1), np.concatenate([right[1], below[1]], 1)], 1)
    linear = linear.astype(np.float64) * (EDGE_SIDE / WORK_SIDE)
    middle = (centres + 0.5) * (WORK_SIDE / EDGE_SIDE) - 0.5
    shift = np.concatenate([x, y], axis=1) - np.einsum("nij,nj->ni", linear, middle)
    return np.concatenate([linear, shift[:, :, None]], axis=2)


def _moved(
    atlas: Atlas,
    maps: Doubles,
    points: Points,
    alive: NDArray[np.intp],
    reach: int,
    *,
    stiff: bool = False,
    tilt: bool = False,
) -> tuple[Doubles, NDArray[np.intp]]:
    """One step of all living guesses, and which live on."""
    of_alive = points.of_guesses(alive)
    places = np.arange(-reach, reach + 1, dtype=np.float32)
    seen = profiles(atlas, maps[alive], of_alive, places, aligned=_ALIGNED)
    distance, found = nearest(seen.along, reach)
    count = found.sum(axis=1)
    moves, sane = follow(of_alive, distance, found, stiff=stiff, tilt=tilt)
    lives = sane & (count >= _MOVED_BY) & (count >= _MOVED_SHARE * seen.visible.sum(axis=1))
    after = maps.copy()
    after[alive] = maps[alive] @ moves
    scale = pixel_scales(after[alive], of_alive.centres)
    lives &= (scale > _SMALLEST) & (scale < _LARGEST)
    return after, alive[lives]


def _promising(
    maps: Doubles, points: Points, alive: NDArray[np.intp], evidence: Floats, rows: NDArray[np.int32]
) -> NDArray[np.intp]:
    """The living guesses that are worth all points, each once."""
    best = np.argsort(-evidence, kind="stable")
    best = best[evidence[best] > _HOPELESS]
    centres = points.centres[alive[best]]
    right, below = (2 * centres).T
    nought = np.zeros_like(right)
    corners = np.stack([nought, right, nought, right], 1), np.stack([nought, nought, below, below], 1)
    x, y, _ = placed(maps[alive[best]], *corners)
    apart = np.maximum(np.abs(x[:, None] - x[None]), np.abs(y[:, None] - y[None])).max(axis=2)
    same = rows[alive[best]][:, None] == rows[alive[best]][None]
    near = same & (apart < _TWIN * pixel_scales(maps[alive[best]], centres)[:, None])
    twin = np.tril(near, -1).any(axis=1)
    return np.sort(alive[best[~twin][:_KEPT]])


def _measured(
    number: int, atlas: Atlas, maps: Doubles, alive: NDArray[np.intp], points: Points, found: Found
) -> Alignments:
    seen = explained(atlas, maps[alive], points)

    def full(values: NDArray[Any]) -> Floats:
        held = np.zeros((number, *values.shape[1:]), dtype=np.float32)
        held[alive] = values
        return held

    transforms = np.zeros((number, 2, 3))
    transforms[alive] = _of_work_frames(maps[alive], points.centres)
    return Alignments(
        transforms=transforms,
        tilts=full(maps[alive, 2, :2] / np.maximum(maps[alive, 2, 2:], 1e-6) * EDGE_SIDE),
        total=full(points.held.sum(axis=1)),
        visible=full(found.visible.sum(axis=1)),
        matched=full(found.matched.sum(axis=1)),
        bright=full(found.bright.sum(axis=1)),
        chance=full(found.chance),
        explained=full(seen.explained),
        shown=full(seen.shown),
        area=full(seen.area),
        firm=full(np.stack(firmness(points, found.matched), axis=1)),
        spread=full(_spread(points, found)),
        turns=full(_turns(points, found)),
        cells=full(_cells(points, found, seen.cells)),
    )


def _spread(points: Points, found: Found) -> NDArray[np.float64]:
    """The standard deviation of the found points along their minor axis, in edge pixels."""
    count = np.maximum(found.matched.sum(axis=1), 1)[:, None]
    x, y = (
        (each - (each * found.matched).sum(axis=1, keepdims=True) / count) * found.matched
        for each in (points.x, points.y)
    )
    xx, yy, xy = ((a * b).sum(axis=1) / count[:, 0] for a, b in ((x, x), (y, y), (x, y)))
    half = (xx + yy) / 2
    return np.asarray(np.sqrt(np.maximum(half - np.sqrt(np.maximum(half * half - (xx * yy - xy * xy), 0)), 0)))


def _turns(points: Points, found: Found) -> NDArray[np.float64]:
    """The entropy of the found edges' directions over the half circle, in bits of three."""
    eighth = np.round(np.arctan2(points.down, points.across) * (8 / np.pi)).astype(np.intp) % 8
    number = len(eighth)
    index = (np.arange(number)[:, None] * 8 + eighth)[found.matched]
    counts = np.bincount(index, minlength=number * 8).reshape(number, 8)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return np.asarray(-(share * np.log2(np.where(share > 0, share, 1))).sum(axis=1))


def _cells(points: Points, found: Found, both: Floats) -> NDArray[np.float64]:
    """How many parts of the frame agree, disagree, and hold edges; `both` (n, 2, 16) of the picture's edges."""
    number = len(points.held)
    cell = np.arange(number)[:, None] * 16 + cell_of(points.x.astype(np.intp), points.y.astype(np.intp))
    matched, visible = (
        np.bincount(cell[chosen], minlength=number * 16).reshape(number, 16)
        for chosen in (found.matched, found.visible)
    )
    total = visible + both[:, 1]
    share = (matched + both[:, 0]) / np.maximum(total, 1)
    holds = total >= _CELL_LEAST
    return np.stack([(holds & mark).sum(axis=1) for mark in (share > _AGREES, share < _DISAGREES, holds)], axis=1)
