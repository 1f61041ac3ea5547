"""64 bits for the look of a shape: RootSIFT, turned so that each bit says as much as another, and its signs.

Made like the codes of keypoints (`coder`), from numbers of their own by `shape_training`. A shape is looked for in all
its variants: with so few shapes they cost less than to bring each to one form.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from registry.features import Floats
from registry.fingerprint.descriptors import INVERTED, MIRRORED, rooted
from registry.fingerprint.regional.coder import Descriptors

VARIANTS: tuple[tuple[NDArray[np.int64], Floats], ...] = (
    (np.arange(128), np.eye(2, dtype=np.float32)),
    (MIRRORED, np.diag([1, -1]).astype(np.float32)),
    (INVERTED, np.diag([-1, -1]).astype(np.float32)),
    (MIRRORED[INVERTED], np.diag([-1, 1]).astype(np.float32)),
)
"""As it is, mirrored, inverted, both: the order of a descriptor's bins, and what is done to the frame's square."""


@dataclass(frozen=True, slots=True)
class ShapeCoder:
    """The trained numbers: `mean` (128,) and `projection` (128, 64)."""

    mean: Floats
    projection: Floats

    def projections(self, descriptors: Descriptors) -> Floats:
        """What each bit of a code is the sign of: (n, 64)."""
        return np.asarray((rooted(descriptors) - self.mean) @ self.projection, np.float32)


@cache
def shape_coder() -> ShapeCoder:
    """The trained numbers as they are shipped, read once."""
    stored = files(__package__).joinpath("shape_coder.npz")
    with stored.open("rb") as opened, np.load(opened, allow_pickle=False) as numbers:
        return ShapeCoder(numbers["mean"].astype(np.float32), numbers["projection"].astype(np.float32))
