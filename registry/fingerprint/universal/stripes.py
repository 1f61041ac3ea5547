"""Whether a raster changes in one direction only: stripes, bars and gradients at any angle."""

import numpy as np
from numpy.typing import NDArray

from registry.fingerprint.scheme import Raster

_ACROSS = 0.12
"""The share of all change that may go the other way before the profile is tried: a cheap way out for pictures."""

_ASTRAY = (4.0, 2.0, 1.0, 0.5, 0.25)
"""Degrees that the direction of most change is corrected by: edges on a raster lean towards rows and columns."""

_HOPELESS = 0.7
"""The share of variance that the first profile leaves where turning won't help; fine stripes are found as a lattice."""

_EXPLAINED = 0.9
"""The share of a picture's variance that its profile explains, at least."""

_STRAY = 0.35
"""No 16th by 16th of the picture may differ from its profile by more than this, in the picture's standard deviation."""


def striped(raster: Raster) -> bool:
    """Whether the raster is nothing but a function of one coordinate, whichever way that runs."""
    pixels = raster.astype(np.float32)
    down, across = pixels[2:, 1:-1] - pixels[:-2, 1:-1], pixels[1:-1, 2:] - pixels[1:-1, :-2]
    dd, da, aa = (float((one * other).sum()) for one, other in ((down, down), (down, across), (across, across)))
    values, vectors = np.linalg.eigh(np.array([[dd, da], [da, aa]]))
    if values[0] > _ACROSS * values[1]:
        return False
    angle = float(np.arctan2(*vectors[:, 1]))
    rest = _off_lines(pixels, angle)
    if rest.var() > _HOPELESS * pixels.var():
        return False
    for step in np.radians(_ASTRAY):
        for turned in (angle - step, angle + step):
            other = _off_lines(pixels, turned)
            if other.var() < rest.var():
                angle, rest = turned, other
    if rest.var() > (1 - _EXPLAINED) * pixels.var():
        return False
    return bool(np.abs(rest.reshape(16, 8, 16, 8).mean(axis=(1, 3))).max() <= _STRAY * pixels.std())


def _off_lines(pixels: NDArray[np.float32], angle: float) -> NDArray[np.float64]:
    """What the means along lines across `angle`, one line to a pixel, leave of the picture."""
    side = len(pixels)
    rows, columns = np.ogrid[0:side, 0:side]
    line = rows * np.sin(angle) + columns * np.cos(angle)
    place = (line - line.min()).astype(np.intp)
    means = np.bincount(place.ravel(), pixels.ravel()) / np.maximum(np.bincount(place.ravel()), 1)
    return np.asarray(pixels - means[place], dtype=np.float64)
