"""Light under a tone curve: what a curve explains, and what it doesn't."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from registry.features import TONE_SIDE, Floats
from registry.match.curve import followed

FIELDS = TONE_SIDE * TONE_SIDE
SEEDS = st.integers(0, 2**32 - 1)


def lights(seed: int) -> Floats:
    """Light of something, 64 areas of it."""
    rng = np.random.default_rng(seed)
    return np.kron(rng.uniform(0, 100, (8, 8)), np.ones((2, 2))).reshape(1, FIELDS).astype(np.float32)


def in_steps(light: Floats) -> Floats:
    """As a work's light is kept: in eight steps."""
    low, step = light.min(), np.ptp(light) / 7
    return (np.round((light - low) / step) * step + low).astype(np.float32)


def explained(work: Floats, shown: Floats, mask: Floats | None = None) -> tuple[float, float]:
    seen = np.ones_like(work) if mask is None else mask
    share, off = followed(work, shown, seen, work - work.mean())
    return float(share[0]), float(off[0])


@given(SEEDS, st.floats(0.6, 1.7), st.floats(0.4, 1.0), st.booleans())
def test_a_tone_curve_leaves_all_of_it(seed: int, gamma: float, contrast: float, inverted: bool) -> None:
    light = lights(seed)
    shown = 100 * contrast * (light / 100) ** np.float32(gamma)
    share, off = explained(in_steps(light), (100 - shown if inverted else shown).astype(np.float32))
    assert share > 0.95
    assert off < 0.03


@given(SEEDS)
def test_other_light_is_not_explained(seed: int) -> None:
    share, off = explained(in_steps(lights(seed)), lights(seed + 1))
    assert share < 0.75
    assert off > 0.05


@given(SEEDS, st.integers(0, 8))
def test_a_sticker_costs_what_it_covers_and_what_is_out_of_sight_costs_nothing(seed: int, at: int) -> None:
    light = lights(seed)
    covered, mask = light.copy().reshape(TONE_SIDE, TONE_SIDE), np.ones((TONE_SIDE, TONE_SIDE), np.float32)
    covered[at : at + 4, at : at + 4] = 100 - covered[at : at + 4, at : at + 4]
    mask[at : at + 4, at : at + 4] = 0
    shown = covered.reshape(1, FIELDS)
    assert explained(in_steps(light), shown, mask.reshape(1, FIELDS))[0] > 0.95
    assert explained(in_steps(light), shown)[1] <= 16 / FIELDS + 0.05


def test_nothing_in_sight_is_no_error() -> None:
    share, off = explained(in_steps(lights(1)), lights(1), np.zeros((1, FIELDS), np.float32))
    assert np.isfinite([share, off]).all()
