"""The outlines that everybody has, drawn by code: plain shapes, and the things that designs are printed on.

`python -m registry.fingerprint.universal.drawings` draws them and writes standards.npz, which `standards` reads.

A drawing is one or two polygons, y downwards, in units of its own: what is alike but for size, place, turn, mirroring
and squeezing needs one drawing. What varies otherwise is drawn in many ways that fill their ranges evenly: sleeves,
necks, hoods, handles, the lobes of a heart.

A thing has places where its own details may lie, which say as little as its outline: a collar, a pocket, a handle, a
lens. A shape has none; its details may follow its outline inwards: a ring, a frame with a mount.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from registry.fingerprint.universal.outline import Mask, described, filled

FILE = Path(__file__).with_name("standards.npz")

Points = list[tuple[float, float]]

_SIDE = 128
_MARGIN = 8


@dataclass(frozen=True, slots=True)
class Drawing:
    """A standard outline: what it is called, its polygons, and the polygons that its own details may lie in."""

    name: str
    polygons: Sequence[Points]
    details: Sequence[Points] = ()


def drawn() -> dict[str, NDArray[np.generic]]:
    """What standards.npz holds: names, packed signatures, and packed places of details, one to a drawing."""
    names, signatures, details = [], [], []
    for drawing in _drawings():
        found = described(filled(_mask(drawing, drawing.polygons)))
        if found is None:
            raise AssertionError(drawing.name)
        names.append(drawing.name)
        signatures.append(found.signature > 0)
        details.append(found.frame.polar(_mask(drawing, drawing.details)) > 0)
    return {
        "names": np.array(names),
        "signatures": np.packbits(signatures, axis=2),
        "details": np.packbits(details, axis=2),
    }


def _mask(drawing: Drawing, polygons: Sequence[Points]) -> Mask:
    """Some polygons, placed as those of the drawing are when they fill a square."""
    corners = np.array([point for polygon in drawing.polygons for point in polygon])
    low, high = corners.min(axis=0), corners.max(axis=0)
    scale = (_SIDE - 2 * _MARGIN) / (high - low).max()
    image = Image.new("1", (_SIDE, _SIDE))
    for polygon in polygons:
        at = (np.array(polygon) - (low + high) / 2) * scale + (_SIDE - 1) / 2
        ImageDraw.Draw(image).polygon([(float(x), float(y)) for x, y in at], fill=1)
    return np.asarray(image)


def _drawings() -> Iterator[Drawing]:
    yield from _shapes()
    yield from _cases()
    yield from _t_shirts(120)
    yield from _long_sleeves(120)
    yield from _mugs()


def _shapes() -> Iterator[Drawing]:
    yield Drawing("a disc", [_regular(72)])
    for across, down in ((0.0, 0.0), (0.08, 0.08), (0.16, 0.16), (0.3, 0.3), (0.1, 0.2), (0.16, 0.3)):
        yield Drawing("a rectangle", [_rounded(across, down)])
    yield Drawing("a triangle", [_regular(3)])
    for corners in (5, 6, 8):
        yield Drawing("a regular polygon", [_regular(corners)])
    for inner in np.arange(0.3, 0.6, 0.03):
        yield Drawing("a star", [_regular(5, float(inner))])
    for dip, lobe, belly in product((-0.6, -0.45, -0.3), (0.8, 1.0, 1.2), (0.1, 0.4)):
        upper = _curve((0, dip), (-0.35, -1.3), (-lobe - 0.2, -1.1), (-lobe, -0.25))
        lower = _curve((-lobe, -0.25), (-lobe + 0.05, belly), (-0.3, 0.7), (0, 1))
        yield Drawing("a heart", [_both_sides(upper + lower)])


def _cases() -> Iterator[Drawing]:
    lens = [(-1.0, -1.0), (0.1, -1.0), (0.1, -0.4), (-1.0, -0.4)]
    for across, down in ((0.12, 0.06), (0.2, 0.1), (0.3, 0.15)):
        yield Drawing("a phone case", [_rounded(across, down)], [lens])


def _t_shirts(count: int) -> Iterator[Drawing]:
    """Shoulders are 1.7 wide at height −1, the hem is at 1.1; sleeves go out and down from the shoulders."""
    collar = [(-0.6, -1.6), (0.6, -1.6), (0.45, -0.65), (-0.45, -0.65)]
    ranges = ((0.35, 1.1), (0.35, 1.0), (0.35, 0.65), (0.6, 0.95), (0.28, 0.5), (0.05, 0.3), (0.0, 0.35))
    for out, down, cuff, waist, neck, deep, armpit in _evenly(count, *ranges):
        left, length = -0.85 - out, float(np.hypot(out, down))
        inner = (left + cuff * down / length, -1.0 + down + cuff * out / length)
        half = [
            *_curve((0, -1.2 + deep), (-neck, -1.2 + deep), (-neck - 0.02, -1.2)),
            *_curve((-neck - 0.02, -1.2), (-0.65, -1.15), (-0.85, -1.0)),
            (left, -1.0 + down), inner, (-waist, inner[1] - armpit), (-waist, 1.1),
        ]  # fmt: skip
        yield Drawing("a T-shirt", [_both_sides(half)], [collar])


def _long_sleeves(count: int) -> Iterator[Drawing]:
    """As a T-shirt, with sleeves that hang to the hips; the hood may be none."""
    hood_and_pocket = [
        [(-0.55, -2.2), (0.55, -2.2), (0.5, -0.5), (-0.5, -0.5)],
        [(-0.75, 0.1), (0.75, 0.1), (0.75, 0.95), (-0.75, 0.95)],
    ]
    ranges = ((0.1, 0.75), (1.4, 2.2), (0.25, 0.45), (0.55, 0.85), (0.0, 0.6), (-0.6, -0.2), (0.3, 0.6))
    for out, down, cuff, waist, hood, armpit, wide in _evenly(count, *ranges):
        left, length = -0.85 - out, float(np.hypot(out, down))
        inner = (left + cuff * down / length, -0.9 + down + cuff * out / length)
        top = _curve((0, -1.1 - hood), (-wide, -1.1 - hood), (-wide + 0.05, -1.1)) if hood > 0.1 else [(0.0, -1.05)]
        half = [
            *top,
            *_curve((-wide + 0.05, -1.1), (-0.75, -1.05), (-0.85, -0.9)),
            (left, -0.9 + down), inner, (-waist, armpit), (-waist, 1.1),
        ]  # fmt: skip
        yield Drawing("a long-sleeved garment", [_both_sides(half)], hood_and_pocket)


def _mugs() -> Iterator[Drawing]:
    for high, reach, top, low, bow in product((1.0, 1.3), (0.55, 0.8), (-0.65, -0.45), (0.45, 0.7), (0.0, 0.15)):
        body = [
            *_curve((-1, -high), (0, -high - 2 * bow), (1, -high)),
            *_curve((1, high), (0, high + 2 * bow), (-1, high)),
        ]
        far = 1 + reach * 4 / 3
        handle = _curve((0.9, top * high), (far, top * high), (far, low * high), (0.9, low * high))
        beside = [(0.75, -high), (far, -high), (far, high), (0.75, high)]
        rims = [_box(-1.5 * high, -high + bow + 0.1), _box(high - bow - 0.1, 1.5 * high)]
        yield Drawing("a mug", [body, handle], [beside, *rims])  # upside down it looks much the same


def _box(top: float, bottom: float) -> Points:
    """Across the whole of a mug's body."""
    return [(-1.1, top), (1.1, top), (1.1, bottom), (-1.1, bottom)]


def _evenly(count: int, *ranges: tuple[float, float]) -> Iterator[list[float]]:
    """Points that fill a box evenly: the steps of each coordinate are powers of a root of x^(n+1) = x + 1.

    Roberts, "The Unreasonable Effectiveness of Quasirandom Sequences", 2018.
    """
    root = 2.0
    for _ in range(50):
        root = (1 + root) ** (1 / (len(ranges) + 1))
    for place in range(count):
        shares = [(0.5 + (place + 1) * root ** -(axis + 1)) % 1 for axis in range(len(ranges))]
        yield [low + (high - low) * share for (low, high), share in zip(ranges, shares, strict=True)]


def _regular(corners: int, inner: float = 1.0) -> Points:
    """A polygon with so many corners; where `inner` is less than 1, a star with that radius between them."""
    count = corners if inner == 1.0 else 2 * corners
    angles = np.arange(count) * 2 * np.pi / count
    radii = np.where(np.arange(count) % 2, inner, 1.0)
    return [(float(r * np.sin(a)), float(-r * np.cos(a))) for a, r in zip(angles, radii, strict=True)]


def _rounded(across: float, down: float) -> Points:
    """A square of side 2 whose corners are quarters of an ellipse with these radii."""
    if not across:
        return [(1, 1), (-1, 1), (-1, -1), (1, -1)]
    points = []
    for x, y, start in ((1, 1, 0), (-1, 1, 90), (-1, -1, 180), (1, -1, 270)):
        angles = np.radians(np.linspace(start, start + 90, 8))
        xs, ys = x * (1 - across) + across * np.cos(angles), y * (1 - down) + down * np.sin(angles)
        points += [(float(one), float(other)) for one, other in zip(xs, ys, strict=True)]
    return points


def _curve(*points: tuple[float, float]) -> Points:
    """A Bézier curve of any degree (de Casteljau), in 14 points."""
    t = np.linspace(0, 1, 14)[:, None]
    level = [np.array([point], dtype=np.float64).repeat(len(t), axis=0) for point in points]
    while len(level) > 1:
        level = [(1 - t) * one + t * other for one, other in pairwise(level)]
    return [(float(x), float(y)) for x, y in level[0]]


def _both_sides(half: Points) -> Points:
    """The left half of an outline, from its top to its bottom, and its mirror image back to the top."""
    return [*half, *((-x, y) for x, y in reversed(half))]


if __name__ == "__main__":
    np.savez_compressed(FILE, allow_pickle=False, **drawn())
