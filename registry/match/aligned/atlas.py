"""The gradients of an asked picture at every scale, in one image: any number of places are looked up by one call."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.features import Floats, Picture

LARGEST = 0.5**0.5
"""The scale of the finest level: a work that fills a fifth of the picture's side still has an edge pixel for each."""

LEVELS = 9
"""Each is √½ of the one before."""

GUTTER = 16
"""Empty pixels between levels: so far an edge is looked for beyond a level's border."""

_LEAST = 8
"""No level is narrower."""

_BLUR = 0.8
_FAINTEST = 1.2
"""Levels a pixel."""

_SAMPLED = 90
"""So many columns are enough to know a level's median by."""

_GROUND = 2.0
"""An edge is so many times the median gradient of its level."""


@dataclass(frozen=True, slots=True)
class Atlas:
    """Levels of one picture beside and below each other.

    `across` and `down` hold the gradient in units of what counts as an edge at that level: below 1, it is ground.
    `corners` (levels, 2): where in the image a level's top left pixel is; `scales` (levels, 2): its pixels for each of
    the query frame's, by width and height. `size`: the query frame's width and height.
    """

    across: Floats
    down: Floats
    corners: Floats
    scales: Floats
    size: tuple[int, int]

    @classmethod
    def of(cls, frame: Picture) -> "Atlas":
        """The atlas of a picture, given its grey query frame."""
        height, width = frame.shape
        levels = _levels(frame)
        corners = _corners([(level.shape[1], level.shape[0]) for level in levels])
        ends = [(x + level.shape[1], y + level.shape[0]) for (x, y), level in zip(corners, levels, strict=True)]
        right, bottom = np.max(ends, axis=0) + GUTTER
        across = np.zeros((bottom, right), dtype=np.float32)
        down = np.zeros_like(across)
        for (x, y), level in zip(corners, levels, strict=True):
            smooth = cv2.GaussianBlur(level, (5, 5), _BLUR)
            into = slice(y, y + level.shape[0]), slice(x, x + level.shape[1])
            rightward, downward = cv2.Sobel(smooth, cv2.CV_16S, 1, 0), cv2.Sobel(smooth, cv2.CV_16S, 0, 1)
            step = max(2, level.shape[1] // _SAMPLED)
            sample = np.hypot(rightward[::step, ::step], downward[::step, ::step], dtype=np.float32)
            unit = np.float32(1 / max(8 * _FAINTEST, _GROUND * float(np.median(sample))))
            np.multiply(rightward, unit, out=across[into])
            np.multiply(downward, unit, out=down[into])
        return cls(
            across=across,
            down=down,
            corners=np.asarray(corners, dtype=np.float32),
            scales=np.array([(level.shape[1] / width, level.shape[0] / height) for level in levels], dtype=np.float32),
            size=(width, height),
        )

    def levels(self, pixels: Floats) -> NDArray[np.intp]:
        """The level whose pixel is nearest to so many pixels of the query frame."""
        finest = 2 * np.log2(LARGEST)
        nearest = np.round(2 * np.log2(np.maximum(pixels, 1e-3)) + finest)
        return np.asarray(np.clip(nearest, 0, len(self.scales) - 1), dtype=np.intp)


def _levels(frame: Picture) -> list[Picture]:
    height, width = frame.shape
    levels: list[Picture] = []
    for index in range(LEVELS):
        scale = LARGEST * 0.5 ** (index / 2)
        size = max(_LEAST, round(width * scale)), max(_LEAST, round(height * scale))
        if index and min(size) <= _LEAST:
            break
        larger = levels[index - 2] if index >= 2 else frame
        levels.append(np.asarray(cv2.resize(larger, size, interpolation=cv2.INTER_AREA), dtype=np.uint8))
    return levels


def _corners(sizes: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The finest level at the left; the others below each other beside it, in as many columns as they need."""
    corners = [(GUTTER, GUTTER)]
    x, y, column = sizes[0][0] + 2 * GUTTER, GUTTER, 0
    for width, height in sizes[1:]:
        if y > GUTTER and y + height > sizes[0][1] + GUTTER:
            x, y, column = x + column + GUTTER, GUTTER, 0
        corners.append((x, y))
        y += height + GUTTER
        column = max(column, width)
    return corners
