"""Good files damaged at random, but in the ways that reach deep: by seed, so that each can be made again."""

import random
import re
import struct
import zlib
from collections.abc import Callable

from registry.media.sniff import MediaType
from tests.hostile.good import good_files

_SEAMS: dict[MediaType, re.Pattern[bytes]] = {
    MediaType.JPEG: re.compile(rb"\xff[\xc0-\xfe]"),
    MediaType.PNG: re.compile(rb"....(?=[A-Za-z]{4})", re.DOTALL),
    MediaType.WEBP: re.compile(rb"RIFF|VP8[ LX]|ANIM|ANMF|ALPH|ICCP|EXIF"),
    MediaType.GIF: re.compile(rb"[\x21\x2c]"),
    MediaType.TIFF: re.compile(rb"[\xfe-\xff\x00-\x05][\x00\x01][\x01-\x0c]\x00", re.DOTALL),
    MediaType.BMP: re.compile(rb"BM|\x28\0\0\0|\x6c\0\0\0|\x7c\0\0\0"),
    MediaType.AVIF: re.compile(rb"....(?=[a-zA-Z]{4})", re.DOTALL),
    MediaType.HEIC: re.compile(rb"....(?=[a-zA-Z]{4})", re.DOTALL),
    MediaType.SVG: re.compile(rb"[<\" ]"),
    MediaType.PDF: re.compile(rb"\d+ \d+ (?:obj|R)|stream|<<|/|\n"),
    MediaType.PSD: re.compile(rb"8BIM|8BPS"),
}
"""Where a format's pieces begin: what is swapped, dropped and doubled lies between two of these places."""

_EXTREMES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF)

_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
_NUMBERS = (b"0", b"-1", b"1e38", b"4294967295", b"99999", b"0.0001", b"2147483648", b"")

_IN_WORDS = frozenset({MediaType.SVG, MediaType.PDF})

_HEAD = 512
_MAGIC = 6


def damaged(seed: int) -> tuple[MediaType, bytes]:
    """The damaged file of this number, and the format that it was."""
    dice = random.Random(seed)
    media_type = dice.choice(list(MediaType))
    good = dice.choice(good_files()[media_type])
    data = bytearray(good)
    for _ in range(dice.choice((1, 1, 1, 2, 3, 8))):
        if not data:
            break
        ways = _WAYS + ((_number,) * 4 if media_type in _IN_WORDS else ())
        dice.choice(ways)(dice, data, media_type)
    if dice.random() < 0.8:
        data[:_MAGIC] = good[:_MAGIC]  # or all that is tried is who recognises it
    if media_type is MediaType.PNG and dice.random() < 0.8:
        _check_sums(data)
    return media_type, bytes(data)


def _place(dice: random.Random, data: bytearray, media_type: MediaType) -> int:
    """A byte: of the head, at the beginning of a piece, or any."""
    reach = dice.choice((_HEAD, len(data), 0))
    if reach:
        return dice.randrange(min(reach, len(data)))
    return min(dice.choice(_seams(data, media_type)) + dice.randrange(12), len(data) - 1)


def _seams(data: bytearray, media_type: MediaType) -> list[int]:
    return [found.start() for found in _SEAMS[media_type].finditer(data)] or [0]


def _piece(dice: random.Random, data: bytearray, media_type: MediaType) -> tuple[int, int]:
    places = [*_seams(data, media_type), len(data)]
    first = dice.randrange(len(places) - 1)
    return places[first], places[min(first + dice.choice((1, 1, 2, 5)), len(places) - 1)]


def _bit(dice: random.Random, data: bytearray, media_type: MediaType) -> None:
    data[_place(dice, data, media_type)] ^= 1 << dice.randrange(8)


def _byte(dice: random.Random, data: bytearray, media_type: MediaType) -> None:
    data[_place(dice, data, media_type)] = dice.randrange(256)


def _length(dice: random.Random, data: bytearray, media_type: MediaType) -> None:
    """A field of two or four bytes, of either order, with a number that something may trip over."""
    at, width, order = _place(dice, data, media_type), dice.choice("HI"), dice.choice("<>")
    value = dice.choice((*_EXTREMES, len(data), dice.randrange(1 << 32))) & ((1 << 8 * struct.calcsize(width)) - 1)
    field = struct.pack(order + width, value)
    data[at : at + len(field)] = field


def _cut(dice: random.Random, data: bytearray, _: MediaType) -> None:
    del data[dice.randrange(1, len(data) + 1) :]


def _drop(dice: random.Random, data: bytearray, media_type: MediaType) -> None:
    start, end = _piece(dice, data, media_type)
    del data[start:end]


def _double(dice: random.Random, data: bytearray, media_type: MediaType) -> None:
    start, end = _piece(dice, data, media_type)
    data[end:end] = data[start:end] * dice.choice((1, 1, 3, 60))


def _swap(dice: random.Random, data: bytearray, media_type: MediaType) -> None:
    (one, end), (other, other_end) = sorted((_piece(dice, data, media_type), _piece(dice, data, media_type)))
    if end <= other:
        data[one:other_end] = data[other:other_end] + data[end:other] + data[one:end]


def _splice(dice: random.Random, data: bytearray, media_type: MediaType) -> None:
    """The beginning of this file and the rest of another, for the most part of the same format."""
    kind = media_type if dice.random() < 0.8 else dice.choice(list(MediaType))
    other = bytearray(dice.choice(good_files()[kind]))
    data[dice.choice(_seams(data, media_type)) :] = other[dice.choice(_seams(other, kind)) :]


def _insert(dice: random.Random, data: bytearray, media_type: MediaType) -> None:
    at = _place(dice, data, media_type)
    data[at:at] = dice.randbytes(dice.choice((1, 2, 4, 40)))


def _number(dice: random.Random, data: bytearray, _: MediaType) -> None:
    """A number that is written in digits."""
    found = [(number.start(), number.end()) for number in _NUMBER.finditer(data)]
    if found:
        start, end = dice.choice(found)
        data[start:end] = dice.choice(_NUMBERS)


_WAYS: tuple[Callable[[random.Random, bytearray, MediaType], None], ...] = (
    *(_bit, _byte, _byte, _length, _length, _length),
    *(_cut, _drop, _double, _swap, _splice, _insert),
)


def _check_sums(data: bytearray) -> None:
    """Sets each PNG chunk's check sum right, as far as chunks can be followed: what is wrong with them isn't that."""
    at = 8
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 8 + length
        if end + 4 > len(data):
            return
        struct.pack_into(">I", data, end, zlib.crc32(data[at + 4 : end]))
        at = end + 4
