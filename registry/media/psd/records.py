"""The layer section of a PSD or PSB file → its records, with what is hidden told apart.

Of the dozens of properties that a layer may have, a few are read, by their keys; the others are stepped over by their
lengths, whatever they hold.
"""

import codecs
import itertools
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from registry.errors import MediaTooDeep
from registry.media.budget import Budget, within
from registry.media.picture import MAX_NAME
from registry.media.psd.layout import (
    TRANSPARENCY,
    Box,
    Cursor,
    Divider,
    Header,
    Mask,
    Pixels,
    Plane,
    Record,
)

_ROMAN = codecs.lookup("mac_roman").decode  # looked up here, since a worker couldn't open the codec's file
_UTF16 = codecs.lookup("utf-16-be").decode

_SIGNATURES = (b"8BIM", b"8B64")
_LAYERS_ELSEWHERE = (b"Layr", b"Lr16", b"Lr32")
_TRANSPARENT = (b"Mtrn", b"Mt16", b"Mt32")
_GROUP_ENDS = (b"lsct", b"lsdk")
_ARTBOARDS = (b"artb", b"artd", b"abdd")
_LONG = frozenset(
    (*_LAYERS_ELSEWHERE, *_TRANSPARENT, b"LMsk", b"Alph", b"FMsk", b"lnk2", b"lnk3", b"lnkE", b"FEid", b"FXid")
) | {b"FELS", b"PxSD", b"artd", b"cinf", b"extd", b"extn", b"pths"}
"""Properties whose length takes eight bytes in a PSB: the specification's, and those that psd-tools found."""

_MASK, _REAL_MASK = -2, -3
"""Channels of a mask, and of the mask that was painted where a path masks the layer, too."""

_HIDDEN, _NO_PICTURE = 0x02, 0x18
_MASK_DISABLED = 0x02


@dataclass(frozen=True, slots=True)
class Layers:
    """The records, from the back to the front. `transparent` if the merged picture is said to be."""

    records: tuple[Record, ...] = ()
    transparent: bool = False


def read_layers(section: Cursor, header: Header, budget: Budget) -> Layers:
    """Reads the layer and mask information; raises `MalformedMedia`, `MediaTooLarge` or `MediaTooDeep`."""
    if not section.left:
        return Layers()
    info = section.section(*section.unpack(_length(header)))
    if section.left >= 4 and section.data[section.at : section.at + 4] not in _SIGNATURES:
        section.skip(*section.unpack(">I"))  # the mask that all layers share, which is an overlay on the screen
    numbers = itertools.count(1)
    transparent = False
    for key, body in _properties(section, header, budget, numbers):
        transparent = transparent or key in _TRANSPARENT
        if key in _LAYERS_ELSEWHERE and not info.left:  # where a file of 16 or 32 bits a sample has them
            info = body
    if info.left < 2:
        return Layers(transparent=transparent)
    (count,) = info.unpack(">h")
    within("layers", abs(count), budget.layers)
    stored = [_record(info, header, budget, numbers) for _ in range(abs(count))]
    opacities = _opacities([one.record for one in stored], budget.depth)
    records = tuple(
        replace(one.record, opacity=opacity, pixels=_pixels(info, header, one))
        for one, opacity in zip(stored, opacities, strict=True)
    )
    return Layers(records, transparent or count < 0)


def _length(header: Header) -> str:
    return ">I" if header.version == 1 else ">Q"


def _properties(
    cursor: Cursor, header: Header, budget: Budget, numbers: Iterator[int]
) -> Iterator[tuple[bytes, Cursor]]:
    """The properties that follow, by their keys; some writers pad them to two or four bytes, and some don't."""
    padding = 0
    while cursor.left >= 12:
        if cursor.data[cursor.at : cursor.at + 4] not in _SIGNATURES:
            if padding == 3:
                return
            padding += 1
            cursor.skip(1)
            continue
        padding = 0
        within("layer properties", next(numbers), budget.nodes)
        signature, key = cursor.unpack(">4s4s")
        long = header.version == 2 and (signature == b"8B64" or key in _LONG)
        yield key, cursor.section(*cursor.unpack(">Q" if long else ">I"))


@dataclass(frozen=True, slots=True)
class _Stored:
    """A record whose channels are yet to be found: their numbers and lengths. `masks` by channel, unless disabled."""

    record: Record
    drawn: bool
    channels: Sequence[tuple[int, int]]
    masks: dict[int, tuple[Box, int]]


def _record(info: Cursor, header: Header, budget: Budget, numbers: Iterator[int]) -> _Stored:
    *sides, count = info.unpack(">4iH")
    layout = struct.Struct(">hI" if header.version == 1 else ">hQ")
    channels = list(layout.iter_unpack(info.take(layout.size * count)))
    blend, opacity, clipping, flags, length = info.unpack(">4x4sBBBxI")
    extra = info.section(length)
    masks = _masks(extra.section(*extra.unpack(">I")), real=any(number == _REAL_MASK for number, _ in channels))
    extra.skip(*extra.unpack(">I"))  # blending ranges
    (length,) = extra.unpack(">B")
    name = _ROMAN(extra.take(length))[0]
    extra.skip(min(-(length + 1) % 4, extra.left))
    divider, artboard, fill = Divider.LAYER, None, 255
    for key, body in _properties(extra, header, budget, numbers):
        if key == b"luni" and body.left >= 4:
            (length,) = body.unpack(">I")
            name = _UTF16(body.take(min(2 * length, 8 * MAX_NAME, body.left & ~1)), "replace")[0]
        elif key in _GROUP_ENDS and body.left >= 4:
            (kind,) = body.unpack(">I")
            divider = Divider(kind) if kind in set(Divider) else Divider.LAYER
        elif key in _ARTBOARDS:
            artboard = _artboard(body)
        elif key == b"iOpa" and body.left:
            (fill,) = body.take(1)
    shown = 0.0 if flags & _HIDDEN else opacity / 255 * fill / 255
    record = Record(
        name=name,
        divider=divider,
        box=Box(*sides),
        opacity=shown,
        clipped=clipping != 0,
        normal=blend in (b"norm", b"diss"),
        artboard=artboard,
    )
    return _Stored(record, flags & _NO_PICTURE != _NO_PICTURE, channels, masks)


def _masks(body: Cursor, *, real: bool) -> dict[int, tuple[Box, int]]:
    masks = {}
    if body.left >= 18:
        *sides, default, flags = body.unpack(">4iBB")
        if not flags & _MASK_DISABLED:
            masks[_MASK] = Box(*sides), default
        if real and body.left >= 18:
            flags, default, *sides = body.unpack(">BB4i")
            masks.pop(_MASK, None)
            if not flags & _MASK_DISABLED:
                masks[_REAL_MASK] = Box(*sides), default
    return masks


def _pixels(info: Cursor, header: Header, stored: _Stored) -> Pixels | None:
    """Finds the channels, which follow one another after all records; None where they show nothing."""
    planes = {}
    for number, length in stored.channels:
        body = info.section(length)
        if length > 2:
            (compression,) = body.unpack(">H")
            planes[number] = Plane(compression, body.at, body.at, body.end)
    whole = all(number in planes for number in range(header.colours))
    if not (whole and stored.drawn and stored.record.box.area and stored.record.divider is Divider.LAYER):
        return None
    mask = next((Mask(box, default, planes.get(number)) for number, (box, default) in stored.masks.items()), None)
    kept = {number: plane for number, plane in planes.items() if TRANSPARENCY <= number < header.colours}
    return Pixels(stored.record.box, kept, mask)


def _opacities(records: Sequence[Record], deepest: int) -> list[float]:
    """What is left of each record's opacity, after that of the groups around it and of what it is clipped to."""
    groups = [1.0]
    opacities = []
    for record in reversed(records):  # from the front, where a group begins
        if record.divider is Divider.END_OF_GROUP:
            groups = groups[:-1] or groups
        opacity = groups[-1] * record.opacity
        opacities.append(opacity)
        if record.divider in (Divider.OPEN_GROUP, Divider.CLOSED_GROUP):
            if len(groups) > deepest:
                raise MediaTooDeep(what="groups of layers", limit=deepest)
            groups.append(opacity)
    opacities.reverse()
    base = 1.0
    for number, record in enumerate(records):
        if not record.clipped:
            base = opacities[number]
        elif not base:
            opacities[number] = 0.0
    return opacities


def _artboard(body: Cursor) -> Box | None:
    """The rectangle in an artboard's descriptor: four keys, each with a type and a value, after the one that names it.

    They are looked for as bytes: parsing the descriptor would mean following whatever nests in it.
    """
    start = body.data.find(b"artboardRect", body.at, body.end)
    if start < 0:
        return None
    sides = []
    for key in (b"Top doub", b"Leftdoub", b"Btomdoub", b"Rghtdoub"):
        at = body.data.find(key, start, min(start + 256, body.end - 8))
        if at < 0:
            return None
        (side,) = struct.unpack_from(">d", body.data, at + 8)
        if not abs(side) < 1 << 31:  # NaN isn't, either
            return None
        sides.append(round(side))
    return Box(*sides)
