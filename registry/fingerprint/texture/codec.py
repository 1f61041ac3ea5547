"""A work's texture as bytes: what stands in the index.

width, height       2 bytes, less one: 15 to 255
count               1 byte
codes               8 bytes a keypoint, in the order of their bits
x, y, size, angle   1 byte each a keypoint: pixels, pixels, 16ths of an octave above one pixel, 256ths of a turn
signs               1,152 bytes: a bit each, row by row, the first in the highest place
"""

import numpy as np

from registry.errors import InvalidInput
from registry.features import TEXTURE_MAP, TEXTURE_SIDE, TextureWork

SCHEME = "texture-v1"

_HEAD = 3
_POINT = 12
_SIGNS = TEXTURE_MAP**2 // 8
_OCTAVE = 16
_TURN = 256


def encode(work: TextureWork) -> bytes:
    """The bytes of a texture: places to the pixel, directions to 1.4 degrees."""
    count = len(work.codes)
    places = np.empty((count, 4), np.uint8)
    places[:, :2] = np.clip(np.round(work.xy), 0, 255)
    places[:, 2] = np.clip(np.round(np.log2(np.maximum(work.diameter, 1)) * _OCTAVE), 0, 255)
    places[:, 3] = np.round(work.angle / (2 * np.pi) * _TURN).astype(np.int64) % _TURN
    head = bytes([work.size[0] - 1, work.size[1] - 1, count])
    signs = np.packbits(work.signs > 0).tobytes()
    return head + work.codes.astype("<u8").tobytes() + places.tobytes() + signs


def decode(data: bytes) -> TextureWork:
    """The texture of such bytes; raises `InvalidInput` where they can't be any."""
    if len(data) < _HEAD or len(data) != _HEAD + data[2] * _POINT + _SIGNS:
        raise _unreadable(data)
    size, count = (data[0] + 1, data[1] + 1), data[2]
    if max(size) != TEXTURE_SIDE or min(size) < 16:
        raise _unreadable(data)
    codes = np.frombuffer(data, "<u8", count, _HEAD).astype(np.uint64)
    places = np.frombuffer(data, np.uint8, 4 * count, _HEAD + 8 * count).reshape(count, 4).astype(np.float32)
    bits = np.unpackbits(np.frombuffer(data, np.uint8, _SIGNS, _HEAD + _POINT * count))
    diameter = np.exp2(places[:, 2] / _OCTAVE).astype(np.float32)
    angle = (places[:, 3] / _TURN * 2 * np.pi).astype(np.float32)
    return TextureWork(size, codes, places[:, :2], diameter, angle, bits.astype(np.int8) * 2 - 1)


def _unreadable(data: bytes) -> InvalidInput:
    return InvalidInput(
        f"{len(data)} bytes that are no fingerprint of the scheme {SCHEME}.",
        field="fingerprint",
        remedy="Fingerprint the work again from its kept original.",
    )
