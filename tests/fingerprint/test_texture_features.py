"""Features of textures: who has any, what doesn't change them, and their bytes."""

import importlib.util
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import InvalidInput
from registry.features import TEXTURE_MAP, TextureWork
from registry.fingerprint.texture import decode, encode, texture_of_query, texture_of_work
from registry.fingerprint.texture.points import points_of, variants_of
from registry.fingerprint.texture.relief import framed, relief_of
from registry.fingerprint.texture.training import trained

_SPEC = importlib.util.spec_from_file_location("texture_pictures", Path(__file__).with_name("texture_pictures.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
pictures = importlib.util.module_from_spec(_SPEC)
sys.modules["texture_pictures"] = pictures
_SPEC.loader.exec_module(pictures)


def _work(picture: np.ndarray) -> TextureWork:
    work = texture_of_work(picture)
    assert work is not None
    return work


@pytest.mark.parametrize("turned", [False, True])
def test_plain_stripes_are_no_texture_of_anybody_s(turned: bool) -> None:
    """Their map is one row, told again and again: any edge in a photograph would be like it somewhere."""
    noise = np.random.default_rng(5).normal(size=(200, 200))
    across = cv2.GaussianBlur(noise, (0, 0), 2)[0]
    faint = np.clip(np.round(231 + 4 * across / across.std()), 0, 255).astype(np.uint8)
    picture = np.repeat(np.tile(faint, (200, 1))[..., None], 3, axis=2)
    assert texture_of_work(pictures.stripes(8)) is None
    assert texture_of_work(pictures.grain(1)) is not None
    assert texture_of_work(np.ascontiguousarray(picture.transpose(1, 0, 2)) if turned else picture) is None


@pytest.mark.parametrize("picture", [pictures.grain(1), pictures.grain(2, 90, 2.5), pictures.marks(3)])
def test_faint_textures_have_features_that_fit(picture: np.ndarray) -> None:
    data = encode(_work(picture))
    assert len(data) <= 2500
    assert texture_of_query(picture) is not None


def _logo() -> np.ndarray:
    logo = np.full((300, 300, 3), 255, np.uint8)
    cv2.circle(logo, (150, 150), 100, (200, 30, 30), -1)
    cv2.rectangle(logo, (120, 60), (180, 240), (255, 255, 255), -1)
    return logo


@pytest.mark.parametrize(
    "picture",
    [
        np.full((200, 200, 3), 230, np.uint8),
        _logo(),
        pictures.grain(1, 16),
        np.random.default_rng(0).integers(0, 256, (200, 200, 3)).astype(np.uint8),
    ],
    ids=["blank", "logo", "tiny", "loud"],
)
def test_what_is_no_faint_texture_has_none(picture: np.ndarray) -> None:
    assert texture_of_work(picture) is None
    assert texture_of_query(picture) is None


def test_a_picture_with_one_textured_corner_is_no_work_of_texture_but_is_asked_about() -> None:
    page = np.full((400, 400, 3), 255, np.uint8)
    page[150:, 100:] = np.tile(pictures.marks(3), (2, 2, 1))[:250, :300]
    assert texture_of_work(page) is None
    query = texture_of_query(page)
    assert query is not None
    left, top, right, bottom = query.views[0].box
    assert (left, top, right, bottom) == pytest.approx((0.25, 0.375, 1, 1), abs=0.07)


def test_contrast_brightness_and_colour_leave_the_signs() -> None:
    picture = pictures.marks(5)
    signs = _work(picture).signs
    paler = (picture.astype(np.float32) * 0.7 + 20).round().astype(np.uint8)
    tinted = np.clip(picture * np.array([0.6, 0.8, 1.0]), 0, 255).round().astype(np.uint8)
    other = _work(pictures.marks(6)).signs
    assert (signs == _work(paler).signs).mean() > 0.9
    assert (signs == _work(tinted).signs).mean() > 0.9
    assert 0.4 < (signs == other).mean() < 0.6


def test_codes_of_mirrored_and_inverted_pictures_are_the_variants_of_the_picture() -> None:
    relief = relief_of(framed(pictures.marks(7)))
    _, descriptors = points_of(relief, 120)
    variants = variants_of(descriptors)
    changed = {0: relief, 1: relief[::-1], 2: -relief, 3: -relief[::-1]}
    for variant, other in changed.items():
        codes = variants_of(points_of(np.ascontiguousarray(other), 120)[1])[0]
        nearest = [np.bitwise_count(codes[:, None] ^ each[None]).min(axis=1) for each in variants]
        close = [(distances <= 8).mean() for distances in nearest]
        assert int(np.argmax(close)) == variant
        assert close[variant] > 0.5


@st.composite
def _works(draw: st.DrawFn) -> TextureWork:
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    count = draw(st.integers(0, 255))
    short = draw(st.integers(16, 256))
    size = (256, short) if draw(st.booleans()) else (short, 256)
    return TextureWork(
        size,
        rng.integers(0, 2**64, count, dtype=np.uint64),
        rng.integers(0, 256, (count, 2)).astype(np.float32),
        np.exp2(rng.integers(0, 150, count) / 16).astype(np.float32),
        (rng.integers(0, 256, count) / 256 * 2 * np.pi).astype(np.float32),
        rng.choice(np.array([-1, 1], np.int8), TEXTURE_MAP**2),
    )


@given(_works())
def test_bytes_go_round(work: TextureWork) -> None:
    data = encode(work)
    again = decode(data)
    assert again.size == work.size
    for name in ("codes", "xy", "signs"):
        np.testing.assert_array_equal(getattr(again, name), getattr(work, name))
    np.testing.assert_allclose(again.diameter, work.diameter, rtol=1e-5)
    np.testing.assert_allclose(again.angle, work.angle, atol=1e-5)
    assert encode(again) == data


@given(st.binary(max_size=4000))
def test_other_bytes_are_refused(data: bytes) -> None:
    try:
        work = decode(data)
    except InvalidInput:
        return
    assert encode(work) == data


@pytest.mark.parametrize(
    "change", [lambda data: data[:-1], lambda data: data + b"\0", lambda data: b"", lambda data: b"\x10\x10" + data[2:]]
)
def test_damaged_bytes_are_refused(change) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InvalidInput):
        decode(change(encode(_work(pictures.grain(1)))))


def test_training_is_deterministic_and_balances_its_bits() -> None:
    _, descriptors = points_of(relief_of(framed(pictures.marks(8))), 300)
    mean, axes = trained(descriptors)
    again = trained(descriptors)
    np.testing.assert_array_equal(axes, again[1])
    assert mean.shape == (128,)
    np.testing.assert_allclose(axes.T @ axes, np.eye(64), atol=1e-4)
