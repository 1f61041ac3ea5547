"""The tag says what was done to the work, and the variant undoes it."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from registry.findings import Orientation
from registry.fingerprint.pdq import PDQRaster
from registry.fingerprint.variants import apply, undo, variants
from tests.media.drawn import scene

WORK = np.asarray(scene().convert("L").resize((128, 128), Image.Resampling.BILINEAR))

LISTINGS: dict[Orientation, Callable[[Image.Image], Image.Image]] = {
    Orientation.UPRIGHT: lambda work: work,
    Orientation.TURNED_90: lambda work: work.transpose(Image.Transpose.ROTATE_90),
    Orientation.TURNED_180: lambda work: work.transpose(Image.Transpose.ROTATE_180),
    Orientation.TURNED_270: lambda work: work.transpose(Image.Transpose.ROTATE_270),
    Orientation.MIRRORED: lambda work: work.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    Orientation.MIRRORED_TURNED_90: lambda work: flipped(work).transpose(Image.Transpose.ROTATE_90),
    Orientation.MIRRORED_TURNED_180: lambda work: flipped(work).transpose(Image.Transpose.ROTATE_180),
    Orientation.MIRRORED_TURNED_270: lambda work: flipped(work).transpose(Image.Transpose.ROTATE_270),
}
"""What a seller does, in Pillow's words: its turns are counter-clockwise too."""


def flipped(work: Image.Image) -> Image.Image:
    return work.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def distance(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()


@pytest.mark.parametrize("orientation", list(Orientation))
def test_each_of_the_eight_is_recognised_by_its_name(orientation: Orientation) -> None:
    listing = np.asarray(LISTINGS[orientation](Image.fromarray(WORK)))
    assert (apply(WORK, orientation) == listing).all()
    assert (undo(listing, orientation) == WORK).all()
    scheme = PDQRaster()
    registered, _ = scheme.compute(WORK)
    distances = {tag: distance(scheme.compute(raster)[0], registered) for tag, raster in variants(listing)}
    assert distances.pop(orientation) == 0
    assert len(distances) == 7
    assert min(distances.values()) > 60


def test_upright_comes_first() -> None:
    tag, raster = next(variants(WORK))
    assert tag is Orientation.UPRIGHT
    assert (raster == WORK).all()


@given(st.sampled_from(Orientation), st.integers(0, 2**32 - 1))
def test_undoing_is_the_inverse(orientation: Orientation, seed: int) -> None:
    raster = np.random.default_rng(seed).integers(0, 256, (8, 8), dtype=np.uint8)
    assert (undo(apply(raster, orientation), orientation) == raster).all()
    assert (apply(undo(raster, orientation), orientation) == raster).all()
