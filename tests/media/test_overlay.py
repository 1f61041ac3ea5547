"""The overlay: what is drawn where."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageStat

from registry.findings import Affine, Placement
from registry.match.placing import place
from registry.match.polygons import area, clipped, determinant, mapped
from registry.media.overlay import WIDTH, overlay

RED, GREEN, BLUE = (200, 30, 30), (30, 160, 60), (40, 60, 200)
NUMBERS = st.floats(-2, 2)


def jpeg(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=95)
    return file.getvalue()


def halves(size: tuple[int, int], left: tuple[int, int, int], right: tuple[int, int, int]) -> Image.Image:
    picture = Image.new("RGB", size, left)
    picture.paste(right, (size[0] // 2, 0, *size))
    return picture


def drawn(work: Image.Image, asked: Image.Image, placement: Placement) -> Image.Image:
    with Image.open(io.BytesIO(overlay(jpeg(work), jpeg(asked), placement))) as picture:
        return picture.convert("RGB")


def near(picture: Image.Image, at: tuple[float, float], colour: tuple[int, int, int], by: int = 25) -> bool:
    x, y = round(at[0]), round(at[1])
    mean = ImageStat.Stat(picture.crop((x - 4, y - 4, x + 4, y + 4))).mean
    return all(abs(found - wanted) <= by for found, wanted in zip(mean, colour, strict=True))


def blend_box(picture: Image.Image, asked: tuple[int, int]) -> tuple[float, float, float, float]:
    """Left, top, width, height of the blend: at the bottom, in the middle, below a margin."""
    scale = min((WIDTH - 48) / asked[0], 560 / asked[1])
    width, height = asked[0] * scale, asked[1] * scale
    return (WIDTH - width) / 2, picture.height - 24 - height, width, height


def test_a_mirrored_work_is_turned_back_before_it_is_laid_over() -> None:
    work, asked = halves((300, 200), RED, BLUE), halves((300, 200), BLUE, RED)
    mirrored = place((-1, 0, 1, 0, 1, 0), work=work.size, asked=asked.size)
    picture = drawn(work, asked, mirrored)
    left, top, width, height = blend_box(picture, asked.size)
    assert near(picture, (left + width / 4, top + height / 2), BLUE)
    assert near(picture, (left + width * 3 / 4, top + height / 2), RED)
    # the pictures above are as they are
    assert near(picture, (24 + 100, 70 + 140), RED)
    assert near(picture, (WIDTH / 2 + 12 + 100, 70 + 140), BLUE)


def test_what_does_not_agree_is_seen_twice() -> None:
    work, asked = Image.new("RGB", (200, 200), RED), Image.new("RGB", (200, 200), BLUE)
    picture = drawn(work, asked, place((1, 0, 0, 0, 1, 0), work=work.size, asked=asked.size))
    left, top, width, height = blend_box(picture, asked.size)
    assert near(picture, (left + width / 2, top + height / 2), (120, 45, 115))


def test_an_inverted_work_is_inverted_back() -> None:
    work, asked = Image.new("RGB", (200, 200), (15, 15, 15)), Image.new("RGB", (200, 200), (240, 240, 240))
    placement = place((1, 0, 0, 0, 1, 0), work=work.size, asked=asked.size, inverted=True)
    picture = drawn(work, asked, placement)
    left, top, width, height = blend_box(picture, asked.size)
    assert near(picture, (left + width / 2, top + height / 2), (240, 240, 240))


def test_what_is_not_shown_is_faded() -> None:
    work, asked = Image.new("RGB", (200, 200), GREEN), Image.new("RGB", (200, 200), GREEN)
    # the work's right half fills the asked picture's left half
    picture = drawn(work, asked, place((1, 0, -0.5, 0, 1, 0), work=work.size, asked=asked.size))
    assert not near(picture, (24 + 100, 70 + 200), GREEN, by=60)
    assert near(picture, (24 + 320, 70 + 200), GREEN)
    left, top, width, height = blend_box(picture, asked.size)
    assert near(picture, (left + width / 4, top + height / 2), GREEN)
    assert not near(picture, (left + width * 3 / 4, top + height / 2), GREEN, by=60)


def test_points_are_joined() -> None:
    work, asked = Image.new("RGB", (200, 200), "white"), Image.new("RGB", (200, 200), "white")
    points = [((0.5, 0.5), (0.5, 0.5))]
    plain = drawn(work, asked, place((1, 0, 0, 0, 1, 0), work=work.size, asked=asked.size))
    joined = drawn(work, asked, place((1, 0, 0, 0, 1, 0), work=work.size, asked=asked.size, points=points))
    between = (WIDTH // 2, 70 + 212)
    assert near(plain, between, plain.getpixel(between))  # type: ignore[arg-type]
    red, green, _ = joined.getpixel(between)  # type: ignore[misc]
    assert red > green + 80


@settings(max_examples=12, deadline=None)
@given(
    st.tuples(*[NUMBERS] * 6).filter(
        lambda one: abs(determinant(one)) > 1e-3 and area(clipped(mapped(one, [(0, 0), (1, 0), (1, 1), (0, 1)]))) > 0
    ),
    st.sampled_from([(320, 200), (1, 320), (320, 1), (7, 5)]),
    st.sampled_from([(512, 380), (1, 1), (12, 512)]),
)
def test_any_placement_can_be_drawn(transform: Affine, work: tuple[int, int], asked: tuple[int, int]) -> None:
    placement = place(transform, work=work, asked=asked, points=[((0, 0), (0, 0)), ((1, 1), (1, 1))])
    picture = drawn(Image.new("RGB", work, RED), Image.new("L", asked, 90), placement)
    assert picture.width == WIDTH
    assert picture.height < 1200


@pytest.mark.parametrize("damaged", [b"", b"\xff\xd8\xff", b"no picture"])
def test_what_is_no_jpeg_is_an_error(damaged: bytes) -> None:
    placement = place((1, 0, 0, 0, 1, 0), work=(10, 10), asked=(10, 10))
    with pytest.raises((OSError, SyntaxError)):
        overlay(damaged, jpeg(Image.new("RGB", (10, 10))), placement)
