"""A small picture to show to people: encoded anew, so that nothing of the file's metadata is in it."""

import io

from PIL import Image

from registry.media.picture import Decoded

LONGEST = 320
"""The longest side in pixels, at most; a smaller picture keeps its size."""

_QUALITY = 80


def thumbnail(decoded: Decoded) -> bytes:
    """A JPEG with the file's own proportions; transparency on white."""
    return jpeg(reduced(decoded.on_ground("white"), LONGEST), _QUALITY)


def reduced(decoded: Decoded, longest: int) -> Image.Image:
    """The picture without transparency at a whole fraction of its size, whose longest side is at most `longest`.

    A whole fraction, so that pixels are only averaged: a quarter of the time.
    """
    fraction = -(-max(decoded.width, decoded.height) // longest)
    size = max(1, decoded.width // fraction), max(1, decoded.height // fraction)
    return decoded.scaled(size, Image.Resampling.BOX, gap=1.0)


def jpeg(picture: Image.Image, quality: int) -> bytes:
    """The picture as a JPEG."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file.getvalue()
