import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ExifTags, Image

from registry.media.raster import SIDE, WORKING_SIDE, Raster, rasters
from registry.media.thumbnail import LONGEST, thumbnail
from registry.works import Ground
from tests.media.drawn import cut_out, encoded, first_part, scene


def seen(data: bytes) -> dict[Ground, Raster]:
    return dict(rasters(first_part(data)))


def laid_on(colour: str) -> Image.Image:
    picture = cut_out()
    ground = Image.new("RGBA", picture.size, colour)
    return Image.alpha_composite(ground, picture).convert("RGB")


def furthest(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> int:
    return int(np.abs(one.astype(int) - other).max())


def test_a_raster_is_a_grey_square() -> None:
    (raster,) = seen(encoded(scene(), "PNG")).values()
    assert raster.shape == (SIDE, SIDE)
    assert raster.dtype == np.uint8


@pytest.mark.parametrize("size", [(320, 240), (40, 30), (1001, 777)])
def test_a_mirrored_picture_has_the_mirrored_raster(size: tuple[int, int]) -> None:
    picture = scene(*size)
    (raster,) = seen(encoded(picture, "PNG")).values()
    (mirrored,) = seen(encoded(picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT), "PNG")).values()
    (turned,) = seen(encoded(picture.transpose(Image.Transpose.ROTATE_90), "PNG")).values()
    tolerance = 0 if max(size) < 2 * WORKING_SIDE else 3  # whole-factor reduction starts at one edge
    assert furthest(mirrored, np.fliplr(raster)) <= tolerance
    assert furthest(turned, np.rot90(raster)) <= max(1, tolerance)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_transparency_lies_on_white_and_on_black(kind: str) -> None:
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    grounds = seen(encoded(cut_out(), kind, **options))
    assert list(grounds) == [Ground.WHITE, Ground.BLACK]
    for ground, colour in ((Ground.WHITE, "white"), (Ground.BLACK, "black")):
        (flattened,) = seen(encoded(laid_on(colour), "PNG")).values()
        assert furthest(grounds[ground], flattened) <= 1


def test_a_transparent_palette_entry_is_transparency() -> None:
    palette = cut_out().quantize(16)
    assert list(seen(encoded(palette, "PNG"))) == [Ground.WHITE, Ground.BLACK]
    keyed = scene().quantize(12)
    assert list(seen(encoded(keyed, "GIF", transparency=3))) == [Ground.WHITE, Ground.BLACK]
    assert list(seen(encoded(keyed, "PNG", transparency=3))) == [Ground.WHITE, Ground.BLACK]


def test_a_colour_key_is_transparency() -> None:
    data = encoded(scene(), "PNG", transparency=(250, 250, 250))
    grounds = seen(data)
    assert list(grounds) == [Ground.WHITE, Ground.BLACK]
    assert furthest(grounds[Ground.WHITE], grounds[Ground.BLACK]) > 200


def test_alpha_that_hides_nothing_is_no_transparency() -> None:
    assert list(seen(encoded(scene().convert("RGBA"), "PNG"))) == [Ground.OPAQUE]
    faint = scene().convert("RGBA")
    faint.putalpha(254)
    assert list(seen(encoded(faint, "PNG"))) == [Ground.OPAQUE]


@pytest.mark.parametrize(("size", "expected"), [((512, 384), (256, 192)), ((90, 60), (90, 60)), ((3000, 3), (300, 1))])
def test_a_thumbnail_has_the_true_proportions(size: tuple[int, int], expected: tuple[int, int]) -> None:
    decoded = first_part(encoded(scene(*size), "PNG"))
    small = Image.open(io.BytesIO(thumbnail(decoded)))
    assert small.format == "JPEG"
    assert small.size == expected
    assert max(small.size) <= LONGEST


def test_a_thumbnail_is_upright_and_carries_no_metadata() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Artist] = "someone who would rather not be named"
    data = encoded(
        scene(300, 500),
        "JPEG",
        exif=exif,
        comment=b"taken at home",
        icc_profile=b"a profile" * 20,
        xmp=b"<x:xmpmeta>someone</x:xmpmeta>",
        dpi=(301, 301),
    )
    assert b"someone" in data
    assert b"at home" in data
    bytes_ = thumbnail(first_part(data))
    small = Image.open(io.BytesIO(bytes_))
    small.load()
    assert small.size == (250, 150)
    assert set(small.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert small.info.get("jfif_density") != (301, 301)
    for trace in (b"someone", b"at home", b"profile", b"Exif"):
        assert trace not in bytes_


def test_a_thumbnail_lies_on_white() -> None:
    decoded = first_part(encoded(cut_out(), "PNG"))
    small = Image.open(io.BytesIO(thumbnail(decoded)))
    corner = small.getpixel((0, 0))
    assert isinstance(corner, tuple)
    assert min(corner) > 245
