"""Hostile files of pixels by name, each made when asked for: `HOSTILE`."""

import struct
import zlib
from collections.abc import Callable
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
from PIL import Image

from registry.errors import MalformedMedia, MediaTooHungry, MediaTooLarge, UnsupportedMedia
from registry.media.sniff import MediaType
from tests.media.boxes_drawn import box, claim, file_type, full_box, grid_claim, nested, resized
from tests.media.drawn import cut_out, encoded, png, png_chunk, scene, webp_claim
from tests.media.tiff_drawn import LONG, SHORT, page, tiff, tiny_directories


class Hostile(NamedTuple):
    """A file that asks for too much, and which errors may answer it; none if it is to be read."""

    make: Callable[[], bytes]
    errors: tuple[type[Exception], ...]


_SIDE = 8900
"""Of a square just within the budget."""

_BOMB = 256 << 20

_PIXEL_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "HEIC")


@lru_cache(maxsize=2)
def _zeros(count: int) -> bytes:
    packer = zlib.compressobj(9)
    piece = bytes(1 << 20)
    packed = b"".join(packer.compress(piece) for _ in range(count >> 20))
    return packed + packer.compress(bytes(count & (1 << 20) - 1)) + packer.flush()


def _png_rgba(side: int) -> bytes:
    return png(side, side, 8, 6, _zeros(side * (4 * side + 1)))


def _png_with(name: bytes, body: bytes) -> bytes:
    return png(9, 9, 8, 0, zlib.compress(bytes(90)), png_chunk(name, body))


def _gif(width: int, height: int, *frames: tuple[int, int]) -> bytes:
    """Frames of any size in which nothing is drawn."""
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\x00\x00\x00\xff\xff\xff"
    blank = b"\x02\x02\x44\x01\x00"
    drawn = (b"\x2c" + struct.pack("<HHHHB", 0, 0, *frame, 0) + blank for frame in frames)
    return screen + b"".join(drawn) + b";"


def _gif_moving(side: int, frames: int) -> bytes:
    """The same frame again and again, each of them whole."""
    still = encoded(Image.new("L", (side, side), 9), "GIF")
    start = still.index(b"\x2c" + struct.pack("<HHHH", 0, 0, side, side))
    return still[:start] + still[start:-1] * frames + b";"


def _gif_and_script() -> bytes:
    """The screen is 10,799 pixels wide, which in letters is the start of a comment."""
    drawn = encoded(scene().quantize(16), "GIF")
    return drawn[:6] + b"/*" + drawn[8:] + b"*/=1;alert(1)//"


def _bmp_runs(width: int, height: int, runs: bytes) -> bytes:
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(runs), 0, 0, 256, 256)
    return b"BM" + struct.pack("<IHHI", 1078 + len(runs), 0, 0, 1078) + head + bytes(1024) + runs


def _jpeg_scans(side: int, count: int) -> bytes:
    drawn = encoded(Image.new("RGB", (side, side), "teal"), "JPEG", progressive=True, quality=50)
    last = drawn[drawn.rindex(b"\xff\xda") : -2]
    return drawn[:-2] + last * count + drawn[-2:]


def _jpeg_turns(side: int, count: int) -> bytes:
    """Sequential, but with one colour in each scan, so that the decoder waits for more."""
    drawn = encoded(Image.new("RGB", (side, side), "teal"), "JPEG", quality=50, subsampling=0)
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
    return drawn[: drawn.index(b"\xff\xda")] + scan * count + b"\xff\xd9"


def _jpeg_claim(width: int, height: int) -> bytes:
    drawn = encoded(scene(), "JPEG")
    frame = drawn.index(b"\xff\xc0") + 5
    return drawn[:frame] + struct.pack(">HH", height, width) + drawn[frame + 4 :]


def _with_comment(comment: bytes) -> bytes:
    return encoded(scene(), "JPEG", comment=comment)


def _tiff_claim(width: int, height: int) -> bytes:
    return tiff([({256: (LONG, [width]), 257: (LONG, [height]), 262: (SHORT, [1])}, b"")])


def _strips(count: int) -> bytes:
    tags, _ = page(np.zeros((100, 100), np.uint8), 1)
    return tiff([({**tags, 278: (LONG, [1]), 273: (LONG, [8] * count), 279: (LONG, [100] * count)}, b"")])


def _empty_strips(side: int) -> bytes:
    tags, _ = page(np.zeros((1, 1), np.uint8), 1)
    return tiff([({**tags, 256: (LONG, [side]), 257: (LONG, [side])}, b"\x00")])


def _one_strip_for_all(pages: int) -> bytes:
    one = page(np.zeros((2000, 2000), np.uint8), 1)
    shared, pixels = one
    first = tiff([one])
    tags = {**shared, 273: (LONG, [first.index(pixels[:1000])]), 279: (LONG, [len(pixels)])}
    return tiff([one] + [(tags, b"")] * (pages - 1))


def _swapped(data: bytes, media_type: MediaType) -> bytes:
    """The boxes of one codec behind the name of the other."""
    start = struct.unpack_from(">I", data)[0]
    return file_type(media_type) + bytes(data[start:])


def _hidden_avif(side: int) -> bytes:
    return resized(encoded(Image.new("RGB", (side, side), "teal"), "AVIF", quality=30, speed=10), 64, 64)


def _item_of_no_word() -> bytes:
    """pi_heif 1.4 runs into a null pointer here."""
    whole = encoded(scene(), "HEIC", exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08" + bytes(6))
    return whole.replace(b"\x00\x00Exif\x00", b"\x00\x00E\xffif\x00", 1)


def _sizes_without_number() -> bytes:
    return file_type(MediaType.HEIC) + full_box(
        b"meta", box(b"iprp", box(b"ipco", full_box(b"ispe", struct.pack(">II", 9, 9)) * 100_000))
    )


def _cut(kind: str, quarter: int) -> bytes:
    whole = encoded(scene().quantize(64) if kind == "GIF" else scene(), kind)
    return whole[: len(whole) * quarter // 4]


_LARGE = (MediaTooLarge,)
_BROKEN = (MalformedMedia,)
_UNKNOWN = (UnsupportedMedia,)
_READ: tuple[type[Exception], ...] = ()

HOSTILE: dict[str, Hostile] = {
    "png of 13,000 by 13,000": Hostile(lambda: png(13_000, 13_000, 8, 6, _zeros(_BOMB)), _LARGE),
    "png of 8,900 by 8,900 in 310 KB": Hostile(partial(_png_rgba, _SIDE), _READ),
    "png of 2³¹ by 2³¹": Hostile(lambda: png(2**31 - 1, 2**31 - 1, 16, 6, b""), _LARGE),
    "png of 8,900 by 8,900 and no pixels": Hostile(lambda: png(_SIDE, _SIDE, 8, 6, zlib.compress(b"")), _BROKEN),
    "png with 256 MB behind its last row": Hostile(lambda: png(9, 9, 8, 0, _zeros(_BOMB)), _READ),
    "png with a profile that inflates to 256 MB": Hostile(
        lambda: _png_with(b"iCCP", b"bomb\x00\x00" + _zeros(_BOMB)), _BROKEN
    ),
    "png with a text that inflates to 256 MB": Hostile(
        lambda: _png_with(b"zTXt", b"bomb\x00\x00" + _zeros(_BOMB)), _BROKEN
    ),
    "png with 100,000 texts": Hostile(
        lambda: png(9, 9, 8, 0, zlib.compress(bytes(90)), png_chunk(b"tEXt", b"a\x00b") * 100_000), _READ
    ),
    "png that claims 2³⁰ frames": Hostile(lambda: _png_with(b"acTL", struct.pack(">II", 1 << 30, 0)), _LARGE),
    "png and an archive": Hostile(lambda: encoded(scene(), "PNG") + b"PK\x03\x04" + bytes(99), _READ),
    "png in name only": Hostile(
        lambda: b"\x89PNG\r\n\x1a\n" + encoded(scene(), "JPEG"), (MalformedMedia, MediaTooLarge)
    ),
    "webp of 13,000 by 13,000 in 40 bytes": Hostile(lambda: webp_claim(13_000, 13_000), _LARGE),
    "webp of 8,900 by 8,900 in 40 bytes": Hostile(lambda: webp_claim(_SIDE, _SIDE), (MalformedMedia, MediaTooHungry)),
    "webp in name only": Hostile(lambda: b"RIFF\xff\xff\x00\x00WEBPVP8 " + encoded(scene(), "PNG"), _BROKEN),
    "gif of 65,535 by 65,535": Hostile(lambda: _gif(65_535, 65_535, (9, 9)), _LARGE),
    "gif with a frame of 65,535 by 65,535 on a screen of 9 by 9": Hostile(
        lambda: _gif(9, 9, (65_535, 65_535)), (MalformedMedia, MediaTooLarge)
    ),
    "gif with 200 frames of 3,000 by 3,000": Hostile(lambda: _gif_moving(3000, 200), _READ),
    "gif with 300 frames of 3,000 by 3,000": Hostile(lambda: _gif_moving(3000, 300), _LARGE),
    "gif with 100,000 frames": Hostile(lambda: _gif(9, 9, *[(9, 9)] * 100_000), _LARGE),
    "gif and a script": Hostile(_gif_and_script, _READ),
    "bmp of 2³¹ by 2³¹": Hostile(lambda: _bmp_runs(2**31 - 1, -(2**31), b""), _LARGE),
    "bmp with four million runs": Hostile(lambda: _bmp_runs(_SIDE, _SIDE, b"\x01\x07" * (4 << 20)), _LARGE),
    "bmp with a million runs": Hostile(lambda: _bmp_runs(_SIDE, _SIDE, b"\x01\x07" * 1_000_000), _BROKEN),
    "jpeg of 65,500 by 65,500": Hostile(lambda: _jpeg_claim(65_500, 65_500), _LARGE),
    "jpeg with 5,000 scans": Hostile(lambda: _jpeg_scans(2000, 5000), _LARGE),
    "jpeg with 20,000 scans of one colour": Hostile(lambda: _jpeg_turns(2000, 20_000), _LARGE),
    "jpeg with PostScript in it": Hostile(lambda: _with_comment(b"%!PS-Adobe-3.0 EPSF-3.0 (x) run"), _READ),
    "PostScript called jpeg": Hostile(lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run", _UNKNOWN),
    "PostScript behind a jpeg's first bytes": Hostile(lambda: b"\xff\xd8\xff%!PS-Adobe-3.0\n(x) run", _BROKEN),
    "a page behind a jpeg's first bytes": Hostile(lambda: _with_comment(b"<html><script>alert(1)</script>"), _READ),
    "tiff of 10⁵ directories": Hostile(lambda: tiny_directories(100_000), _LARGE),
    "tiff that leads in a circle": Hostile(lambda: tiff([page(np.asarray(scene()), 2)] * 3, circle=True), _READ),
    "tiff of 2³² by 2³²": Hostile(lambda: _tiff_claim(2**32 - 1, 2**32 - 1), _LARGE),
    "tiff of 8,900 by 8,900 and one byte": Hostile(lambda: _empty_strips(_SIDE), _BROKEN),
    "tiff of two million strips": Hostile(lambda: _strips(2_000_000), _LARGE),
    "tiff of 60,000 tags": Hostile(lambda: b"II*\x00\x08\x00\x00\x00\x60\xea" + bytes(720_004), _LARGE),
    "tiff of 201 pages with the same strip": Hostile(lambda: _one_strip_for_all(201), _LARGE),
    "tiff of 150 pages with the same strip": Hostile(lambda: _one_strip_for_all(150), _READ),
    "avif of 13,000 by 13,000 in a hundred bytes": Hostile(lambda: claim(MediaType.AVIF, 13_000, 13_000), _LARGE),
    "avif that says 64 by 64 and codes 4,000 by 4,000": Hostile(lambda: _hidden_avif(4000), _READ),
    "avif in name only": Hostile(lambda: _swapped(encoded(scene(), "HEIC"), MediaType.AVIF), _BROKEN),
    "heic of 13,000 by 13,000 in a hundred bytes": Hostile(lambda: claim(MediaType.HEIC, 13_000, 13_000), _LARGE),
    "heic of tiles put together to 60,000 by 50,000": Hostile(lambda: grid_claim(60_000, 50_000, in_idat=True), _LARGE),
    "heic with 100,000 sizes": Hostile(_sizes_without_number, _LARGE),
    "heic with an item whose type is no word": Hostile(_item_of_no_word, _BROKEN),
    "heic with 20,000 boxes within boxes": Hostile(lambda: nested(20_000), _BROKEN),
    "heic in name only": Hostile(lambda: _swapped(encoded(cut_out(), "AVIF"), MediaType.HEIC), _BROKEN),
    "a box of 2⁶⁴ bytes": Hostile(lambda: file_type(MediaType.HEIC) + b"\x00\x00\x00\x01meta" + b"\xff" * 8, _BROKEN),
    "nothing": Hostile(lambda: b"", _BROKEN),
    **{
        f"{kind.lower()} cut at {quarter} of 4": Hostile(partial(_cut, kind, quarter), _BROKEN)
        for kind in _PIXEL_FORMATS
        for quarter in (1, 2, 3)
    },
}
