import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from registry.fingerprint.detail import detail
from registry.fingerprint.pdq import PDQRaster
from registry.works import Detail
from tests.media.drawn import scene

Y, X = np.mgrid[0:512, 0:512]
RANDOM = np.random.default_rng(11)


def judged(image: Image.Image) -> Detail:
    raster = np.asarray(image.convert("L").resize((128, 128), Image.Resampling.BILINEAR))
    return detail(raster, PDQRaster().compute(raster)[1])


def grey(levels: np.ndarray) -> Image.Image:
    return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))


def shape(draw: str, *box: int, width: int = 1) -> Image.Image:
    image = Image.new("L", (512, 512), 255)
    pen = ImageDraw.Draw(image)
    if draw == "frame":
        pen.rectangle(box, outline=0, width=width)
    elif draw == "half":
        pen.rectangle(box, fill=0)
    else:
        pen.ellipse(box, fill=0)
    return image


FLAT = {
    "white": grey(np.full((512, 512), 255)),
    "grey": grey(np.full((512, 512), 128)),
    "a gradient": grey(X / 2),
    "a gradient over the diagonal": grey((X + Y) / 4),
    "a faint gradient": grey(120 + X / 64),
    "checks of one pixel": grey((X + Y) % 2 * 255),
    "checks of two pixels": grey((X // 2 + Y // 2) % 2 * 255),
    "stripes of one pixel": grey(X % 2 * 255),
    "faint grain": grey(RANDOM.normal(128, 5, (512, 512))),
    "a speck": shape("dot", 250, 250, 262, 262),
}

NOISY = {
    "noise": grey(RANDOM.normal(128, 73, (512, 512))),
    "noise of one pixel on the raster": grey(RANDOM.integers(0, 256, (128, 128))),
    "checks of eight pixels": grey((X // 8 + Y // 8) % 2 * 255),
    "halves": shape("half", 0, 0, 255, 511),
}

COMMON = {
    "a frame": shape("frame", 90, 120, 400, 380, width=6),
    "a disc": shape("dot", 100, 140, 420, 400),
    "five checks and a half": grey((X // 91 + Y // 91) % 2 * 255),
    "diagonal stripes": grey((X + 2 * Y) // 90 % 2 * 255),
}

DISTINCT = {
    "a scene": scene(),
    "a small scene": scene(48, 36),
    "a dark scene": grey(np.asarray(scene().convert("L")) / 2),
    "coarse noise": grey(RANDOM.integers(0, 256, (16, 16))),
}


@pytest.mark.parametrize("name", FLAT)
def test_nothing_to_see_is_flat(name: str) -> None:
    assert judged(FLAT[name]) is Detail.FLAT


@pytest.mark.parametrize("name", NOISY)
def test_what_does_not_decide_the_bits_is_noisy(name: str) -> None:
    assert judged(NOISY[name]) is Detail.NOISY


@pytest.mark.parametrize("name", COMMON)
def test_what_everybody_has_is_common(name: str) -> None:
    assert judged(COMMON[name]) is Detail.COMMON


@pytest.mark.parametrize("name", DISTINCT)
def test_pictures_are_distinct(name: str) -> None:
    assert judged(DISTINCT[name]) is Detail.DISTINCT


def test_it_is_not_decided_by_which_way_up() -> None:
    raster = np.asarray(scene().convert("L").resize((128, 128)))
    quality = PDQRaster().compute(raster)[1]
    assert {detail(np.rot90(raster, turns).copy(), quality) for turns in range(4)} == {Detail.DISTINCT}


@given(st.binary(min_size=128, max_size=128), st.integers(0, 100))
def test_every_raster_has_a_detail(row: bytes, quality: int) -> None:
    raster = np.tile(np.frombuffer(row, dtype=np.uint8), (128, 1))
    assert detail(raster, quality) in Detail
