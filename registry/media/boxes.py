"""What an AVIF or HEIC file claims to hold, read from its boxes before any decoder sees the file.

Both are boxes within boxes (ISO/IEC 14496-12), and a decoder takes memory by what they say. Only the boxes named here
are opened, each at the one level where it belongs, so that nesting has an end whatever the file does:

    meta ─ iprp ─ ipco ─ ispe      width and height of each coded picture
         ├ iinf, iloc, idat        where the grids and overlays are, which state the size of what they put together
    moov ─ trak ─ tkhd             width and height of a sequence

A file may hold many pictures: tiles, alpha, thumbnails, the frame of a grid. The largest claim of all counts, so that
it plays no part which of them a decoder will take for the one to show.
"""

import struct
from collections.abc import Iterator

from registry.media.budget import within

_MOST_BOXES = 16_384
"""In one file, of those that are looked at. The tiles of a grid have a few each; a large photograph has 150 tiles."""

_SIZE_AT = {b"grid": 4, b"iovl": 10}
"""Derived pictures that state a size of their own, and where in them it stands (ISO/IEC 23008-12, 6.6.2)."""

_Span = tuple[int, int]
"""Where something begins and where it ends, in bytes."""


def largest_claim(data: bytes) -> tuple[int, int]:
    """Width and height of the largest picture that is claimed anywhere in the file; (0, 0) if there is none.

    Raises ValueError, IndexError or `struct.error` where boxes make no sense, `MediaTooLarge` where they are too many.
    """
    walk = _Walk(data)
    top = walk.single(0, len(data), {b"meta", b"moov"})
    sizes = [(0, 0)]
    if b"meta" in top:
        start, end = top[b"meta"]
        sizes += _items(walk, start + 4, end)  # behind version and flags
    if b"moov" in top:
        sizes += _tracks(walk, *top[b"moov"])
    return max(sizes, key=lambda size: size[0] * size[1])


class _Walk:
    """Goes through a file's boxes, and counts them, so that no file can keep it busy."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._count = 0

    def boxes(self, start: int, end: int) -> Iterator[tuple[bytes, _Span]]:
        """Kind and body of each box that lies between two offsets; the last one may be cut short."""
        while start + 8 <= end:
            self._count += 1
            within("boxes", self._count, _MOST_BOXES)
            size, kind = struct.unpack_from(">I4s", self.data, start)
            body = start + 8
            if size == 1:
                (size,) = struct.unpack_from(">Q", self.data, body)
                body += 8
            elif size == 0:  # up to the end
                size = end - start
            if size < body - start:
                raise ValueError(f"the box at byte {start} is smaller than its own header")
            yield kind, (body, min(start + size, end))
            start += size

    def single(self, start: int, end: int, kinds: set[bytes]) -> dict[bytes, _Span]:
        """The boxes of these kinds, of which there may be one each: decoders differ in which of two they believe."""
        found: dict[bytes, _Span] = {}
        for kind, span in self.boxes(start, end):
            if kind in found:
                raise ValueError(f"there are two {kind.decode()} boxes")
            if kind in kinds:
                found[kind] = span
        return found


def _items(walk: _Walk, start: int, end: int) -> Iterator[tuple[int, int]]:
    data = walk.data
    found = walk.single(start, end, {b"iprp", b"iinf", b"iloc", b"idat"})
    properties = walk.single(*found.get(b"iprp", (0, 0)), {b"ipco"})
    for kind, (at, _) in walk.boxes(*properties.get(b"ipco", (0, 0))):
        if kind == b"ispe":
            width, height = struct.unpack_from(">II", data, at + 4)
            yield width, height
    derived = dict(_derived(walk, *found[b"iinf"])) if b"iinf" in found else {}
    if derived and b"iloc" in found:
        inner = found.get(b"idat", (0, 0))[0]
        for item, in_idat, offset in _places(data, *found[b"iloc"]):
            if item in derived:
                yield _stated(data, offset + (inner if in_idat else 0), derived[item])


def _derived(walk: _Walk, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Item numbers of grids and overlays, each with where in it its size stands (14496-12, 8.11.6).

    Raises ValueError for a type that isn't ASCII, as all are: pi_heif runs into a null pointer there.
    """
    for kind, (at, _) in walk.boxes(start + (8 if walk.data[start] else 6), end):
        version = walk.data[at]
        if kind == b"infe" and version >= 2:
            item, _, sort = struct.unpack_from(">HH4s" if version == 2 else ">IH4s", walk.data, at + 4)
            if not sort.isascii():
                raise ValueError(f"the type of item {item} is no word")
            if sort in _SIZE_AT:
                yield item, _SIZE_AT[sort]


def _places(data: bytes, start: int, end: int) -> Iterator[tuple[int, bool, int]]:
    """Item numbers, whether the item lies in `idat`, and where it begins, there or in the file (14496-12, 8.11.3)."""
    version = data[start]
    (sizes,) = struct.unpack_from(">H", data, start + 4)
    offset_size, length_size, base_size, index_size = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    if version == 0:
        index_size = 0
    at = start + 6

    def number(size: int) -> int:
        nonlocal at
        at += size
        if at > end:
            raise ValueError("the item locations end too early")
        return int.from_bytes(data[at - size : at], "big")

    wide = 4 if version == 2 else 2
    count = number(wide)
    within("items", count, _MOST_BOXES)
    for _ in range(count):
        item = number(wide)
        method = number(2) & 15 if version else 0
        number(2)  # which file it lies in: this one
        offset = number(base_size)
        extents = number(2)
        if extents:
            offset += int.from_bytes(data[at + index_size : at + index_size + offset_size], "big")
            yield item, method == 1, offset
        number(extents * (index_size + offset_size + length_size))


def _stated(data: bytes, offset: int, size_at: int) -> tuple[int, int]:
    """The size that a grid or an overlay states: 32 bits a side where its flags say so, otherwise 16."""
    width, height = struct.unpack_from(">II" if data[offset + 1] & 1 else ">HH", data, offset + size_at)
    return width, height


def _tracks(walk: _Walk, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Track headers end with width and height, 16 bits before the point and 16 behind it (14496-12, 8.3.2)."""
    for kind, track in walk.boxes(start, end):
        if kind == b"trak":
            for name, (at, at_end) in walk.boxes(*track):
                if name == b"tkhd" and at_end - at >= 8:
                    width, height = struct.unpack_from(">II", walk.data, at_end - 8)
                    yield width >> 16, height >> 16
