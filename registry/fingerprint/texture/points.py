"""Keypoints of a relief, and their 64-bit codes."""

from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.features import Floats, Words
from registry.fingerprint.descriptors import INVERTED, MIRRORED, rooted

_LEAST_CONTRAST = 0.03
_EDGE_LIMIT = 20
_GREY, _GAIN = 128, 40

_FILE = Path(__file__).with_name("coder.npz")


def points_of(relief: Floats, most: int) -> tuple[Floats, Floats]:
    """Keypoints (n, 4) of x, y, diameter and angle in radians, the clearest first; their SIFT descriptors (n, 128)."""
    levels = np.clip(_GREY + _GAIN * relief, 0, 255).astype(np.uint8)
    found, descriptors = _sift(most).detectAndCompute(levels, None)
    if descriptors is None:
        return np.zeros((0, 4), np.float32), np.zeros((0, 128), np.float32)
    points = np.array([(*point.pt, point.size, np.deg2rad(point.angle)) for point in found], np.float32)
    order = np.argsort([-point.response for point in found], kind="stable")[:most]
    return points[order], np.asarray(descriptors, np.float32)[order]


def chosen(points: Floats, count: int) -> NDArray[np.intp]:
    """Which keypoints to keep of those that come clearest first: half the widest, the rest the clearest."""
    widest = np.argsort(-points[:, 2], kind="stable")[: count // 2]
    clearest = np.setdiff1d(np.arange(len(points)), widest)[: count - len(widest)]
    return np.sort(np.concatenate([widest, clearest]))


def codes_of(descriptors: Floats) -> Words:
    """Codes (n,) of descriptors."""
    codes: Words = _codes(descriptors, load_coder()[1][:, :64])[0]
    return codes


def variants_of(descriptors: Floats) -> Words:
    """Codes (4, n): as it is, mirrored, inverted, both."""
    return _codes(descriptors, load_coder()[1])


@cache
def load_coder() -> tuple[Floats, Floats]:
    """Axes' offsets (256,) and axes (128, 256), 64 for each variant. Call it before files are out of reach."""
    with np.load(_FILE, allow_pickle=False) as numbers:
        mean, axes = numbers["mean"], numbers["axes"]
    # Turning a descriptor and turning the axes the other way come to the same; all four turns are their own opposites.
    orders = np.arange(128), MIRRORED, INVERTED, MIRRORED[INVERTED]
    return np.tile(mean @ axes, 4), np.concatenate([axes[np.argsort(order)] for order in orders], axis=1)


def _codes(descriptors: Floats, axes: Floats) -> Words:
    bits = rooted(descriptors) @ axes > load_coder()[0][: axes.shape[1]]
    return np.ascontiguousarray(np.packbits(bits, axis=1).view(np.uint64).T)


@cache
def _sift(most: int) -> cv2.SIFT:
    return cv2.SIFT.create(most, 3, _LEAST_CONTRAST, _EDGE_LIMIT)
