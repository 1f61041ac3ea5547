"""Lattices and tiles: what repeats, and whether it is a standard pattern's tile."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from registry.fingerprint.universal.repeats import tile
from registry.fingerprint.universal.stripes import striped
from registry.fingerprint.universal.tiles import standard

Y, X = np.mgrid[0:128, 0:128].astype(np.float64)


def _blob(u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float64]:
    """A lopsided mark on a cell: nobody's standard pattern."""
    u, v = u % 1, v % 1
    return 1.0 * ((np.hypot(u - 0.35, v - 0.4) < 0.22) | ((abs(u - 0.7) < 0.08) & (v > 0.3) & (v < 0.85)))


def _repeated(one: tuple[float, float], other: tuple[float, float]) -> NDArray[np.uint8]:
    """A raster of blobs on a lattice with these vectors, (down, across) in pixels; drawn three times as fine."""
    inverse = np.linalg.inv(np.array([one, other]).T)
    y, x = (np.mgrid[0:384, 0:384] + 0.5) / 3
    levels = _blob(inverse[0, 0] * y + inverse[0, 1] * x, inverse[1, 0] * y + inverse[1, 1] * x)
    return (levels.reshape(128, 3, 128, 3).mean(axis=(1, 3)) * 200).astype(np.uint8)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((32.0, 0.0), (0.0, 32.0)),
        ((21.3, 0.0), (0.0, 28.7)),
        ((20.0, 7.0), (-7.0, 20.0)),
        ((24.0, 9.0), (-3.0, 30.0)),
        ((13.0, 0.0), (6.5, 14.0)),
    ],
)
def test_the_tile_is_as_large_as_the_lattices_cell(one: tuple[float, float], other: tuple[float, float]) -> None:
    found = tile(_repeated(one, other))
    assert found is not None
    cell = abs(one[0] * other[1] - one[1] * other[0])
    assert 0.85 < found.size / cell < 1.2
    assert standard(found) is None


def test_what_does_not_repeat_has_no_tile() -> None:
    picture = _repeated((24.0, 0.0), (0.0, 24.0))
    picture[40:80, 50:90] = 255 - picture[40:80, 50:90]
    assert tile(picture) is None
    assert tile(np.random.default_rng(1).integers(0, 255, (128, 128)).astype(np.uint8)) is None
    assert tile(np.full((128, 128), 77, dtype=np.uint8)) is None


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(["checks", "houndstooth", "bricks"]),
    st.integers(0, 39),
    st.integers(0, 39),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_a_standard_tile_is_one_shifted_mirrored_transposed_and_in_either_sense(
    name: str, down: int, across: int, flip: bool, transpose: bool, dark: bool
) -> None:
    u, v = np.meshgrid(*2 * [(np.arange(40) + 0.5) / 40], indexing="ij")
    levels = {
        "checks": 1.0 * (abs(u - 0.5) + abs(v - 0.5) < 0.5),
        "houndstooth": np.where((np.floor(8 * u) + np.floor(8 * v)) % 4 < 2, u < 0.5, v < 0.5).astype(float),
        "bricks": 1.0 * (((u + np.floor(2 * v) / 2) % 1 < 0.05) | (2 * v % 1 < 0.12)),
    }[name]
    levels = np.roll(levels, (down, across), axis=(0, 1))
    levels = levels[::-1] if flip else levels
    levels = levels.T if transpose else levels
    assert standard(100 + (50 if dark else -50) * levels) == name


def test_bands_that_cross_are_told_whatever_their_widths() -> None:
    random = np.random.default_rng(4)
    for _ in range(5):
        one, other = random.uniform(0, 1, (2, 30))
        assert standard(np.add.outer(one, other)) == "crossing bands"
        assert standard(np.maximum.outer(1.0 * (one > 0.5), 1.0 * (other > 0.5))) == "crossing bands"
    assert standard(random.uniform(0, 1, (30, 30))) is None


@pytest.mark.parametrize("angle", range(0, 180, 13))
def test_stripes_are_stripes_at_any_angle(angle: int) -> None:
    y, x = (np.mgrid[0:512, 0:512] + 0.5) / 4
    line = x * np.cos(np.radians(angle)) + y * np.sin(np.radians(angle))
    bars = (np.isin(np.floor(line / 9) % 7, (0, 1, 4)) * 180.0).reshape(128, 4, 128, 4).mean(axis=(1, 3))
    assert striped(bars.astype(np.uint8))
    bars[np.hypot(Y - 60, X - 70) < 22] = 90
    assert not striped(bars.astype(np.uint8))


def test_a_gradient_is_striped_and_a_hill_is_not() -> None:
    assert striped((X + Y / 2).astype(np.uint8))
    assert not striped((200 * np.exp(-((X - 64) ** 2 + (Y - 64) ** 2) / 800)).astype(np.uint8))
