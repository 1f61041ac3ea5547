import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.features import WORK_SIDE
from registry.fingerprint.regional.background import pictures
from registry.fingerprint.regional.edges import work_edges
from registry.fingerprint.regional.frame import work_frame
from registry.match.aligned.generic import MARGIN, as_byte, background, generic, needed
from registry.match.aligned.rule import rule
from tests.match.aligned_pictures import drawn


def generic_by(frame):
    return generic(frame, work_edges(frame))


def star(points, depth, turn, ink=30, ground=220):
    frame = np.full((WORK_SIDE, WORK_SIDE), ground, np.uint8)
    angles = np.arange(2 * points) * np.pi / points + turn
    radius = np.where(np.arange(2 * points) % 2, 165 * depth, 165)
    corners = 192 + radius[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    cv2.fillPoly(frame, [np.round(corners).astype(np.int32)], ink)
    return frame


def test_the_background_is_what_is_drawn():
    drawings = [work_edges(work_frame(picture)[0]) for picture in pictures()]
    assert len(drawings) == len(background())
    for held, made in zip(background(), drawings, strict=True):
        assert held.size == made.size
        np.testing.assert_allclose(held.points, made.points, atol=1e-3)


@pytest.mark.parametrize("frame", [star(5, 0.4, -np.pi / 2), star(5, 0.45, np.pi / 2), star(6, 0.58, 0, 240, 20)])
def test_a_plain_star_is_generic_whatever_its_way_and_its_tones(frame):
    assert generic_by(frame) > as_byte(rule().threshold(1e-4))


def test_a_drawing_of_many_shapes_is_not_generic():
    assert max(generic_by(drawn(seed)) for seed in range(1, 9)) < as_byte(rule().threshold(1e-4))


def test_an_empty_picture_is_explained_by_nothing():
    assert generic_by(np.full((300, WORK_SIDE), 200, np.uint8)) == 0


@given(st.integers(0, 255))
def test_a_generic_work_needs_more_than_the_background_gives_it(byte):
    threshold = rule().threshold(1e-6)
    assert needed(threshold, byte) >= threshold
    assert as_byte(needed(-100, byte) - MARGIN) == byte or byte == 0
    assert needed(threshold, 0) == threshold
