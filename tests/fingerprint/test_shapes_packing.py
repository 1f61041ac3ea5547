import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.features import Shapes
from registry.fingerprint.regional.shape_packing import SHAPE_BYTES, decode_shapes, encode_shapes
from registry.proof.errors import Malformed


@st.composite
def some_shapes(draw):
    count = draw(st.integers(0, 24))
    numbers = np.random.default_rng(draw(st.integers(0, 2**32)))
    angles = numbers.uniform(0, 2 * np.pi, (2, count))
    turns = [np.moveaxis(np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]]), 2, 0) for a in angles]
    stretches = np.zeros((count, 2, 2))
    stretches[:, 0, 0] = np.exp(numbers.uniform(np.log(5), np.log(900), count))
    stretches[:, 1, 1] = stretches[:, 0, 0] / numbers.uniform(1, 8, count)
    frames = np.empty((count, 2, 3), np.float32)
    frames[:, :, :2] = turns[0] @ stretches @ turns[1]
    frames[:, :, 2] = numbers.uniform(-20, 404, (count, 2))
    return Shapes(numbers.integers(0, 2**64, count, dtype=np.uint64), frames)


@given(some_shapes())
def test_shapes_come_back_as_near_as_stated(shapes):
    packed = encode_shapes(shapes)
    assert len(packed) == SHAPE_BYTES * len(shapes.codes)
    again = decode_shapes(packed)
    assert (again.codes == shapes.codes).all()
    corners = np.array([[-1, -1, 1], [1, -1, 1], [1, 1, 1], [-1, 1, 1.0]]).T
    moved = np.linalg.norm((again.frames - shapes.frames.astype(float)) @ corners, axis=1).max(axis=1, initial=0)
    longest = np.linalg.svd(shapes.frames[:, :, :2], compute_uv=False)[:, 0] if len(moved) else np.zeros(0)
    assert (moved <= 0.02 * longest + 0.1).all()


@given(some_shapes())
def test_what_was_decoded_encodes_to_the_same_frames(shapes):
    once = decode_shapes(encode_shapes(shapes))
    twice = decode_shapes(encode_shapes(once))
    assert np.allclose(once.frames, twice.frames, rtol=0.02, atol=2)
    assert (np.linalg.det(once.frames[:, :, :2]) > 0).all()


@given(st.binary(max_size=80))
def test_any_whole_number_of_bytes_is_read_and_others_refused(data):
    if len(data) % SHAPE_BYTES:
        with pytest.raises(Malformed):
            decode_shapes(data)
    else:
        assert np.isfinite(decode_shapes(data).frames).all()
