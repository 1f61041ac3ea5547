"""The tiles of patterns that everybody has, and whether a tile is one of them.

A pattern is drawn on one cell of its lattice, in steps u and v of the lattice's two vectors, so that turning, scaling
and squeezing don't come into it. A tile found in a picture differs from that by a shift, by the order and the sense of
its vectors, and, where the picture was squeezed, by the shear that made them short; all of these are tried.

Crossing bands (gingham, tartan, plain grids) need no drawing: whatever their widths and tones, their tile is of rank 2.
"""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float64]
Complexes = NDArray[np.complex128]

SIDE = 16
"""Tiles are compared by the harmonics that so many samples a side can hold."""

ALIKE = 0.95
"""A tile is a standard one if it correlates so well with it.

Of 480 icons, logos and characters repeated, only lozenges and dots come nearer than 0.93.
"""

_CROSSING = 0.98
"""The share of a tile's variance that is of rank 2, where it is crossing bands."""

_FINE = 64
"""Samples a side that standard tiles are drawn with."""

_PIXEL = 1.6
"""How many pixels wide an edge is on a raster, about: it was scaled down to it, and folded."""

_TRIED = 12
"""So many of the best by shifts of a 16th are compared by finer ones."""

_SHEARS = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))
"""(steps of u for one of v, steps of v for one of u)."""


def standard(levels: Plane) -> str | None:
    """What the standard pattern with this tile is called, if there is one."""
    spectrum = _spectrum(levels)
    best, name = _nearest(spectrum, min(levels.shape))
    if best >= ALIKE:
        return name
    return "crossing bands" if _crossing(spectrum) else None


def _nearest(spectrum: Complexes, steps: int) -> tuple[float, str]:
    """The largest correlation with a standard tile, either sense of dark and light, and what that is called."""
    names, sharp = _known()
    known = sharp * _blur(steps)
    known /= np.sqrt((np.abs(known) ** 2).sum(axis=(1, 2), keepdims=True))
    products = np.concatenate([known.conj() * one for one in _ways_round(spectrum)])
    rough = np.abs(np.fft.ifft2(products).real).max(axis=(1, 2))
    places = np.argsort(rough)[-_TRIED:]
    best, place = max((_correlation(products[place]), int(place)) for place in places)
    return best, names[place % len(names)]


def _correlation(product: Complexes) -> float:
    """The largest correlation under any shift by a 64th of the cell: by a 16th, shifted edges would cost 6 %."""
    half = SIDE // 2
    padded = np.zeros((4 * SIDE, 4 * SIDE), dtype=np.complex128)
    kept = np.arange(-half + 1, half)
    padded[np.ix_(kept, kept)] = product[np.ix_(kept, kept)]
    return float(np.abs(np.fft.ifft2(padded).real).max()) * padded.size


def _spectrum(levels: Plane) -> Complexes:
    """The tile's harmonics up to the seventh, without its mean, scaled to norm 1; shape (SIDE, SIDE)."""
    whole = np.fft.fft2(levels)
    kept = np.zeros((SIDE, SIDE), dtype=np.complex128)
    rows, columns = (
        np.arange(-highest, highest + 1) for highest in (min(SIDE // 2 - 1, (size - 1) // 2) for size in levels.shape)
    )
    kept[np.ix_(rows, columns)] = whole[np.ix_(rows, columns)]
    kept[0, 0] = 0.0
    norm = float(np.sqrt((np.abs(kept) ** 2).sum()))
    return kept / norm if norm > 0 else kept


def _blur(steps: int) -> Plane:
    """What is left of each harmonic on a raster with so many pixels to a cell: each pixel is the mean of about two."""
    waves = np.fft.fftfreq(SIDE, 1 / SIDE)
    left = np.sinc(waves * _PIXEL / steps)
    return np.asarray(np.outer(left, left))


def _ways_round(spectrum: Complexes) -> Iterator[Complexes]:
    """The tile turned by quarters and mirrored: a spectrum's conjugate is that of the tile turned by half."""
    back = -np.arange(SIDE) % SIDE
    for one in (spectrum, spectrum.T):
        for way in (one, one[back]):
            yield way
            yield way.conj()


def _crossing(spectrum: Complexes) -> bool:
    tile = np.fft.ifft2(spectrum).real
    for across, down in _SHEARS:
        values = np.linalg.svd(_sheared(tile, across, down), compute_uv=False) ** 2
        if values[:2].sum() >= _CROSSING * values.sum():
            return True
    return False


def _sheared(tile: Plane, across: int, down: int) -> Plane:
    """The same pattern on a cell whose second, or first, vector is longer by the other."""
    rows, columns = np.ogrid[0 : len(tile), 0 : len(tile)]
    return np.asarray(tile[(rows + across * columns) % len(tile), (columns + down * rows) % len(tile)])


@cache
def _known() -> tuple[tuple[str, ...], Complexes]:
    """The standard tiles' names and spectra, with the sheared ones."""
    steps = (np.arange(_FINE) + 0.5) / _FINE
    u, v = np.meshgrid(steps, steps, indexing="ij")
    names: list[str] = []
    spectra: list[Complexes] = []
    for name, pattern in _patterns():
        drawn = pattern(u, v)
        for shear in _SHEARS:
            names.append(name)
            spectra.append(_spectrum(_sheared(drawn, *shear)))
    return tuple(names), np.stack(spectra)


def _patterns() -> Iterator[tuple[str, Callable[[Plane, Plane], Plane]]]:
    """Every pattern on one cell of its lattice: names, and functions of u and v from 0 to 1."""
    yield "checks", lambda u, v: (_distance(u) + _distance(v) < 0.5).astype(float)
    for radius in np.arange(0.14, 0.48, 0.04):
        yield "dots", _dots(radius)
    for height in (0.35, 0.5, 0.7, 0.87, 1.0):  # of the rhomb's half, seen from its other half
        for radius in (0.2, 0.28, 0.36, 0.44):
            yield "offset dots", _offset_dots(height, radius)
    for duty in (0.35, 0.42, 0.5, 0.58, 0.65):
        for rise in np.arange(0.2, 0.85, 0.08):
            yield "chevrons", _chevrons(rise, duty)
    for lean in (1.0, 2.0):
        yield "herringbone", _herringbone(lean)
    yield "houndstooth", _houndstooth
    for height in (0.3, 0.5):
        for joint in (0.06, 0.12, 0.2):
            yield "bricks", _bricks(height, joint)
    yield "triangles", lambda u, v: (u + v < 1).astype(float)


def _distance(x: Plane) -> Plane:
    """How far from the middle of the cell."""
    return np.abs(x - 0.5)


def _dots(radius: float) -> Callable[[Plane, Plane], Plane]:
    return lambda u, v: (np.hypot(u - 0.5, v - 0.5) < radius).astype(float)


def _offset_dots(height: float, radius: float) -> Callable[[Plane, Plane], Plane]:
    """On vectors (1/2, h) and (1/2, −h): rows of dots, every other one shifted by half."""
    size = radius * min(1.0, float(np.hypot(0.5, height)))

    def draw(u: Plane, v: Plane) -> Plane:
        inside = np.zeros(u.shape, dtype=bool)
        for i in (0, 1):
            for j in (0, 1):
                a, b = u - i, v - j
                inside |= np.hypot((a + b) / 2, (a - b) * height) < size
        return inside.astype(float)

    return draw


def _chevrons(rise: float, duty: float) -> Callable[[Plane, Plane], Plane]:
    return lambda u, v: ((v + 2 * rise * _distance(u)) % 1 < duty).astype(float)


def _herringbone(lean: float) -> Callable[[Plane, Plane], Plane]:
    def draw(u: Plane, v: Plane) -> Plane:
        slope = np.where(u < 0.5, 2 * u, 2 - 2 * u)
        return ((v + slope / lean) % 1 < 0.5).astype(float)

    return draw


def _houndstooth(u: Plane, v: Plane) -> Plane:
    """Four threads of each colour, in a twill of two over two."""
    x, y = np.floor(8 * u), np.floor(8 * v)
    return np.where((x + y) % 4 < 2, x < 4, y < 4).astype(float)


def _bricks(height: float, joint: float) -> Callable[[Plane, Plane], Plane]:
    """Two courses, shifted by half."""

    def draw(u: Plane, v: Plane) -> Plane:
        course = np.floor(2 * v)
        return (((u + course / 2) % 1 < joint * height) | (2 * v % 1 < joint)).astype(float)

    return draw
