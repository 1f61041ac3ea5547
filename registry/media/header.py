"""Width and height as a file's header states them, read before any decoder sees the file.

Decoders take memory by what a header claims: Pillow's WebP decoder does so on opening, 2.6 GB for 40 bytes. So the
claim is read here first, with nothing but `struct`, and held against the budget.
"""

import struct

from registry.errors import MalformedMedia
from registry.media.sniff import MediaType

_JPEG_SIZED = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Start of frame, in all its kinds: the markers that carry the size (ITU T.81, table B.1)."""

_JPEG_BARE = frozenset(range(0xD0, 0xD8)) | {0x01, 0xD8}
"""Markers without a length."""


def dimensions(data: bytes, media_type: MediaType) -> tuple[int, int]:
    """Width and height in pixels, before orientation; raises `MalformedMedia` when the header has none."""
    try:
        width, height = _READERS[media_type](data)
    except (struct.error, LookupError, ValueError):
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


def _jpeg(data: bytes) -> tuple[int, int]:
    offset = 2
    while True:
        offset = data.index(b"\xff", offset)
        marker = data[offset + 1]
        if marker in _JPEG_SIZED:
            height, width = struct.unpack_from(">HH", data, offset + 5)
            return width, height
        if marker == 0xFF:  # a fill byte
            offset += 1
        elif marker in _JPEG_BARE or marker == 0x00:
            offset += 2
        elif marker in (0xD9, 0xDA):  # the picture begins or ends, and no frame was announced
            return 0, 0
        else:
            offset += 2 + max(2, struct.unpack_from(">H", data, offset + 2)[0])


def _tiff(data: bytes) -> tuple[int, int]:
    """TIFF 6.0: tags 256 and 257 of the first directory, each a SHORT or a LONG."""
    order = "<" if data[:2] == b"II" else ">"
    (directory,) = struct.unpack_from(order + "I", data, 4)
    (count,) = struct.unpack_from(order + "H", data, directory)
    found = {256: 0, 257: 0}
    for entry in range(directory + 2, directory + 2 + 12 * count, 12):
        tag, kind = struct.unpack_from(order + "HH", data, entry)
        if tag in found:
            (found[tag],) = struct.unpack_from(order + {3: "H", 4: "I"}[kind], data, entry + 8)
    return found[256], found[257]


_READERS = {
    MediaType.JPEG: _jpeg,
    MediaType.PNG: _png,
    MediaType.WEBP: _webp,
    MediaType.GIF: _gif,
    MediaType.TIFF: _tiff,
    MediaType.BMP: _bmp,
}
