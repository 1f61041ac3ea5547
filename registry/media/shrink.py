"""Pixels of any kind → the small picture in one of three modes that rasters are made of."""

import numpy as np
from PIL import Image

from registry.media.colour import needs_profile, to_srgb
from registry.media.picture import Decoded

_WHITES = (1, 0xFF, 0xFFFF, 0xFFFF_FFFF)
"""What "white" may be in pictures of integers or floats that don't say: the least of these that nothing exceeds."""

_GREYS = frozenset({"1", "L", "LA", "La", "I", "F", "I;16", "I;16L", "I;16B", "I;16N"})

_BAND_PIXELS = 1 << 21


def small(image: Image.Image, side: int) -> Decoded:
    """What `image`, upright and in any mode, looks like: neither side is reduced below `side` pixels.

    For drafts that were drawn or decoded in memory; a file that Pillow opened goes through `decode`.
    """
    picture, (across, down) = shrink(image, side)
    picture.info.clear()
    return Decoded(image.width, image.height, picture, (image.width / across, image.height / down), None)


def shrink(image: Image.Image, side: int) -> tuple[Image.Image, tuple[int, int]]:
    """Converts to L, RGB or RGBA, and reduces by whole factors, which it returns, to no less than `side`.

    A profile in the picture's `info` is honoured, at the end, when there is least to convert.
    """
    profile = image.info.get("icc_profile")
    white = _white(image)
    kept = needs_profile(image.mode, profile)
    grey = image.mode in _GREYS
    factors = _, down = max(1, image.width // side), max(1, image.height // side)
    if factors == (1, 1):
        return _opaque(to_srgb(_convert(image, white, kept), profile, grey=grey)), factors
    if kept or (image.mode in ("L", "RGB") and not image.has_transparency_data):
        return to_srgb(image.reduce(factors), profile, grey=grey), factors
    rows = down * max(1, _BAND_PIXELS // (image.width * down))
    tops = range(0, image.height, rows)
    boxes = [(0, top, image.width, min(top + rows, image.height)) for top in tops]
    bands = [_convert(image.crop(box), white, kept).reduce(factors) for box in boxes]
    shrunk = Image.new(bands[0].mode, (bands[0].width, sum(band.height for band in bands)))
    for top, band in zip(tops, bands, strict=True):
        shrunk.paste(band, (0, top // down))
    return _opaque(to_srgb(shrunk, profile, grey=grey)), factors


def _convert(image: Image.Image, white: float | None, kept: bool) -> Image.Image:
    if kept:
        return image
    if white is not None:
        levels = np.nan_to_num(np.asarray(image, dtype=np.float32)) * np.float32(255 / white)
        return Image.fromarray((np.clip(levels, 0, 255) + 0.5).astype(np.uint8))
    if image.has_transparency_data:
        return (image.convert("LA") if image.mode == "La" else image).convert("RGBA")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _white(image: Image.Image) -> float | None:
    """The value that stands for white in a picture of more than eight bits a sample; None for eight bits."""
    if image.mode.startswith("I;16"):
        return 0xFFFF
    if image.mode in ("I", "F"):
        _, high = image.getextrema()
        return next((white for white in _WHITES if isinstance(high, int | float) and high <= white), _WHITES[-1])
    return None


def _opaque(picture: Image.Image) -> Image.Image:
    """Drops an alpha channel that hides nothing."""
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema()[0] == 255:
        return picture.convert("RGB")
    return picture
