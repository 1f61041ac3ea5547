"""How well a work is explained by what everybody draws, and what that asks of pictures that seem to show it.

A work that is a plain star will be found in every picture with a star in it, and rightly so; that says nothing about
who made it. So each work is held, once, against a background of pictures drawn by code, as if these were works. What it
reaches there, other people's pictures reach too: a picture shows the work only where it reaches more.

A drawn picture lies in its frame as a work does, for both are trimmed: eight ways of laying one on the other are all
there are. The likeliest are found by where edges of which direction lie. Where the edges of any of them are the work's
even as it lies, they are aligned; most works are spared that.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from registry.features import EDGE_SIDE, WORK_SIDE, Edges, Floats, Hypotheses, Picture
from registry.match.aligned.align import align
from registry.match.aligned.atlas import Atlas
from registry.match.aligned.rule import NAMES, rule

TRIED = 16
"""So many of all ways to lay a drawn picture on a work are aligned."""

_LEAST_AGREEING = 0.4
"""Of the works that the background explains above log-odds of 0, all have more of their edges where a drawn picture has
some, within a pixel, and the other way round; of photographs one in four has, of designs one in two."""

MARGIN = 2.0
"""Log-odds by which a picture must show a work better than the background does."""

_LOWEST = -6.0
_STEP = 0.1
"""The byte that says how generic a work is counts tenths of log-odds from the lowest that matters; 0 is nothing."""

_PIXEL = WORK_SIDE / EDGE_SIDE
"""Pixels of a work frame for each of its thumbnail's."""

_CELLS = 8
_DIRECTIONS = 4
_SLENDER = 1.7
"""Proportions that differ more aren't laid on each other."""

_TURNS: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = (
    ((1, 0), (0, 1)), ((-1, 0), (0, 1)), ((1, 0), (0, -1)), ((-1, 0), (0, -1)),
    ((0, 1), (1, 0)), ((0, -1), (1, 0)), ((0, 1), (-1, 0)), ((0, -1), (-1, 0)),
)  # fmt: skip
"""The symmetries of a square, about its middle."""


def generic(frame: Picture, edges: Edges) -> int:
    """How generic a work is, 0 (not at all) to 255, given its grey work frame and its edges."""
    if not len(edges.points):
        return 0
    drawn = background()
    rows, turns = _likeliest(edges, drawn)
    laid = [_laid(drawn[row].size, edges.size, _TURNS[turn]) for row, turn in zip(rows, turns, strict=True)]
    marked = _marked(edges.points)
    if not any(
        _agreeing(edges, marked, drawn[row], transform) >= _LEAST_AGREEING
        for row, transform in zip(rows, laid, strict=True)
    ):
        return 0
    # The rule knows votes; these guesses have none, so they get as many as guesses have on the average.
    votes, voters = (float(np.expm1(rule().logistic.mean[NAMES.index(name)])) for name in ("votes", "voters"))
    number = len(rows)
    hypotheses = Hypotheses(
        rows=rows.astype(np.int32),
        transforms=np.array(laid),
        votes=np.full(number, votes, dtype=np.float32),
        counts=np.full(number, round(voters), dtype=np.int32),
    )
    alignments = align(Atlas.of(frame), [drawn[row] for row in rows], hypotheses)
    return as_byte(float(rule().score(alignments, hypotheses).max()))


def as_byte(score: float) -> int:
    """The best score against the background, as a work keeps it."""
    return int(np.clip(round((score - _LOWEST) / _STEP), 0, 255))


def needed(threshold: float, generic_by: int) -> float:
    """The score that shows a work, given the one that shows any work, and how generic it is."""
    if not generic_by:
        return threshold
    return max(threshold, _LOWEST + _STEP * generic_by + MARGIN)


@cache
def background() -> Sequence[Edges]:
    """The edges of all drawn pictures."""
    with np.load(Path(__file__).with_name("background.npz"), allow_pickle=False) as held:
        points = np.concatenate([held["places"].astype(np.float32), held["normals"].astype(np.float32)], axis=1)
        ends = np.cumsum(held["counts"])
        sizes = [(int(width), int(height)) for width, height in held["sizes"]]
    return tuple(Edges(one, size) for one, size in zip(np.split(points, ends[:-1]), sizes, strict=True))


@cache
def _layouts() -> Floats:
    return np.stack([_layout(one.points, one.size) for one in background()])


def _layout(points: Floats, size: tuple[int, int]) -> Floats:
    """Where edges of which direction lie: cells × cells × directions, blurred, of length 1."""
    cell = np.clip((points[:, :2] + 0.5) / size * _CELLS - 0.5, 0, _CELLS - 1)
    low = np.minimum(cell.astype(np.intp), _CELLS - 2)
    part = cell - low
    direction = np.arctan2(points[:, 3], points[:, 2]) * (_DIRECTIONS / np.pi)
    below = np.floor(direction).astype(np.intp)
    layout = np.zeros(_CELLS * _CELLS * _DIRECTIONS)
    for dx in (0, 1):
        for dy in (0, 1):
            for turn in (0, 1):
                weight = (
                    np.abs(1 - dx - part[:, 0]) * np.abs(1 - dy - part[:, 1]) * np.abs(1 - turn - (direction - below))
                )
                place = ((low[:, 1] + dy) * _CELLS + low[:, 0] + dx) * _DIRECTIONS + (below + turn) % _DIRECTIONS
                layout += np.bincount(place, weight, len(layout))
    flat = np.sqrt(layout)
    return (flat / max(float(np.linalg.norm(flat)), 1e-6)).astype(np.float32)


@cache
def _turned_layouts() -> NDArray[np.intp]:
    """(ways, cells × cells × directions): where each number of a layout stands once the picture is turned back."""
    row, column, direction = (each.ravel() for each in np.mgrid[:_CELLS, :_CELLS, :_DIRECTIONS])
    middle = (_CELLS - 1) / 2
    angle = direction * (np.pi / _DIRECTIONS)
    places = []
    for turn in np.array(_TURNS, dtype=np.float64):
        x, y = turn @ np.stack([column - middle, row - middle]) + middle
        across, down = turn @ np.stack([np.cos(angle), np.sin(angle)])
        turned = np.round(np.arctan2(down, across) * (_DIRECTIONS / np.pi)) % _DIRECTIONS
        places.append((np.round(y) * _CELLS + np.round(x)) * _DIRECTIONS + turned)
    return np.array(places).astype(np.intp)


def _likeliest(edges: Edges, drawn: Sequence[Edges]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Which drawn pictures, turned which way, look most like the work."""
    likeness = _layouts() @ _layout(edges.points, edges.size)[_turned_layouts()].T
    slender = np.array([one.size[0] / one.size[1] for one in drawn])
    for index, turn in enumerate(_TURNS):
        swapped = turn[0][0] == 0
        proportion = slender * edges.size[0] / edges.size[1] if swapped else slender * edges.size[1] / edges.size[0]
        likeness[np.maximum(proportion, 1 / proportion) > _SLENDER, index] = 0
    best = np.argsort(-likeness, axis=None, kind="stable")[:TRIED]
    best = best[likeness.ravel()[best] > 0]
    rows, turns = np.unravel_index(best, likeness.shape)
    return rows, turns


def _laid(
    size: tuple[int, int], onto: tuple[int, int], turn: tuple[tuple[int, int], tuple[int, int]]
) -> NDArray[np.float64]:
    """The map from a drawn picture's work frame to a work's that lays it on it, turned; both sizes of thumbnails."""
    turned = np.array(turn, dtype=np.float64)
    extent = np.abs(turned) @ np.array(size)
    linear = np.diag(np.array(onto) / extent) @ turned
    middle, target = np.array(size) * _PIXEL / 2 - 0.5, np.array(onto) * _PIXEL / 2 - 0.5
    return np.concatenate([linear, (target - linear @ middle)[:, None]], axis=1)


def _agreeing(edges: Edges, marked: NDArray[np.bool_], drawn: Edges, transform: NDArray[np.float64]) -> float:
    """The lesser of two shares: of a work's edges, those that a drawn picture laid on it has; of its edges, the work's.

    An edge is had where one of like direction is within a pixel. `marked` are the work's.
    """
    linear = transform[:, :2]
    placed = (((drawn.points[:, :2] + 0.5) * _PIXEL - 0.5) @ linear.T + transform[:, 2] + 0.5) / _PIXEL - 0.5
    # A normal is a covector.
    laid = np.concatenate([placed, drawn.points[:, 2:] @ np.linalg.inv(linear)], axis=1)
    found = float(_marks(marked, laid).mean())
    return found if found < _LEAST_AGREEING else min(found, float(_marks(_marked(laid), edges.points).mean()))


_SECTORS = 8
"""Directions over the half circle."""


def _places(points: NDArray[np.floating]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.floating]]:
    """Row and column of edges within a frame's square, and their directions in sectors."""
    column, row = np.clip(np.round(points[:, :2]).astype(np.intp), 0, EDGE_SIDE - 1).T
    return row, column, np.arctan2(points[:, 3], points[:, 2]) * (_SECTORS / np.pi)


def _marked(points: NDArray[np.floating]) -> NDArray[np.bool_]:
    """(rows, columns, sectors): whether there is an edge of about the direction within a pixel."""
    row, column, direction = _places(points)
    marks = np.zeros((EDGE_SIDE + 2, EDGE_SIDE + 2, _SECTORS), np.bool_)
    below = np.floor(direction).astype(np.intp)
    for sector in (-1, 0, 1, 2):
        turned = (below + sector) % _SECTORS
        for down in (0, 1, 2):
            for across in (0, 1, 2):
                marks[row + down, column + across, turned] = True
    return marks[1:-1, 1:-1]


def _marks(marks: NDArray[np.bool_], points: NDArray[np.floating]) -> NDArray[np.bool_]:
    row, column, direction = _places(points)
    return marks[row, column, np.round(direction).astype(np.intp) % _SECTORS]
