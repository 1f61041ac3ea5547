"""What a shape and its surroundings look like, by gradients, in a frame that leaves out how the picture was stretched.

A shape's frame is the affine map that makes its covariance round: what a picture was turned, scaled, stretched and
sheared by drops out, but for a rotation, and that is fixed by the strongest gradient directions (K. Mikolajczyk et al.,
A comparison of affine region detectors, IJCV 65, 2005). The descriptor is SIFT's: 4 × 4 cells, eight directions each.
"""

import math
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.features import Floats, Picture
from registry.fingerprint.regional.coder import Descriptors
from registry.fingerprint.regional.contours import Filled

SUPPORTS = (2.4, 4.6)
"""Half a patch's side, in standard deviations of the shape: the shape with its rim, and with its neighbours."""

SIDE = 24
"""Samples across a patch."""

_CELLS = 4
_DIRECTIONS = 8
DIMENSIONS = _CELLS * _CELLS * _DIRECTIONS

_COARSE = 14
"""Samples across a patch where only its direction is asked for."""

_BINS = 36
"""Directions of the histogram whose peaks turn a patch."""

_OCTAVES = 5

_CLIP = 0.2
"""No bin of a normalised descriptor is larger: one strong edge must not be all there is (D. Lowe, IJCV 60, 2004)."""

_STEPS = 512
"""A bin of 1 would be this number; clipped, all fit a byte."""

_FAINT = 0.5
"""Grey levels between neighbouring samples: fainter gradients are rounding."""


def patch_frames(grey: Picture, shapes: Filled, peaks: int, share: float) -> tuple[Floats, Descriptors]:
    """Frames (n, 2, 3) and descriptors (n, 128) of shapes: for each shape, support and direction one.

    At most `peaks` directions a shape and support, those with at least `share` of the strongest. The order is the
    shapes'.
    """
    if not len(shapes.areas):
        return np.zeros((0, 2, 3), np.float32), np.zeros((0, DIMENSIONS), np.uint8)
    atlas = _Atlas(grey)
    upright = _whitened(shapes)
    across, down = _gradients(atlas.patches(upright, _COARSE))
    which, angles = _directions(across, down, peaks, share)
    frames = upright[which]
    cos, sin = np.cos(angles), np.sin(angles)
    turn = np.stack([np.stack([cos, -sin], 1), np.stack([sin, cos], 1)], 1).astype(np.float32)
    frames[:, :, :2] = frames[:, :, :2] @ turn
    return frames, _described(*_gradients(atlas.patches(frames, SIDE)))


class _Atlas:
    """A picture at falling sizes, a factor of √2 each, all in one image, so that one call samples all patches."""

    def __init__(self, grey: Picture) -> None:
        height, width = grey.shape
        sizes = [(width, height)]
        while len(sizes) < 2 * _OCTAVES and min(sizes[-1]) > 16:
            scale = 2 ** (-len(sizes) / 2)
            sizes.append((max(8, round(width * scale)), max(8, round(height * scale))))
        self.image = np.zeros((height + sizes[min(1, len(sizes) - 1)][1] + 2, 2 * width), np.uint8)
        self.places = np.zeros((len(sizes), 6), np.float32)
        levels: list[Picture] = []
        left = [0, 0]
        for index, size in enumerate(sizes):
            source = grey if index < 2 else levels[index - 2]
            level = (
                source if index == 0 else np.asarray(cv2.resize(source, size, interpolation=cv2.INTER_AREA), np.uint8)
            )
            levels.append(level)
            row = index % 2
            top = row * (height + 1)
            self.image[top : top + size[1], left[row] : left[row] + size[0]] = level
            self.places[index] = left[row], top, size[0] / width, size[1] / height, size[0], size[1]
            left[row] += size[0] + 1

    def patches(self, frames: Floats, side: int) -> Floats:
        """Patches (n, side + 2, side + 2): one sample more than `side` at every edge, for gradients."""
        steps = ((np.arange(side + 2, dtype=np.float32) - 0.5) / side * 2 - 1).astype(np.float32)
        linear = frames[:, :, :2]
        reach = np.sqrt(np.abs(np.linalg.det(linear))) * (2 / side)
        level = np.clip(np.round(2 * np.log2(np.maximum(reach, 1))), 0, len(self.places) - 1).astype(np.intp)
        left, top, fx, fy, width, height = self.places[level].T[:, :, None, None]
        maps = []
        for axis, (start, scale, size) in enumerate(((left, fx, width), (top, fy, height))):
            along = (
                linear[:, axis, 0, None, None] * steps[None, None, :] + linear[:, axis, 1, None, None] * steps[:, None]
            )
            at = (along + frames[:, axis, 2, None, None] + np.float32(0.5)) * scale - np.float32(0.5)
            maps.append((np.clip(at, 0, size - 1) + start).reshape(-1, side + 2))
        sampled = np.empty((len(maps[0]), side + 2), np.float32)
        image = self.image
        for begin in range(0, len(sampled), _REMAP_ROWS):
            part = slice(begin, begin + _REMAP_ROWS)
            sampled[part] = cv2.remap(image, maps[0][part], maps[1][part], cv2.INTER_LINEAR)
        return sampled.reshape(len(frames), side + 2, side + 2)


_REMAP_ROWS = 32_000
"""cv2.remap takes no map with a side of 2^15 or more."""


def _whitened(shapes: Filled) -> Floats:
    """Frames (2 · n, 2, 3): the symmetric root of each covariance, at both supports."""
    xx, xy, yy = shapes.spreads.T
    root = np.sqrt(np.maximum(xx * yy - xy * xy, 1e-6))
    trace = np.sqrt(xx + yy + 2 * root)
    frames = np.empty((len(xx), len(SUPPORTS), 2, 3), np.float32)
    for index, support in enumerate(SUPPORTS):
        frames[:, index, 0, 0] = support * (xx + root) / trace
        frames[:, index, 0, 1] = frames[:, index, 1, 0] = support * xy / trace
        frames[:, index, 1, 1] = support * (yy + root) / trace
        frames[:, index, :, 2] = shapes.centres
    return frames.reshape(-1, 2, 3)


def _gradients(patches: Floats) -> tuple[Floats, Floats]:
    return patches[:, 1:-1, 2:] - patches[:, 1:-1, :-2], patches[:, 2:, 1:-1] - patches[:, :-2, 1:-1]


def _polar(across: Floats, down: Floats) -> tuple[Floats, Floats]:
    """Strength and direction, 0 to 1 for a full turn, shape (n, side²)."""
    count = len(across)
    flat = np.ascontiguousarray(across).reshape(count, -1), np.ascontiguousarray(down).reshape(count, -1)
    strength, angle = cv2.cartToPolar(*flat)
    strength[strength < _FAINT] = 0
    return np.asarray(strength, np.float32), np.asarray(angle * np.float32(1 / (2 * math.pi)), np.float32)


def _distance2(side: int) -> Floats:
    """Squared distance from the middle of each sample of a patch, whose half side is 1."""
    at = (np.arange(side) + 0.5) / side * 2 - 1
    return (at[None, :] ** 2 + at[:, None] ** 2).astype(np.float32).ravel()


def _directions(across: Floats, down: Floats, peaks: int, share: float) -> tuple[NDArray[np.intp], Floats]:
    """The strongest gradient directions of patches: which patch each is of, and its angle in radians."""
    strength, turn = _polar(across, down)
    far = _distance2(across.shape[1])
    weight = strength * np.where(far <= 1, np.exp(-far), 0)
    bins = np.minimum((turn * _BINS).astype(np.intp), _BINS - 1) + np.arange(len(turn))[:, None] * _BINS
    counts = np.bincount(bins.ravel(), weight.ravel(), minlength=len(turn) * _BINS).reshape(-1, _BINS)
    for weights in ((1, 1, 1), (1, 2, 1)):
        counts = weights[0] * np.roll(counts, 1, 1) + weights[1] * counts + weights[2] * np.roll(counts, -1, 1)
    before, after = np.roll(counts, 1, 1), np.roll(counts, -1, 1)
    best = counts.max(axis=1, keepdims=True)
    peak = (counts >= before) & (counts > after) & (counts >= share * best) & (best > 0)
    order = np.argsort(-np.where(peak, counts, 0), axis=1, kind="stable")[:, :peaks]
    rows, ranks = np.nonzero(np.take_along_axis(peak, order, 1))
    bins_of = order[rows, ranks]
    left, top, right = before[rows, bins_of], counts[rows, bins_of], after[rows, bins_of]
    bend = left - 2 * top + right
    offset = np.where(np.abs(bend) > 1e-9, 0.5 * (left - right) / np.where(bend == 0, 1, bend), 0)
    return rows, ((bins_of + 0.5 + offset) * (2 * math.pi / _BINS)).astype(np.float32)


def _described(across: Floats, down: Floats) -> Descriptors:
    """SIFT's histogram of each patch, (n, 128): unit length, then clipped; cells row by row, eight directions each."""
    count, side = across.shape[:2]
    strength, turn = _polar(across, down)
    at = turn * _DIRECTIONS
    first = np.floor(at)
    part = at - first
    first = first.astype(np.intp) % _DIRECTIONS
    spread = np.zeros((count, _DIRECTIONS, side * side), np.float32)
    rows, samples = np.arange(count)[:, None], np.arange(side * side)[None]
    spread[rows, first, samples] = strength * (1 - part)
    spread[rows, (first + 1) % _DIRECTIONS, samples] = strength * part
    pooled = (spread.reshape(-1, side * side) @ _pooling(side)).reshape(count, _DIRECTIONS, -1)
    found = np.ascontiguousarray(pooled.transpose(0, 2, 1)).reshape(count, DIMENSIONS)
    found /= np.linalg.norm(found, axis=1, keepdims=True) + 1e-6
    return np.round(np.minimum(found, _CLIP) * _STEPS).astype(np.uint8)


@cache
def _pooling(side: int) -> Floats:
    """The matrix (side², 16) that shares each sample out among the cells around it, less at the patch's rim."""
    at = ((np.arange(side) + 0.5) / side * _CELLS - 0.5)[:, None] - np.arange(_CELLS)
    tent = np.maximum(0, 1 - np.abs(at))
    weight = np.exp(-0.5 * _distance2(side)).reshape(side, side)
    shares = np.einsum("yx,yi,xj->yxij", weight, tent, tent).reshape(side * side, -1)
    return np.asarray(shares, np.float32)
