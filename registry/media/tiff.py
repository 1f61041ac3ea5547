"""The directories of a TIFF file, read before any decoder sees it: which are pages, and how large each claims to be.

A directory says where the next one is (TIFF 6.0, section 2), so a file can hold pages without number, or lead in a
circle. Smaller copies and masks, which writers put between pages, are no pages.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from registry.errors import MalformedMedia
from registry.media.budget import within

_SUBFILE, _OLD_SUBFILE, _WIDTH, _HEIGHT = 254, 255, 256, 257
_KEPT = frozenset({_SUBFILE, _OLD_SUBFILE, _WIDTH, _HEIGHT})
_NUMBERS = {3: "H", 4: "I"}
"""SHORT and LONG, the types that these tags may have."""

_REDUCED_OR_MASK = 1 | 4
_OLD_REDUCED = 2

_MOST_TAGS = 2000
"""In one directory; a photograph's has about a hundred."""

_PLAIN_BYTES = frozenset({1, 2, 6, 7})
"""The types whose values are kept as bytes, and cost no more than those."""

_MOST_VALUES = 400_000
"""Numbers in the tags of all directories together: each strip takes two, and Pillow a hundredth of a millisecond."""

_DIRECTORIES_A_PAGE = 5
"""How many there may be for each page that is taken: some writers add smaller copies and a mask to each."""


@dataclass(frozen=True, slots=True)
class Directory:
    """One of a file's pictures. `index` counts from 0 in the file's order; sizes are before orientation.

    `values` are the numbers in its tags, where its strips are for the most part.
    """

    index: int
    width: int
    height: int
    page: bool
    values: int

    @property
    def pixels(self) -> int:
        """Width times height."""
        return self.width * self.height


def pages(data: bytes, limit: int) -> list[Directory]:
    """The pages in the file's order; the largest of the pictures if none is a page.

    Raises `MediaTooLarge` at the first page or directory too many, and `MalformedMedia` where one can't be read.
    """
    shown: list[Directory] = []
    others: list[Directory] = []
    values = 0
    try:
        for directory in directories(data):
            within("directories", directory.index + 1, _DIRECTORIES_A_PAGE * limit)
            values += directory.values
            within("values in its tags", values, _MOST_VALUES)
            (shown if directory.page else others).append(directory)
            within("pages", len(shown), limit)
        return shown or [max(others, key=lambda directory: directory.pixels)]
    except (struct.error, ValueError) as error:
        raise MalformedMedia("The TIFF file has no readable header: its directories are damaged.") from error


def directories(data: bytes) -> Iterator[Directory]:
    """One directory after another, up to the last, or to the first that was seen before.

    Raises ValueError or `struct.error` where one can't be read.
    """
    order = "<" if data[:2] == b"II" else ">"
    (offset,) = struct.unpack_from(order + "I", data, 4)
    visited: set[int] = set()
    while offset and offset not in visited:  # Pillow, too, takes a circle for the end
        directory, following = _directory(data, order, offset, len(visited))
        yield directory
        visited.add(offset)
        offset = following


def _directory(data: bytes, order: str, offset: int, index: int) -> tuple[Directory, int]:
    """The directory, and where the next one is."""
    (count,) = struct.unpack_from(order + "H", data, offset)
    within("tags", count, _MOST_TAGS)
    found = dict.fromkeys(_KEPT, 0)
    values = 0
    for entry in range(offset + 2, offset + 2 + 12 * count, 12):
        tag, kind, length = struct.unpack_from(order + "HHI", data, entry)
        if kind not in _PLAIN_BYTES:
            values += length
        if tag in _KEPT:
            if kind not in _NUMBERS:
                raise ValueError(f"tag {tag} is no whole number")
            (value,) = struct.unpack_from(order + _NUMBERS[kind], data, entry + 8)
            found[tag] = max(found[tag], value)  # a tag given twice is a trap: readers differ in which they believe
    (following,) = struct.unpack_from(order + "I", data, offset + 2 + 12 * count)
    if not found[_WIDTH] * found[_HEIGHT]:
        raise ValueError(f"directory {index} states no width and height")
    page = not found[_SUBFILE] & _REDUCED_OR_MASK and found[_OLD_SUBFILE] != _OLD_REDUCED
    return Directory(index, found[_WIDTH], found[_HEIGHT], page, values), following
