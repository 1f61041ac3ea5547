"""Colour profiles: what they say is done, to every kind of picture, and never worth more than the picture itself."""

import io
import struct
import time

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from registry.media.colour import LARGEST_PROFILE, needs_profile, to_srgb
from registry.media.shrink import small
from registry.media.thumbnail import thumbnail
from tests.media.drawn import cut_out, encoded, first_part, png16, scene
from tests.media.profiles import (
    ADOBE_LIKE,
    P3_LIKE,
    SRGB,
    WIDE_LINEAR,
    Space,
    grey_profile,
    grey_stored,
    ink_profile,
    inked,
    lab,
    rgb_profile,
    stored,
)

SCENE = scene()
GREY = SCENE.convert("L")
LINEAR = rgb_profile(WIDE_LINEAR)


def in_space(space: Space) -> Image.Image:
    return Image.fromarray((stored(SCENE, space) * 255).round().astype(np.uint8))


def away(picture: Image.Image, original: Image.Image = SCENE) -> NDArray[np.int64]:
    return np.abs(np.asarray(picture).astype(np.int64) - np.asarray(original))


@pytest.mark.parametrize(("space", "level"), [(SRGB, 0), (ADOBE_LIKE, 1), (P3_LIKE, 1), (WIDE_LINEAR, 8)])
def test_a_matrix_profile_is_undone(space: Space, level: int) -> None:
    data = encoded(in_space(space), "PNG", icc_profile=rgb_profile(space))
    assert away(first_part(data).picture).max() <= level


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "AVIF", "HEIC"])
def test_every_container_carries_one(kind: str) -> None:
    options = {} if kind in ("PNG", "TIFF") else {"quality": 95}
    plain = encoded(in_space(WIDE_LINEAR), kind, **options)
    assert away(first_part(plain).picture).mean() > 40
    told = encoded(in_space(WIDE_LINEAR), kind, icc_profile=LINEAR, **options)
    assert away(first_part(told).picture).mean() < 5


def test_where_something_is_transparent_it_stays_so() -> None:
    picture = in_space(ADOBE_LIKE)
    picture.putalpha(cut_out().getchannel("A"))
    decoded = first_part(encoded(picture, "PNG", icc_profile=rgb_profile(ADOBE_LIKE))).picture
    assert decoded.mode == "RGBA"
    assert away(decoded.convert("RGB")).max() <= 1
    assert decoded.getchannel("A").tobytes() == picture.getchannel("A").tobytes()


def test_palettes_hold_profiled_colours() -> None:
    few = SCENE.quantize(16).convert("RGB")
    numbers = Image.fromarray((stored(few, ADOBE_LIKE) * 255).round().astype(np.uint8)).quantize(16)
    data = encoded(numbers, "PNG", icc_profile=rgb_profile(ADOBE_LIKE))
    assert away(first_part(data).picture, few).max() <= 2


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "PNG, 16 bit", "PNG, alpha"])
def test_a_grey_curve_is_undone(kind: str) -> None:
    bent, profile = grey_stored(GREY, 1.8), grey_profile(1.8)
    if kind == "PNG, 16 bit":
        data = png16(np.asarray(bent).astype(np.uint16) * 257, profile)
    elif kind == "PNG, alpha":
        veiled = bent.convert("LA")
        veiled.putalpha(cut_out().getchannel("A"))
        data = encoded(veiled, "PNG", icc_profile=profile)
    else:
        data = encoded(bent, kind, icc_profile=profile, **({"quality": 97} if kind == "JPEG" else {}))
    decoded = first_part(data).picture
    assert decoded.mode == ("RGBA" if kind == "PNG, alpha" else "L")
    assert away(decoded.convert("RGB").getchannel("G"), GREY).max() <= (12 if kind == "JPEG" else 3)


@pytest.mark.parametrize("kind", ["TIFF", "JPEG"])
def test_ink_shows_what_its_profile_says(kind: str) -> None:
    options = {"quality": 97} if kind == "JPEG" else {}
    pressed = inked(SCENE, 1.6)
    assert away(first_part(encoded(pressed, kind, **options)).picture).mean() > 15
    told = encoded(pressed, kind, icc_profile=ink_profile(1.6), **options)
    assert away(first_part(told).picture).mean() < 2.5


def test_ink_without_a_profile_is_subtracted() -> None:
    assert away(first_part(encoded(SCENE.convert("CMYK"), "TIFF")).picture).max() == 0


def test_lab_is_colour() -> None:
    numbers = lab(np.asarray(SCENE).reshape(-1, 3) / 255) * (2.55, 1, 1)
    picture = Image.frombytes("LAB", SCENE.size, numbers.round().astype(np.int16).astype(np.uint8).tobytes())
    assert away(first_part(encoded(picture, "TIFF")).picture).mean() < 1.5


def test_conversion_comes_after_reduction() -> None:
    large = scene(1200, 900)
    numbers = Image.fromarray((stored(large, P3_LIKE) * 255).round().astype(np.uint8))
    decoded = first_part(encoded(numbers, "TIFF", icc_profile=rgb_profile(P3_LIKE))).picture
    assert decoded.size == small(large, 384).picture.size
    assert away(decoded, small(large, 384).picture).mean() < 0.5


def test_the_thumbnail_is_of_the_colours_shown_and_names_no_profile() -> None:
    made = thumbnail(first_part(encoded(in_space(WIDE_LINEAR), "PNG", icc_profile=LINEAR)))
    shown = Image.open(io.BytesIO(made))
    assert away(shown.convert("RGB")).mean() < 4
    assert "icc_profile" not in shown.info


BROKEN = {
    "nothing": b"",
    "words": b"a profile? no. " * 40,
    "half of one": LINEAR[: len(LINEAR) // 2],
    "a header only": LINEAR[:128],
    "another colour space": LINEAR[:16] + b"HSV " + LINEAR[20:],
    "a profile for grey": grey_profile(3),
    "a profile for ink": ink_profile(2),
    "tags at the end of the world": LINEAR[:136] + b"\xff" * 100 + LINEAR[236:],
    "a hundred million tags": LINEAR[:128] + struct.pack(">I", 100_000_000) + LINEAR[132:],
    "far too long": LINEAR + bytes(LARGEST_PROFILE),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_profile_is_no_profile(name: str) -> None:
    assert to_srgb(SCENE, BROKEN[name], grey=False) is SCENE
    if len(BROKEN[name]) < 100_000:
        data = encoded(SCENE, "JPEG", quality=95, icc_profile=BROKEN[name])
        assert first_part(data).picture.tobytes() == first_part(encoded(SCENE, "JPEG", quality=95)).picture.tobytes()
    assert not needs_profile("CMYK", BROKEN[name]) or name == "a profile for ink"


def test_a_profile_is_never_an_exception() -> None:
    """Every byte of one changed in turn, and cut anywhere."""
    profile = rgb_profile(ADOBE_LIKE)
    tiny = Image.new("RGB", (2, 2), "teal")
    for at in range(0, len(profile), 3):
        bent = profile[:at] + bytes([profile[at] ^ 0x81]) + profile[at + 1 :]
        assert to_srgb(tiny, bent, grey=False).mode == "RGB"
        assert to_srgb(tiny, profile[:at], grey=False).mode == "RGB"


@pytest.mark.parametrize(
    "profile", [rgb_profile(SRGB), ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()]
)
def test_srgb_in_any_writing_costs_nothing(profile: bytes) -> None:
    assert to_srgb(SCENE, profile, grey=False) is SCENE
    started = time.process_time()
    for _ in range(1000):
        to_srgb(SCENE, profile, grey=False)
    assert time.process_time() - started < 0.05
