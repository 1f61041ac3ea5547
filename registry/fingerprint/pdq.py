"""`pdq-raster-v1`: the PDQ function on the canonical raster, by pdqhash.

PDQ (Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019) names a function of
pixels and a way to scale a picture down for it. The function here is PDQ's, bit for bit; the scaling is the raster's,
so the codes are near PDQ's own but not the same, and have a name of their own.
"""

import numpy as np
import pdqhash
from numpy.typing import NDArray

from registry.fingerprint.scheme import Raster


class PDQRaster:
    """`pdqhash.compute` of the canonical raster.

    Bits are in pdqhash's order: as PDQ writes its hexadecimal form, the coefficient of the highest frequency first.
    """

    name = "pdq-raster-v1"
    bits = 256

    def compute(self, raster: Raster) -> tuple[bytes, int]:
        """32 bytes, and PDQ's own quality: the gradients of its 64 × 64 picture summed up, scaled and capped at 100."""
        return pdq(colours(raster))


def pdq(pixels: NDArray[np.uint8]) -> tuple[bytes, int]:
    """PDQ's code (32 bytes) and quality of RGB pixels, shape (height, width, 3), as pdqhash gives them."""
    bits, quality = pdqhash.compute(pixels)
    return np.packbits(bits).tobytes(), int(quality)


def colours(raster: Raster) -> NDArray[np.uint8]:
    """The raster as the RGB pixels that pdqhash takes, shape (side, side, 3)."""
    return np.repeat(raster[:, :, None], 3, axis=2)
