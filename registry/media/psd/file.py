"""Where everything lies in a PSD or PSB file: its header, the merged picture, and the records of its layers.

Only what showing pictures needs is looked at, and no pixel is unpacked: lengths are followed, within the bounds of what
they lie in, past text, effects, patterns, linked files and paths. The library for this format, psd-tools, parses all of
those before it tells a width, descriptors within descriptors, and takes 0.15 s to import; tests hold this reader
against it.

Source: Adobe Photoshop File Formats Specification, November 2019. Where real files depart from it, so does this, as
psd-tools does.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from registry.errors import MalformedMedia
from registry.media.budget import Budget, within
from registry.media.colour import LARGEST_PROFILE
from registry.media.psd.layout import (
    TRANSPARENCY,
    Box,
    Compression,
    Cursor,
    Header,
    Mode,
    Pixels,
    Plane,
    Record,
)
from registry.media.psd.records import Layers, read_layers

_LARGEST_SIDE = {1: 30_000, 2: 300_000}
_MOST_CHANNELS = 56
_DEPTHS = {Mode.BITMAP: (1,), Mode.INDEXED: (8,)}

_PROFILE, _TRANSPARENT_INDEX, _ALPHA_IDENTIFIERS, _VERSION_INFO = 1039, 1047, 1053, 1057
_READ = {_PROFILE: LARGEST_PROFILE, _TRANSPARENT_INDEX: 2, _ALPHA_IDENTIFIERS: 4 * _MOST_CHANNELS, _VERSION_INFO: 5}
"""The image resources that say how to see the pixels, and how many bytes of each are read."""


@dataclass(frozen=True, slots=True)
class PSDFile:
    """A file, taken apart. `palette` has 256 reds, greens, blues and alphas if the mode is INDEXED, else none.

    `profile` is the file's colour profile; with 32 bits a sample it is left out, since those are amounts of light,
    which are shown as sRGB shows them. `merged` is None where the merged picture is a mere white sheet: the file was
    saved without one. `records` are told from the back to the front.
    """

    data: bytes
    header: Header
    palette: bytes
    profile: bytes | None
    merged: Pixels | None
    records: tuple[Record, ...]

    @property
    def canvas(self) -> Box:
        """The rectangle of the merged picture."""
        return Box(0, 0, self.header.height, self.header.width)


def read(data: bytes, budget: Budget) -> PSDFile:
    """Takes a file apart; raises `MalformedMedia`, `MediaTooLarge` or `MediaTooDeep`."""
    cursor = Cursor(data, 0, len(data))
    header = _header(cursor, budget)
    colours = cursor.section(*cursor.unpack(">I"))
    resources = _resources(cursor.section(*cursor.unpack(">I")), budget)
    section = cursor.section(*cursor.unpack(">I" if header.version == 1 else ">Q"))
    layers = read_layers(section, header, budget)
    pictured = resources.get(_VERSION_INFO, b"")[4:5] != b"\0" or not layers.records
    return PSDFile(
        data=data,
        header=header,
        palette=_palette(colours, resources) if header.mode is Mode.INDEXED else b"",
        profile=resources.get(_PROFILE) if header.depth < 32 else None,
        merged=_merged(cursor, header, _is_transparent(header, resources, layers)) if pictured else None,
        records=layers.records,
    )


def _header(cursor: Cursor, budget: Budget) -> Header:
    _, version, channels, height, width, depth, number = cursor.unpack(">4sH6xHIIHH")
    if not (width and height):
        raise MalformedMedia("The PSD file has no readable header: it states no width and height.")
    within("pixels", width * height, budget.pixels)
    if number not in set(Mode):
        raise MalformedMedia(f"The PSD file states colour mode {number}, which there isn't.")
    header = Header(version, channels, width, height, depth, Mode(number))
    if max(width, height) > _LARGEST_SIDE[version]:
        raise MalformedMedia(f"The PSD file states {width:,} × {height:,} pixels, more than its version can have.")
    if depth not in _DEPTHS.get(header.mode, (8, 16, 32)):
        raise MalformedMedia(f"The PSD file states {depth} bits a sample, which its colour mode can't have.")
    if not header.colours <= channels <= _MOST_CHANNELS:
        raise MalformedMedia(f"The PSD file states {channels} channels, which its colour mode can't have.")
    return header


def _resources(cursor: Cursor, budget: Budget) -> dict[int, bytes]:
    """The image resources that matter here."""
    found = {}
    count = 0
    while cursor.left >= 12:
        within("image resources", count := count + 1, budget.nodes)
        number, name_length = cursor.unpack(">4xHB")
        cursor.skip(name_length + (name_length + 1) % 2)
        body = cursor.section(*cursor.unpack(">I"))
        cursor.skip(min(body.left % 2, cursor.left))
        if number in _READ:
            found[number] = body.take(min(body.left, _READ[number]))
    return found


def _palette(colours: Cursor, resources: Mapping[int, bytes]) -> bytes:
    alphas = bytearray(b"\xff" * 256)
    transparent = int.from_bytes(resources.get(_TRANSPARENT_INDEX, b"\xff\xff")[:2])
    if transparent < len(alphas):
        alphas[transparent] = 0
    return colours.take(768) + alphas


def _is_transparent(header: Header, resources: Mapping[int, bytes], layers: Layers) -> bool:
    """Whether the merged picture's channel after the colours is its transparency, and not a saved selection.

    By the rules that psd-tools found: the layers say so; or there are none, and the channel isn't named as a selection.
    """
    if header.channels <= header.colours or header.mode in (Mode.BITMAP, Mode.INDEXED, Mode.MULTICHANNEL):
        return False
    if layers.transparent or layers.records:
        return layers.transparent
    identifiers = resources.get(_ALPHA_IDENTIFIERS, b"")
    return not identifiers or 0 in np.frombuffer(identifiers, ">u4", len(identifiers) // 4)


def _merged(cursor: Cursor, header: Header, transparent: bool) -> Pixels:
    """Finds the channels of the merged picture, which follow one another, those that aren't needed last."""
    numbers = [*range(header.colours), *([TRANSPARENCY] if transparent else [])]
    (compression,) = cursor.unpack(">H")
    table = cursor.at
    entry = np.dtype(header.row_lengths).itemsize * header.height
    if compression == Compression.PACKBITS:
        cursor.skip(entry * header.channels)
    planes = {}
    for place, number in enumerate(numbers):
        if compression not in (Compression.RAW, Compression.PACKBITS):
            planes[number] = Plane(compression, table, table, cursor.end, skip=place * header.height)
            continue
        length = header.height * ((header.width * header.depth + 7) // 8)
        if compression == Compression.PACKBITS:
            lengths = np.frombuffer(cursor.data, header.row_lengths, header.height, table + place * entry)
            length = int(lengths.sum(dtype=np.int64))
        body = cursor.section(length)
        planes[number] = Plane(compression, table + place * entry, body.at, body.end)
    return Pixels(Box(0, 0, header.height, header.width), planes, on_white=transparent)
