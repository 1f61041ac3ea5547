"""The eight ways a copied picture may lie: a query looks for the work behind each of them.

Codes are computed anew from turned and mirrored *pixels*. Flipping signs of DCT coefficients, as PDQ's own dihedral
codes do, is faster and lost 70 of 450 mirrored logos: where a coefficient is exactly zero its sign says nothing.
"""

from collections.abc import Iterator

import numpy as np

from registry.findings import Orientation
from registry.fingerprint.scheme import Raster

_DONE = {
    Orientation.UPRIGHT: (False, 0),
    Orientation.TURNED_90: (False, 1),
    Orientation.TURNED_180: (False, 2),
    Orientation.TURNED_270: (False, 3),
    Orientation.MIRRORED: (True, 0),
    Orientation.MIRRORED_TURNED_90: (True, 1),
    Orientation.MIRRORED_TURNED_180: (True, 2),
    Orientation.MIRRORED_TURNED_270: (True, 3),
}
"""Mirrored left to right or not, then how many quarter turns counter-clockwise."""


def apply(raster: Raster, orientation: Orientation) -> Raster:
    """What the raster of a work becomes when `orientation` is done to the work."""
    mirrored, turns = _DONE[orientation]
    return np.ascontiguousarray(np.rot90(np.fliplr(raster) if mirrored else raster, turns))


def undo(raster: Raster, orientation: Orientation) -> Raster:
    """The work's raster, from that of a listing that shows it in `orientation`."""
    mirrored, turns = _DONE[orientation]
    upright = np.rot90(raster, -turns)
    return np.ascontiguousarray(np.fliplr(upright) if mirrored else upright)


def variants(raster: Raster) -> Iterator[tuple[Orientation, Raster]]:
    """The eight rasters to look for, each with what was done to the work if it is found by that one; upright first."""
    for orientation in Orientation:
        yield orientation, undo(raster, orientation)
