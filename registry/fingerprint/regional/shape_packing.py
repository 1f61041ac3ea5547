"""Shapes as bytes, 16 each: 8 of code, 8 of frame.

A frame's linear part is two turns with two stretches between them (its singular values), which take even steps where
four matrix entries would not: centre 12 bits each, to 1/8 pixel; the logarithms of the stretches 10 bits each, to 0.4%;
the turns 10 bits each, to 0.18°. A point of the frame's square moves by less than 2% of the frame's longer half side,
and 0.1 pixels.
"""

import math

import numpy as np
from numpy.typing import NDArray

from registry.features import Shapes
from registry.proof.errors import Malformed

SHAPE_BYTES = 16

_PLACE_BITS, _BITS = 12, 10
_STEPS_A_PIXEL = 8
_BEFORE = 64
"""Pixels: a centre may lie so far left of the frame, and above it."""

_LEAST, _MOST = math.log(0.5), math.log(4096)
_STRETCH = (_MOST - _LEAST) / (2**_BITS - 1)
_TURN = 2 * math.pi / 2**_BITS
_FIELDS = (_PLACE_BITS, _PLACE_BITS, _BITS, _BITS, _BITS, _BITS)


def encode_shapes(shapes: Shapes) -> bytes:
    """The bytes of shapes: all codes, then all frames, each a number of 64 bits, its highest byte first.

    A frame mirrors nothing: its determinant is positive, as all are that are measured in a picture.
    """
    frames = shapes.frames.astype(np.float64)
    left, stretch, right = np.linalg.svd(frames[:, :, :2])
    # Both turns or both mirrors: a determinant above zero leaves no other choice.
    flip = np.linalg.det(left) < 0
    left[flip, :, 1] *= -1
    right[flip, 1, :] *= -1
    numbers = [
        np.clip(np.round((frames[:, axis, 2] + _BEFORE) * _STEPS_A_PIXEL), 0, 2**_PLACE_BITS - 1) for axis in (0, 1)
    ]
    for axis in (0, 1):
        log = np.log(np.maximum(stretch[:, axis], 1e-3))
        numbers.append(np.clip(np.round((log - _LEAST) / _STRETCH), 0, 2**_BITS - 1))
    numbers += [np.round(np.arctan2(turn[:, 1, 0], turn[:, 0, 0]) / _TURN) % 2**_BITS for turn in (left, right)]
    packed = np.zeros(len(frames), np.uint64)
    for number, bits in zip(numbers, _FIELDS, strict=True):
        packed = packed << np.uint64(bits) | number.astype(np.uint64)
    return shapes.codes.astype(">u8").tobytes() + packed.astype(">u8").tobytes()


def decode_shapes(encoded: bytes) -> Shapes:
    """The shapes of bytes from `encode_shapes`; raises `Malformed` where their number isn't whole."""
    if len(encoded) % SHAPE_BYTES:
        raise Malformed("shapes of a length that no number of them has")
    count = len(encoded) // SHAPE_BYTES
    words = np.frombuffer(encoded, ">u8").astype(np.uint64)
    packed = words[count:]
    numbers: list[NDArray[np.float64]] = []
    for bits in reversed(_FIELDS):
        numbers.append((packed & np.uint64(2**bits - 1)).astype(np.float64))
        packed = packed >> np.uint64(bits)
    right, left, second, first, y, x = numbers
    frames = np.empty((count, 2, 3), np.float32)
    stretches = np.zeros((count, 2, 2))
    stretches[:, 0, 0] = np.exp(first * _STRETCH + _LEAST)
    stretches[:, 1, 1] = np.exp(second * _STRETCH + _LEAST)
    frames[:, :, :2] = _turns(left) @ stretches @ _turns(right)
    frames[:, 0, 2] = x / _STEPS_A_PIXEL - _BEFORE
    frames[:, 1, 2] = y / _STEPS_A_PIXEL - _BEFORE
    return Shapes(words[:count], frames)


def _turns(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    angles = numbers * _TURN
    cos, sin = np.cos(angles), np.sin(angles)
    return np.stack([np.stack([cos, -sin], axis=1), np.stack([sin, cos], axis=1)], axis=1)
