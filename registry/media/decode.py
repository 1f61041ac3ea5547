"""Files of pixels → a small picture in one of three modes, within a budget that is checked before decoding.

    1. may it be decoded?    pixels, frames and pages against the budget, from the header alone (`header`)
    2. decode                by the one decoder for this format; a JPEG at a fraction of its size where that is enough
    3. shrink                in bands, so that only one full-size copy ever stands, converting as it goes
    4. which way is up?      EXIF says, or AVIF's own properties; whoever scales the picture turns it

Of an animation or a burst the picture that stands for it counts; each page of a TIFF is a part of its own.

To be called in a sandbox's worker, where no file can be opened any more: none of the libraries used here wants to.
libheif and libavif have their decoders built in, and Little CMS its sRGB.
"""

import importlib
import io
from collections.abc import Callable, Iterator
from typing import IO

import pi_heif
import pi_heif.as_plugin
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    ExifTags,
    GifImagePlugin,
    Image,
    ImageFile,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from registry.features import QUERY_SIDE
from registry.media.budget import Budget, within
from registry.media.header import dimensions, scans
from registry.media.picture import SIDEWAYS, TURNS, Decoded, PartPicture
from registry.media.shrink import shrink
from registry.media.sniff import MediaType
from registry.media.tiff import Directory, pages
from registry.works import PartKind

# What Pillow would import when first used, when a worker can't open a file any more: the writers, and the reader that
# `jpeg_factory` turns to for a JPEG that carries a second picture.
Image.preinit()
importlib.import_module("PIL.MpoImagePlugin")

# One file, one thread: the others are reading other files. And of a HEIC nothing but the picture.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
pi_heif.options.DECODE_THREADS = 0
pi_heif.options.THUMBNAILS = pi_heif.options.DEPTH_IMAGES = pi_heif.options.AUX_IMAGES = False

_DECODERS: dict[MediaType, Callable[[IO[bytes]], ImageFile.ImageFile]] = {
    MediaType.JPEG: JpegImagePlugin.jpeg_factory,
    MediaType.PNG: PngImagePlugin.PngImageFile,
    MediaType.WEBP: WebPImagePlugin.WebPImageFile,
    MediaType.GIF: GifImagePlugin.GifImageFile,
    MediaType.BMP: BmpImagePlugin.BmpImageFile,
    MediaType.AVIF: AvifImagePlugin.AvifImageFile,
    MediaType.HEIC: pi_heif.as_plugin.HeifImageFile,
}
"""One decoder for each format, TIFF's beside them, and no other tried: `Image.open` knows dozens, Ghostscript's too."""

_WHITE_IS_ZERO = frozenset({"I;16", "F"})
"""The modes in which Pillow leaves a TIFF a negative that calls white zero; eight bits it turns around itself."""


def pictures(data: bytes, media_type: MediaType, budget: Budget, side: int) -> Iterator[PartPicture]:
    """The picture in a file of pixels, or the pages of a TIFF; neither side is reduced below `side`.

    A JPEG's own scaling by halves, which is as good as any, may leave half of that, but no longest side of less than
    `QUERY_SIDE`: where a work is shown small, a closer look needs all of it.

    Raises `MalformedMedia`, `MediaTooLarge`, or whatever Pillow stumbles over in a damaged file.
    """
    if media_type is MediaType.TIFF:
        yield from _pages(data, budget, side)
        return
    width, height = dimensions(data, media_type)
    within("pixels", width * height, budget.pixels)
    if media_type is MediaType.JPEG:
        within("pixels in all its scans", width * height * scans(data), budget.total_pixels)
    yield PartPicture(PartKind.WHOLE, "", _decode(data, media_type, budget, side))


def _pages(data: bytes, budget: Budget, side: int) -> Iterator[PartPicture]:
    found = pages(data, budget.pages)
    for page in found:
        within("pixels", page.pixels, budget.pixels)
    within("pixels in all its pages", sum(page.pixels for page in found), budget.total_pixels)
    with TiffImagePlugin.TiffImageFile(io.BytesIO(data)) as image:
        if len(found) == 1:
            yield PartPicture(PartKind.WHOLE, "", _decode_page(image, found[0], budget, side))
            return
        for number, page in enumerate(found[: budget.parts], start=1):
            yield PartPicture(PartKind.PAGE, f"page {number}", _decode_page(image, page, budget, side))


def _decode_page(image: TiffImagePlugin.TiffImageFile, page: Directory, budget: Budget, side: int) -> Decoded:
    image.seek(page.index)
    within("pixels", image.width * image.height, budget.pixels)  # as the decoder sees it, which is what costs
    image.load()
    picture, (across, down) = shrink(image, side)
    picture.info.clear()
    if image.mode in _WHITE_IS_ZERO and image.tag_v2.get(TiffImagePlugin.PHOTOMETRIC_INTERPRETATION) == 0:
        picture = ImageOps.invert(picture)
    # Pillow turns a TIFF upright by itself.
    return Decoded(image.width, image.height, picture, (image.width / across, image.height / down), None)


def _decode(data: bytes, media_type: MediaType, budget: Budget, side: int) -> Decoded:
    with _DECODERS[media_type](io.BytesIO(data)) as image:
        width, height = image.size
        within("pixels", width * height, budget.pixels)  # as the decoder sees it, which is what costs
        frames = int(getattr(image, "n_frames", 1))
        within("frames", frames, budget.frames)
        within("pixels in all its frames", width * height * frames, budget.total_pixels)
        share = max(side / 2 / min(width, height), QUERY_SIDE / max(width, height))
        drafted = image.draft(None, (max(1, int(width * share)), max(1, int(height * share))))
        image.load()
        if drafted:
            across, down = drafted[1][2:]
        else:
            across, down = width, height = image.size  # libheif may crop what it promised
        turn = None if media_type is MediaType.HEIC else TURNS.get(_orientation(image))  # libheif turns by itself
        picture, factors = shrink(image, side)
    picture.info.clear()
    if turn in SIDEWAYS:
        width, height = height, width
    return Decoded(width, height, picture, (across / factors[0], down / factors[1]), turn)


def _orientation(image: Image.Image) -> int:
    if image.format == MediaType.AVIF.label:
        image.info.pop("xmp", None)  # Pillow would look here where the file's own properties turn nothing
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - damaged metadata is no reason to refuse a good picture
        return 1
