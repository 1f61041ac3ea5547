"""The edges of a work's thumbnail: what a guess about where a work is shown is verified against.

Filled shapes without texture have few points that stand out, but all of them have an outline. The thumbnail is small,
for an edge must be found again after blur, noise and JPEG; its points are thinned to ridges, for each is to be found
along its own normal.

Encoded, a point takes about ten bits: the positions, sorted by rows, as an Elias–Fano list (P. Elias, Efficient storage
and retrieval by content and address of static files, J. ACM 21, 1974), and a direction of five bits.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.features import EDGE_SIDE, Edges, Floats, Picture
from registry.fingerprint.regional.frame import scaled
from registry.proof.errors import Malformed

Numbers = NDArray[np.int64]

MOST = 320
"""So many points are kept, the strongest."""

STEPS = 32
"""Directions that a normal can have."""

_BLUR = 0.8
_NEIGHBOURHOOD = 15
_STRONGER = 0.7
"""An edge is so many times as strong as what surrounds it on the average: texture has no outline of its own."""

_FAINTEST = 1.5
"""Levels a pixel: what noise and JPEG leave in a plain area stays below."""

_FAINTEST_SHARE = 0.08
"""Of the strongest edges."""

_HEAD = 4
"""Bytes before the lists: width and height less one, and the number of points."""

_STEP_BITS = 5


def work_edges(frame: Picture) -> Edges:
    """The edges of a work, given the grey picture of its work frame; sorted by rows."""
    thumbnail = scaled(frame, EDGE_SIDE).astype(np.float32)
    smooth = cv2.GaussianBlur(
        cv2.copyMakeBorder(thumbnail, 2, 2, 2, 2, cv2.BORDER_REPLICATE), (0, 0), _BLUR, borderType=cv2.BORDER_REPLICATE
    )
    across = np.asarray(cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8)[2:-2, 2:-2], dtype=np.float32)
    down = np.asarray(cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8)[2:-2, 2:-2], dtype=np.float32)
    strength = np.sqrt(across * across + down * down)
    enough = np.maximum(
        max(_FAINTEST, _FAINTEST_SHARE * float(np.percentile(strength, 99))),
        _STRONGER * cv2.blur(strength, (_NEIGHBOURHOOD, _NEIGHBOURHOOD)),
    )
    rows, columns = np.nonzero(_ridges(strength, across, down) & (strength > enough))
    if len(rows) > MOST:
        kept = np.sort(np.argsort(-strength[rows, columns], kind="stable")[:MOST])
        rows, columns = rows[kept], columns[kept]
    angles = np.arctan2(down[rows, columns], across[rows, columns])
    steps = np.round(angles * (STEPS / (2 * math.pi))).astype(np.int64) % STEPS
    return _edges(columns, rows, steps, (thumbnail.shape[1], thumbnail.shape[0]))


def _ridges(strength: Floats, across: Floats, down: Floats) -> NDArray[np.bool_]:
    """Where the strength is the greatest of the three pixels along the gradient, rounded to 45°."""
    around = np.pad(strength, 1)
    quarter = np.round(np.arctan2(down, across) * (4 / math.pi)).astype(np.int64) % 4
    height, width = strength.shape
    ridges = np.zeros(strength.shape, dtype=np.bool_)
    for index, (dx, dy) in enumerate(((1, 0), (1, 1), (0, 1), (-1, 1))):
        ahead = around[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width]
        behind = around[1 - dy : 1 - dy + height, 1 - dx : 1 - dx + width]
        ridges |= (quarter == index) & (strength >= ahead) & (strength > behind)
    return ridges


def _edges(
    columns: NDArray[np.int64], rows: NDArray[np.int64], steps: NDArray[np.int64], size: tuple[int, int]
) -> Edges:
    points = np.empty((len(columns), 4), dtype=np.float32)
    points[:, 0] = columns
    points[:, 1] = rows
    points[:, 2:] = _NORMALS[steps]
    return Edges(points, size)


_NORMALS: Floats = np.stack(
    [np.cos(np.arange(STEPS) * (2 * math.pi / STEPS)), np.sin(np.arange(STEPS) * (2 * math.pi / STEPS))], axis=1
).astype(np.float32)


def encode_edges(edges: Edges) -> bytes:
    """The edges of a thumbnail as bytes, about 1.3 for each point.

    Bytes 0 and 1: width and height less one; 2 and 3: the number of points, little endian. Then a list of bits, the
    first of a byte its highest: for each point the low bits of its position (row × width + column), the high bits as
    gaps in unary, and its direction.
    """
    width, height = edges.size
    x, y, across, down = edges.points.astype(np.float64).T
    positions = (y * width + x).astype(np.int64)
    steps = np.round(np.arctan2(down, across) * (STEPS / (2 * math.pi))).astype(np.int64) % STEPS
    count = len(positions)
    low = _low_bits(width * height, count)
    gaps = np.zeros(_unary_length(width * height, count, low), dtype=np.uint8)
    gaps[(positions >> low) + np.arange(count)] = 1
    bits = np.concatenate([_bits(positions, low), gaps, _bits(steps, _STEP_BITS)])
    return bytes([width - 1, height - 1, count & 255, count >> 8]) + np.packbits(bits).tobytes()


def decode_edges(encoded: bytes) -> Edges:
    """What `encode_edges` was given.

    Raises `Malformed` where the bytes can't be the edges of a thumbnail.
    """
    if len(encoded) < _HEAD:
        raise Malformed("an edge map without its head")
    width, height = encoded[0] + 1, encoded[1] + 1
    count = encoded[2] | encoded[3] << 8
    if max(width, height) > EDGE_SIDE or count > width * height:
        raise Malformed("an edge map of no thumbnail")
    low = _low_bits(width * height, count)
    gaps = _unary_length(width * height, count, low)
    length = count * (low + _STEP_BITS) + gaps
    if len(encoded) != _HEAD + (length + 7) // 8:
        raise Malformed("an edge map of another length")
    bits = np.unpackbits(np.frombuffer(encoded, dtype=np.uint8, offset=_HEAD))
    highs = np.flatnonzero(bits[count * low : count * low + gaps])
    if len(highs) != count or bits[length:].any():
        raise Malformed("an edge map that miscounts its points")
    positions = (highs - np.arange(count) << low) + _numbers(bits[: count * low], count)
    if count and (np.diff(positions).min(initial=1) < 1 or int(positions[-1]) >= width * height):
        raise Malformed("an edge map with a point out of order or outside")
    steps = _numbers(bits[count * low + gaps : length], count)
    return _edges(positions % width, positions // width, steps, (width, height))


def _low_bits(cells: int, count: int) -> int:
    """How many low bits of a position are stored as they are: the logarithm of the mean gap."""
    return max(0, (cells // max(count, 1)).bit_length() - 1)


def _unary_length(cells: int, count: int, low: int) -> int:
    return count + ((cells - 1) >> low)


def _bits(numbers: Numbers, each: int) -> NDArray[np.uint8]:
    return (numbers[:, None] >> np.arange(each - 1, -1, -1) & 1).astype(np.uint8).ravel()


def _numbers(bits: NDArray[np.uint8], count: int) -> Numbers:
    if not len(bits):
        return np.zeros(count, dtype=np.int64)
    digits = bits.reshape(count, -1)
    weights = np.left_shift(1, np.arange(digits.shape[1] - 1, -1, -1))
    return np.asarray(digits @ weights, dtype=np.int64)
