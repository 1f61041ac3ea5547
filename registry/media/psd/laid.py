"""What stands for the whole of a PSD file that was saved without a merged picture: its layers, laid on one another.

This isn't Photoshop's picture. Layers that blend in another way than the normal one are left out, since a texture or a
shadow laid on plainly would hide what it only tints; so are vectors, fills, adjustments and effects.
"""

import math

from PIL import Image, ImageChops

from registry.errors import UnsupportedMedia
from registry.media.colour import to_srgb
from registry.media.psd.file import PSDFile
from registry.media.psd.layout import Box, Pixels, Record
from registry.media.psd.pixels import alpha_of, paint

_MOST_PIXELS = 1 << 24
"""Layers are laid at no more than this size, since several pictures of it stand in memory meanwhile."""


def least_factor(file: PSDFile) -> int:
    """What the canvas is to be reduced by at least."""
    return math.ceil(math.sqrt(file.canvas.area / _MOST_PIXELS))


def to_be_laid(file: PSDFile) -> list[Pixels]:
    """What is painted for it."""
    return [record.pixels for record in file.records if record.pixels and _counts(record)]


def laid(file: PSDFile, factor: int) -> Image.Image:
    """The layers that show, each by its opacity and clipped where it is, reduced by `factor`; in mode RGBA.

    Raises `UnsupportedMedia` where none of them lies on the canvas.
    """
    canvas = Image.new("RGBA", (math.ceil(file.canvas.width / factor), math.ceil(file.canvas.height / factor)))
    base: tuple[Image.Image, int, int] | None = None
    empty = True
    for record in file.records:
        if not record.clipped:
            base = None
        if not (record.pixels and _counts(record)):
            continue
        inside = record.box.within(file.canvas)
        if not inside.area:
            continue
        left, top = round(inside.left / factor), round(inside.top / factor)
        picture = _painted(file, record.pixels, inside, factor)
        alpha = picture.getchannel("A")
        if record.clipped and base:
            below, x, y = base
            alpha = ImageChops.multiply(
                alpha, below.crop((left - x, top - y, left - x + picture.width, top - y + picture.height))
            )
        elif not record.clipped:
            base = alpha, left, top
        opacity = record.opacity
        picture.putalpha(alpha.point([round(level * opacity) for level in range(256)]))
        canvas.alpha_composite(picture, (min(left, canvas.width - 1), min(top, canvas.height - 1)))
        empty = False
    if empty:
        raise UnsupportedMedia(
            "The PSD file was saved without a picture of the whole, and has no layer that could stand for it.",
            remedy="Save it again with Photoshop's “Maximize Compatibility”, or export the picture as PNG.",
        )
    return canvas


def _counts(record: Record) -> bool:
    return record.normal and record.opacity > 0


def _painted(file: PSDFile, pixels: Pixels, inside: Box, factor: int) -> Image.Image:
    """What the layer shows in that rectangle of the canvas, in mode RGBA and as sRGB shows it."""
    top, left = pixels.box.top, pixels.box.left
    box = Box(inside.top - top, inside.left - left, inside.bottom - top, inside.right - left)
    painted = paint(file, pixels, alpha_of(file, pixels), box, factor)
    grey = painted.mode in ("L", "LA")
    profile = painted.info.get("icc_profile")
    return to_srgb(painted.convert("RGBA") if painted.mode == "LA" else painted, profile, grey=grey).convert("RGBA")
