"""`phash-v1`: the DCT hash of 64 bits, by imagehash."""

import imagehash
import numpy as np
from PIL import Image

from registry.fingerprint.scheme import Raster


class PHash:
    """`imagehash.phash` of the canonical raster, with imagehash's own defaults: 8 × 8 of 32 × 32 DCT coefficients.

    Bits are in imagehash's order: row by row from the lowest frequency, 1 where a coefficient is above the median.
    """

    name = "phash-v1"
    bits = 64

    def compute(self, raster: Raster) -> tuple[bytes, int]:
        """8 bytes; and the contrast, the raster's standard deviation up to 100, because pHash itself has no measure."""
        bits = imagehash.phash(Image.fromarray(raster)).hash
        return np.packbits(bits).tobytes(), min(100, int(raster.std()))
