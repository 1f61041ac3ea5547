"""The coder's training: deterministic, and its axes are reversed by what they are for."""

import numpy as np
import pytest

from registry.fingerprint.descriptors import INVERTED, MIRRORED
from registry.fingerprint.regional.coder import Coder
from registry.fingerprint.regional.training import trained


def _pictures():
    rng = np.random.default_rng(3)
    for _ in range(3):
        grain = rng.integers(0, 256, (24, 32, 3)).astype(np.uint8)
        yield np.kron(grain, np.ones((10, 10, 1), np.uint8))


@pytest.fixture(scope="module")
def made() -> Coder:
    return trained(_pictures())


def test_the_same_pictures_give_the_same_numbers(made):
    again = trained(_pictures())
    assert np.array_equal(made.projection, again.projection)
    assert np.array_equal(made.axes, again.axes)


def test_each_change_reverses_its_own_axis_alone(made):
    mirror, inversion = made.axes
    assert np.allclose(mirror[MIRRORED], -mirror, atol=1e-5)
    assert np.allclose(mirror[INVERTED], mirror, atol=1e-5)
    assert np.allclose(inversion[INVERTED], -inversion, atol=1e-5)
    assert np.allclose(inversion[MIRRORED], inversion, atol=1e-5)
    assert (made.doubt > 0).all()


def test_directions_are_orthonormal(made):
    assert np.allclose(made.projection.T @ made.projection, np.eye(64), atol=1e-4)
