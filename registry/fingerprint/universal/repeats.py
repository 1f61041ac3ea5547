"""Whether a raster is one small tile over and over, and which.

    1. likeness under every shift   correlation of the raster, at half its side, with itself moved by up to 3/4 of it
    2. the lattice                  two of the shifts under which the picture comes to lie on itself
    3. the tile                     the mean of all pixels that are whole steps apart

Coordinates are (down, across) in pixels. A lattice's two vectors are reduced (Lagrange and Gauss), so that the same
pattern has the same tile up to a shift, a mirroring or a shear by one step, however it was turned, scaled or squeezed.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from registry.fingerprint.scheme import Raster

Floats = NDArray[np.float32]
Vector = NDArray[np.float64]
"""(down, across)."""
Vectors = NDArray[np.float64]
"""One to a row."""

_SIDE = 64
_FAR = 48
"""The largest shift of the raster at half its side: a quarter of the picture still lies over itself."""

_COMES_BACK = 0.9
"""The likeness under some shift that a picture needs to be searched for a lattice: a cheap way out for the others."""

_NEAR = 12
"""Under a shift by less many a picture is like itself; under some multiple of its steps, a pattern is beyond that."""

_PEAK = 0.5
"""The likeness under a shift that is worth a thought, at least."""

_EXPLAINED = 0.86
"""The share of a picture's variance that its tile explains, at least; the edges of fine patterns are what is lost."""

_STRAY = 0.35
"""No 16th by 16th of the picture may differ from its tile by more than this in standard deviations of the picture."""

_DEGREES = (0.9, 0.7, 0.5)
_SHORTEST = 10
_TRIED = 4
"""Of each degree of likeness so many of the shortest shifts are paired, and so many of the finest lattices tried."""

_ASLANT = 0.3
"""The sine of the angle between a lattice's vectors, at least."""


def tile(raster: Raster) -> NDArray[np.float64] | None:
    """The tile that the whole raster is made of, if there is one.

    Grey levels over steps of the lattice's two vectors, shape (steps of one, steps of the other).
    """
    small = raster.astype(np.float32).reshape(_SIDE, 2, _SIDE, 2).mean(axis=(1, 3))
    likeness = _under_shifts(small - small.mean())
    if max(likeness[_NEAR:].max(), likeness[:_NEAR, _FAR + _NEAR :].max()) < _COMES_BACK:
        return None
    likenesses, shifts = _peaks(likeness)
    if likenesses.max(initial=0.0) < _COMES_BACK:
        return None
    pixels = raster.astype(np.float64)
    for one, other in _lattices(likenesses, shifts):
        levels, rest = _folded(pixels, 2 * one, 2 * other)
        if rest.var() > (1 - _EXPLAINED) * pixels.var():
            continue
        if np.abs(rest.reshape(16, 8, 16, 8).mean(axis=(1, 3))).max() <= _STRAY * pixels.std():
            return levels
    return None


def _under_shifts(small: Floats) -> Floats:
    """Correlations of what lies over each other, shape (1 + _FAR, 1 + 2 · _FAR): down from 0, across from −_FAR.

    Of each shift's overlap the own mean and variance count; 0 where it shows less than a third of the whole variance.
    """
    spectrum = np.fft.rfft2(small, (2 * _SIDE, 2 * _SIDE))
    products = np.fft.irfft2(spectrum * spectrum.conj(), (2 * _SIDE, 2 * _SIDE))
    products = np.concatenate([products[: _FAR + 1, -_FAR:], products[: _FAR + 1, : _FAR + 1]], axis=1)
    count = _overlap()
    (here, there), (here2, there2) = _sums(small), _sums(small * small)
    variances = (here2 / count - (here / count) ** 2), (there2 / count - (there / count) ** 2)
    enough = np.minimum(*variances) > small.var() / 3
    scale = np.sqrt(np.where(enough, variances[0] * variances[1], 1.0))
    return np.asarray(np.where(enough, (products / count - here * there / count**2) / scale, 0.0), dtype=np.float32)


@cache
def _overlap() -> Floats:
    """How many pixels lie over each other under each shift."""
    shifts = np.arange(-_FAR, _FAR + 1)
    return np.outer(_SIDE - shifts[_FAR:], _SIDE - np.abs(shifts)).astype(np.float32)


def _sums(values: Floats) -> tuple[Floats, Floats]:
    """Under each shift, the sum over the part that another lies on, and over the part that lies there."""
    total = np.zeros((_SIDE + 1, _SIDE + 1), dtype=np.float64)
    total[1:, 1:] = values.cumsum(axis=0, dtype=np.float64).cumsum(axis=1)
    steps = np.arange(_FAR + 1)
    down, right, left = steps[:, None], steps[None, :], steps[:0:-1][None, :]
    stays, moves = _SIDE - down, _SIDE - right
    here = np.concatenate([total[stays, _SIDE] - total[stays, left], total[stays, moves]], axis=1)
    there = np.concatenate(
        [
            total[_SIDE, _SIDE - left] - total[down, _SIDE - left],
            total[_SIDE, _SIDE] - total[down, _SIDE] - total[_SIDE, right] + total[down, right],
        ],
        axis=1,
    )
    return here.astype(np.float32), there.astype(np.float32)


def _peaks(likeness: Floats) -> tuple[Floats, Vectors]:
    """The shifts with a likeness of their own, to a fraction of a pixel, the shortest first; and those before."""
    around = np.pad(likeness, 1, constant_values=-1.0)
    around[0] = around[2, ::-1]  # a shift up is a shift down the other way
    rows, columns = likeness.shape
    nine = np.stack([around[i : i + rows, j : j + columns] for i in range(3) for j in range(3)])
    row, column = np.nonzero((likeness >= nine.max(axis=0)) & (likeness > _PEAK))
    across = column - _FAR
    inside = (row < _FAR) & (np.abs(across) < _FAR) & ((row > 0) | (across > 0)) & (row**2 + across**2 >= 4)
    row, across = row[inside], across[inside]
    three = nine[:, row, across + _FAR]
    shifts = np.stack([row + _top(three[1], three[4], three[7]), across + _top(three[3], three[4], three[5])], axis=1)
    order = np.argsort((shifts**2).sum(axis=1), kind="stable")
    return three[4][order], shifts[order].astype(np.float64)


def _top(before: Floats, here: Floats, after: Floats) -> Floats:
    """Where the parabola through three values has its top, from the middle one."""
    bend = np.minimum(before - 2 * here + after, -1e-6)
    return np.asarray(np.clip((before - after) / (2 * bend), -0.5, 0.5))


def _lattices(likenesses: Floats, shifts: Vectors) -> Iterator[tuple[Vector, Vector]]:
    """Pairs of short shifts that don't lie on one line, the finest lattice first.

    A few of each degree of likeness: a fine pattern's shortest shifts fall between pixels and look less alike than they
    are, and many a pattern looks half alike under half a step.
    """
    pairs: dict[tuple[int, int], float] = {}
    for least in _DEGREES:
        short = np.flatnonzero(likenesses >= least)[:_SHORTEST]
        found = []
        for place, one in enumerate(short):
            others = shifts[short[place + 1 :]]
            areas, apart = _apart(shifts[one], others)
            found += [(float(areas[i]), (int(one), int(short[place + 1 + i]))) for i in np.flatnonzero(apart)]
        pairs.update({pair: area for area, pair in sorted(found)[:_TRIED]})
    for pair in sorted(pairs, key=lambda pair: pairs[pair]):
        one, other = (_refined(shifts[place], shifts) for place in pair)
        _, apart = _apart(one, other[None])
        if apart[0]:
            yield _reduced(one, other)


def _apart(one: Vector, others: Vectors) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The areas that a vector spans with others, and which of them don't lie on one line with it."""
    areas = np.abs(one[0] * others[:, 1] - one[1] * others[:, 0])
    return areas, areas > _ASLANT * np.hypot(*one) * np.hypot(*others.T)


def _refined(vector: Vector, shifts: Vectors) -> Vector:
    """The vector from the farthest of its multiples that is a peak: an error there counts for a fraction."""
    both = np.concatenate([shifts, -shifts])
    for times in range(2, 24):
        aim = vector * times
        if np.abs(aim).max() > _FAR:
            break
        apart = ((both - aim) ** 2).sum(axis=1)
        if apart.min() < 1.5:
            vector = both[apart.argmin()] / times
    return vector


def _reduced(one: Vector, other: Vector) -> tuple[Vector, Vector]:
    """The two shortest vectors of the same lattice."""
    while True:
        if other @ other < one @ one:
            one, other = other, one
        times = round(float(one @ other / (one @ one)))
        if times == 0:
            return one, other
        other = other - times * one


def _folded(pixels: NDArray[np.float64], one: Vector, other: Vector) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The tile, about a pixel to a step, and what it leaves of the picture."""
    inverse = np.linalg.inv(np.stack([one, other], axis=1))
    down, across = _grid(len(pixels))
    steps = [int(np.clip(round(float(np.hypot(*vector))), 4, 64)) for vector in (one, other)]
    place = np.zeros(pixels.shape, dtype=np.intp)
    for row, count in zip(inverse, steps, strict=True):
        part = row[0] * down + row[1] * across
        place = place * count + np.minimum(((part - np.floor(part)) * count).astype(np.intp), count - 1)
    counts = np.bincount(place.ravel(), minlength=steps[0] * steps[1])
    sums = np.bincount(place.ravel(), pixels.ravel(), minlength=steps[0] * steps[1])
    levels = np.where(counts > 0, sums / np.maximum(counts, 1), pixels.mean())
    return levels.reshape(steps), pixels - levels[place]


@cache
def _grid(side: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rows, columns = np.mgrid[0:side, 0:side].astype(np.float64)
    return rows, columns
