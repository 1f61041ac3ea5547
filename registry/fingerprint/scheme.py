"""What a fingerprint scheme is: raster in, code and quality out."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Raster = NDArray[np.uint8]
"""Grey levels of the canonical raster, shape (side, side), row by row from the top left."""


class Scheme(Protocol):
    """A way to compute a code from the canonical raster. `name` holds its version: same name and raster, same code."""

    @property
    def name(self) -> str:
        """Scheme and version, as it stands in fingerprints and manifests."""
        ...

    @property
    def bits(self) -> int:
        """The length of a code; distances between codes count differing bits of so many."""
        ...

    def compute(self, raster: Raster) -> tuple[bytes, int]:
        """The code, and how much it says: 0 (nothing) to 100, by the scheme's own measure.

        The code has `bits` / 8 bytes, its first bit in the highest place of the first byte.
        """
        ...
