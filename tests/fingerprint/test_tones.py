"""What a work looks like from afar, and its bytes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.features import COLOUR_SIDE, TONE_SIDE, Tones
from registry.fingerprint.regional.tones import TONES_BYTES, decode_tones, encode_tones, work_tones


def painted(colours: list[tuple[int, int, int]]) -> np.ndarray:
    """Upright stripes, each as wide as the others."""
    return np.repeat(np.array([colours], np.uint8), 240 // len(colours), axis=1).repeat(160, axis=0)


def test_fields_are_what_is_painted_there() -> None:
    tones = work_tones(painted([(255, 0, 0), (255, 255, 255), (0, 0, 255)]))
    assert tones.light.shape == (TONE_SIDE, TONE_SIDE)
    assert tones.colour.shape == (COLOUR_SIDE, COLOUR_SIDE, 2)
    assert tones.light[8, [1, 8, 14]] == pytest.approx([53.2, 100, 32.3], abs=0.5)  # CIELAB of the three primaries
    assert tones.colour[3, [0, 2, 5], 0] == pytest.approx([80.1, 0, 79.2], abs=0.5)
    assert tones.colour[3, [0, 2, 5], 1] == pytest.approx([67.2, 0, -107.9], abs=0.5)


def test_a_grey_picture_has_light_and_no_colours() -> None:
    ramp = np.tile(np.linspace(0, 255, 200).astype(np.uint8), (120, 1))
    tones = work_tones(ramp)
    assert np.abs(tones.colour).max() < 0.1
    assert (np.diff(tones.light, axis=1) > 0).all()


def test_a_plain_margin_is_no_part_of_it() -> None:
    inner = painted([(200, 30, 40), (20, 90, 200)])
    framed = np.pad(inner, ((90, 200), (40, 300), (0, 0)), constant_values=255)
    near, far = work_tones(np.pad(inner, ((14, 14), (14, 14), (0, 0)), constant_values=255)), work_tones(framed)
    assert np.abs(near.light - far.light).mean() < 2


@given(st.integers(0, 2**32))
def test_bytes_keep_them_to_a_step(seed: int) -> None:
    dice = np.random.default_rng(seed)
    low = dice.uniform(0, 90)
    high = dice.uniform(low + 5, 100)
    light = dice.uniform(low, high, (TONE_SIDE, TONE_SIDE)).astype(np.float32)
    colour = dice.uniform(-100, 100, (COLOUR_SIDE, COLOUR_SIDE, 2)).astype(np.float32)
    encoded = encode_tones(Tones(light, colour))
    assert len(encoded) == TONES_BYTES == 134
    again = decode_tones(encoded)
    assert np.abs(again.light - light).max() <= (high - low) / 14 + 0.5
    steps = np.sign(colour) * np.sqrt(np.abs(colour)), np.sign(again.colour) * np.sqrt(np.abs(again.colour))
    assert np.abs(steps[0] - steps[1]).max() <= 10 / 14 + 1e-4
    assert encode_tones(again) == encoded


@given(st.binary(min_size=TONES_BYTES, max_size=TONES_BYTES))
def test_any_bytes_are_some_tones(encoded: bytes) -> None:
    tones = decode_tones(encoded)
    assert np.isfinite(tones.light).all()
    assert np.abs(tones.colour).max() <= 100
    assert tones.light.shape == (TONE_SIDE, TONE_SIDE)
