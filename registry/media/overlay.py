"""A match drawn for a person: both pictures side by side, and one laid over the other.

    ┌───────────┬───────────┐   the work, what isn't shown of it dimmed; the asked picture with the work's outline;
    │ the work ─┼─ asked    │   lines from a point in one to the same point in the other
    ├───────────┴───────────┤
    │  laid over each other │   half of each inside the outline: what agrees is sharp, what doesn't is seen twice
    └───────────────────────┘

It is read at a glance on a phone as well: at 350 pixels' width captions still have 11. Lines are drawn larger and
reduced, since Pillow draws them with steps. To be called in a sandbox's worker: Pillow has its font built in.
"""

import io
from collections.abc import Iterable, Sequence
from math import hypot

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFont, JpegImagePlugin

from registry.findings import Placement, Point

WIDTH = 920
"""Of the whole overlay, in pixels."""

_MARGIN, _GAP = 24, 24
_CELL = (WIDTH - 2 * _MARGIN - _GAP) // 2
"""The longest side of the two pictures above."""

_BLEND_HEIGHT = 560
_CAPTION = 46
"""The height of a line of words above a picture."""

_PAPER, _INK, _FRAME = (246, 244, 240), (58, 55, 50), (214, 209, 200)
_LINE, _CASING = (214, 24, 92), (255, 255, 255)
"""A colour that few designs are made in, and what sets it off from those that are."""

_JOINED = 12
"""So many pairs have a line, those that lie farthest apart; the others have their dots. More lines are a tangle."""

_FINE = 3
"""By so much larger lines are drawn than they are shown."""

_QUALITY = 90

Box = tuple[float, float, float, float]
"""Left, top, width, height."""


def overlay(work: bytes, asked: bytes, placement: Placement) -> bytes:
    """A JPEG that shows how two pictures match; both are small JPEGs of the registry's own."""
    mine, theirs = _opened(work), _opened(asked)
    seen = placement.seen
    left = _fitted(mine.size, _CELL, _CELL)
    right = _fitted(theirs.size, _CELL, _CELL)
    below = _fitted(theirs.size, WIDTH - 2 * _MARGIN, _BLEND_HEIGHT)
    row = max(left[1], right[1])
    height = _MARGIN + _CAPTION + row + _GAP + _CAPTION + below[1] + _MARGIN
    canvas = Image.new("RGB", (WIDTH, height), _PAPER)
    top = _MARGIN + _CAPTION
    work_box = _put(canvas, _dimmed(mine.resize(left, Image.Resampling.LANCZOS), seen), _MARGIN, top, _CELL)
    asked_box = _put(canvas, theirs.resize(right, Image.Resampling.LANCZOS), _MARGIN + _CELL + _GAP, top, _CELL)
    under = top + row + _GAP + _CAPTION
    blended = _blended(mine, theirs.resize(below, Image.Resampling.LANCZOS), placement)
    blend_box = _put(canvas, blended, _MARGIN, under, WIDTH - 2 * _MARGIN)
    _caption(canvas, "Registered work", _MARGIN, top)
    _caption(canvas, "Checked picture", _MARGIN + _CELL + _GAP, top)
    _caption(canvas, "Laid over each other", _MARGIN, under)
    lines = _Lines(canvas.size)
    pairs = [(_at(work_box, one), _at(asked_box, other)) for one, other in placement.points]
    lines.join(pairs[:_JOINED])
    lines.outline([_at(work_box, corner) for corner in seen], 3)
    lines.outline([_at(asked_box, corner) for corner in placement.region], 3)
    lines.outline([_at(blend_box, corner) for corner in placement.region], 2)
    lines.dots(point for pair in pairs for point in pair)
    lines.onto(canvas)
    jpeg = io.BytesIO()
    canvas.save(jpeg, "JPEG", quality=_QUALITY, subsampling=0)
    return jpeg.getvalue()


class _Lines:
    """What is drawn over the pictures, in the canvas's own pixels."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._layer = Image.new("RGBA", (size[0] * _FINE, size[1] * _FINE), (*_LINE, 0))
        self._draw = ImageDraw.Draw(self._layer)

    def join(self, pairs: Sequence[tuple[Point, Point]]) -> None:
        """Thin lines between the points of each pair."""
        for width, colour in ((3.4, (*_CASING, 130)), (1.7, (*_LINE, 235))):
            for one, other in pairs:
                self._draw.line([_fine(one), _fine(other)], fill=colour, width=round(width * _FINE))

    def outline(self, polygon: Sequence[Point], width: int) -> None:
        """A polygon's sides, set off from what lies below."""
        closed = [*map(_fine, polygon), *map(_fine, polygon[:2])]
        for wide, colour in ((width + 3, (*_CASING, 230)), (width, (*_LINE, 255))):
            self._draw.line(closed, fill=colour, width=wide * _FINE, joint="curve")

    def dots(self, points: Iterable[Point]) -> None:
        """The ends of lines."""
        for x, y in points:
            for radius, colour in ((5.5, (*_CASING, 255)), (4.0, (*_LINE, 255))):
                reach = radius * _FINE
                x0, y0 = _fine((x, y))
                self._draw.ellipse((x0 - reach, y0 - reach, x0 + reach, y0 + reach), fill=colour)

    def onto(self, canvas: Image.Image) -> None:
        """Lays all of it on the canvas."""
        layer = self._layer.reduce(_FINE)
        canvas.paste(layer.convert("RGB"), mask=layer.getchannel("A"))


def _blended(mine: Image.Image, theirs: Image.Image, placement: Placement) -> Image.Image:
    """The work warped onto the asked picture: half of each inside the outline, the asked picture faded outside."""
    width, height = theirs.size
    a, b, c, d, e, f = placement.back
    # or else pixels would be left out where it shrinks, and the work would look rougher than it is
    shrinks = hypot(a * mine.width, d * mine.height) / width, hypot(b * mine.width, e * mine.height) / height
    laid = mine.reduce(max(1, int(min(shrinks))))
    across, down = laid.size
    # from an output pixel to one of the work; Pillow samples at pixel centres by itself
    into = a * across / width, b * across / height, c * across, d * down / width, e * down / height, f * down
    if placement.inverted:
        laid = ImageChops.invert(laid)
    warped = laid.transform(theirs.size, Image.Transform.AFFINE, into, Image.Resampling.BICUBIC)
    inside = _mask(theirs.size, placement.region)
    faded = _faded(theirs)
    return Image.composite(Image.blend(theirs, warped, 0.5), faded, inside)


def _dimmed(picture: Image.Image, seen: Sequence[Point]) -> Image.Image:
    """The picture with what lies outside the polygon faded."""
    return Image.composite(picture, _faded(picture), _mask(picture.size, seen))


def _faded(picture: Image.Image) -> Image.Image:
    grey = ImageEnhance.Color(picture).enhance(0.25)
    return Image.blend(grey, Image.new("RGB", picture.size, _PAPER), 0.55)


def _mask(size: tuple[int, int], polygon: Sequence[Point]) -> Image.Image:
    mask = Image.new("L", (size[0] * _FINE, size[1] * _FINE))
    ImageDraw.Draw(mask).polygon([(x * mask.width, y * mask.height) for x, y in polygon], fill=255)
    return mask.reduce(_FINE)


def _opened(jpeg: bytes) -> Image.Image:
    with JpegImagePlugin.JpegImageFile(io.BytesIO(jpeg)) as picture:
        return picture.convert("RGB")


def _fitted(size: tuple[int, int], width: int, height: int) -> tuple[int, int]:
    """The size that fits into this space in the same proportions."""
    scale = min(width / size[0], height / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _put(canvas: Image.Image, picture: Image.Image, left: int, top: int, width: int) -> Box:
    """Puts a picture into the middle of a column, below its caption, and tells where it went."""
    x, y = left + (width - picture.width) // 2, top
    draw = ImageDraw.Draw(canvas)
    draw.rectangle((x - 1, y - 1, x + picture.width, y + picture.height), outline=_FRAME)
    canvas.paste(picture, (x, y))
    return x, y, picture.width, picture.height


def _caption(canvas: Image.Image, words: str, left: int, bottom: int) -> None:
    font = ImageFont.load_default(30)
    ImageDraw.Draw(canvas).text((left, bottom - 12), words, font=font, fill=_INK, anchor="ls")


def _at(box: Box, point: Point) -> Point:
    return box[0] + point[0] * box[2], box[1] + point[1] * box[3]


def _fine(point: Point) -> Point:
    return point[0] * _FINE, point[1] * _FINE
