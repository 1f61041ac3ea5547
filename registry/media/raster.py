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

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from registry.media.picture import Decoded
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


def grounds_of(decoded: Decoded) -> tuple[tuple[Ground, Decoded], ...]:
    """The picture on each ground that a raster is made for: one, or white and black where it is transparent."""
    if decoded.picture.mode != "RGBA":
        return ((Ground.OPAQUE, decoded),)
    return (Ground.WHITE, decoded.on_ground("white")), (Ground.BLACK, decoded.on_ground("black"))


def rasters(decoded: Decoded) -> tuple[tuple[Ground, Raster], ...]:
    """The rasters of a picture, each with the ground it lies on."""
    return rasters_on(grounds_of(decoded))


def rasters_on(grounds: Iterable[tuple[Ground, Decoded]]) -> tuple[tuple[Ground, Raster], ...]:
    """The rasters of a picture that is laid on its grounds already."""
    return seen_alike(
        tuple(
            (ground, np.asarray(picture.scaled((SIDE, SIDE), Image.Resampling.BILINEAR, mode="L")))
            for ground, picture in grounds
        )
    )


def raster_of_kept(picture: Image.Image) -> Raster:
    """The raster of a picture that was kept, which lies upright and is of mode L or RGB."""
    return np.asarray(picture.convert("L").resize((SIDE, SIDE), Image.Resampling.BILINEAR))


def seen_alike(made: tuple[tuple[Ground, Raster], ...]) -> tuple[tuple[Ground, Raster], ...]:
    """One raster in the place of two that show the same on white and on black."""
    if len(made) == 2 and np.abs(made[0][1].astype(np.int16) - made[1][1]).max() <= _SAME:
        return ((Ground.OPAQUE, made[0][1]),)
    return made
