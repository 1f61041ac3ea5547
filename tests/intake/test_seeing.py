"""What is seen of pictures: every drawn one has features that fit the budget, and textures are known by theirs."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from registry.features import QUERY_SIDE, WORK_SIDE
from registry.fingerprint.regional.packed import pack, unpack
from registry.intake.reading import read_closer, read_query, read_work
from registry.intake.seeing import query_features, work_features
from registry.works import Detail
from tests.journeys.pictures import Picture, saved
from tests.media.drawn import cut_out, emblem, haze, scene, weave

MOST_BYTES = 2600


def _grain(seed: int, width: int = 220, height: int = 220, contrast: float = 4) -> Image.Image:
    noise = np.random.default_rng(seed).normal(size=(height, width))
    smooth = sum(np.roll(noise, (down, across), (0, 1)) for down in range(3) for across in range(3))
    levels = np.clip(np.round(228 + contrast * smooth / smooth.std()), 0, 255).astype(np.uint8)
    return Image.fromarray(levels).convert("RGB")


def _noise() -> Image.Image:
    return Image.fromarray(np.random.default_rng(9).integers(0, 256, (400, 400, 3), dtype=np.uint8))


def _letters() -> Image.Image:
    page = Image.new("RGB", (600, 800), "white")
    pen = ImageDraw.Draw(page)
    for line in range(60):
        pen.text((20, 10 + 13 * line), "the quick brown fox jumps over the lazy dog " * 2, fill="black")
    return page


PICTURES = {
    "scene": scene(),
    "weave": weave(),
    "haze": haze(),
    "emblem": emblem(),
    "noise": _noise(),
    "letters": _letters(),
    "grey": scene().convert("L"),
    "black and white": _letters().convert("1"),
    "a blank": Image.new("RGB", (300, 300), "pink"),
    "a strip": Picture(1, (2000, 24)).image(),
    "a post": Picture(1, (12, 900)).image(),
    "a dot": Image.new("RGB", (1, 1), "red"),
    "faint grain": _grain(1),
    "coarse grain": _grain(2, 400, 300, 9),
    "grain of a strip": _grain(3, 600, 60),
    "shapes": Picture(5, (700, 500)).image(),
}


def _array(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture.convert("RGB"))


@pytest.mark.parametrize("detail", Detail)
@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
def test_any_picture_fits_the_budget_whatever_it_is_good_for(picture: Image.Image, detail: Detail) -> None:
    packed = pack(work_features(_array(picture), detail))
    assert len(packed) <= MOST_BYTES
    features = unpack(packed)
    assert max(features.size) <= WORK_SIDE
    left, top, right, bottom = features.picture
    assert left <= 0.5
    assert top <= 0.5
    assert right >= features.size[0] - 0.5
    assert bottom >= features.size[1] - 0.5


@st.composite
def drawings(draw: st.DrawFn) -> Image.Image:
    """Any number of shapes, crowded or few, on a plain or a soft ground."""
    size = draw(st.tuples(st.integers(40, 600), st.integers(40, 600)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    coarse = rng.integers(0, 256, (draw(st.integers(1, 6)), draw(st.integers(1, 6)), 3), dtype=np.uint8)
    picture = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(picture)
    for _ in range(draw(st.integers(0, 60))):
        x, y = (rng.integers(0, side) for side in size)
        w, h = rng.integers(2, 200, 2)
        shape = pen.ellipse if rng.random() < 0.5 else pen.rectangle
        shape((x, y, x + w, y + h), fill=tuple(rng.integers(0, 256, 3).tolist()))
    return picture


@settings(max_examples=30, deadline=None)
@given(drawings(), st.sampled_from(Detail))
def test_so_does_any_drawing(picture: Image.Image, detail: Detail) -> None:
    assert len(pack(work_features(_array(picture), detail))) <= MOST_BYTES


@pytest.mark.parametrize("detail", [Detail.FLAT, Detail.NOISY])
def test_a_texture_is_known_by_its_relief_and_by_no_points_of_an_outline(detail: Detail) -> None:
    features = work_features(_array(_grain(4)), detail)
    assert features.texture is not None
    assert len(features.texture.codes) > 20
    outlines = features.keypoints.codes, features.shapes.codes, features.edges.points
    assert [len(each) for each in outlines] == [0, 0, 0]


@pytest.mark.parametrize("detail", [Detail.DISTINCT, Detail.COMMON])
def test_what_is_recognised_otherwise_is_no_texture(detail: Detail) -> None:
    assert work_features(_array(_grain(4)), detail).texture is None


def test_an_asked_texture_is_seen_as_one_and_shapes_are_not() -> None:
    assert query_features(_array(_grain(4, QUERY_SIDE, QUERY_SIDE))).texture is not None
    assert query_features(_array(emblem(QUERY_SIDE, QUERY_SIDE))).texture is None


def test_a_photograph_is_asked_no_shapes_and_a_drawing_is_in_four_ways() -> None:
    assert query_features(_array(haze(QUERY_SIDE, 384))).shapes == ()
    plain, *others = query_features(_array(emblem(QUERY_SIDE, QUERY_SIDE))).shapes
    assert len(others) == 3
    assert len(plain.codes) > 5


def test_the_same_picture_is_seen_the_same_each_time() -> None:
    picture = _array(scene(500, 400))
    assert pack(work_features(picture, Detail.DISTINCT)) == pack(work_features(picture, Detail.DISTINCT))


def test_every_part_of_a_file_has_features_unless_it_shows_what_everybody_has() -> None:
    intake = read_work(saved(scene(), "PNG"), None, keep=False)
    assert unpack(intake.parts[0].features).size == (384, 288)
    plain = Image.new("RGB", (400, 400), "white")
    ImageDraw.Draw(plain).ellipse((60, 60, 340, 340), fill="black")
    (part,) = read_work(saved(plain, "PNG"), None, keep=False).parts
    assert part.part.detail is Detail.COMMON
    assert part.features == b""


def test_a_transparent_picture_is_seen_on_the_ground_that_shows_most() -> None:
    drawing = Image.new("RGBA", (320, 240), "black")
    drawing.putalpha(scene().convert("L"))
    on_white = Image.alpha_composite(Image.new("RGBA", drawing.size, "white"), drawing).convert("RGB")
    (through,), (laid,) = (read_work(saved(each, "PNG"), None, keep=False).parts for each in (drawing, on_white))
    one, other = unpack(through.features), unpack(laid.features)
    assert one.size == other.size
    assert len(one.edges.points) > 100
    assert np.mean(np.abs(np.bitwise_count(one.regions.codes[0] ^ other.regions.codes[0]).sum())) <= 16


@pytest.mark.parametrize(("size", "kept"), [((1024, 768), (512, 384)), ((30, 20), (512, 341)), ((5, 2000), (8, 512))])
def test_an_asked_picture_is_kept_at_one_size(size: tuple[int, int], kept: tuple[int, int]) -> None:
    query = read_query(saved(Picture(2, size).image(), "PNG"), None)
    (asked,) = query.pictures
    assert (asked.width, asked.height) == size
    assert asked.size == kept
    assert asked.picture.shape[:2] == kept[::-1]
    assert read_closer(asked).features.regions.boxes.shape[1] == 4


def test_a_cut_out_is_asked_about_in_colours_and_without_alpha() -> None:
    (asked,) = read_query(saved(cut_out(), "PNG"), None).pictures
    assert asked.mode == "RGB"
    file = io.BytesIO()
    scene().convert("L").save(file, "PNG")
    (grey,) = read_query(file.getvalue(), None).pictures
    assert grey.picture.ndim in (2, 3)
