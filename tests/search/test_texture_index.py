"""Searching textures: found after what thieves do, in the right place, and nothing else found."""

import importlib.util
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from registry.features import TextureQuery
from registry.fingerprint.texture import decode, encode, texture_of_query, texture_of_work
from registry.search.texture import TextureHit, TextureIndex
from registry.search.texture_maps import correlated, fitted

_DRAWN = Path(__file__).parents[1] / "fingerprint" / "texture_pictures.py"
_SPEC = importlib.util.spec_from_file_location("texture_pictures_drawn", _DRAWN)
assert _SPEC is not None
assert _SPEC.loader is not None
pictures = importlib.util.module_from_spec(_SPEC)
sys.modules["texture_pictures_drawn"] = pictures
_SPEC.loader.exec_module(pictures)

CERTAIN = 8.0
GRAIN, MARKS, SHORT = 3, 14, 20

WORKS = {
    **{row: pictures.grain(row, 150 + 10 * row) for row in range(10)},
    **{row: pictures.marks(row) for row in range(10, 20)},
    SHORT: np.ascontiguousarray(pictures.marks(SHORT)[:120]),
}


@pytest.fixture(scope="module")
def index() -> TextureIndex:
    index = TextureIndex()
    for row, picture in WORKS.items():
        work = texture_of_work(picture)
        assert work is not None
        index.add(row, decode(encode(work)))
    return index


def _query(picture: np.ndarray) -> TextureQuery:
    query = texture_of_query(np.ascontiguousarray(picture))
    assert query is not None
    return query


def _found(index: TextureIndex, picture: np.ndarray) -> TextureHit:
    """The one work found."""
    first, *others = index.search(_query(picture))
    assert first.score > CERTAIN
    assert all(hit.score < 7 for hit in others)
    return first


def _turned(picture: np.ndarray, degrees: float) -> np.ndarray:
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2 - 0.5, height / 2 - 0.5), degrees, 1)
    return cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))


def _paged(picture: np.ndarray) -> np.ndarray:
    page = np.full((600, 800, 3), 255, np.uint8)
    page[:60] = 40
    cv2.putText(page, "Shop", (20, 45), cv2.FONT_HERSHEY_DUPLEX, 1.2, (255, 255, 255), 2)
    page[100:550, 150:750] = np.tile(cv2.resize(picture, (300, 300), interpolation=cv2.INTER_CUBIC), (2, 2, 1))[:450]
    return page


ATTACKS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "as it is": lambda picture: picture,
    "paler": lambda picture: (picture * 0.6 + 60).round().astype(np.uint8),
    "inverted": lambda picture: 255 - picture,
    "mirrored": lambda picture: picture[:, ::-1],
    "turned by 90": lambda picture: np.rot90(picture),
    "turned by 10": lambda picture: _turned(picture, 10),
    "twice as large": lambda picture: cv2.resize(picture, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC),
    "wider": lambda picture: cv2.resize(picture, None, fx=1.3, fy=1, interpolation=cv2.INTER_CUBIC),
    "cropped": lambda picture: picture[30:, 20:-10],
    "bordered": lambda picture: cv2.copyMakeBorder(picture, 30, 30, 30, 30, cv2.BORDER_CONSTANT, value=(255, 255, 255)),
    "on a page": _paged,
}


@pytest.mark.parametrize("row", [GRAIN, MARKS])
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_texture_is_found_after(index: TextureIndex, attack: str, row: int) -> None:
    assert _found(index, pictures.as_jpeg(np.ascontiguousarray(ATTACKS[attack](WORKS[row])), 90)).row == row


@pytest.mark.parametrize("attack", ["as it is", "mirrored", "turned by 90"])
def test_a_texture_of_other_proportions_is_found_after(index: TextureIndex, attack: str) -> None:
    assert _found(index, ATTACKS[attack](WORKS[SHORT])).row == SHORT


def _corners(transform: np.ndarray) -> np.ndarray:
    return np.array([[0, 0, 1], [1, 0, 1], [0, 1, 1]]) @ transform.T


def test_the_transform_says_where_a_whole_picture_lies(index: TextureIndex) -> None:
    whole = _found(index, WORKS[MARKS])
    np.testing.assert_allclose(_corners(whole.transform), [[0, 0], [1, 0], [0, 1]], atol=0.01)
    mirrored = _found(index, WORKS[MARKS][:, ::-1])
    np.testing.assert_allclose(_corners(mirrored.transform), [[1, 0], [0, 0], [1, 1]], atol=0.01)
    turned = _found(index, np.rot90(WORKS[SHORT]))
    np.testing.assert_allclose(_corners(turned.transform), [[0, 1], [0, 0], [1, 1]], atol=0.015)
    bordered = _found(index, cv2.copyMakeBorder(WORKS[MARKS], 50, 0, 0, 50, cv2.BORDER_CONSTANT, value=(255,) * 3))
    np.testing.assert_allclose(_corners(bordered.transform), [[0, 0.2], [0.8, 0.2], [0, 1]], atol=0.02)


def test_the_transform_of_a_crop_is_right_up_to_whole_tiles(index: TextureIndex) -> None:
    side = len(WORKS[MARKS])
    found = _found(index, WORKS[MARKS][30:, 20:-10])
    width, height = side - 30, side - 30
    np.testing.assert_allclose(found.transform[:, :2], np.diag([side / width, side / height]), atol=0.02)
    tiles = (found.transform[:, 2] * [width, height] + [20, 30]) / side
    np.testing.assert_allclose(tiles, np.round(tiles), atol=0.02)


def test_strangers_are_not_found(index: TextureIndex) -> None:
    strangers = [pictures.grain(seed, 200) for seed in range(100, 106)] + [
        pictures.marks(seed) for seed in range(100, 106)
    ]
    for stranger in strangers:
        assert all(hit.score < 7 for hit in index.search(_query(stranger)))


def test_what_is_removed_is_found_no_more_and_what_is_added_again_is() -> None:
    index = TextureIndex()
    query = _query(WORKS[GRAIN])
    assert index.search(query) == []
    index.remove(5)
    for row in (GRAIN, MARKS):
        work = texture_of_work(WORKS[row])
        assert work is not None
        index.add(row, work)
    assert [hit.row for hit in index.search(query) if hit.score > CERTAIN] == [GRAIN]
    index.remove(GRAIN)
    assert len(index) == 1
    assert [hit.row for hit in index.search(query) if hit.score > CERTAIN] == []
    work = texture_of_work(WORKS[GRAIN])
    assert work is not None
    index.add(40, work)
    assert [hit.row for hit in index.search(query) if hit.score > CERTAIN] == [40]


def test_the_same_query_has_the_same_answer(index: TextureIndex) -> None:
    query = _query(WORKS[MARKS][30:, 20:-10])
    first, second = index.search(query), index.search(query)
    assert [(hit.row, hit.score) for hit in first] == [(hit.row, hit.score) for hit in second]


def test_correlation_finds_shift_and_sign_and_fitting_a_stretch() -> None:
    tile = np.random.default_rng(0).normal(size=(96, 96)).astype(np.float32)
    tile = cv2.GaussianBlur(np.tile(tile, (3, 3)), (0, 0), 1.5)[96:192, 96:192]
    scores, shifts, signs = correlated(-np.roll(tile, (7, -12), (0, 1))[None], tile[None])
    assert scores[0] > 20
    assert shifts.tolist() == [[-12, 7]]
    assert signs.tolist() == [-1]
    stretch = np.array([[1.05, 0, -2.4], [0, 0.97, 1.4]])
    seen = cv2.warpAffine(tile, stretch, (96, 96), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_WRAP)
    found = fitted(seen, tile)
    assert found is not None
    corners = np.array([[10, 10, 1], [85, 10, 1], [10, 85, 1]])
    np.testing.assert_allclose(corners @ found.T, corners @ stretch.T, atol=1.5)
    assert fitted(np.zeros((96, 96), np.float32), tile) is None


def test_readers_find_what_stands_while_a_writer_adds_and_removes() -> None:
    index = TextureIndex()
    works = {row: work for row, picture in WORKS.items() if (work := texture_of_work(picture)) is not None}
    index.add(GRAIN, works[GRAIN])
    query, done = _query(WORKS[GRAIN]), threading.Event()
    found: list[list[int]] = []
    errors: list[BaseException] = []

    def ask() -> None:
        try:
            while not done.is_set() or not found:
                found.append([hit.row for hit in index.search(query) if hit.score > CERTAIN])
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test fails of it
            errors.append(error)

    readers = [threading.Thread(target=ask) for _ in range(3)]
    for reader in readers:
        reader.start()
    for turn in range(40):
        for row in set(works) - {GRAIN}:
            if (turn + row) % 3:
                index.add(row, works[row])
            else:
                index.remove(row)
    done.set()
    for reader in readers:
        reader.join()
    assert errors == []
    assert all(rows == [GRAIN] for rows in found)
