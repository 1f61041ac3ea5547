"""Whether a raster shows nothing but one standard shape or blank thing on a plain ground, and which.

1. smooth     four fifths of the pixels lie on a surface, as in drawings and hardly ever in photographs
2. outline    of the thing on its ground, held against the standard ones under every turn, both ways round
3. blank      thing and ground are each a smooth surface, but for details that follow the outline or lie where
              things have theirs
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from registry.fingerprint.scheme import Raster
from registry.fingerprint.universal.outline import RAYS, Floats, Mask, Thing, surfaces, things
from registry.fingerprint.universal.standards import WEIGHTS, standards

SHAPES_ALIKE = 0.94
THINGS_ALIKE = 0.89
"""The area that a thing and a standard outline share, of what either of them covers, at least."""

_CURVED = 4.0
_SMOOTH = 80
"""So many percent of the pixels are off the mean of their four neighbours by at most so many quarters of a level."""

_STRAY = 0.35
"""No 16th by 16th of the picture may be further off its surfaces, in standard deviations of the picture."""

_TRIED = 3
"""So many of the nearest outlines are tried."""

_SPOT = 16.0
"""Grey levels. Of 18 pictures in the middle of cases and frames that lie on a surface otherwise none is below 26."""

_SPOTS = 8
"""So many may be left where the bands of a frame don't quite follow its corners; an emblem of 8 × 8 pixels makes 36."""

_STEP = 8.0
"""Grey levels between two bands, at least."""

_UNEVEN = 32.0
"""Grey levels that pixels of one step differ by from their mean, root mean square: with more it isn't light that falls
off, and no surface need be sought.
"""

_FEW = 64
"""Fewer pixels have one level instead of a surface."""

_ENOUGH = 1000
"""So many pixels, about, tell a surface."""

_DEPTHS = 48
"""Steps from a shape's outline inwards, each of which may have a level of its own."""

_DEEPEST = 28
"""The last step takes in all that lies deeper: what is small and in the middle is a picture, not a frame's inside."""

_PROPORTIONS = (1.0, 0.9, 1.11, 0.8, 1.25, 0.71, 1.41, 0.63, 1.6)
"""A frame's width across by that down: one width all around, on a picture that was squeezed."""


def shape(raster: Raster) -> str | None:
    """What the plain shape or blank thing is called, if that is all there is."""
    pixels = raster.astype(np.float32)
    if not _smooth(pixels):
        return None
    limit = _STRAY * float(pixels.std())
    for found, around in things(raster):
        ground = _off_surface(pixels, around)
        if _strays(ground, limit):
            continue
        nearest = list(_nearest(found))
        for name, kinds in _ways_to_be_blank(found, nearest):
            if any(_blank(pixels, ground, found, one, limit) for one in kinds):
                return name
        if not nearest:
            return None  # an outline of its own stays one with its shadow or its frame
    return None


def _ways_to_be_blank(
    found: Thing, nearest: list[tuple[int, int, bool]]
) -> Iterator[tuple[str, Iterator[NDArray[np.intp]]]]:
    """For each outline its name, and the divisions of the thing's pixels in one of which each part must be smooth."""
    known = standards()
    followed = set()
    for place, turned, mirrored in nearest:
        name = known.names[place]
        if known.details[place].any():
            yield name, _details(found, place, turned, mirrored=mirrored)
            continue
        rectangle = name == "a rectangle"  # all others are followed inwards along their rays: the same for each
        if rectangle not in followed:
            followed.add(rectangle)
            yield name, _depths(found, rectangle=rectangle)


def _smooth(pixels: Floats) -> bool:
    inner = pixels[1:-1, 1:-1]
    curved = np.abs(4 * inner - pixels[:-2, 1:-1] - pixels[2:, 1:-1] - pixels[1:-1, :-2] - pixels[1:-1, 2:])
    return bool((curved <= _CURVED).mean() * 100 >= _SMOOTH)


def _nearest(found: Thing) -> Iterator[tuple[int, int, bool]]:
    """The standard outlines that are alike, the most alike first, and how the thing lies: turned by rays, mirrored."""
    known = standards()
    spectrum = np.fft.rfft(found.signature * WEIGHTS, axis=1).astype(np.complex64)
    area = float((found.signature * WEIGHTS).sum())
    both = np.stack([spectrum.T, spectrum.T.conj()], axis=2)  # reversed, a signature has the conjugate's spectrum
    shared = np.fft.irfft(known.spectra @ both, RAYS, axis=0)
    ways = [(shared[:, :, way].argmax(axis=0), shared[:, :, way].max(axis=0), way == 1) for way in (0, 1)]
    best = np.maximum(ways[0][1], ways[1][1])
    alike = best / (area + known.areas - best)
    for place in np.argsort(-alike)[:_TRIED]:
        if alike[place] < (THINGS_ALIKE if known.details[place].any() else SHAPES_ALIKE):
            continue
        turned, _, mirrored = max(ways, key=lambda way: float(way[1][place]))
        yield int(place), int(turned[place]), mirrored


def _blank(pixels: Floats, ground: Floats, found: Thing, kinds: NDArray[np.intp], limit: float) -> bool:
    """Whether each of the bands that the thing's kinds of pixels make is a smooth surface, as the ground is.

    `ground` is what stays of the ground; `kinds` numbers the steps from the outline inwards from 0, and what lies where
    the thing has its own details, which don't count, is −1.
    """
    counted = found.mask & (kinds >= 0)
    if not counted.any():
        return False
    levels, steps = pixels[counted], kinds[counted]
    counts = np.bincount(steps)
    means = np.bincount(steps, levels) / np.maximum(counts, 1)
    if ((levels - means[steps]) ** 2).mean() > _UNEVEN**2:
        return False
    inside = np.zeros_like(ground)
    bands = np.full(pixels.shape, -1, dtype=np.intp)
    bands[counted] = _bands(counts, means, limit)[steps]
    for band in range(int(bands.max()) + 1):
        inside += _off_surface(pixels, bands == band)
    return not _spotted(inside) and not _strays(ground + inside, limit)


def _spotted(rest: Floats) -> bool:
    """Whether there are spots of three by three pixels, all off by more than `_SPOT`: prints have them, edges don't."""
    off = np.abs(rest) > _SPOT
    for _ in range(2):  # twice by two: rows and columns at once
        off = off[1:, 1:] & off[:-1, 1:] & off[1:, :-1] & off[:-1, :-1]
    return int(off.sum()) > _SPOTS


def _strays(rest: Floats, limit: float) -> bool:
    """Whether any 16th by 16th is further off than that."""
    return bool(np.abs(rest.reshape(16, 8, 16, 8).mean(axis=(1, 3))).max() > limit)


def _bands(counts: NDArray[np.intp], means: NDArray[np.float64], limit: float) -> NDArray[np.intp]:
    """The band of each step: neighbouring steps of about the same level are one band, empty ones belong to none."""
    bands = np.zeros(len(counts), dtype=np.intp)
    jumps = np.abs(np.diff(means[counts > 0])) > min(_STEP, limit / 2)
    bands[counts > 0] = np.concatenate([[0], jumps.cumsum()])
    return bands


def _off_surface(pixels: Floats, where: Mask) -> Floats:
    """What a quadratic surface leaves of the pixels there; 0 elsewhere."""
    places = np.flatnonzero(where)
    if len(places) < _FEW:
        level = pixels[where].mean() if len(places) else 0.0
        return np.asarray(np.where(where, pixels - level, 0.0), dtype=np.float32)
    places = places[:: max(1, len(places) // _ENOUGH)]
    all_terms = surfaces(len(pixels))
    terms, levels = all_terms[places], pixels.ravel()[places]
    weights = np.linalg.lstsq(terms.T @ terms, terms.T @ levels, rcond=None)[0]
    return np.asarray(np.where(where, pixels - (all_terms @ weights).reshape(pixels.shape), 0.0), dtype=np.float32)


def _depths(found: Thing, *, rectangle: bool) -> Iterator[NDArray[np.intp]]:
    """For every pixel how far it is from the outline to the middle, in steps; one level for all of it first."""
    side = len(found.mask)
    yield np.zeros((side, side), dtype=np.intp)
    if not rectangle:
        radius, ray = found.frame.cells(side)
        yield _steps(1 - radius / np.maximum(found.signature.sum(axis=0), 1.0)[ray])
        return
    down, across = found.frame.inwards(side)
    rays = np.arange(RAYS) * 2 * np.pi / RAYS
    corner = float(np.angle((found.signature.sum(axis=0) * np.exp(4j * rays)).sum())) / 4 - np.pi / 4
    one, other = across * np.cos(corner) + down * np.sin(corner), down * np.cos(corner) - across * np.sin(corner)
    half = np.sqrt(3.0)
    inside, beside = 1 - np.abs(one) / half, 1 - np.abs(other) / half
    for proportion in _PROPORTIONS:
        yield _steps(np.minimum(inside, beside * proportion))


def _steps(depth: Floats) -> NDArray[np.intp]:
    return np.clip(depth * _DEPTHS, 0, _DEEPEST).astype(np.intp)


def _details(found: Thing, place: int, turned: int, *, mirrored: bool) -> Iterator[NDArray[np.intp]]:
    """For every pixel 0, or −1 where the thing's own details lie; a case may lie in any of the ways that look alike."""
    known = standards()
    radius, ray = found.frame.cells(len(found.mask))
    ring = radius.astype(np.intp)
    inside = ring < len(WEIGHTS)
    ring = np.minimum(ring, len(WEIGHTS) - 1)
    alike = known.names[place] == "a phone case"
    for other_way in (mirrored, not mirrored) if alike else (mirrored,):
        for quarter in range(4 if alike else 1):
            shift = turned + quarter * (RAYS // 4)
            own = (-ray - shift if other_way else ray - shift) % RAYS
            yield np.where(inside & known.details[place][ring, own], -1, 0)
