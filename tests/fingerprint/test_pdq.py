import numpy as np
import pdqhash
import pytest
from numpy.typing import NDArray
from PIL import Image

from registry.fingerprint.pdq import PDQRaster, colours, pdq
from registry.fingerprint.phash import PHash
from registry.fingerprint.scheme import Scheme
from tests.media.drawn import scene

GREY = np.asarray(scene().convert("L").resize((128, 128)))


def transcribed(pixels: NDArray[np.uint8]) -> bytes:
    """PDQ's function for pictures of 64 × 64, where it neither filters nor picks, from its paper: luma, DCT, median."""
    luma = (pixels * np.array([0.299, 0.587, 0.114])).sum(axis=2).astype(np.float32)
    waves = np.sqrt(2 / 64) * np.cos(np.pi / 128 * np.outer(np.arange(1, 17), np.arange(1, 128, 2)))
    coefficients = (waves @ luma @ waves.T).ravel()
    median = np.sort(coefficients)[127]
    return np.packbits((coefficients > median)[::-1]).tobytes()


@pytest.mark.parametrize("size", [(64, 64), (128, 128), (320, 240), (97, 511), (1000, 40)])
def test_the_function_agrees_with_pdqhash_bit_for_bit_on_original_pixels(size: tuple[int, int]) -> None:
    pixels = np.asarray(scene(*size))
    bits, quality = pdqhash.compute(pixels)
    code, its_quality = pdq(pixels)
    assert code == int("".join(map(str, bits)), 2).to_bytes(32, "big")
    assert its_quality == quality


def test_the_function_is_the_one_of_the_paper() -> None:
    pixels = np.asarray(scene(64, 64))
    assert pdq(pixels)[0] == transcribed(pixels)


def test_the_scheme_is_that_function_on_the_raster() -> None:
    assert PDQRaster().compute(GREY) == pdq(np.asarray(Image.fromarray(GREY).convert("RGB")))
    assert (colours(GREY) == np.asarray(Image.fromarray(GREY).convert("RGB"))).all()


@pytest.mark.parametrize(("scheme", "name", "bits"), [(PHash(), "phash-v1", 64), (PDQRaster(), "pdq-raster-v1", 256)])
def test_what_a_scheme_is(scheme: Scheme, name: str, bits: int) -> None:
    code, quality = scheme.compute(GREY)
    assert (scheme.name, scheme.bits) == (name, bits)
    assert len(code) == bits // 8
    assert 0 <= quality <= 100
    assert scheme.compute(GREY.copy()) == (code, quality)


@pytest.mark.parametrize("scheme", [PHash(), PDQRaster()])
def test_codes_tell_pictures_apart_and_forgive_noise(scheme: Scheme) -> None:
    noisy = np.clip(GREY + np.random.default_rng(7).normal(0, 3, GREY.shape), 0, 255).astype(np.uint8)
    code, other, strange = (scheme.compute(raster)[0] for raster in (GREY, noisy, np.rot90(GREY).copy()))
    assert distance(code, other) <= scheme.bits // 16
    assert distance(code, strange) > scheme.bits // 4


def test_contrast_is_the_quality_of_phash() -> None:
    assert PHash().compute(np.full((128, 128), 90, dtype=np.uint8))[1] == 0
    assert PHash().compute(GREY)[1] == int(GREY.std())
    assert PHash().compute(np.repeat(np.array([[0] * 64 + [255] * 64], dtype=np.uint8), 128, axis=0))[1] == 100


def distance(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()
