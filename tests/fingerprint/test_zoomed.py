"""Boxes that may each be a whole work, looked at by themselves: which are, and where their keypoints are told to be."""

import cv2
import numpy as np
import pytest

from registry.features import Regions
from registry.fingerprint.regional.keypoints import query_keypoints
from registry.fingerprint.regional.zoomed import together, zoomed

WIDTH, HEIGHT = 512, 400
PLAIN = 240


def busy(width: int, height: int, seed: int = 0) -> np.ndarray:
    """Blocks of many greys."""
    blocks = np.random.default_rng(seed).integers(0, 256, (height // 10 + 1, width // 10 + 1)).astype(np.uint8)
    return np.kron(blocks, np.ones((10, 10), np.uint8))[:height, :width]


def page(*boxes: tuple[int, int, int, int]) -> np.ndarray:
    """A plain page with something busy in each box: left, top, right, bottom."""
    frame = np.full((HEIGHT, WIDTH), PLAIN, np.uint8)
    for seed, (left, top, right, bottom) in enumerate(boxes):
        frame[top:bottom, left:right] = busy(right - left, bottom - top, seed)
    return frame


def regions(*boxes: tuple[int, int, int, int]) -> Regions:
    shares = np.array(boxes, np.float32) / np.array([WIDTH, HEIGHT, WIDTH, HEIGHT], np.float32)
    return Regions(np.zeros((len(boxes), 8, 4), np.uint64), shares)


BOX = 60, 80, 180, 200
OTHER = 300, 60, 470, 170


def test_each_box_that_stands_apart_is_seen_in_its_place_and_larger_than_the_page_shows_it() -> None:
    frame = page(BOX, OTHER)
    looks = list(zoomed(frame, regions(BOX, OTHER)))
    assert len(looks) == 2
    for look, (left, top, right, bottom) in zip(looks, (OTHER, BOX), strict=True):  # the larger box first
        assert len(look.codes) > 30
        assert look.xy.min(axis=0) == pytest.approx([left, top], abs=12)
        assert look.xy.max(axis=0) == pytest.approx([right, bottom], abs=12)
    at_page = query_keypoints(frame)
    inside = np.all((at_page.xy > BOX[:2]) & (at_page.xy < BOX[2:]), axis=1)
    assert len(looks[1].codes) > np.count_nonzero(inside)


@pytest.mark.parametrize(
    "box",
    [(0, 0, WIDTH, HEIGHT), (60, 80, 95, 200), (60, 80, 80, 92)],
    ids=["nearly all", "too narrow", "too small"],
)
def test_boxes_that_are_too_large_or_too_small_are_passed_over(box: tuple[int, int, int, int]) -> None:
    assert not list(zoomed(page(box), regions(box)))


def test_a_box_in_the_midst_of_a_scene_holds_no_work_of_its_own() -> None:
    noise = np.random.default_rng(1).normal(size=(HEIGHT, WIDTH))
    blobs = cv2.GaussianBlur(noise, (0, 0), 5)
    scene = np.clip(128 + 50 * blobs / blobs.std(), 0, 255).astype(np.uint8)
    assert len(query_keypoints(scene).codes) > 100
    assert not list(zoomed(scene, regions((103, 84, 217, 196))))


def test_the_same_box_twice_is_looked_at_once_and_no_more_than_four_are() -> None:
    assert len(list(zoomed(page(BOX), regions(BOX, (62, 80, 182, 202))))) == 1
    six = tuple(
        (20 + 160 * across, 20 + 190 * down, 120 + 160 * across, 140 + 190 * down)
        for across in range(3)
        for down in (0, 1)
    )
    assert len(list(zoomed(page(*six), regions(*six)))) == 4


def test_looks_are_put_together_as_one() -> None:
    looks = list(zoomed(page(BOX, OTHER), regions(BOX, OTHER)))
    whole = together(looks)
    assert len(whole.codes) == sum(len(look.codes) for look in looks)
    assert whole.margins is not None
    assert whole.margins.shape == (len(whole.codes), 64)
