"""What everybody draws, drawn by code: shapes, stars, stripes, grids, arrows, letters and words.

A work that these explain is generic: a picture that shows it may well have been made by someone who never saw it.

    python -m registry.fingerprint.regional.background FILE

writes their edges, made as those of works are, to a file for `registry.match.aligned.generic`.
"""

import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from registry.features import Picture
from registry.fingerprint.regional.edges import work_edges
from registry.fingerprint.regional.frame import work_frame

SIDE = 512
MIDDLE = SIDE / 2
WORDS = (
    "SALE", "SALE -50%", "Free Shipping", "BEST PRICE", "19.99", "HOT DEAL", "Add to basket", "SHOP", "NEW", "BUY NOW",
    "OK", "Hello", "LOVE", "www", ".com", "TOP", "100%", "ABC", "abc", "123", "LOGO", "COPY", "SAMPLE", "www.shop.com",
    "THE", "and", "CO", "EST", "2024", "INC",
)  # fmt: skip
"""What is written everywhere."""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghkmnqrty0123456789&@?!#%$+"

_INK, _PAPER = 0, 255

Mark = Callable[[ImageDraw.ImageDraw], None]
"""One thing drawn."""


def pictures() -> Iterator[Picture]:
    """All of them, black on white, RGB."""
    for marks in (*_round(), *_angular(), *_signs(), *_striped(), *_crossed(), *_gridded()):
        image = Image.new("L", (SIDE, SIDE), 255)
        on = ImageDraw.Draw(image)
        for mark in marks:
            mark(on)
        yield np.asarray(image.convert("RGB"))
    for text in (*LETTERS, *WORDS):
        yield _written(text)


def _round() -> Iterator[list[Mark]]:
    for radius in (210, 120):
        yield [_ellipse(_box(radius))]
    for width in (12, 30, 60, 100):
        yield [_ellipse(_box(200), width)]
    for squeeze in (0.75, 0.5):
        yield [_ellipse(_box(210, 210 * squeeze))]
    for width in (15, 40):
        yield [_ellipse(_box(radius), width) for radius in (220, 150, 80)]
    yield [_ellipse(_box(200)), _ellipse([170, 40, 490, 360], tone=_PAPER)]
    yield [_slice(_box(210), 180, 360)]
    yield [_slice(_box(210), 270, 360)]
    yield [_arc(_box(200), 200, 340, 40)]
    yield [
        _ellipse(_box(200), 20),
        _ellipse([161, 170, 211, 220]),
        _ellipse([301, 170, 351, 220]),
        _arc([140, 160, 372, 392], 20, 160, 20),
    ]


def _angular() -> Iterator[list[Mark]]:
    for half in (150, 100, 60):
        box = _box(180, half)
        for radius in (0, 40):
            for width in (0, 8, 24):
                yield [_rectangle(box, width, radius)]
    yield [_rectangle(_box(190))]
    yield [_rectangle(_box(190), 24)]
    yield [_rectangle(_box(half), 12) for half in (210, 150)]
    for corners in (3, 4, 5, 6, 8):
        outline = _star(corners, 200)
        yield [_polygon(outline)]
        yield [_line([*outline, *outline[:2]], 26)]
    for points, depth in ((5, 0.38), (5, 0.5), (4, 0.35), (6, 0.58), (8, 0.6), (12, 0.8), (16, 0.85)):
        yield [_polygon(_star(points, 220, depth))]
    star = _star(5, 200, 0.4)
    yield [_line([*star, *star[:2]], 18)]


def _signs() -> Iterator[list[Mark]]:
    for width in (30, 80):
        yield [_line([MIDDLE, 56, MIDDLE, 456], width), _line([56, MIDDLE, 456, MIDDLE], width)]
        yield [_line([90, 90, 422, 422], width), _line([90, 422, 422, 90], width)]
        yield [_line([60, 260, 200, 400, 450, 110], width)]
        yield [_line([170, 70, 350, 256, 170, 442], width)]
        yield [_line([90, y, 422, y], width) for y in (130, 256, 382)]
    # two arrows
    yield [_polygon([60, 200, 280, 200, 280, 110, 450, 256, 280, 400, 280, 310, 60, 310])]
    yield [_line([70, 256, 430, 256], 36), _line([300, 130, 430, 256, 300, 382], 36)]
    # a heart
    yield [_ellipse([76, 96, 266, 286]), _ellipse([246, 96, 436, 286]), _polygon([92, 246, 420, 246, 256, 440])]
    # a lens
    yield [_ellipse([86, 86, 346, 346], 44), _line([320, 320, 440, 440], 60)]
    # a house
    yield [_polygon([256, 70, 450, 250, 62, 250]), _rectangle([110, 250, 402, 430])]
    # a person
    yield [_slice([96, 260, 416, 560], 180, 360), _ellipse([176, 70, 336, 230])]
    # play
    yield [_polygon([130, 70, 420, 256, 130, 442])]
    # speech
    yield [_rectangle([60, 90, 452, 350], radius=50), _polygon([140, 330, 240, 330, 130, 440])]
    # a lock
    yield [_rectangle([100, 220, 412, 440], radius=24), _arc([160, 70, 352, 330], 180, 360, 36)]
    # a letter
    yield [_rectangle([60, 120, 452, 400], 20), _line([60, 120, 256, 280, 452, 120], 20)]


def _striped() -> Iterator[list[Mark]]:
    for count in (2, 3, 4, 5, 7, 10):
        tones = [round(255 * (stripe * 37 % 64) / 63) if count < 6 else 255 * (stripe % 2) for stripe in range(count)]
        for long, short in ((SIDE, SIDE), (SIDE, 340)):
            wide, high = long / count, short / count
            yield [_rectangle([n * wide, 0, (n + 1) * wide, short], tone=tone) for n, tone in enumerate(tones)]
            yield [_rectangle([0, n * high, long, (n + 1) * high], tone=tone) for n, tone in enumerate(tones)]
        step = 2 * SIDE / count
        yield [
            _polygon([n * step, 0, (n + 1) * step, 0, (n + 1) * step - SIDE, SIDE, n * step - SIDE, SIDE], tone)
            for n, tone in enumerate(tones)
        ]


def _crossed() -> Iterator[list[Mark]]:
    """Crosses from border to border, as flags have them."""
    for middle in (190, MIDDLE):
        for width in (60, 100):
            yield [
                _rectangle([0, 0, SIDE, 340], tone=200),
                _line([middle, 0, middle, 340], width),
                _line([0, 170, SIDE, 170], width),
            ]
    yield [_rectangle([0, 0, SIDE, 340], tone=200), _line([0, 0, SIDE, 340], 60), _line([0, 340, SIDE, 0], 60)]


def _gridded() -> Iterator[list[Mark]]:
    for count in (3, 6):
        step = SIDE / count
        boxes = [
            ([x * step, y * step, (x + 1) * step, (y + 1) * step], (x + y) % 2)
            for x in range(count)
            for y in range(count)
        ]
        inner = [[left + 12, top + 12, right - 12, bottom - 12] for (left, top, right, bottom), _ in boxes]
        yield [_rectangle(box) for box in inner]
        yield [_ellipse(box) for box in inner]
        yield [_rectangle(box, 8) for box, _ in boxes]
        yield [_rectangle(box, tone=255 * odd) for box, odd in boxes]


def _ellipse(box: list[float], width: int = 0, tone: int = _INK) -> Mark:
    """An ellipse, or a ring where it has a width."""
    return lambda on: on.ellipse(box, None if width else tone, tone, width or 1)


def _rectangle(box: list[float], width: int = 0, radius: float = 0, tone: int = _INK) -> Mark:
    """A rectangle with round corners, or a frame where it has a width."""
    return lambda on: on.rounded_rectangle(box, radius, None if width else tone, tone, width or 1)


def _polygon(outline: list[float], tone: int = _INK) -> Mark:
    return lambda on: on.polygon(outline, tone)


def _line(through: list[float], width: int) -> Mark:
    return lambda on: on.line(through, _INK, width)


def _slice(box: list[float], start: float, end: float) -> Mark:
    return lambda on: on.pieslice(box, start, end, _INK)


def _arc(box: list[float], start: float, end: float, width: int) -> Mark:
    return lambda on: on.arc(box, start, end, _INK, width)


def _box(across: float, down: float | None = None) -> list[float]:
    high = across if down is None else down
    return [MIDDLE - across, MIDDLE - high, MIDDLE + across, MIDDLE + high]


def _star(points: int, radius: float, depth: float = 0.0) -> list[float]:
    """The corners of a star with its first point up; of a regular polygon where `depth` is 0."""
    number = 2 * points if depth else points
    outline: list[float] = []
    for corner in range(number):
        angle = 2 * math.pi * corner / number - math.pi / 2
        length = radius * depth if depth and corner % 2 else radius
        outline += [MIDDLE + length * math.cos(angle), MIDDLE + length * math.sin(angle)]
    return outline


def _written(text: str) -> Picture:
    """A text in Pillow's own font, as large as the picture allows."""
    image = Image.new("L", (SIDE, SIDE), 255)
    on = ImageDraw.Draw(image)
    left, top, right, bottom = on.textbbox((0, 0), text, font=ImageFont.load_default(100.0))
    font = ImageFont.load_default(100.0 * 0.85 * SIDE / max(right - left, bottom - top))
    on.text((MIDDLE, MIDDLE), text, _INK, font, anchor="mm")
    return np.asarray(image.convert("RGB"))


def main() -> None:
    """Writes the edge points of all pictures, one after the other, with how many each has and the thumbnails' sizes."""
    edges = [work_edges(work_frame(picture)[0]) for picture in pictures()]
    points = np.concatenate([one.points for one in edges])
    np.savez_compressed(
        Path(sys.argv[1]),
        counts=np.array([len(one.points) for one in edges], dtype=np.uint16),
        sizes=np.array([one.size for one in edges], dtype=np.uint8),
        places=points[:, :2].astype(np.uint8),
        normals=points[:, 2:].astype(np.float16),
    )


if __name__ == "__main__":
    main()
