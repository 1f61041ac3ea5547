"""Filled shapes of a picture: what is lighter or darker than a level, all in one piece.

Flat designs have few points that stand out, but their shapes are filled evenly, so that the outline at any level
between the shape's grey and its ground's is nearly the same: it survives blur, JPEG and other colours. Stable outlines
are the idea of MSER (J. Matas et al., Robust wide-baseline stereo from maximally stable extremal regions, BMVC 2002); a
handful of levels finds the same shapes in flat pictures at a fraction of its cost.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.features import Floats, Picture

LEVELS = 7
"""Grey levels between the darkest and the lightest, at equal distances."""

LEAST_RANGE = 12.0
"""A picture with fewer grey levels between its darkest and lightest has no shapes that JPEG's noise hasn't, too."""

_LEAST_AREA = 60.0
_LEAST_DEPTH = 2.0
"""Pixels of standard deviation across the shape's shorter axis: thinner ones change with every resampling."""

_LONGEST = 8.0
"""Longer shapes than this many times their width say too little about their place along it."""

_CONSIDERED = 320
"""So many shapes are compared with one another, the largest."""

_STEADY = 6
"""Outlines at more levels than this speak no louder for a shape."""

_RIM = 2

_GLANCE = 96
_EVEN = 4
"""Grey levels: a picture of 96 × 96 pixels is flat where 3 × 3 of them differ by no more."""

ASKED_FLAT = 0.3
"""19 of 20 attacked designs have more flat areas than this, three of five attacked photographs have less."""

KEPT_FLAT = 0.2
"""99 of 100 designs have more flat areas than this as they are registered, two of three photographs have less."""


@dataclass(frozen=True, slots=True)
class Filled:
    """Filled shapes, the ones that are likeliest found again first.

    `centres` (n, 2) and `spreads` (n, 3), the covariances xx, xy, yy of their pixels. `areas` (n,) in pixels.
    """

    centres: Floats
    spreads: Floats
    areas: Floats


def has_flat_areas(frame: Picture, share: float = ASKED_FLAT) -> bool:
    """Whether a picture is worth looking for shapes in, given the grey picture of its frame: more than a share is flat.

    A photograph has enough points to be found by, and its shapes are seldom found again.
    """
    small = cv2.resize(frame, (_GLANCE, _GLANCE), interpolation=cv2.INTER_AREA)
    spread = cv2.morphologyEx(small, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    return int(np.count_nonzero(spread <= _EVEN)) >= share * spread.size


def filled(grey: Picture, most: int) -> Filled:
    """The shapes of a grey picture, at most `most`."""
    smooth: Picture = cv2.GaussianBlur(grey, (0, 0), 1.0).astype(np.uint8, copy=False)
    low, high = np.percentile(smooth[::3, ::3], [0.5, 99.5])
    if high - low < LEAST_RANGE:
        return _chosen(np.zeros((0, 6)), most)
    rows = []
    # The frame is dark in both: a shape that the picture's border cuts ends there, as what it is.
    framed = np.zeros((grey.shape[0] + 2 * _RIM, grey.shape[1] + 2 * _RIM), np.uint8)
    for step in range(1, LEVELS + 1):
        light = (smooth > low + (high - low) * step / (LEVELS + 1)).view(np.uint8)
        for mask, outlines in ((light, cv2.RETR_CCOMP), (light ^ 1, cv2.RETR_EXTERNAL)):
            framed[_RIM:-_RIM, _RIM:-_RIM] = mask
            rows += _moments(framed, outlines)
    return _chosen(np.array(rows).reshape(-1, 6), most)


def _moments(mask: Picture, outlines: int) -> list[tuple[float, float, float, float, float, float]]:
    """Centre, covariance and area of what each outline encloses, its holes filled: x, y, xx, xy, yy, area."""
    found = []
    for outline in cv2.findContours(mask, outlines, cv2.CHAIN_APPROX_SIMPLE)[0]:
        if len(outline) < 3:
            continue
        moments = cv2.moments(outline)
        area = moments["m00"]
        if area < _LEAST_AREA:
            continue
        xx, xy, yy = moments["mu20"] / area, moments["mu11"] / area, moments["mu02"] / area
        middle = (xx + yy) / 2
        longest = middle + math.sqrt(max(0.0, middle * middle - xx * yy + xy * xy))
        shortest = 2 * middle - longest
        if shortest >= max(_LEAST_DEPTH**2, longest / _LONGEST**2):
            found.append((moments["m10"] / area - _RIM, moments["m01"] / area - _RIM, xx, xy, yy, area))
    return found


def _chosen(rows: NDArray[np.float64], most: int) -> Filled:
    """One of each group that is nearly the same; large ones and those found at many levels first."""
    rows = rows[np.argsort(-rows[:, 5], kind="stable")[:_CONSIDERED]]
    x, y, xx, xy, yy, area = rows.T
    near = 0.06 * np.sqrt(area) + 0.5
    wide = 0.12 * (xx + yy)
    alike = np.abs(np.log(area)[:, None] - np.log(area)) < 0.15
    for value, limit in ((x, near), (y, near), (xx, wide), (xy, wide), (yy, wide)):
        alike &= np.abs(value[:, None] - value) < limit[:, None]
    steady = np.zeros(len(rows), dtype=np.float32)
    for index in range(len(rows)):
        if alike[index, index]:
            later = alike[index, index:]
            steady[index] = np.count_nonzero(later)
            alike[:, index:][:, later] = False
    kept = np.flatnonzero(steady)
    weight = np.log(area[kept]) * np.sqrt(np.minimum(steady[kept], _STEADY))
    best = kept[np.argsort(-weight, kind="stable")[:most]]
    chosen = rows[best].astype(np.float32)
    return Filled(chosen[:, :2], chosen[:, 2:5], chosen[:, 5])
