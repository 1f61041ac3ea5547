import cv2
import numpy as np
import pytest

from registry.features import Picture
from registry.fingerprint.regional.region_proposals import proposals
from registry.fingerprint.regional.regions import QUERY_MOST, query_regions, work_regions


def scene(seed: int, side: int = 256) -> Picture:
    """A soft picture of its own for each seed."""
    noise = np.random.default_rng(seed).normal(0, 1, (side, side, 3)).astype(np.float32)
    soft = sum(cv2.GaussianBlur(noise, (0, 0), sigma) * sigma for sigma in (2, 6, 18))
    return np.clip(128 + 55 * soft, 0, 255).astype(np.uint8)


def bits(one: np.ndarray, other: np.ndarray) -> int:
    return int(np.bitwise_count(one ^ other).sum())


def best(asked: Picture, work: Picture) -> int:
    """The least distance between any box of an asked picture in any orientation and the work."""
    codes = query_regions(asked).codes.reshape(-1, 4)
    return min(bits(code, own) for code in codes for own in work_regions(work).codes[:, 0])


def lying(picture: Picture, way: int) -> Picture:
    """A picture whose code in orientation `way` is the given one's as it is."""
    flipped = picture[:, ::-1] if way & 1 else picture
    flipped = flipped[::-1] if way & 2 else flipped
    return np.ascontiguousarray(flipped.transpose(1, 0, 2) if way & 4 else flipped)


@pytest.mark.parametrize("way", range(8))
def test_each_orientation_is_exactly_that_of_a_turned_picture(way):
    work = work_regions(scene(1)).codes[0, 0]
    asked = query_regions(lying(scene(1), way)).codes[0]
    assert [bits(code, work) <= 4 for code in asked] == [index == way for index in range(8)]


def test_an_inverted_picture_has_the_opposite_bits():
    assert bits(work_regions(scene(2)).codes[0, 0], ~work_regions(255 - scene(2)).codes[0, 0]) <= 8


def test_scaled_and_compressed_is_near_and_another_picture_far():
    small = cv2.resize(scene(3), (120, 120), interpolation=cv2.INTER_AREA)
    coded = cv2.imdecode(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 30])[1], cv2.IMREAD_COLOR)
    assert best(coded, scene(3)) <= 20
    assert best(scene(4), scene(3)) > 75


def test_a_flat_picture_has_no_codes():
    assert len(work_regions(np.full((100, 140, 3), 90, np.uint8)).codes) == 0
    assert query_regions(np.full((100, 140, 3), 90, np.uint8)).codes.shape == (0, 8, 4)


def test_a_work_within_a_margin_has_two_codes():
    framed = cv2.copyMakeBorder(scene(5), 60, 20, 30, 90, cv2.BORDER_CONSTANT, value=(250, 250, 250))
    regions = work_regions(framed)
    assert regions.codes.shape == (2, 1, 4)
    height, width = framed.shape[:2]
    assert np.abs(regions.boxes[1] * [width, height, width, height] - [30, 60, 286, 316]).max() < 4


@pytest.mark.parametrize("gap", [0, 6])
@pytest.mark.parametrize("mine", range(4))
def test_a_quarter_of_a_collage_is_found(gap, mine):
    cells = [scene(10 + number) for number in range(4)]
    sheet = np.full((512 + gap, 512 + gap, 3), 255, np.uint8)
    for number, cell in enumerate(cells):
        top, left = (number // 2) * (256 + gap), (number % 2) * (256 + gap)
        sheet[top : top + 256, left : left + 256] = cell
    assert best(sheet, cells[mine]) <= 65


def test_a_picture_on_a_page_with_words_is_found():
    page = np.full((600, 800, 3), 255, np.uint8)
    page[:60] = (60, 70, 90)
    page[100:400, 60:360] = cv2.resize(scene(20), (300, 300))
    for line in range(8):
        cv2.putText(
            page, "words about the goods", (400, 140 + 35 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (90, 90, 90), 2
        )
    assert best(page, scene(20)) <= 30


def test_a_print_on_shaded_cloth_is_found():
    across = np.linspace(0, 6, 600)
    cloth = np.repeat((190 + 25 * np.sin(across))[None, :, None], 600, axis=0).repeat(3, axis=2)
    cloth[180:420, 200:440] = cv2.resize(scene(21), (240, 240))
    assert best(cloth.astype(np.uint8), scene(21)) <= 40


@pytest.mark.parametrize("size", [(8, 256), (256, 8), (20, 20), (256, 256)])
def test_boxes_lie_within_the_picture_and_are_not_too_many(size):
    noise = np.random.default_rng(2).integers(0, 256, (*size, 3), dtype=np.uint8)
    boxes = proposals(noise, QUERY_MOST)
    assert boxes[0] == (0, 0, size[1], size[0])
    assert len(boxes) <= QUERY_MOST
    assert all(0 <= left < right <= size[1] and 0 <= top < bottom <= size[0] for left, top, right, bottom in boxes)


def test_a_grey_picture_is_read_as_a_coloured_one_of_no_colour():
    grey = scene(6)[:, :, 0]
    coloured = np.repeat(grey[:, :, None], 3, axis=2)
    assert (query_regions(grey).codes == query_regions(coloured).codes).all()
    assert (work_regions(grey).codes == work_regions(coloured).codes).all()
