"""The canonical raster: the one small grey square that every fingerprint is computed from.

Fingerprints of the same picture agree only if everything before them does: PDQ moves by 10 to 160 bits with decode
size, orientation, bit depth and background. So all of that is pinned here and in `decode`, under one version:
whatever changes a raster by more than rounding is a new `RASTER_VERSION`, and new names for the schemes computed from
it.

- 128 × 128, whatever the proportions, small pictures scaled up: the smallest size of those tried at which no altered
  copy was more than 31 bits from its original (docs/benchmarks.md has the table).
- Pillow's bilinear filter, which averages over the whole footprint of a pixel when it scales down. It is symmetric,
  so that a mirrored picture has the mirrored raster, exactly.
- Luma (ITU-R BT.601), because both schemes look at nothing else.
- A picture with transparency has two, on white and on black; any other has one.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from registry.media.decode import Decoded
from registry.works import Ground

RASTER_VERSION = 1

SIDE = 128
"""Width and height of a raster in pixels."""

WORKING_SIDE = 3 * SIDE
"""No side of a picture is reduced to less than this on its way to a raster; `decode` tells what a JPEG may do.

No altered copy of 1,500 pictures decoded so was more than 24 bits of PDQ from its original (docs/benchmarks.md).
"""

_SAME = 2
"""Rasters on white and black that differ by no more grey levels than this show the same picture."""

Raster = NDArray[np.uint8]
"""Grey levels, shape (SIDE, SIDE), row by row from the top left."""


def rasters(decoded: Decoded) -> tuple[tuple[Ground, Raster], ...]:
    """The rasters of a picture, each with the ground it lies on."""
    if decoded.picture.mode != "RGBA":
        return ((Ground.OPAQUE, _raster(decoded)),)
    white, black = (_raster(decoded.on_ground(colour)) for colour in ("white", "black"))
    if np.abs(white.astype(np.int16) - black).max() <= _SAME:
        return ((Ground.OPAQUE, white),)
    return (Ground.WHITE, white), (Ground.BLACK, black)


def _raster(decoded: Decoded) -> Raster:
    return np.asarray(decoded.scaled((SIDE, SIDE), Image.Resampling.BILINEAR, mode="L"))
