"""A small picture to show to people: encoded anew, so that nothing of the file's metadata is in it."""

import io

from PIL import Image

from registry.media.picture import Decoded

LONGEST = 320
"""The longest side in pixels, at most; a smaller picture keeps its size."""

_QUALITY = 80


def thumbnail(decoded: Decoded) -> bytes:
    """A JPEG with the file's own proportions, transparency on white."""
    # A whole fraction of the size, so that pixels are only averaged: a quarter of the time.
    fraction = -(-max(decoded.width, decoded.height) // LONGEST)
    size = max(1, decoded.width // fraction), max(1, decoded.height // fraction)
    small = decoded.on_ground("white").scaled(size, Image.Resampling.BOX, gap=1.0)
    jpeg = io.BytesIO()
    small.save(jpeg, "JPEG", quality=_QUALITY)
    return jpeg.getvalue()
