"""Whether light and colours are a work's where a guess lays it: pictures that show it, and pictures that don't."""

import cv2
import numpy as np
import pytest

from registry.features import QUERY_SIDE, TONE_SIDE, Tones
from registry.match.tones import NAMES, Levels, agreement
from tests.match.aligned_pictures import similar

SIZE = 384, 300
PLACE = similar(0.6, 12, (256, 190))
TURNED = similar(0.4, 140, (200, 170), mirrored=True)


def scene(seed: int) -> np.ndarray:
    """A work frame of soft colours."""
    dice = np.random.default_rng(seed)
    small = dice.integers(0, 256, (5, 6, 3)).astype(np.uint8)
    return cv2.resize(small, SIZE, interpolation=cv2.INTER_CUBIC)


def tones_of(frame: np.ndarray) -> Tones:
    lab = cv2.cvtColor((frame / 255).astype(np.float32), cv2.COLOR_RGB2LAB)
    light, colour = (cv2.resize(lab, (side, side), interpolation=cv2.INTER_AREA) for side in (TONE_SIDE, 6))
    return Tones(light[:, :, 0], colour[:, :, 1:])


def shown(frame: np.ndarray, place: np.ndarray) -> np.ndarray:
    size = QUERY_SIDE, QUERY_SIDE * 3 // 4
    picture = cv2.warpAffine(frame, place, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_TRANSPARENT)
    return np.asarray(picture, np.uint8)


def measured(picture: np.ndarray, works: list[np.ndarray], place: np.ndarray) -> dict[str, np.ndarray]:
    seen = Levels.of(picture).through(np.array([place] * len(works)), np.array([SIZE] * len(works), np.float64))
    held = agreement([tones_of(work) for work in works], *seen)
    assert held.shape == (len(works), len(NAMES))
    assert np.isfinite(held).all()
    return dict(zip(NAMES, held.T, strict=True))


WORKS = [scene(seed) for seed in range(12)]


@pytest.mark.parametrize("place", [PLACE, TURNED], ids=["turned a little", "mirrored and small"])
def test_the_shown_work_agrees_and_no_other_does(place: np.ndarray) -> None:
    found = measured(shown(WORKS[0], place), WORKS, place)
    for name in ("light", "light nearby", "signs, either sign", "colours, direction", "colours, changes"):
        assert found[name][0] > 0.85, name
        assert found[name][0] > found[name][1:].max() + 0.2, name
    assert found["colours apart"][0] < 0.7 < 2 < found["colours apart"][1:].min()
    assert found["fields seen"].min() == 1


def test_a_grey_copy_agrees_in_light_and_an_inverted_one_the_other_way_round() -> None:
    grey = cv2.cvtColor(shown(WORKS[0], PLACE), cv2.COLOR_RGB2GRAY)
    found, inverted = (measured(picture, WORKS, PLACE) for picture in (grey, 255 - grey))
    assert found["light"][0] > 0.9
    assert found["colours seen"][0] < 0.01
    assert found["colours agree"][0] == pytest.approx(0, abs=0.02)
    assert inverted["light"][0] < -0.9
    assert inverted["light, either sign"][0] > 0.9


def test_a_sticker_takes_little_away_and_a_wrong_place_nearly_all() -> None:
    picture = shown(WORKS[0], PLACE)
    stuck = cv2.circle(picture.copy(), (250, 190), 45, (255, 255, 0), -1)
    beside = PLACE + np.array([[0, 0, 60], [0, 0, -45]])
    right, covered, wrong = (
        measured(*its)["light nearby"][0]
        for its in ((picture, WORKS[:1], PLACE), (stuck, WORKS[:1], PLACE), (picture, WORKS[:1], beside))
    )
    assert right > 0.9 > covered > 0.4 > wrong


def test_what_lies_outside_of_the_picture_is_not_seen() -> None:
    half = similar(1.0, 0, (0, 190))
    found = measured(shown(WORKS[0], half), WORKS[:1], half)
    assert 0.35 < found["fields seen"][0] < 0.55
    assert found["light"][0] > 0.9
    away = similar(1.0, 0, (9000, 9000))
    assert not any(column[0] for column in measured(shown(WORKS[0], PLACE), WORKS[:1], away).values())


def test_no_guesses_and_a_plain_picture_measure_nothing() -> None:
    seen = Levels.of(np.full((300, 512), 128, np.uint8)).through(np.zeros((0, 2, 3)), np.zeros((0, 2)))
    assert agreement([], *seen).shape == (0, len(NAMES))
    plain = measured(np.full((384, 512, 3), 128, np.uint8), WORKS[:2], PLACE)
    assert np.abs(plain["light nearby"]).max() < 0.05
    assert plain["colours seen"].max() < 0.05
