"""The canvas of a drawing: its size, and a drawing of it or of a region, by resvg.

resvg takes memory by the size that a file states and aborts the process when there is not enough. So it is always told
the size in pixels: the shorter side is the one asked for, whatever the file states. A side that would be more than four
times as long is squeezed, since a banner of 1000 : 1 shows nothing when it is scaled with its proportions kept, and
rasters are squeezed anyway.
"""

import io
import re
from dataclasses import dataclass
from typing import Self

import resvg_py
from PIL import Image, PngImagePlugin

from registry.errors import MalformedMedia
from registry.media.svg.tree import SVG_NAMESPACE, Element, write

_LONGEST = 4
"""How many times as long as the shorter side the other may be when drawn."""

_LARGEST = 1_000_000
"""What a stated side of more than this is said to be; it only has to be drawn in proportion."""

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_LENGTH = re.compile(rf"\s*({_NUMBER})\s*(px|pt|pc|mm|cm|in|Q|em|ex|)\s*", re.IGNORECASE)
_NUMBERS = re.compile(rf"\s*({_NUMBER})[\s,]+({_NUMBER})[\s,]+({_NUMBER})[\s,]+({_NUMBER})\s*")
_WRITTEN = 200
"""Characters of the longest length or view box that is read."""

_DOTS_PER_INCH = 96.0

_PIXELS = {
    "": 1.0,
    "px": 1.0,
    "pt": _DOTS_PER_INCH / 72,
    "pc": _DOTS_PER_INCH / 6,
    "mm": _DOTS_PER_INCH / 25.4,
    "cm": _DOTS_PER_INCH / 2.54,
    "in": _DOTS_PER_INCH,
    "q": _DOTS_PER_INCH / 101.6,
    "em": 16.0,
    "ex": 8.0,
}
"""Pixels in a unit (CSS Values and Units Level 3, section 5.2), for a font of 16 pixels."""


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of the canvas in pixels of the file."""

    x: float
    y: float
    width: float
    height: float

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in whole pixels, as they are reported."""
        return _reported(self.width), _reported(self.height)

    def part(self, box: tuple[int, int, int, int], of: tuple[int, int]) -> Self:
        """The part of this region that `box` is of a picture of it; `of` is the size of that picture."""
        across, down = self.width / of[0], self.height / of[1]
        left, top, right, bottom = box
        return type(self)(self.x + left * across, self.y + top * down, (right - left) * across, (bottom - top) * down)


def region(root: Element) -> Region | None:
    """The whole canvas; None where the file states neither a size nor a view box.

    A size that is missing, or a percentage of whatever the drawing is shown in, is taken from the view box.
    """
    width, height = (_length(root.attributes.get(side, "")) for side in ("width", "height"))
    box = _NUMBERS.fullmatch(root.attributes.get("viewBox", "")[:_WRITTEN])
    across, down = (_positive(box[3]), _positive(box[4])) if box else (None, None)
    if across and down:
        if width is None:
            width = across if height is None else height * across / down
        if height is None:
            height = width * down / across
    return Region(0, 0, width, height) if width and height else None


def draw(root: Element, shown: Region, side: int) -> Image.Image:
    """The region as an RGBA picture, the shorter side of `side` pixels."""
    scale = side / min(shown.width, shown.height)
    width, height = (round(min(length * scale, _LONGEST * side)) for length in (shown.width, shown.height))
    canvas = region(root) or shown
    # Within a drawing of its own the root keeps its view box, and what is a percentage of it keeps its size.
    # A place has no meaning on a root, but would have one there.
    kept = {name: value for name, value in root.attributes.items() if name not in ("x", "y")}
    sized = {"width": str(canvas.width), "height": str(canvas.height), "overflow": "visible"}
    inner = Element("svg", kept | sized, root.children)
    outer = Element(
        "svg",
        {
            "xmlns": SVG_NAMESPACE,
            "width": str(width),
            "height": str(height),
            "viewBox": f"{shown.x} {shown.y} {shown.width} {shown.height}",
            "preserveAspectRatio": "none",
        },
        [inner],
    )
    return _rendered(outer, width, height)


def draw_unsized(root: Element, side: int) -> Image.Image:
    """All that a drawing without a size has to the right of its origin and below, which is how resvg reads it."""
    attributes = {name: value for name, value in root.attributes.items() if name not in ("width", "height", "viewBox")}
    bare = Element("svg", attributes | {"xmlns": SVG_NAMESPACE}, root.children)
    first = _rendered(bare, side, side)
    fit = min(_LONGEST, -(-side // min(first.size)))
    return first if fit == 1 else _rendered(bare, fit * side, fit * side)


def _rendered(root: Element, width: int, height: int) -> Image.Image:
    pieces: list[str] = []
    write(root, pieces)
    try:
        png = resvg_py.svg_to_bytes(
            svg_string="".join(pieces), width=width, height=height, dpi=_DOTS_PER_INCH, skip_system_fonts=True
        )
    except ValueError as error:
        raise MalformedMedia(f"The SVG file can't be drawn: {error}.") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # no Exception, and of a class that no module has
            raise
        raise MalformedMedia(
            "The SVG file can't be drawn: some of its numbers are beyond what a drawing can have.",
            remedy="Remove shapes that are far outside of the drawing, or export it as PNG, and try once more.",
        ) from error
    with PngImagePlugin.PngImageFile(io.BytesIO(png)) as picture:
        picture.load()
        return picture


def _length(text: str) -> float | None:
    found = _LENGTH.fullmatch(text[:_WRITTEN])
    return _positive(found[1], _PIXELS[found[2].lower()]) if found else None


def _positive(number: str, unit: float = 1.0) -> float | None:
    """None for what isn't the length of anything, within the reach of the 32-bit numbers that resvg computes with."""
    length = float(number) * unit
    return length if 1e-6 < length < 1e9 else None


def _reported(length: float) -> int:
    return min(max(1, round(length)), _LARGEST)
