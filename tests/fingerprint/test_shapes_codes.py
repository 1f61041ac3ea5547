import cv2
import numpy as np
import pytest

from registry.features import Picture, Shapes
from registry.fingerprint.regional.contours import filled, has_flat_areas
from registry.fingerprint.regional.frame import query_frame, work_frame
from registry.fingerprint.regional.shapes import QUERY_MOST, WORK_MOST, query_shapes, work_shapes


def design() -> Picture:
    """Filled figures, none of them symmetric, on an even ground."""
    picture = np.full((400, 400, 3), 236, np.uint8)
    cv2.fillPoly(picture, [np.array([[60, 60], [190, 90], [150, 150], [210, 230], [70, 190]])], (40, 80, 160))
    cv2.ellipse(picture, (290, 130), (70, 40), 25, 20, 300, (200, 60, 40), -1)
    cv2.fillPoly(picture, [np.array([[110, 270], [180, 260], [200, 350], [150, 310], [100, 360]])], (30, 140, 60))
    cv2.fillPoly(picture, [np.array([[250, 240], [350, 250], [300, 300], [340, 360], [240, 330]])], (120, 30, 120))
    cv2.rectangle(picture, (275, 265), (290, 320), (236, 236, 236), -1)
    return picture


def textured() -> Picture:
    noise = np.random.default_rng(5).normal(128, 60, (200, 200, 3))
    return np.clip(cv2.resize(cv2.GaussianBlur(noise, (0, 0), 1.2) * 2 - 128, (400, 400)), 0, 255).astype(np.uint8)


def distances(asked: Shapes, work: Shapes) -> np.ndarray:
    return np.bitwise_count(asked.codes[:, None] ^ work.codes[None])


def right(asked: Shapes, work: Shapes, truth: np.ndarray) -> int:
    """How many pairs of like codes give the transform that is true."""
    corners = np.array([[50, 50, 1], [330, 60, 1], [200, 330, 1.0]]).T
    found = 0
    for i, j in np.argwhere(distances(asked, work) <= 10):
        linear = asked.frames[i, :, :2].astype(float) @ np.linalg.inv(work.frames[j, :, :2].astype(float))
        offset = asked.frames[i, :, 2] - linear @ work.frames[j, :, 2]
        error = np.hypot(*(np.column_stack([linear, offset]) @ corners - truth @ corners))
        found += bool(np.median(error) < 25)
    return found


def work_side() -> tuple[Shapes, np.ndarray, Picture]:
    """A design's shapes, and the map from its work frame to its own pixels, centres to centres."""
    picture = design()
    frame, (left, top, right_, _) = work_frame(picture)
    scale = (right_ - left) / picture.shape[1]
    middle = np.array([[1 / scale, 0, -left / scale], [0, 1 / scale, -top / scale], [0, 0, 1]])
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    return work_shapes(frame), np.linalg.inv(half) @ middle @ half, picture


def to_query(size: int) -> np.ndarray:
    scale = 512 / size
    return np.array([[scale, 0, (scale - 1) / 2], [0, scale, (scale - 1) / 2]])


def homogeneous(affine: np.ndarray) -> np.ndarray:
    return np.vstack([affine, [0, 0, 1]])


@pytest.mark.parametrize(
    ("variant", "mirrored", "inverted"), [(0, False, False), (1, True, False), (2, False, True), (3, True, True)]
)
def test_each_variant_finds_what_was_done_to_the_picture(variant, mirrored, inverted):
    work, to_pixels, picture = work_side()
    asked = np.ascontiguousarray(picture[:, ::-1]) if mirrored else picture
    asked = 255 - asked if inverted else asked
    done = np.array([[-1, 0, 399], [0, 1, 0], [0, 0, 1.0]]) if mirrored else np.eye(3)
    truth = to_query(400) @ done @ to_pixels
    hits = [right(shapes, work, truth) for shapes in query_shapes(query_frame(asked))]
    assert hits[variant] >= 8
    assert hits[variant] > 2 * max(hits[:variant] + hits[variant + 1 :])


def test_shapes_are_found_in_a_picture_turned_and_stretched():
    work, to_pixels, picture = work_side()
    done = np.array([[0.8, -0.5, 120], [0.35, 0.75, 10.0]])
    asked = cv2.warpAffine(picture, done, (500, 500), borderValue=(236, 236, 236))
    truth = to_query(500) @ homogeneous(done) @ to_pixels
    assert right(query_shapes(query_frame(asked))[0], work, truth) >= 5


def test_another_design_has_other_codes():
    work, _, picture = work_side()
    other = np.full((400, 400, 3), 255, np.uint8)
    cv2.putText(other, "Rg&", (20, 300), cv2.FONT_HERSHEY_TRIPLEX, 7, (0, 0, 0), 25)
    same = distances(query_shapes(query_frame(picture))[0], work)
    assert (same.min(axis=0) <= 8).mean() > 0.8
    assert (distances(query_shapes(query_frame(other))[0], work).min(axis=0) <= 8).mean() < 0.2


def test_no_more_shapes_than_there_is_room_for():
    frame = query_frame(textured())
    assert len(work_shapes(frame).codes) == WORK_MOST
    assert {len(shapes.codes) for shapes in query_shapes(frame)} == {QUERY_MOST}


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_blank_picture_has_no_shapes(level):
    blank = np.full((300, 384), level, np.uint8)
    assert len(work_shapes(blank).codes) == 0
    assert all(shapes.frames.shape == (0, 2, 3) for shapes in query_shapes(blank))


@pytest.mark.parametrize("size", [(8, 512), (512, 8), (8, 8), (40, 512)])
def test_narrow_pictures_are_read(size):
    noise = np.random.default_rng(1).integers(0, 256, size, dtype=np.uint8)
    for shapes in query_shapes(noise):
        assert np.isfinite(shapes.frames).all()


def test_a_shape_at_several_levels_counts_once():
    picture = cv2.GaussianBlur(cv2.circle(np.full((300, 300), 250, np.uint8), (140, 150), 60, 10, -1), (0, 0), 1)
    found = filled(picture, 10)
    near = np.hypot(*(found.centres - [140, 150]).T) < 2
    assert np.count_nonzero(near & (np.abs(found.areas - np.pi * 3600) < 1200)) == 1


def test_only_pictures_with_even_areas_are_flat():
    assert has_flat_areas(query_frame(design()))
    assert not has_flat_areas(query_frame(textured()))
