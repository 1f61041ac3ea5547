"""Embedded colour profiles: what a picture's numbers mean, turned into sRGB.

The same photograph stored in sRGB, Adobe RGB or Display P3 has different numbers and looks the same, so its codes must
be the same too. Conversion is Little CMS's by way of Pillow, with the perceptual intent, and is done on the reduced
picture: a few milliseconds, whatever the size of the file.

A profile is the file's word like any other. One that is broken, of another kind than the picture, or larger than
`LARGEST_PROFILE` is left out, as every viewer does. One that changes nothing worth mentioning is found out once, by
trying, and then costs a look into a table: that is how the many variants of sRGB in use are recognised.
"""

import io
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

LARGEST_PROFILE = 4 << 20
"""In bytes; the profiles of printing presses have half a megabyte to three."""

_SPACES = {"L": b"GRAY", "RGB": b"RGB ", "CMYK": b"CMYK"}
"""The colour space that a profile's header (ICC.1:2022, 7.2.6) must name to be of use for pictures of a mode."""

_SAME = 3
"""Grey levels by which a profile may change the colours tried, and still be sRGB to within rounding."""

_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
_LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))

Conversion = Callable[[Image.Image], Image.Image]


def needs_profile(mode: str, profile: object) -> bool:
    """Whether pictures of this mode must keep it until they are small, because a profile says best what they show."""
    return mode == "LAB" or (mode == "CMYK" and _conversion(profile, mode) is not None)


def to_srgb(picture: Image.Image, profile: object, *, grey: bool) -> Image.Image:
    """The picture as sRGB shows it, in L, RGB or RGBA; it is one of these, or of a mode that `needs_profile`.

    `profile` is what the file holds as its ICC profile; `grey` says that it holds a grey picture, whatever mode it has
    been converted to since. Without a profile of use L, RGB and RGBA are taken for sRGB.
    """
    if picture.mode == "LAB":
        return _from_lab()(picture)
    if not profile:
        return picture
    if picture.mode == "RGBA":
        colours = picture.getchannel("R") if grey else picture.convert("RGB")
        convert = _conversion(profile, colours.mode)
        if convert is None:
            return picture
        converted = convert(colours).convert("RGB")
        converted.putalpha(picture.getchannel("A"))
        return converted
    convert = _conversion(profile, picture.mode)
    return picture if convert is None else convert(picture)


def _conversion(profile: object, mode: str) -> Conversion | None:
    """How pictures of this mode with this profile become sRGB; None where they may stay as they are."""
    if not isinstance(profile, bytes) or not 128 < len(profile) <= LARGEST_PROFILE:
        return None
    return _tried(profile, mode) if profile[16:20] == _SPACES.get(mode) else None


@lru_cache(maxsize=8)
def _tried(profile: bytes, mode: str) -> Conversion | None:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        transform = ImageCms.ImageCmsTransform(source, _SRGB, mode, "RGB")
        colours = _samples(mode)
        shown = transform.apply(colours)
    except (OSError, ValueError):
        return None
    if mode == "CMYK":
        return transform.apply
    difference = np.abs(np.asarray(shown).astype(np.int16) - np.asarray(colours.convert("RGB")))
    if difference.max() <= _SAME:
        return None
    if mode == "L":
        table = shown.getchannel("G").tobytes()
        return lambda picture: picture.point(table)
    return transform.apply


def _samples(mode: str) -> Image.Image:
    """All grey levels, or colours from all over the cube; for CMYK just one, to see whether the profile works."""
    if mode == "L":
        return Image.frombytes("L", (256, 1), bytes(range(256)))
    if mode == "RGB":
        levels = np.linspace(0, 255, 9).round().astype(np.uint8)
        return Image.fromarray(np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(27, 27, 3))
    return Image.new(mode, (1, 1))


@lru_cache(maxsize=1)
def _from_lab() -> Conversion:
    return ImageCms.ImageCmsTransform(_LAB, _SRGB, "LAB", "RGB").apply
