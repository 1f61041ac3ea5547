"""TIFF files written by hand: what Pillow doesn't write, and what nobody should."""

import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SHORT, LONG, UNDEFINED = 3, 4, 7
_BYTES = {SHORT: 2, LONG: 4, UNDEFINED: 1}
_CODES = {SHORT: "H", LONG: "I", UNDEFINED: "B"}

Tags = dict[int, tuple[int, Sequence[int]]]
"""Tag → its type and its values."""


def page(pixels: NDArray[np.generic], photometric: int, **extra: int) -> tuple[Tags, bytes]:
    """Tags and samples of a picture, shape (height, width) or (height, width, samples); of any unsigned type or float.

    `extra` is `subfile`, `old_subfile` or `orientation`.
    """
    height, width = pixels.shape[:2]
    samples = 1 if pixels.ndim == 2 else pixels.shape[2]
    bits = 8 * pixels.dtype.itemsize
    tags: Tags = {
        256: (LONG, [width]),
        257: (LONG, [height]),
        258: (SHORT, [bits] * samples),
        259: (SHORT, [1]),
        262: (SHORT, [photometric]),
        277: (SHORT, [samples]),
        278: (LONG, [height]),
        339: (SHORT, [3 if pixels.dtype.kind == "f" else 1] * samples),
    }
    if samples > (4 if photometric == 5 else 3 if photometric == 2 else 1):
        tags[338] = SHORT, [2]  # alpha, not multiplied
    for name, tag in (("subfile", 254), ("old_subfile", 255), ("orientation", 274)):
        if name in extra:
            tags[tag] = (SHORT if tag > 254 else LONG), [extra[name]]
    return tags, np.ascontiguousarray(pixels, pixels.dtype.newbyteorder("<")).tobytes()


def tiff(pages: Sequence[tuple[Tags, bytes]], *, circle: bool = False) -> bytes:
    """A little-endian TIFF of these directories; in a `circle` the last one leads to the first."""
    data = bytearray(b"II*\x00" + bytes(4))
    link = 4
    for tags, pixels in pages:
        strip = len(data)
        data += pixels + bytes(len(pixels) % 2)
        tags = {273: (LONG, [strip]), 279: (LONG, [len(pixels)]), **tags}
        entries = b""
        for tag, (kind, values) in sorted(tags.items()):
            value = struct.pack(f"<{len(values)}{_CODES[kind]}", *values)
            if len(value) > 4:
                value, place = struct.pack("<I", len(data)), value
                data += place + bytes(len(place) % 2)
            entries += struct.pack("<HHI", tag, kind, len(values)) + value.ljust(4, b"\x00")
        data[link : link + 4] = struct.pack("<I", len(data))
        data += struct.pack("<H", len(tags)) + entries
        link = len(data)
        data += bytes(4)
    if circle:
        data[link:] = data[4:8]
    return bytes(data)


def tiny_directories(count: int) -> bytes:
    """A TIFF of very many pages of one pixel, 30 bytes each."""
    entries = struct.pack("<H", 2) + struct.pack("<HHIIHHII", 256, LONG, 1, 1, 257, LONG, 1, 1)
    step = len(entries) + 4
    links = (struct.pack("<I", 8 + (index + 1) * step if index + 1 < count else 0) for index in range(count))
    return b"II*\x00" + struct.pack("<I", 8) + b"".join(entries + link for link in links)
