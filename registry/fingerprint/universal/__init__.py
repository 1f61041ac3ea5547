"""Material that everybody has, told from the raster alone: what is shown says nothing about who made it.

    stripes.py    a function of one coordinate: stripes, bars, gradients at any angle
    repeats.py    a lattice and its tile, where a raster is nothing but one tile over and over
    tiles.py      the tiles of standard patterns: checks, dots, gingham, tartan, houndstooth, chevrons, …
    outline.py    the one thing on a plain ground, and its outline in a frame of its own
    shapes.py     plain shapes, and blank shirts, mugs, cases and frames
    drawings.py   the outlines of these, drawn by code
    standards.py  the same, ready to be compared

Both of a pattern's answers are needed, for a designer's seamless pattern repeats too: it is one tile over and over, and
the tile is a standard one. So it is with shapes: there is nothing but one outline, and the outline is a standard one.
"""

import numpy as np

from registry.fingerprint.scheme import Raster
from registry.fingerprint.universal.repeats import tile
from registry.fingerprint.universal.shapes import shape
from registry.fingerprint.universal.stripes import striped
from registry.fingerprint.universal.tiles import standard

__all__ = ["universal"]

_TONES = 4
_OF_TONES = 64
_FEW_TONES = 0.4
"""Drawn patterns have so few tones that the four commonest of 64 hold so much of the picture, at least."""


def universal(raster: Raster) -> str | None:
    """What the raster shows if everybody has that: "stripes", "checks", "a T-shirt"; None for a picture of its own."""
    counts = np.bincount((raster // (256 // _OF_TONES)).ravel(), minlength=_OF_TONES)
    if np.sort(counts)[-_TONES:].sum() >= _FEW_TONES * raster.size:
        if striped(raster):
            return "stripes"
        repeated = tile(raster)
        name = None if repeated is None else standard(repeated)
        if name is not None:
            return name
    return shape(raster)
