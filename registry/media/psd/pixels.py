"""The channels of a PSD or PSB file → pictures, a band of rows at a time.

A picture is reduced by a whole factor as it is unpacked, so that what stands in memory is the reduced picture, a few
bands, and the transparency at full size if there is any. Only as much is unpacked as the picture has rows, whatever
the packed bytes would give.
"""

import io
import math
import struct
import zlib
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, TiffImagePlugin

from registry.errors import MalformedMedia
from registry.media.colour import to_srgb
from registry.media.psd.file import PSDFile
from registry.media.psd.layout import TRANSPARENCY, Box, Compression, Mode, Pixels, Plane

_BAND_PIXELS = 1 << 20
_CHUNK = 1 << 18
"""How many deflated bytes are inflated at a time."""

_Levels = NDArray[np.uint8]
"""Rows of samples or packed bytes, shape (rows, columns)."""

_STEPS = np.arange(1 << 16)
_PLAIN = ((_STEPS * 255 + 32767) // 65535).astype(np.uint8)
"""What is shown of a sample of 16 bits."""

_LINEAR = _STEPS / 65535
_SHOWN = np.where(_LINEAR <= 0.0031308, 12.92 * _LINEAR, 1.055 * _LINEAR ** (1 / 2.4) - 0.055)
_FROM_LIGHT = (_SHOWN * 255 + 0.5).astype(np.uint8)
"""What is shown of an amount of light, in 65,535ths: samples of 32 bits are such (IEC 61966-2-1)."""


def effort(file: PSDFile, pixels: Pixels) -> int:
    """How many bytes painting them unpacks, deflated ones counted twice: a measure of the time that it takes.

    A thousand million take 2 to 3 s, or 4 at worst: samples of 32 bits, deflated with prediction.
    """
    sized = [(plane, pixels.box) for plane in pixels.planes.values()]
    if pixels.mask and pixels.mask.plane:
        sized.append((pixels.mask.plane, pixels.mask.box))
    return sum(
        (plane.skip + box.height) * _row_bytes(file, box) * (1 if plane.compression < Compression.DEFLATE else 2)
        for plane, box in sized
    )


def _row_bytes(file: PSDFile, box: Box) -> int:
    return (box.width * file.header.depth + 7) // 8


def alpha_of(file: PSDFile, pixels: Pixels) -> Image.Image | None:
    """The transparency, at full size and in mode L, with the layer's mask in it; None where all is opaque."""
    alpha = None
    if TRANSPARENCY in pixels.planes:
        alpha = _picture(file, pixels.planes[TRANSPARENCY], pixels.box)
    if mask := pixels.mask:
        masked = Image.new("L", (pixels.box.width, pixels.box.height), mask.default)
        if mask.plane and mask.box.area:
            place = mask.box.left - pixels.box.left, mask.box.top - pixels.box.top
            masked.paste(_picture(file, mask.plane, mask.box), place)
        alpha = ImageChops.multiply(alpha, masked) if alpha else masked
    return None if alpha is None or alpha.getextrema() == (255, 255) else alpha


def paint(file: PSDFile, pixels: Pixels, alpha: Image.Image | None, box: Box, factor: int) -> Image.Image:
    """What `pixels` show in `box`, which is counted from their top left, reduced by `factor`.

    Of mode L, RGB, CMYK or LAB, with `alpha` LA or RGBA, with the file's profile beside it where that is yet to be
    minded. Of several inks in MULTICHANNEL the first is seen; DUOTONE is grey, since its colours are for the press.
    """
    planes = [pixels.planes[number] for number in range(file.header.colours)]
    whites = (255, 128, 128) if file.header.mode is Mode.LAB else (255,) * len(planes)
    rows = factor * max(1, _BAND_PIXELS // (pixels.box.width * factor))
    light = file.header.depth == 32
    painted: Image.Image | None = None
    bands = zip(*(_bands(file, plane, pixels.box, box, rows, light=light) for plane in planes), strict=True)
    for top, levels in zip(range(box.top, box.bottom, rows), bands, strict=True):
        seen = None if alpha is None else alpha.crop((box.left, top, box.right, min(top + rows, box.bottom)))
        if seen and pixels.on_white:
            mask = np.asarray(seen)
            levels = tuple(_off_white(one, mask, white) for one, white in zip(levels, whites, strict=True))
        colours = _coloured(file, levels)
        band = _weighted(file, colours, seen, factor) if seen else colours.reduce(factor)
        painted = painted or Image.new(band.mode, (math.ceil(box.width / factor), math.ceil(box.height / factor)))
        painted.paste(band, (0, (top - box.top) // factor))
    if painted is None:
        raise MalformedMedia("The PSD file has a picture without rows.")
    if file.profile and not (alpha and file.header.mode in (Mode.CMYK, Mode.LAB)):
        painted.info["icc_profile"] = file.profile
    return painted


def _weighted(file: PSDFile, colours: Image.Image, alpha: Image.Image, factor: int) -> Image.Image:
    """The colours with their transparency, reduced so that what isn't seen doesn't count."""
    if colours.mode in ("L", "RGB"):
        colours.putalpha(alpha)
        return colours.reduce(factor)
    # Pillow has no CMYK or LAB with transparency, so they take the place of other colours until they are few.
    bands = colours.split()
    first = Image.merge("RGBA", (*bands[:3], alpha)).reduce(factor)
    last = [Image.merge("LA", (band, alpha)).reduce(factor).getchannel("L") for band in bands[3:]]
    *reduced, opacity = first.split()
    shown = to_srgb(Image.merge(colours.mode, (*reduced, *last)), file.profile, grey=False).convert("RGB")
    shown.putalpha(opacity)
    return shown


def _picture(file: PSDFile, plane: Plane, box: Box) -> Image.Image:
    """A single channel as it is stored, in mode L."""
    picture = Image.new("L", (box.width, box.height))
    rows = max(1, _BAND_PIXELS // box.width)
    whole = Box(0, 0, box.height, box.width)
    for number, levels in enumerate(_bands(file, plane, box, whole, rows, light=False)):
        picture.paste(Image.fromarray(levels), (0, number * rows))
    return picture


def _coloured(file: PSDFile, levels: Sequence[_Levels]) -> Image.Image:
    match file.header.mode:
        case Mode.RGB:
            return Image.merge("RGB", [Image.fromarray(one) for one in levels])
        case Mode.CMYK:  # stored the other way round: 0 is all ink
            return Image.merge("CMYK", [Image.fromarray(np.invert(one)) for one in levels])
        case Mode.LAB:
            return Image.merge("LAB", [Image.fromarray(one) for one in levels])
        case Mode.INDEXED:
            table = np.frombuffer(file.palette, np.uint8).reshape(4, 256).T
            return Image.fromarray(table[levels[0]])
        case Mode.BITMAP | Mode.GREY | Mode.MULTICHANNEL | Mode.DUOTONE:
            return Image.fromarray(levels[0])


def _off_white(levels: _Levels, alpha: _Levels, white: int) -> _Levels:
    """The colour that gives `levels` when it is laid on white, where it is half transparent.

    level = white + (colour - white) * alpha / 255
    """
    soft = (alpha > 0) & (alpha < 255)
    if not soft.any():
        return levels
    colours = levels.copy()
    unmixed = white + (levels[soft].astype(np.float32) - white) * 255 / alpha[soft]
    colours[soft] = np.clip(unmixed + 0.5, 0, 255).astype(np.uint8)
    return colours


def _bands(file: PSDFile, plane: Plane, size: Box, box: Box, rows: int, *, light: bool) -> Iterator[_Levels]:
    """The samples in `box` of a channel that is `size` large, as they are shown, `rows` rows at a time.

    `light` if samples of 32 bits are amounts of light, as colours are, and not a transparency.
    """
    depth = file.header.depth
    for packed in _unpacked(file, plane, size, box, rows):
        stored = _summed(packed, depth) if plane.compression == Compression.DEFLATED_DIFFERENCES else packed
        samples: _Levels
        match depth:
            case 1:  # ink is 1
                samples = np.unpackbits(np.invert(stored), axis=1) * np.uint8(255)
            case 8:
                samples = stored
            case 16:
                samples = _PLAIN[stored.view(">u2")]
            case _:
                share = np.clip(np.nan_to_num(stored.view(">f4").astype(np.float32)), 0, 1)
                samples = (_FROM_LIGHT if light else _PLAIN)[(share * 65535 + 0.5).astype(np.uint16)]
        yield np.ascontiguousarray(samples[:, box.left : box.right])


def _summed(differences: _Levels, depth: int) -> _Levels:
    """Samples from the differences to their left neighbours; of 32 bits, each row has its bytes in four runs."""
    rows = len(differences)
    if depth == 16:
        return np.cumsum(differences.view(">u2"), axis=1, dtype=np.uint16).astype(">u2").view(np.uint8)
    stored = np.cumsum(differences, axis=1, dtype=np.uint8)
    if depth == 32:
        return np.ascontiguousarray(stored.reshape(rows, 4, -1).swapaxes(1, 2)).reshape(rows, -1)
    return stored


def _unpacked(file: PSDFile, plane: Plane, size: Box, box: Box, rows: int) -> Iterator[_Levels]:
    """The bytes of the channel's rows that lie in `box`, `rows` rows at a time, each row whole."""
    width = _row_bytes(file, size)
    counts = [min(rows, box.bottom - top) for top in range(box.top, box.bottom, rows)]
    match plane.compression:
        case Compression.RAW:
            return _raw(file.data, plane, width, box.top, counts)
        case Compression.PACKBITS:
            return _unpacked_bits(file, plane, width, size.height, box.top, counts)
        case Compression.DEFLATE | Compression.DEFLATED_DIFFERENCES:
            return _inflated(file.data, plane, width, box.top, counts)
        case other:
            raise MalformedMedia(f"The PSD file has a picture packed in way {other}, which there isn't.")


def _ends_early() -> MalformedMedia:
    return MalformedMedia("The PSD file is damaged: a picture in it ends early.")


def _raw(data: bytes, plane: Plane, width: int, top: int, counts: Sequence[int]) -> Iterator[_Levels]:
    at = plane.start + top * width
    for count in counts:
        if at + count * width > plane.end:
            raise _ends_early()
        yield np.frombuffer(data, np.uint8, count * width, at).reshape(count, width)
        at += count * width


def _unpacked_bits(
    file: PSDFile, plane: Plane, width: int, height: int, top: int, counts: Sequence[int]
) -> Iterator[_Levels]:
    start = plane.start
    entry = np.dtype(file.header.row_lengths).itemsize
    if plane.table == start:  # a layer's channel, which carries its own table
        start += entry * height
    if start > plane.end:
        raise _ends_early()
    ends = start + np.frombuffer(file.data, file.header.row_lengths, height, plane.table).cumsum(dtype=np.int64)
    if ends[-1] > plane.end:
        raise _ends_early()
    at = int(ends[top - 1]) if top else start
    for count in counts:
        top += count
        end = int(ends[top - 1])
        yield _packbits(file.data[at:end], width, count)
        at = end


def _packbits(packed: bytes, width: int, height: int) -> _Levels:
    """Unpacks Apple's PackBits by libtiff, as the one strip of a grey TIFF (TIFF 6.0, sections 4 and 9).

    Pillow's own decoder takes fifteen times as long.
    """
    tags = {256: width, 257: height, 258: 8, 259: 32773, 262: 1, 273: 0, 277: 1, 278: height, 279: len(packed)}
    tags[273] = 8 + 2 + 12 * len(tags) + 4
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    tiff = b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4) + packed
    try:
        with TiffImagePlugin.TiffImageFile(io.BytesIO(tiff)) as picture:
            return np.asarray(picture)
    except OSError as error:
        raise _ends_early() from error


def _inflated(data: bytes, plane: Plane, width: int, top: int, counts: Sequence[int]) -> Iterator[_Levels]:
    stream = zlib.decompressobj()
    at = plane.start
    unwanted = (plane.skip + top) * width
    for length in (*_pieces(unwanted), *(count * width for count in counts)):
        pieces: list[bytes] = []
        missing = length
        while missing:
            packed = stream.unconsumed_tail
            if not packed:
                packed = data[at : min(at + _CHUNK, plane.end)]
                at += len(packed)
            try:
                piece = stream.decompress(packed, missing)
            except zlib.error as error:
                raise MalformedMedia(f"The PSD file is damaged: inflating a picture gave “{error}”.") from error
            if not piece and (stream.eof or not packed):
                raise _ends_early()
            missing -= len(piece)
            pieces.append(piece)
        if unwanted:
            unwanted -= length
        else:
            yield np.frombuffer(b"".join(pieces), np.uint8).reshape(-1, width)


def _pieces(length: int) -> Iterator[int]:
    """A length in pieces that take no memory to speak of."""
    while length:
        yield min(length, _BAND_PIXELS)
        length -= min(length, _BAND_PIXELS)
