"""Whether a picture has enough of its own for its codes to mean something, decided from the raster alone.

The limits lie in gaps: of 2,435 photographs, logos, icons, emoji and screenshots five are flat (a yellow logo with a
soft gradient, a cloud, a candle, a plain square and a lozenge) and none is noisy; blanks, gradients, fine checks and
stripes, grain and faint seamless textures are one or the other.

    measure                                   least of 2,435   limit   drawn pictures below the limit
    PDQ's quality                      18, 35, 40, 41, 49, 52     50   blank, gradients, checks of 1 pixel, a dot
    contrast, grey levels                                5.8       4   faint grain, most faint textures
    share of contrast in coarse structure               0.12     0.1   noise of one pixel, fine checks and stripes
    median distance of a coefficient to 0                4.2       2   halves and other exact symmetries

What is left may still be what everybody has; `universal` tells.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from registry.fingerprint.scheme import Raster
from registry.fingerprint.universal import universal
from registry.works import Detail

LEAST_QUALITY = 50
LEAST_CONTRAST = 4.0
LEAST_COARSE_SHARE = 0.1
LEAST_MARGIN = 2.0

_BLOCKS = 16
"""PDQ takes 16 × 16 coefficients and pHash 8 × 8: blocks of a 16th of the picture hold what they can see."""

_PDQ_SIDE = 64
"""PDQ's coefficients are those of a 64 × 64 picture; up to 128 × 128 it picks that from the pixels, unfiltered."""


def detail(raster: Raster, quality: int) -> Detail:
    """`FLAT` when there is next to nothing to see, `NOISY` when it doesn't decide the bits, `COMMON` when all have it.

    All else is `DISTINCT`. `quality` is PDQ's.
    """
    pixels = raster.astype(np.float32)
    variance = float(pixels.var())
    if quality < LEAST_QUALITY or variance < LEAST_CONTRAST**2:
        return Detail.FLAT
    means, waves = _means(len(pixels)), _waves(len(pixels))
    coarse = means @ pixels @ means.T
    coefficients = waves @ pixels @ waves.T
    margin = float(np.median(np.abs(coefficients - np.median(coefficients))))
    if float(coarse.var()) < LEAST_COARSE_SHARE * variance or margin < LEAST_MARGIN:
        return Detail.NOISY
    return Detail.DISTINCT if universal(raster) is None else Detail.COMMON


@cache
def _means(side: int) -> NDArray[np.float32]:
    """The matrix that averages `side` values in 16 blocks."""
    step = side // _BLOCKS
    return np.repeat(np.eye(_BLOCKS, dtype=np.float32), step, axis=1) / np.float32(step)


@cache
def _waves(side: int) -> NDArray[np.float32]:
    """The matrix that picks 64 of `side` values and takes rows 1 to 16 of their DCT-II, both as PDQ does.

    PDQ's own picking is what breaks exact symmetries: with means in its place, every symmetric logo would seem noisy.
    """
    picked = (np.arange(_PDQ_SIDE) * 2 + 1) * side // (2 * _PDQ_SIDE)
    waves = np.zeros((_BLOCKS, side), dtype=np.float32)
    rows = np.outer(np.arange(1, _BLOCKS + 1), np.arange(1, 2 * _PDQ_SIDE, 2))
    waves[:, picked] = np.sqrt(2 / _PDQ_SIDE) * np.cos(np.pi / (2 * _PDQ_SIDE) * rows)
    return waves
