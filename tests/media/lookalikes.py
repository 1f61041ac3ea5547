"""One picture in all the ways that files can hold it and look the same to a person.

The first file of a group is what the others are compared with: PNG without loss, in colour, in grey, or cut out.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageDraw

from registry.fingerprint.pdq import PDQRaster
from registry.fingerprint.phash import PHash
from registry.media.raster import rasters
from registry.works import Ground
from tests.media import profiles
from tests.media.drawn import encoded, first_part, png16
from tests.media.tiff_drawn import page, tiff

GAIN = 1.6
"""How much the drawn press's dots grow: without its profile, a picture prints pale."""


@dataclass(frozen=True)
class Lookalike:
    """A file, its `group` and what is particular about it."""

    group: str
    name: str
    data: bytes


@dataclass(frozen=True)
class Compared:
    """A file's distance, in bits, from the first one of its group; over both grounds where it has two."""

    group: str
    name: str
    pdq: int
    phash: int


def compared(picture: Image.Image) -> Iterator[Compared]:
    """Every lookalike of an RGB picture against the first of its group."""
    bases: dict[str, dict[Ground, tuple[bytes, bytes]]] = {}
    for file in lookalikes(picture):
        found = codes(file.data)
        base = bases.setdefault(file.group, found)
        if base is found:
            continue
        if list(found) != list(base):
            raise ValueError(f"{file.name} lies on {list(found)}, and {list(base)} is expected")
        pdq, phash = (max(_bits(found[ground][at], base[ground][at]) for ground in base) for at in (0, 1))
        yield Compared(file.group, file.name, pdq, phash)


def codes(data: bytes) -> dict[Ground, tuple[bytes, bytes]]:
    """PDQ's and pHash's code of the picture that stands for the file, for each ground."""
    return {
        ground: (PDQRaster().compute(raster)[0], PHash().compute(raster)[0])
        for ground, raster in rasters(first_part(data))
    }


def lookalikes(picture: Image.Image) -> Iterator[Lookalike]:
    """All of them, those of a group together."""
    for group, files in (
        ("colour", _plain(picture)),
        ("colour", _profiled(picture)),
        ("colour", _inked(picture)),
        ("colour", _turned(picture)),
        ("colour", _encodings(picture)),
        ("grey", _grey(picture.convert("L"))),
        ("cut out", _cut_out(picture)),
    ):
        for name, data in files:
            yield Lookalike(group, name, data)


def _plain(picture: Image.Image) -> Iterator[tuple[str, bytes]]:
    pixels = np.asarray(picture)
    deep = pixels.astype(np.uint16) * 257
    yield "PNG", encoded(picture, "PNG")
    yield "PNG, 16 bit", png16(deep)
    yield "TIFF, 16 bit", tiff([page(deep, 2)])
    yield "PNG, opaque alpha", encoded(picture.convert("RGBA"), "PNG")
    yield "TIFF, 16 bit, opaque alpha", tiff([page(np.dstack([deep, np.full_like(deep[:, :, 0], 65535)]), 2)])
    yield "PNG, palette of 256", encoded(_paletted(picture, 256), "PNG")
    yield "GIF", encoded(_paletted(picture, 256), "GIF")
    yield "TIFF, YCbCr", encoded(picture.convert("YCbCr"), "TIFF")
    yield "TIFF, L*a*b*", encoded(_lab(picture), "TIFF")
    yield "BMP", encoded(picture, "BMP")


def _profiled(picture: Image.Image) -> Iterator[tuple[str, bytes]]:
    for name, space in (
        ("sRGB", profiles.SRGB),
        ("Adobe RGB", profiles.ADOBE_LIKE),
        ("Display P3", profiles.P3_LIKE),
        ("wide gamut, linear", profiles.WIDE_LINEAR),
    ):
        profile = profiles.rgb_profile(space)
        numbers = profiles.stored(picture, space)
        eight = Image.fromarray((numbers * 255).round().astype(np.uint8))
        yield f"PNG, {name}", encoded(eight, "PNG", icc_profile=profile)
        yield f"PNG, 16 bit, {name}", png16((numbers * 65535).round().astype(np.uint16), profile)
        yield f"JPEG 95, {name}", encoded(eight, "JPEG", quality=95, icc_profile=profile)
        if space is profiles.P3_LIKE:
            yield f"HEIC 90, {name}", encoded(eight, "HEIC", quality=90, icc_profile=profile)
            yield f"AVIF 90, {name}", encoded(eight, "AVIF", quality=90, icc_profile=profile)
            yield f"WebP 90, {name}", encoded(eight, "WEBP", quality=90, icc_profile=profile)
            yield f"PNG, palette of 256, {name}", encoded(_paletted(eight, 256), "PNG", icc_profile=profile)


def _inked(picture: Image.Image) -> Iterator[tuple[str, bytes]]:
    plain = picture.convert("CMYK")
    profile, pressed = profiles.ink_profile(GAIN), profiles.inked(picture, GAIN)
    yield "TIFF, CMYK", encoded(plain, "TIFF")
    yield "TIFF, CMYK, 16 bit", tiff([page(np.asarray(plain).astype(np.uint16) * 257, 5)])
    yield "JPEG 95, CMYK", encoded(plain, "JPEG", quality=95)
    yield "JPEG 95, YCCK", ycck(picture)
    yield "TIFF, CMYK, profile", encoded(pressed, "TIFF", icc_profile=profile)
    yield "JPEG 95, CMYK, profile", encoded(pressed, "JPEG", quality=95, icc_profile=profile)


def _turned(picture: Image.Image) -> Iterator[tuple[str, bytes]]:
    pixels = np.asarray(picture)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = orientation
        lying = Image.fromarray(_lying(pixels, orientation))
        for kind in ("PNG", "JPEG", "AVIF", "HEIC") if orientation in (1, 6) else ("PNG", "JPEG"):
            yield f"{kind}, orientation {orientation}", encoded(lying, kind, exif=exif.tobytes(), quality=95)


def _encodings(picture: Image.Image) -> Iterator[tuple[str, bytes]]:
    for quality in (95, 85, 75):
        for kind, name in (("JPEG", "JPEG"), ("WEBP", "WebP"), ("AVIF", "AVIF"), ("HEIC", "HEIC")):
            yield f"{name} {quality}", encoded(picture, kind, quality=quality)
    yield "JPEG 85, progressive", encoded(picture, "JPEG", quality=85, progressive=True)


def _grey(picture: Image.Image) -> Iterator[tuple[str, bytes]]:
    levels = np.asarray(picture)
    deep = levels.astype(np.uint16) * 257
    bent = profiles.grey_stored(picture, 1.8)
    profile = profiles.grey_profile(1.8)
    yield "PNG, grey", encoded(picture, "PNG")
    yield "PNG, grey, 16 bit", png16(deep)
    yield "TIFF, grey, 16 bit", tiff([page(deep, 1)])
    yield "TIFF, grey, 16 bit, white is zero", tiff([page(65535 - deep, 0)])
    yield "TIFF, grey, float", tiff([page((levels / 255).astype(np.float32), 1)])
    yield "PNG, grey with opaque alpha", encoded(picture.convert("LA"), "PNG")
    yield "PNG, grey in colour", encoded(picture.convert("RGB"), "PNG")
    yield "PNG, grey, gamma 1.8", encoded(bent, "PNG", icc_profile=profile)
    yield "TIFF, grey, gamma 1.8", encoded(bent, "TIFF", icc_profile=profile)
    yield "JPEG 95, grey, gamma 1.8", encoded(bent, "JPEG", quality=95, icc_profile=profile)
    yield "AVIF 90, grey", encoded(picture, "AVIF", quality=90)
    yield "HEIC 90, grey", encoded(picture, "HEIC", quality=90)


def _cut_out(picture: Image.Image) -> Iterator[tuple[str, bytes]]:
    mask = Image.new("L", picture.size, 0)
    width, height = picture.size
    pen = ImageDraw.Draw(mask)
    pen.ellipse((width * 0.05, height * 0.15, width * 0.75, height * 0.95), 255)
    pen.rectangle((width * 0.5, height * 0.05, width * 0.9, height * 0.5), 255)
    cut = picture.copy()
    cut.putalpha(mask)
    palette = _paletted(picture, 255)
    colours = (palette.getpalette() or [])[: 255 * 3]
    nothing = len(colours) // 3
    palette.putpalette([*colours, 0, 0, 0])
    palette.paste(nothing, mask=mask.point(lambda level: 255 - level))
    wide = profiles.P3_LIKE
    eight = Image.fromarray((profiles.stored(picture, wide) * 255).round().astype(np.uint8))
    eight.putalpha(mask)
    yield "PNG", encoded(cut, "PNG")
    yield "PNG, palette", encoded(palette, "PNG", transparency=nothing)
    yield "GIF", encoded(palette, "GIF", transparency=nothing)
    yield "TIFF", encoded(cut, "TIFF")
    yield "TIFF, 16 bit", tiff([page(np.asarray(cut).astype(np.uint16) * 257, 2)])
    yield "PNG, Display P3", encoded(eight, "PNG", icc_profile=profiles.rgb_profile(wide))
    yield "WebP 90", encoded(cut, "WEBP", quality=90)
    yield "AVIF 90", encoded(cut, "AVIF", quality=90)
    yield "HEIC 90", encoded(cut, "HEIC", quality=90)


def ycck(picture: Image.Image) -> bytes:
    """A JPEG as Photoshop saves CMYK: the three colours as luma and chroma, all of it inverted."""
    inks = Image.merge("RGB", picture.convert("CMYK").split()[:3]).convert("YCbCr")
    planes = [plane.point(lambda level: 255 - level) for plane in inks.split()]
    black = Image.new("L", picture.size, 0)
    data = encoded(Image.merge("CMYK", [*planes, black]), "JPEG", quality=95, subsampling=0)
    transform = data.index(b"Adobe") + 11
    return data[:transform] + b"\x02" + data[transform + 1 :]


def _lab(picture: Image.Image) -> Image.Image:
    found = profiles.lab(np.asarray(picture).reshape(-1, 3) / 255)
    stored = (found * (2.55, 1, 1)).round().astype(np.int16).astype(np.uint8)  # a* and b* in two's complement
    return Image.frombytes("LAB", picture.size, stored.tobytes())


def _paletted(picture: Image.Image, colours: int) -> Image.Image:
    """With the palette and the dither of a good exporter."""
    return picture.quantize(palette=picture.quantize(colours, kmeans=1), dither=Image.Dither.FLOYDSTEINBERG)


def _lying(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """How EXIF 2.32 has the pixels stored that are seen upright."""
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels.swapaxes(0, 1) if orientation > 4 else pixels)


def _bits(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()
