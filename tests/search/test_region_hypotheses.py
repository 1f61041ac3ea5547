import cv2
import numpy as np
import pytest

from registry.features import Regions
from registry.fingerprint.regional.regions import query_regions, work_regions
from registry.search.regional.regions import FARTHEST, RegionCodes, frame_boxes, region_hypotheses


def random_codes(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2**64, (count, 4), dtype=np.uint64)


def works(codes: np.ndarray, rows: list[int]) -> RegionCodes:
    boxes = np.tile(np.array([0, 0, 384, 192], np.float32), (len(codes), 1))
    return RegionCodes(codes, np.array(rows, np.int32), boxes)


def asked(codes: np.ndarray) -> Regions:
    """One box, the right half of the picture, with eight codes."""
    return Regions(codes.reshape(1, 8, 4), np.array([[0.5, 0, 1, 1]], np.float32))


def flipped(code: np.ndarray, bits: int) -> np.ndarray:
    spread = np.zeros(256, np.uint8)
    spread[np.random.default_rng(bits).choice(256, bits, replace=False)] = 1
    return code ^ np.packbits(spread).view(np.uint64)


@pytest.mark.parametrize("way", range(8))
def test_the_transform_lays_the_works_box_on_the_asked_one(way):
    codes = random_codes(5)
    query = random_codes(8, seed=9)
    query[way] = flipped(codes[3], 20)
    found, distance = region_hypotheses(asked(query), (512, 400), works(codes, [0, 1, 2, 3, 4]), 10)
    assert found.rows.tolist() == [3]
    assert distance.tolist() == [20]
    # A work's pixel at (u, v) of its box must come to where `ORIENTATIONS` says.
    u, v = 0.3, -0.8
    across, down = (-1 if way & 1 else 1), (-1 if way & 2 else 1)
    at = (down * v, across * u) if way & 4 else (across * u, down * v)
    pixel = np.array([192 + 192 * u - 0.5, 96 + 96 * v - 0.5, 1])
    expected = np.array([384 + 128 * at[0] - 0.5, 200 + 200 * at[1] - 0.5])
    assert np.allclose(found.transforms[0] @ pixel, expected)


def test_every_way_agrees_with_the_picture_it_is_of():
    """The codes of a turned picture, looked up, place the work's corner where it was turned to."""
    noise = np.random.default_rng(4).normal(0, 1, (192, 384, 3)).astype(np.float32)
    picture = np.clip(128 + 900 * cv2.GaussianBlur(noise, (0, 0), 7), 0, 255).astype(np.uint8)
    own = work_regions(picture)
    known = RegionCodes(own.codes[:1, 0], np.zeros(1, np.int32), frame_boxes(own, (0, 0, 384, 192))[:1])
    turned = np.ascontiguousarray(np.rot90(picture[:, ::-1]))
    found, distance = region_hypotheses(query_regions(turned), (turned.shape[1], turned.shape[0]), known, 1)
    assert distance[0] <= 20
    # (x, y) goes to (383 - x, y) in the mirror, and a quarter turn counter-clockwise takes (x, y) to (y, 383 - x).
    for x, y in ((10, 20), (300, 150)):
        assert np.abs(found.transforms[0] @ [x, y, 1] - [y, x]).max() < 3


def test_the_nearest_first_one_for_each_part_none_beyond_the_limit():
    code = random_codes(1)[0]
    query = np.stack([code, *random_codes(7, seed=3)])
    codes = np.stack([flipped(code, bits) for bits in (60, 30, 45, FARTHEST + 1, 10)])
    found, distance = region_hypotheses(asked(query), (512, 512), works(codes, [7, 8, 7, 9, 6]), 2)
    assert found.rows.tolist() == [6, 8]
    assert distance.tolist() == [10, 30]
    everything, _ = region_hypotheses(asked(query), (512, 512), works(codes, [7, 8, 7, 9, 6]), 9)
    assert everything.rows.tolist() == [6, 8, 7]
    assert (np.diff(everything.votes) <= 0).all()


def test_an_inverted_picture_is_found_by_its_opposite_bits():
    codes = random_codes(3)
    query = random_codes(8, seed=9)
    query[2] = ~flipped(codes[1], 15)
    found, distance = region_hypotheses(asked(query), (512, 512), works(codes, [0, 1, 2]), 5)
    assert found.rows.tolist() == [1]
    assert distance.tolist() == [15]


@pytest.mark.parametrize(("boxes", "count"), [(0, 4), (1, 0)])
def test_nothing_asked_or_nothing_known_gives_no_guess(boxes, count):
    query = Regions(random_codes(8 * boxes).reshape(boxes, 8, 4), np.zeros((boxes, 4), np.float32))
    found, distance = region_hypotheses(query, (512, 512), works(random_codes(count), list(range(count))), 5)
    assert len(found.rows) == len(distance) == 0
    assert found.transforms.shape == (0, 2, 3)


def test_boxes_of_a_trimmed_work_lie_in_its_work_frame():
    regions = Regions(random_codes(2).reshape(2, 1, 4), np.array([[0, 0, 1, 1], [0.25, 0.5, 0.75, 1]], np.float32))
    boxes = frame_boxes(regions, (-100, -20, 500, 400))
    assert boxes.tolist() == [[-100, -20, 500, 400], [50, 190, 350, 400]]
