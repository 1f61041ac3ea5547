"""Width and height as a file's header states them, read before any decoder sees the file.

Decoders take memory by what a header claims: Pillow's WebP decoder does so on opening, 2.6 GB for 40 bytes. So the
claim is read here first, with nothing but `struct`, and held against the budget. `boxes` does so for AVIF and HEIC, and
`tiff` for all pages of a TIFF.
"""

import re
import struct
from collections.abc import Iterator

from registry.errors import MalformedMedia
from registry.media.boxes import largest_claim
from registry.media.budget import within
from registry.media.sniff import MediaType
from registry.media.tiff import directories

_JPEG_SIZED = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Start of frame, in all its kinds: the markers that carry the size (ITU T.81, table B.1)."""

_JPEG_SEQUENTIAL = frozenset({0xC0, 0xC1})

_START_OF_SCAN = re.compile(rb"\xff\xda\x00")
"""Never part of coded pixels, where 0xFF is followed by 0; a header of a scan is shorter than 256 bytes."""

_JPEG_BARE = frozenset(range(0xD0, 0xD8)) | {0x01, 0xD8}
"""Markers without a length."""


_LONGEST_RUNS = 8 << 20
"""Bytes of a BMP in runs of like pixels: Pillow takes them one by one in Python, a million in a second."""


def dimensions(data: bytes, media_type: MediaType) -> tuple[int, int]:
    """Width and height in pixels, before orientation: of the first page, and of the largest picture in AVIF and HEIC.

    Raises `MalformedMedia` when the header has none, and `MediaTooLarge` when it has parts without number.
    """
    try:
        width, height = _READERS[media_type](data)
    except (struct.error, LookupError, ValueError, StopIteration):
        width = height = 0
    if width < 1 or height < 1:
        raise MalformedMedia(f"The {media_type.label} file has no readable header: it states no width and height.")
    return width, height


def _png(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _gif(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _bmp(data: bytes) -> tuple[int, int]:
    if data[14] == 12:
        width, height = struct.unpack_from("<HH", data, 18)
    else:
        width, height = struct.unpack_from("<ii", data, 18)
        if data[30] in (1, 2):
            within("bytes of runs", len(data), _LONGEST_RUNS)
    return width, abs(height)  # a negative height only says that the rows run downwards


def _webp(data: bytes) -> tuple[int, int]:
    """RFC 9649: a canvas (VP8X), a lossless (VP8L) or a lossy (VP8) first chunk."""
    chunk = data[12:16]
    if chunk == b"VP8X":
        return _uint24(data, 24) + 1, _uint24(data, 27) + 1
    if chunk == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return 0, 0


def _uint24(data: bytes, offset: int) -> int:
    low, high = struct.unpack_from("<HB", data, offset)
    return int(low | high << 16)


def scans(data: bytes) -> int:
    """How often a decoder goes over the pixels of a JPEG: once, unless it is progressive or its colours come by turns.

    A scan takes a hundred bytes to ask for and, on the largest picture, a twentieth of a second to do.
    """
    components = 0
    for marker, at in _segments(data):
        if marker in _JPEG_SIZED:
            components = data[at + 9] if marker in _JPEG_SEQUENTIAL else 0
        elif marker == 0xDA:
            # The decoder ends with the first scan if that has all components.
            return 1 if data[at + 4] == components else len(_START_OF_SCAN.findall(data))
    return 1


def _jpeg(data: bytes) -> tuple[int, int]:
    for marker, at in _segments(data):
        if marker in _JPEG_SIZED:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
    return 0, 0


def _segments(data: bytes) -> Iterator[tuple[int, int]]:
    """A JPEG's markers with a length, and where each is, up to its first scan or its end."""
    offset = 2
    while True:
        offset = data.index(b"\xff", offset)
        marker = data[offset + 1]
        if marker == 0xFF:  # a fill byte
            offset += 1
        elif marker in _JPEG_BARE or marker == 0x00:
            offset += 2
        elif marker == 0xD9:
            return
        else:
            yield marker, offset
            if marker == 0xDA:
                return
            offset += 2 + max(2, struct.unpack_from(">H", data, offset + 2)[0])


def _tiff(data: bytes) -> tuple[int, int]:
    first = next(directories(data))
    return first.width, first.height


_READERS = {
    MediaType.JPEG: _jpeg,
    MediaType.PNG: _png,
    MediaType.WEBP: _webp,
    MediaType.GIF: _gif,
    MediaType.TIFF: _tiff,
    MediaType.BMP: _bmp,
    MediaType.AVIF: largest_claim,
    MediaType.HEIC: largest_claim,
}
