"""Keypoints of drawn pictures: the same codes for a picture, its mirror image, its negative and its copies."""

from functools import cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from registry.features import QUERY_SIDE, WORK_SIDE, Keypoints
from registry.fingerprint.descriptors import INVERTED, MIRRORED
from registry.fingerprint.regional.coder import coder, codes, margins
from registry.fingerprint.regional.keypoints import QUERY_MOST, query_keypoints, work_descriptors, work_keypoints

Grey = NDArray[np.uint8]


@cache
def drawing(side: int = WORK_SIDE, seed: int = 1) -> Grey:
    """Discs, boxes and lines of many sizes and greys, softened a little."""
    rng = np.random.default_rng(seed)
    picture = np.full((side * 3 // 4, side), 128, np.uint8)
    for _ in range(120):
        x, y = (int(v) for v in rng.integers(0, [side, side * 3 // 4]))
        radius, grey = int(rng.integers(4, side // 10)), int(rng.integers(0, 256))
        match rng.integers(3):
            case 0:
                cv2.circle(picture, (x, y), radius, grey, -1, cv2.LINE_AA)
            case 1:
                cv2.rectangle(picture, (x, y), (x + radius, y + 2 * radius), grey, -1)
            case _:
                cv2.line(picture, (x, y), (x + 2 * radius, y - radius), grey, 3, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.0), np.uint8)


def found_again(work: Keypoints, query: Keypoints, place: NDArray[np.float64], mirrored: bool) -> float:
    """The share of a work's keypoints that have a like code, at the right place and turned as it should be."""
    differing = np.bitwise_count(work.codes[:, None] ^ query.codes[None])
    there = work.xy @ place[:, :2].T + place[:, 2]
    near = np.linalg.norm(there[:, None] - query.xy[None], axis=2) < 4
    forms = (work.mirrored[:, None] ^ query.mirrored[None]) == mirrored
    pointing = np.stack([np.cos(work.angle), np.sin(work.angle)], axis=1) @ place[:, :2].T
    expected = np.arctan2(pointing[:, 1], pointing[:, 0])
    turned = np.cos(expected[:, None] - query.angle[None]) > 0.9
    return float(((differing <= 12) & near & forms & turned).any(axis=1).mean())


SCALE = QUERY_SIDE / WORK_SIDE


def enlarged(picture: Grey) -> Grey:
    height, width = picture.shape
    return np.asarray(cv2.resize(picture, (round(width * SCALE), round(height * SCALE))), np.uint8)


AS_IS = np.array([[SCALE, 0, 0], [0, SCALE, 0]])
IN_A_MIRROR = np.array([[-SCALE, 0, QUERY_SIDE - 1], [0, SCALE, 0]])


@pytest.mark.parametrize(
    ("change", "place", "mirrored", "least"),
    [
        (lambda picture: picture, AS_IS, False, 0.85),
        (lambda picture: picture[:, ::-1], IN_A_MIRROR, True, 0.8),
        (lambda picture: 255 - picture, AS_IS, False, 0.8),
        (lambda picture: 255 - picture[:, ::-1], IN_A_MIRROR, True, 0.8),
        (lambda picture: cv2.GaussianBlur(picture, (0, 0), 1.5), AS_IS, False, 0.5),
        (lambda picture: (picture * 0.6 + 40).astype(np.uint8), AS_IS, False, 0.75),
    ],
    ids=["itself", "mirrored", "inverted", "both", "blurred", "paler"],
)
def test_a_copys_keypoints_have_the_works_codes(change, place, mirrored, least):
    work = work_keypoints(drawing())
    query = query_keypoints(np.ascontiguousarray(change(enlarged(drawing()))), side=WORK_SIDE)
    assert found_again(work, query, place, mirrored) > least
    assert found_again(work, query, place, not mirrored) < 0.1


def test_a_stranger_shares_no_codes():
    work = work_keypoints(drawing())
    query = query_keypoints(enlarged(drawing(seed=2)), side=WORK_SIDE)
    assert found_again(work, query, AS_IS, mirrored=False) < 0.02


def test_places_are_told_by_the_query_frame_whatever_sift_saw():
    work = work_keypoints(drawing())
    query = query_keypoints(enlarged(drawing()), side=256)
    assert found_again(work, query, AS_IS, mirrored=False) > 0.35


def test_a_work_keeps_so_many_and_half_of_them_large():
    every = query_keypoints(drawing(), side=WORK_SIDE)
    kept = work_keypoints(drawing(), most=40)
    assert len(kept.codes) == len(kept.xy) == len(kept.size) == len(kept.angle) == len(kept.mirrored) == 40
    assert len(every.codes) > 100
    assert (kept.size > np.median(every.size)).sum() >= 20
    assert kept.margins is None


def test_doubtful_forms_come_twice_and_cost_little():
    query = query_keypoints(drawing(), side=WORK_SIDE)
    points = len(np.unique(np.column_stack([query.xy, query.size]), axis=0))
    assert points <= QUERY_MOST + 1
    assert points < len(query.codes) < 2 * points
    assert query.margins is not None
    assert query.margins.shape == (len(query.codes), 64)


@pytest.mark.parametrize("shape", [(8, 8), (8, 400), (300, 300)])
def test_a_plain_picture_has_none(shape):
    plain = np.full(shape, 200, np.uint8)
    assert len(work_keypoints(plain).codes) == 0
    query = query_keypoints(plain)
    assert query.codes.dtype == np.uint64
    assert query.margins is not None
    assert query.xy.shape == (0, 2)
    assert query.margins.shape == (0, 64)


@pytest.mark.parametrize(
    ("order", "mirrored", "inverted"),
    [(MIRRORED, True, False), (INVERTED, False, True), (MIRRORED[INVERTED], True, True)],
    ids=["mirrored", "inverted", "both"],
)
def test_one_form_is_the_same_for_all_variants(order, mirrored, inverted):
    descriptors = work_descriptors(drawing())
    one, other = coder().one_form(descriptors), coder().one_form(descriptors[:, order])
    # Those on the very middle of an axis may go either way.
    assert (one.descriptors == other.descriptors).all(axis=1).mean() > 0.98
    assert ((one.mirrored ^ other.mirrored) == mirrored).mean() > 0.98
    assert ((one.inverted ^ other.inverted) == inverted).mean() > 0.98


def test_likely_forms_begin_with_the_one_form():
    descriptors = work_descriptors(drawing())
    one, likely = coder().one_form(descriptors), coder().likely_forms(descriptors)
    assert (likely.descriptors[: len(descriptors)] == one.descriptors).all()
    assert (likely.source[: len(descriptors)] == np.arange(len(descriptors))).all()
    forms = np.column_stack([likely.source, likely.mirrored, likely.inverted])
    assert len(forms) == len(np.unique(forms, axis=0))


def test_the_first_projection_is_the_highest_bit_and_margins_are_sizes():
    projections = np.full((2, 64), -0.01, np.float32)
    projections[0, 0], projections[1, 63] = 0.5, 0.1
    assert codes(projections).tolist() == [1 << 63, 1]
    assert margins(projections)[:, [0, 63]].tolist() == [[255, 6], [6, 64]]


def test_bits_are_set_as_often_as_not():
    every = np.concatenate([work_keypoints(drawing(seed=seed)).codes for seed in range(6)])
    share = np.unpackbits(every.byteswap().view(np.uint8).reshape(-1, 8), axis=1).mean(axis=0)
    assert np.all((share > 0.1) & (share < 0.9))
