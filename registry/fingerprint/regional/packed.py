"""What is kept of a work for regional matching, as bytes: at most 2.5 KB.

    1         the scheme's number
    4         width and height of the work frame
    16        left, top, right, bottom of the whole picture in it, as 32-bit floats
    1         how generic the work is
    1, 1, 1   how many keypoints, shapes and regions
    2, 2      the lengths of edges and texture
    12 each   keypoints: 8 of code; 4 of place (1.5 pixels), size (16ths of an octave), angle (256ths of a turn), mirror
    16 each   shapes, as `shape_packing` has them
    40 each   regions: 32 of code; left, top, right, bottom in 65,535ths of the picture
    134       tones, as `tones` has them
    the rest  edges, then the texture where it has one

All numbers are little-endian.
"""

import struct
from itertools import pairwise

import numpy as np

from registry.errors import InvalidInput
from registry.features import WORK_SIDE, Keypoints, Regions, WorkFeatures
from registry.fingerprint.regional.edges import decode_edges, encode_edges
from registry.fingerprint.regional.shape_packing import SHAPE_BYTES, decode_shapes, encode_shapes
from registry.fingerprint.regional.tones import TONES_BYTES, decode_tones, encode_tones
from registry.fingerprint.texture.codec import decode as decode_texture
from registry.fingerprint.texture.codec import encode as encode_texture
from registry.proof.errors import Malformed

SCHEME = "regional-v1"

_NUMBER = 1
_HEAD = struct.Struct("<BHHffffBBBBHH")
_PIXELS = WORK_SIDE / 256
_OCTAVES = 1 / 16
_TURN = 2 * np.pi / 256
_SHARES = 65_535


def pack(work: WorkFeatures) -> bytes:
    """The bytes of a work's features."""
    edges = encode_edges(work.edges)
    texture = b"" if work.texture is None else encode_texture(work.texture)
    points = work.keypoints
    place = np.clip(np.round(points.xy / _PIXELS), 0, 255).astype(np.uint32)
    size = np.clip(np.round(np.log2(np.maximum(points.size, 1)) / _OCTAVES), 0, 127).astype(np.uint32)
    angle = (np.round(points.angle / _TURN).astype(np.int64) % 256).astype(np.uint32)
    geometry = place[:, 0] << 24 | place[:, 1] << 16 | size << 9 | angle << 1 | points.mirrored
    counts = len(points.codes), len(work.shapes.codes), len(work.regions.codes)
    head = _HEAD.pack(_NUMBER, *work.size, *work.picture, work.generic, *counts, len(edges), len(texture))
    return b"".join(
        (
            head,
            points.codes.astype("<u8").tobytes(),
            geometry.astype("<u4").tobytes(),
            encode_shapes(work.shapes),
            work.regions.codes.astype("<u8").tobytes(),
            np.round(work.regions.boxes * _SHARES).astype("<u2").tobytes(),
            encode_tones(work.tones),
            edges,
            texture,
        )
    )


def unpack(packed: bytes) -> WorkFeatures:
    """The features of a work; raises `InvalidInput` for bytes that can't be any."""
    if len(packed) < _HEAD.size:
        raise _unreadable(packed)
    number, width, height, left, top, right, bottom, generic, *counts, edges, texture = _HEAD.unpack_from(packed)
    count, shapes, regions = counts
    lengths = (8 * count, 4 * count, SHAPE_BYTES * shapes, 32 * regions, 8 * regions, TONES_BYTES, edges, texture)
    ends = np.cumsum((_HEAD.size, *lengths)).tolist()
    if number != _NUMBER or ends[-1] != len(packed) or not (8 <= min(width, height) <= max(width, height) <= WORK_SIDE):
        raise _unreadable(packed)
    codes, geometry, shapes_held, region_codes, boxes, tones, edge_bytes, texture_bytes = (
        packed[start:end] for start, end in pairwise(ends)
    )
    words = np.frombuffer(geometry, "<u4").astype(np.uint32)
    if not np.isfinite((left, top, right, bottom)).all() or right <= left or bottom <= top:
        raise _unreadable(packed)
    try:
        outlined = decode_edges(edge_bytes)
    except Malformed as error:
        raise _unreadable(packed) from error
    return WorkFeatures(
        size=(width, height),
        picture=(left, top, right, bottom),
        keypoints=Keypoints(
            codes=np.frombuffer(codes, "<u8").astype(np.uint64),
            xy=np.stack([words >> 24, words >> 16 & 255], axis=1).astype(np.float32) * np.float32(_PIXELS),
            size=np.exp2((words >> 9 & 127).astype(np.float32) * np.float32(_OCTAVES)),
            angle=(words >> 1 & 255).astype(np.float32) * np.float32(_TURN),
            mirrored=(words & 1).astype(np.bool_),
        ),
        shapes=decode_shapes(shapes_held),
        edges=outlined,
        regions=Regions(
            np.frombuffer(region_codes, "<u8").astype(np.uint64).reshape(-1, 1, 4),
            np.frombuffer(boxes, "<u2").astype(np.float32).reshape(-1, 4) / np.float32(_SHARES),
        ),
        tones=decode_tones(tones),
        generic=generic,
        texture=decode_texture(texture_bytes) if texture else None,
    )


def _unreadable(packed: bytes) -> InvalidInput:
    return InvalidInput(
        f"{len(packed)} bytes that are no features of the scheme {SCHEME}.",
        field="features",
        remedy="Run `originmark refingerprint`.",
    )
