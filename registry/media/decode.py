"""Foreign bytes → a small picture in one of three modes, within a budget that is checked before decoding.

    1. what is it?           the first bytes say (`sniff`)
    2. may it be decoded?    bytes, pixels and frames against the budget, from the header alone (`header`)
    3. decode                by the one decoder for this format; a JPEG at a fraction of its size where that is enough
    4. shrink                in bands, so that only one full-size copy ever stands, converting as it goes
    5. which way is up?      EXIF says; whoever scales the picture turns it

Colour profiles are ignored. Of an animation the first frame counts. To be called in a sandbox's worker.
"""

import contextlib
import importlib
import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import IO, Self

import numpy as np
from PIL import (
    BmpImagePlugin,
    ExifTags,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from registry.errors import MalformedMedia, MediaError, MediaTooLarge
from registry.media.header import dimensions
from registry.media.sniff import MediaType, sniff

# What Pillow would import when first used, when a worker can't open a file any more: the writers, and the reader that
# `jpeg_factory` turns to for a JPEG that carries a second picture.
Image.preinit()
importlib.import_module("PIL.MpoImagePlugin")

_DECODERS: dict[MediaType, Callable[[IO[bytes]], ImageFile.ImageFile]] = {
    MediaType.JPEG: JpegImagePlugin.jpeg_factory,
    MediaType.PNG: PngImagePlugin.PngImageFile,
    MediaType.WEBP: WebPImagePlugin.WebPImageFile,
    MediaType.GIF: GifImagePlugin.GifImageFile,
    MediaType.TIFF: TiffImagePlugin.TiffImageFile,
    MediaType.BMP: BmpImagePlugin.BmpImageFile,
}
"""One decoder for each format, and no other tried: `Image.open` knows dozens, Ghostscript's among them."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF 2.32, tag 0x0112: what to do with the stored pixels to see them upright."""

_SIDEWAYS = frozenset(_TURNS[orientation] for orientation in (5, 6, 7, 8))

_WHITES = (1, 0xFF, 0xFFFF, 0xFFFF_FFFF)
"""What "white" may be in pictures of integers or floats that don't say: the least of these that nothing exceeds."""

_BAND_PIXELS = 1 << 21


@dataclass(frozen=True, slots=True)
class Budget:
    """What a file may ask for, judged by its header. `total_pixels` counts those of all frames together.

    The largest picture taken has 320 MB when decoded as RGBA, which leaves room in a worker's memory limit of 1 GiB;
    only WebP's decoder needs four times that, and meets the limit from 50 million pixels on.
    """

    size: int = 64 << 20
    pixels: int = 80_000_000
    frames: int = 1000
    total_pixels: int = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture decoded as far as its raster needs. `width` and `height` are the file's own, after orientation.

    `picture` is of mode L, RGB or RGBA, the last only where something is transparent, and carries no metadata. It
    lies as it was stored, to be seen after `turn`, and only its top left `extent` is filled: where a side isn't a
    multiple of the factor it was reduced by, the last pixel stands for less than the others. `scaled` minds both.
    """

    media_type: MediaType
    width: int
    height: int
    picture: Image.Image
    extent: tuple[float, float]
    turn: Image.Transpose | None

    def scaled(
        self, size: tuple[int, int], resample: Image.Resampling, *, mode: str | None = None, gap: float | None = None
    ) -> Image.Image:
        """The picture upright, in `size` pixels, converted to `mode` first; `gap` is Pillow's `reducing_gap`."""
        if self.turn in _SIDEWAYS:
            size = size[1], size[0]
        picture = self.picture if mode is None else self.picture.convert(mode)
        small = picture.resize(size, resample, box=(0, 0, *self.extent), reducing_gap=gap)
        return small if self.turn is None else small.transpose(self.turn)

    def on_ground(self, colour: str) -> Self:
        """The picture with what is transparent laid on a plain colour."""
        if self.picture.mode != "RGBA":
            return self
        ground = Image.new("RGB", self.picture.size, colour)
        ground.paste(self.picture, mask=self.picture.getchannel("A"))
        return replace(self, picture=ground)


def decode(data: bytes, budget: Budget, *, side: int) -> Decoded:
    """Decodes a file at a fraction of its size, with neither side below `side` where the file has as much.

    A JPEG's own scaling by halves, which is as good as any, may leave half of that: it saves pictures of 512 pixels a
    quarter of all their time.

    Raises `UnsupportedMedia`, `MalformedMedia` or `MediaTooLarge`, and MemoryError where the process is limited.
    """
    _within("bytes", len(data), budget.size)
    media_type = sniff(data)
    width, height = dimensions(data, media_type)
    _within("pixels", width * height, budget.pixels)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _decode(data, media_type, budget, side)
    except (MediaError, MemoryError):
        raise
    except Exception as error:  # a damaged file makes Pillow's parsers raise whatever they stumble over
        reason = str(error) or type(error).__name__
        raise MalformedMedia(f"The {media_type.label} file is damaged: {reason}.") from error


def _within(what: str, actual: int, limit: int) -> None:
    if actual > limit:
        raise MediaTooLarge(what=what, limit=limit, actual=actual)


def _decode(data: bytes, media_type: MediaType, budget: Budget, side: int) -> Decoded:
    with _DECODERS[media_type](io.BytesIO(data)) as image:
        width, height = image.size  # as the decoder sees it, which is what costs
        _within("pixels", width * height, budget.pixels)
        frames = _count_frames(image, budget.frames)
        _within("frames", frames, budget.frames)
        _within("pixels in all its frames", width * height * frames, budget.total_pixels)
        drafted = image.draft(None, (side // 2, side // 2))
        image.load()
        if media_type is MediaType.TIFF:
            width, height = image.size  # Pillow turns a TIFF upright by itself
        across, down = drafted[1][2:] if drafted else image.size
        turn = _TURNS.get(_orientation(image))
        picture, factors = _shrink(image, side)
    picture.info.clear()
    if turn in _SIDEWAYS:
        width, height = height, width
    return Decoded(media_type, width, height, picture, (across / factors[0], down / factors[1]), turn)


def _count_frames(image: Image.Image, limit: int) -> int:
    """The number of frames; a TIFF's are counted no further than one over the limit, since each costs a directory."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        count = 1
        with contextlib.suppress(EOFError):
            while count <= limit:
                image.seek(count)
                count += 1
        image.seek(0)
        return count
    return int(getattr(image, "n_frames", 1))


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - damaged metadata is no reason to refuse a good picture
        return 1


def _shrink(image: Image.Image, side: int) -> tuple[Image.Image, tuple[int, int]]:
    """Converts to L, RGB or RGBA, and reduces by whole factors, which it returns, to no less than `side`."""
    white = _white(image)
    factors = _, down = max(1, image.width // side), max(1, image.height // side)
    if factors == (1, 1):
        return _opaque(_convert(image, white)), factors
    if image.mode in ("L", "RGB") and not image.has_transparency_data:
        return image.reduce(factors), factors
    rows = down * max(1, _BAND_PIXELS // (image.width * down))
    tops = range(0, image.height, rows)
    boxes = [(0, top, image.width, min(top + rows, image.height)) for top in tops]
    bands = [_convert(image.crop(box), white).reduce(factors) for box in boxes]
    shrunk = Image.new(bands[0].mode, (bands[0].width, sum(band.height for band in bands)))
    for top, band in zip(tops, bands, strict=True):
        shrunk.paste(band, (0, top // down))
    return _opaque(shrunk), factors


def _convert(image: Image.Image, white: float | None) -> Image.Image:
    if white is not None:
        levels = np.nan_to_num(np.asarray(image, dtype=np.float32)) * np.float32(255 / white)
        return Image.fromarray((np.clip(levels, 0, 255) + 0.5).astype(np.uint8))
    if image.mode == "LAB":
        return image.getchannel("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
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
