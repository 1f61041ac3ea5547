"""Features as bytes: what is packed is unpacked, and bytes that were never packed are refused, whatever they are."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import InvalidInput
from registry.features import (
    COLOUR_SIDE,
    EDGE_SIDE,
    TEXTURE_MAP,
    TEXTURE_SIDE,
    TONE_SIDE,
    WORK_SIDE,
    Edges,
    Keypoints,
    Regions,
    Shapes,
    TextureWork,
    Tones,
    WorkFeatures,
)
from registry.fingerprint.regional.edges import MOST, STEPS
from registry.fingerprint.regional.packed import pack, unpack

HEAD = 30
SIDES = st.integers(8, WORK_SIDE)


@st.composite
def works(draw: st.DrawFn) -> WorkFeatures:
    """Features as they may be measured: places anywhere in the frame, boxes anywhere in the picture."""
    width, height = draw(st.tuples(SIDES, SIDES))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    left, top = rng.uniform(-600, 0, 2).astype(np.float32).tolist()
    right, bottom = (np.array([width, height]) + rng.uniform(0, 600, 2)).astype(np.float32).tolist()
    return WorkFeatures(
        size=(width, height),
        picture=(left, top, right, bottom),
        keypoints=_keypoints(rng, draw(st.integers(0, 128)), (width, height)),
        shapes=_shapes(rng, draw(st.integers(0, 24))),
        edges=_edges(rng, draw(st.integers(0, MOST))),
        regions=_regions(rng, draw(st.integers(0, 5))),
        tones=_tones(rng),
        generic=draw(st.integers(0, 255)),
        texture=_texture(rng, draw(st.integers(0, 60))) if draw(st.booleans()) else None,
    )


def _words(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.integers(0, 2**64, shape, dtype=np.uint64)


def _floats(rng: np.random.Generator, low: float, high: float, *shape: int) -> np.ndarray:
    return rng.uniform(low, high, shape).astype(np.float32)


def _keypoints(rng: np.random.Generator, count: int, size: tuple[int, int]) -> Keypoints:
    xy = _floats(rng, 0, 1, count, 2) * (np.array(size, np.float32) - 1)
    sizes = np.exp2(_floats(rng, 0.5, 7.5, count))
    return Keypoints(_words(rng, count), xy, sizes, _floats(rng, 0, 2 * math.pi, count), rng.random(count) < 0.5)


def _shapes(rng: np.random.Generator, count: int) -> Shapes:
    frames = np.zeros((count, 2, 3), np.float32)
    for frame in frames:
        one, other = rng.uniform(0, 2 * math.pi, 2)
        frame[:, :2] = _turn(one) @ np.diag(np.exp(rng.uniform(1, 5, 2))) @ _turn(other)
        frame[:, 2] = rng.uniform(0, 380, 2)
    return Shapes(_words(rng, count), frames)


def _turn(angle: float) -> np.ndarray:
    return np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])


def _edges(rng: np.random.Generator, count: int) -> Edges:
    width, height = EDGE_SIDE, int(rng.integers(8, EDGE_SIDE + 1))
    cells = np.sort(rng.permutation(width * height)[:count])
    angles = rng.integers(0, STEPS, len(cells)) * (2 * math.pi / STEPS)
    points = np.stack([cells % width, cells // width, np.cos(angles), np.sin(angles)], axis=1)
    return Edges(points.astype(np.float32), (width, height))


def _regions(rng: np.random.Generator, count: int) -> Regions:
    corners = np.sort(rng.uniform(0, 1, (count, 2, 2)), axis=1).reshape(count, 4)
    return Regions(_words(rng, count, 1, 4), corners.astype(np.float32))


def _tones(rng: np.random.Generator) -> Tones:
    colour = _floats(rng, -100, 100, COLOUR_SIDE, COLOUR_SIDE, 2)
    return Tones(_floats(rng, 0, 100, TONE_SIDE, TONE_SIDE), colour)


def _texture(rng: np.random.Generator, count: int) -> TextureWork:
    size = TEXTURE_SIDE, int(rng.integers(16, TEXTURE_SIDE + 1))
    xy = (rng.uniform(0, 1, (count, 2)) * (np.array(size) - 1)).astype(np.float32)
    signs = rng.integers(0, 2, TEXTURE_MAP**2).astype(np.int8) * 2 - 1
    return TextureWork(
        size, _words(rng, count), xy, np.exp2(_floats(rng, 0.5, 7, count)), _floats(rng, 0, 6.28, count), signs
    )


@given(works())
def test_what_is_packed_comes_back_as_near_as_is_said(work: WorkFeatures) -> None:
    back = unpack(pack(work))
    assert (back.size, back.picture, back.generic) == (work.size, work.picture, work.generic)
    points, kept = work.keypoints, back.keypoints
    assert np.array_equal(kept.codes, points.codes)
    assert np.array_equal(kept.mirrored, points.mirrored)
    assert np.abs(kept.xy - points.xy).max(initial=0) <= 0.75 + 1e-3
    assert np.abs(np.log2(kept.size / points.size)).max(initial=0) <= 1 / 32 + 1e-3
    assert np.abs(_apart(kept.angle, points.angle)).max(initial=0) <= math.pi / 256 + 1e-3
    assert np.array_equal(back.shapes.codes, work.shapes.codes)
    reach = np.abs(work.shapes.frames).max(initial=1)
    assert np.abs(back.shapes.frames - work.shapes.frames).max(initial=0) <= 0.02 * reach + 0.1
    assert np.array_equal(back.edges.points[:, :2], work.edges.points[:, :2])
    assert np.allclose(back.edges.points, work.edges.points, atol=1e-6)
    assert back.edges.size == work.edges.size
    assert np.array_equal(back.regions.codes, work.regions.codes)
    assert np.abs(back.tones.light - work.tones.light).max() <= 100 / 14 + 0.5
    assert np.abs(back.regions.boxes - work.regions.boxes).max(initial=0) <= 1 / 65_535
    assert (back.texture is None) == (work.texture is None)
    if back.texture is not None and work.texture is not None:
        assert back.texture.size == work.texture.size
        assert np.array_equal(back.texture.codes, work.texture.codes)
        assert np.array_equal(back.texture.signs, work.texture.signs)


def _apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return (one - other + math.pi) % (2 * math.pi) - math.pi


@given(works())
def test_packing_again_changes_nothing(work: WorkFeatures) -> None:
    # A shape whose stretches are alike has its two turns in many ways.
    packed = pack(replace(work, shapes=Shapes(work.shapes.codes[:0], work.shapes.frames[:0])))
    assert pack(unpack(packed)) == packed


@given(works())
def test_every_array_has_the_type_and_shape_that_features_are_said_to_have(work: WorkFeatures) -> None:
    back = unpack(pack(work))
    count = len(back.keypoints.codes)
    assert back.keypoints.codes.dtype == np.uint64
    assert back.keypoints.xy.shape == (count, 2)
    assert {each.dtype for each in (back.keypoints.xy, back.keypoints.size, back.keypoints.angle)} == {
        np.dtype(np.float32)
    }
    assert back.keypoints.mirrored.dtype == np.bool_
    assert back.shapes.frames.shape == (len(back.shapes.codes), 2, 3)
    assert back.regions.codes.shape == (len(back.regions.boxes), 1, 4)
    assert back.regions.codes.dtype == back.shapes.codes.dtype == np.uint64


@given(st.binary(max_size=200))
def test_bytes_that_were_never_packed_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput, match="regional-v1"):
        unpack(data)


@given(works(), st.data())
def test_damage_is_refused_or_read_as_features_and_nothing_else(work: WorkFeatures, data: st.DataObject) -> None:
    packed = bytearray(pack(work))
    for _ in range(data.draw(st.integers(1, 4))):
        # The head says how long everything is: there a changed byte does most.
        place = data.draw(st.one_of(st.integers(0, HEAD), st.integers(0, len(packed) - 1)))
        packed[place] = data.draw(st.integers(0, 255))
    try:
        back = unpack(bytes(packed))
    except InvalidInput:
        return
    assert isinstance(back, WorkFeatures)
    assert np.isfinite(back.picture).all()
    assert len(pack(back)) == len(packed)


@given(works(), st.data())
def test_a_byte_too_few_or_too_many_is_refused(work: WorkFeatures, data: st.DataObject) -> None:
    packed = pack(work)
    cut = data.draw(st.integers(0, len(packed) - 1))
    for damaged in (packed[:cut], packed + b"\0"):
        with pytest.raises(InvalidInput):
            unpack(damaged)


@pytest.mark.parametrize("number", [0, 2, 255])
def test_another_scheme_is_refused(number: int) -> None:
    rng = np.random.default_rng(1)
    work = WorkFeatures(
        size=(384, 300),
        picture=(0.0, 0.0, 384.0, 300.0),
        keypoints=_keypoints(rng, 3, (384, 300)),
        shapes=_shapes(rng, 1),
        edges=_edges(rng, 9),
        regions=_regions(rng, 1),
        tones=_tones(rng),
        generic=0,
    )
    with pytest.raises(InvalidInput, match="regional-v1"):
        unpack(bytes([number]) + pack(work)[1:])
