"""The words that a PSD or PSB file is spoken of in: what lies where, before any pixel of it is unpacked."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

from registry.errors import MalformedMedia


class Mode(IntEnum):
    """Colour modes, by the header's number."""

    BITMAP = 0
    GREY = 1
    INDEXED = 2
    RGB = 3
    CMYK = 4
    MULTICHANNEL = 7
    DUOTONE = 8
    LAB = 9


@dataclass(frozen=True, slots=True)
class Header:
    """The file's first 26 bytes. `version` is 1 for PSD, 2 for PSB; `depth` is in bits a sample."""

    version: int
    channels: int
    width: int
    height: int
    depth: int
    mode: Mode

    @property
    def colours(self) -> int:
        """How many channels make the colour; the first one after them may hold transparency."""
        return {Mode.RGB: 3, Mode.CMYK: 4, Mode.LAB: 3}.get(self.mode, 1)

    @property
    def row_lengths(self) -> str:
        """How PackBits' tables hold the packed length of a row, as numpy spells it."""
        return ">u2" if self.version == 1 else ">u4"


class Box(NamedTuple):
    """A rectangle in pixels of the canvas; it may be empty, upside down, or lie beside the canvas."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def width(self) -> int:
        """In pixels, 0 where it is empty."""
        return max(0, self.right - self.left)

    @property
    def height(self) -> int:
        """In pixels, 0 where it is empty."""
        return max(0, self.bottom - self.top)

    @property
    def area(self) -> int:
        """In pixels."""
        return self.width * self.height

    @property
    def shorter(self) -> int:
        """The shorter of both sides."""
        return min(self.width, self.height)

    def within(self, other: "Box") -> "Box":
        """What lies in both."""
        return Box(
            max(self.top, other.top),
            max(self.left, other.left),
            min(self.bottom, other.bottom),
            min(self.right, other.right),
        )


class Compression(IntEnum):
    """How a channel's rows are packed."""

    RAW = 0
    PACKBITS = 1
    DEFLATE = 2
    DEFLATED_DIFFERENCES = 3


@dataclass(frozen=True, slots=True)
class Plane:
    """Where one channel's rows lie: bytes `start` to `end` of the file.

    `compression` is the file's number. `table` is where PackBits' lengths of the rows begin; where that is `start`, the
    table comes first. `skip` is how many rows of other channels come first in the same deflated stream.
    """

    compression: int
    table: int
    start: int
    end: int
    skip: int = 0


TRANSPARENCY = -1
"""The channel number of transparency; colours are numbered from 0 on."""


@dataclass(frozen=True, slots=True)
class Mask:
    """Levels that a layer's transparency is multiplied by: those of `plane` in `box`, `default` beside it."""

    box: Box
    default: int
    plane: Plane | None


@dataclass(frozen=True, slots=True)
class Pixels:
    """Channels of one size, by number. `on_white` where colours that are half transparent are mixed with white."""

    box: Box
    planes: Mapping[int, Plane]
    mask: Mask | None = None
    on_white: bool = False


class Divider(IntEnum):
    """What a record stands for. From the back to the front, a group's end comes before what the group holds."""

    LAYER = 0
    OPEN_GROUP = 1
    CLOSED_GROUP = 2
    END_OF_GROUP = 3


@dataclass(frozen=True, slots=True)
class Record:
    """A layer, or one of the two ends of a group.

    `opacity` is what is left of it, from 0 to 1, after that of the groups around it; 0 where it, one of them, or the
    layer it is clipped to is hidden. `pixels` is None where there are none to show. `artboard` is the rectangle of a
    group that is one.
    """

    name: str
    divider: Divider
    box: Box
    opacity: float
    clipped: bool
    normal: bool
    artboard: Box | None
    pixels: Pixels | None = None


class Cursor:
    """A place in the bytes, and an end that no length leads beyond."""

    def __init__(self, data: bytes, start: int, end: int) -> None:
        self.data, self.at, self.end = data, start, end

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return self.end - self.at

    def skip(self, length: int) -> None:
        """Goes on; raises `MalformedMedia` where so many bytes aren't there."""
        if length > self.left:
            raise MalformedMedia(
                f"The PSD file is damaged or cut short: {length:,} bytes should follow byte {self.at:,}, "
                f"and {self.left:,} do."
            )
        self.at += length

    def section(self, length: int) -> "Cursor":
        """The next bytes, as a place of their own."""
        start = self.at
        self.skip(length)
        return Cursor(self.data, start, self.at)

    def take(self, length: int) -> bytes:
        """The next bytes."""
        start = self.at
        self.skip(length)
        return self.data[start : self.at]

    def unpack(self, layout: str) -> tuple[Any, ...]:
        """The next values, as `struct` lays them out."""
        return struct.unpack(layout, self.take(struct.calcsize(layout)))
