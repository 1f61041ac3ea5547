"""The outline of the one thing that a raster shows on a plain ground, in a frame that squeezing doesn't change.

1. the ground     a quadratic surface through the border's pixels, as lamps light a wall
2. the thing      what differs from the ground, without its holes
3. its frame      centre and axes of its area, scaled so that its covariance is 1: every ellipse is a disc there,
                  every parallelogram a square; only a turn and a mirroring are left open
4. its signature  which cells of a polar grid it covers
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from registry.fingerprint.scheme import Raster

Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]

RINGS = 20
RAYS = 96
_REACH = 2.6
"""The outermost ring's radius in standard deviations; a square's corner lies at 2.45, a disc's rim at 2."""

_LEAST_DIFFERENCE = 6.0
"""Grey levels that a thing differs from its ground by, at least."""

_FAINTER = 0.4
"""The share of the first difference looked for that is looked for next."""

_AS_MUCH = 1.02
"""What differs less isn't looked at where it covers hardly more: flat drawings have sharp edges."""

_SHADOW = 8
"""A shadow reaches no further than so many pixels up, down, left and right together."""

_LEAST_AREA = 300
"""Pixels of the raster that a thing covers, at least: smaller ones have no outline to speak of."""

_LEAST_VARIANCE = 4.0
"""Square pixels across a thing's narrowest way, at least."""

_BORDER = 2


@dataclass(frozen=True, slots=True)
class Frame:
    """An area's centre (row, column), and the matrix that leads from its own frame out to pixels from that centre."""

    centre: NDArray[np.float64]
    out: NDArray[np.float64]

    def polar(self, mask: Mask) -> Floats:
        """The mask at the middle of each cell of the polar grid, 0 or 1; shape (RINGS, RAYS)."""
        at = np.rint(_middles() @ self.out.T + self.centre).astype(np.intp)
        inside = ((at >= 0) & (at < len(mask))).all(axis=2)
        at = np.clip(at, 0, len(mask) - 1)
        return (mask[at[..., 0], at[..., 1]] & inside).astype(np.float32)

    def inwards(self, side: int) -> tuple[Floats, Floats]:
        """For every pixel of a raster where it lies in the frame: (down, across)."""
        back = np.linalg.inv(self.out).astype(np.float32)
        steps = np.arange(side, dtype=np.float32)
        down, across = steps[:, None] - np.float32(self.centre[0]), steps[None, :] - np.float32(self.centre[1])
        return back[0, 0] * down + back[0, 1] * across, back[1, 0] * down + back[1, 1] * across

    def cells(self, side: int) -> tuple[Floats, NDArray[np.intp]]:
        """For every pixel its radius in rings and the ray that it lies on."""
        down, across = self.inwards(side)
        ray = np.rint(np.arctan2(down, across) * np.float32(RAYS / (2 * np.pi))).astype(np.intp) % RAYS
        return np.hypot(down, across) * np.float32(RINGS / _REACH), ray


@dataclass(frozen=True, slots=True)
class Thing:
    """What a raster shows: its filled area, the frame of that, and how it covers the polar grid."""

    mask: Mask
    frame: Frame
    signature: Floats


def things(raster: Raster) -> Iterator[tuple[Thing, Mask]]:
    """The thing on a plain ground and that ground, if there is one of a fair size.

    Once by what differs much from the ground; what differs less close around it is its shadow and belongs to neither.
    Then with all that differs less: the frame of a dark picture on a light wall may be nearer to the wall.
    """
    difference = np.abs(raster - _ground(raster.astype(np.float32)))
    level = _between(difference)
    much, less = (filled(difference > max(_LEAST_DIFFERENCE, level * share)) for share in (1.0, _FAINTER))
    shadowed = not (less & ~_grown(much, _SHADOW)).any()
    for mask, ground in ((much, ~less if shadowed else ~much), (less, ~less)):
        if mask is less and less.sum() <= _AS_MUCH * much.sum():
            return
        if mask.sum() >= _LEAST_AREA and ground.any():
            found = described(mask)
            if found is not None:
                yield found, ground


def _grown(mask: Mask, pixels: int) -> Mask:
    """The mask with all that is so few steps up, down, left or right from it."""
    grown = np.pad(mask, 1)
    for _ in range(pixels):
        wider = grown.copy()
        wider[1:] |= grown[:-1]
        wider[:-1] |= grown[1:]
        wider[:, 1:] |= grown[:, :-1]
        wider[:, :-1] |= grown[:, 1:]
        grown = wider
    return grown[1:-1, 1:-1]


def described(mask: Mask) -> Thing | None:
    """A filled area in its own frame; None for one that is all but a line."""
    rows, columns = np.nonzero(mask)
    values, vectors = np.linalg.eigh(np.cov(rows, columns))
    if values[0] < _LEAST_VARIANCE:
        return None
    frame = Frame(np.array([rows.mean(), columns.mean()]), vectors * np.sqrt(values) @ vectors.T)
    return Thing(mask, frame, frame.polar(mask))


@cache
def _middles() -> NDArray[np.float64]:
    """(down, across) of the middle of each cell, in the frame."""
    ring = (np.arange(RINGS)[:, None] + 0.5) * (_REACH / RINGS)
    ray = np.arange(RAYS)[None, :] * (2 * np.pi / RAYS)
    return np.stack([ring * np.sin(ray), ring * np.cos(ray)], axis=2)


@cache
def surfaces(side: int) -> Floats:
    """The six terms of a quadratic surface, shape (side · side, 6)."""
    y, x = (np.mgrid[0:side, 0:side] - (side - 1) / 2) * (2 / side)
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=2).reshape(-1, 6).astype(np.float32)


@cache
def _border(side: int) -> NDArray[np.intp]:
    """Every other pixel along the border."""
    inner = np.zeros((side, side), dtype=bool)
    inner[_BORDER:-_BORDER, _BORDER:-_BORDER] = True
    return np.flatnonzero(~inner)[::2]


def _ground(pixels: Floats) -> Floats:
    """The surface through the border's pixels, without those that something else covers."""
    side = len(pixels)
    places = _border(side)
    levels, terms = pixels.ravel()[places], surfaces(side)[places]
    kept = np.abs(levels - np.median(levels)) < 40
    found = np.zeros(6, dtype=np.float32)
    for _ in range(4):
        found = np.linalg.lstsq(terms[kept], levels[kept], rcond=None)[0]
        apart = np.abs(terms @ found - levels)
        near = apart < max(5.0, 2.5 * float(np.median(apart)))
        if near.sum() < len(levels) // 3:
            break
        kept = near
    return np.asarray((surfaces(side) @ found).reshape(side, side), dtype=np.float32)


def _between(difference: Floats) -> float:
    """The level that parts the values best into two classes (Otsu, 1979)."""
    counts = np.bincount(np.minimum(difference, 255).astype(np.intp).ravel(), minlength=256).astype(np.float64)
    below, sums = counts.cumsum(), (counts * np.arange(256)).cumsum()
    weights = below * (below[-1] - below)
    spread = (sums[-1] * below / below[-1] - sums) ** 2 / np.where(weights > 0, weights, np.inf)
    return float(spread.argmax()) + 0.5


def filled(mask: Mask) -> Mask:
    """The mask with everything that can't be reached from the border."""
    free = np.pad(~mask, 1, constant_values=True)
    reached = np.zeros_like(free)
    reached[0] = reached[-1] = reached[:, 0] = reached[:, -1] = True
    runs = [_runs(free), _runs(free.T)]
    count = 0
    while reached.sum() > count:
        count = int(reached.sum())
        for run in runs:
            touched = np.zeros(int(run.max()) + 1, dtype=np.bool_)
            touched[run[reached]] = True
            touched[0] = False
            reached = touched[run].T
    return ~reached[1:-1, 1:-1]


def _runs(free: Mask) -> NDArray[np.intp]:
    """Along each row, a number for each unbroken run of free cells; 0 for what isn't free."""
    starts = free.copy()
    starts[:, 1:] &= ~free[:, :-1]
    return np.asarray(np.where(free, starts.ravel().cumsum().reshape(free.shape), 0))
