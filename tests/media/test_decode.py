"""One picture in many files: whatever the format, mode, depth or orientation, it is the same picture."""

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ExifTags, Image

from registry.errors import MalformedMedia, MediaError, MediaTooLarge, UnsupportedMedia
from registry.media.budget import Budget
from registry.media.raster import WORKING_SIDE, rasters
from registry.works import Ground
from tests.media.drawn import cut_out, encoded, first_part, png16, scene, webp_claim

SCENE = scene()
GREY = SCENE.convert("L")
LEVELS = np.asarray(GREY)
FEW = SCENE.quantize(12)
DRAWING = GREY.point(lambda level: 255 if level > 120 else 0).convert("1")


def raster_of(data: bytes) -> NDArray[np.uint8]:
    (only,) = rasters(first_part(data))
    assert only[0] is Ground.OPAQUE
    return only[1]


def furthest(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> int:
    return int(np.abs(one.astype(int) - other).max())


@pytest.mark.parametrize(
    "data",
    [
        encoded(SCENE, "PNG"),
        encoded(SCENE, "WEBP", lossless=True),
        encoded(SCENE, "BMP"),
        encoded(SCENE, "TIFF"),
        encoded(SCENE, "TIFF", compression="tiff_lzw"),
        encoded(SCENE, "TIFF", compression="tiff_adobe_deflate"),
        encoded(SCENE.convert("RGBA"), "PNG"),
        encoded(SCENE.convert("RGBA"), "WEBP", lossless=True),
        encoded(SCENE.convert("CMYK"), "TIFF"),
        png16(np.asarray(SCENE).astype(np.uint16) * 257),
    ],
)
def test_lossless_colour_is_the_same_raster(data: bytes) -> None:
    assert furthest(raster_of(data), raster_of(encoded(SCENE, "PNG"))) == 0


@pytest.mark.parametrize(
    "data",
    [
        encoded(GREY, "PNG"),
        encoded(GREY, "BMP"),
        encoded(GREY, "GIF"),
        encoded(GREY.convert("LA"), "PNG"),
        png16(LEVELS.astype(np.uint16) * 257),
        encoded(Image.fromarray(LEVELS.astype(np.uint16) * 257), "TIFF"),
        encoded(Image.frombytes("I;16B", GREY.size, (LEVELS.astype(">u2") * 257).tobytes()), "TIFF"),
        encoded(Image.fromarray(LEVELS.astype(np.int32) * 257), "TIFF"),
        encoded(Image.fromarray(LEVELS.astype(np.float32) / np.float32(255)), "TIFF"),
        encoded(Image.fromarray(LEVELS.astype(np.float32)), "TIFF"),
    ],
)
def test_grey_of_any_depth_is_scaled_not_clipped(data: bytes) -> None:
    assert furthest(raster_of(data), raster_of(encoded(SCENE, "PNG"))) <= 1


@pytest.mark.parametrize(
    ("data", "colours"),
    [
        (encoded(FEW, "PNG"), FEW.convert("RGB")),
        (encoded(FEW, "GIF"), FEW.convert("RGB")),
        (encoded(FEW, "TIFF"), FEW.convert("RGB")),
        (encoded(FEW, "BMP"), FEW.convert("RGB")),
        (encoded(DRAWING, "PNG"), DRAWING.convert("L")),
        (encoded(DRAWING, "TIFF", compression="group4"), DRAWING.convert("L")),
        (encoded(DRAWING, "BMP"), DRAWING.convert("L")),
    ],
)
def test_palettes_and_bits_are_what_they_show(data: bytes, colours: Image.Image) -> None:
    assert furthest(raster_of(data), raster_of(encoded(colours, "PNG"))) == 0


@pytest.mark.parametrize(
    "data",
    [
        encoded(SCENE, "JPEG", quality=95),
        encoded(SCENE, "JPEG", quality=95, progressive=True),
        encoded(SCENE.convert("CMYK"), "JPEG", quality=95),
        encoded(SCENE, "WEBP", quality=95),
        encoded(SCENE, "TIFF", compression="jpeg", quality=95),
        encoded(SCENE.convert("YCbCr"), "TIFF"),
        encoded(SCENE, "AVIF", quality=85),
        encoded(SCENE, "HEIC", quality=85),
    ],
)
def test_lossy_files_stay_near(data: bytes) -> None:
    assert np.abs(raster_of(data).astype(int) - raster_of(encoded(SCENE, "PNG"))).mean() < 2.5


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_the_first_frame_counts(kind: str) -> None:
    first = FEW if kind in ("GIF", "PNG") else FEW.convert("RGB")
    options: dict[str, Any] = {"WEBP": {"lossless": True}, "AVIF": {"quality": 95}}.get(kind, {})
    still = encoded(first, kind, **options)
    others = [first.rotate(90), first.rotate(180)]
    moving = encoded(first, kind, save_all=True, append_images=others, **options)
    assert furthest(raster_of(moving), raster_of(still)) <= (12 if kind == "AVIF" else 1)


def stored(visual: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """The pixels as EXIF 2.32 has them stored: where the first row and column lie in what is seen."""
    from_the_right, from_the_bottom, sideways = {
        1: (False, False, False),  # row 0 at the top, column 0 at the left
        2: (True, False, False),  # top, right
        3: (True, True, False),  # bottom, right
        4: (False, True, False),  # bottom, left
        5: (False, False, True),  # left, top
        6: (True, False, True),  # right, top
        7: (True, True, True),  # right, bottom
        8: (False, True, True),  # left, bottom
    }[orientation]
    pixels = visual[:: -1 if from_the_bottom else 1, :: -1 if from_the_right else 1]
    return np.ascontiguousarray(pixels.swapaxes(0, 1) if sideways else pixels)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "JPEG", "AVIF", "HEIC"])
def test_exif_orientation_is_undone(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    options: dict[str, Any] = {
        "WEBP": {"lossless": True},
        "JPEG": {"quality": 97, "subsampling": 0},
        "AVIF": {"quality": 97, "subsampling": "4:4:4"},
        "HEIC": {"quality": 97, "chroma": 444},
    }.get(kind, {})
    data = encoded(Image.fromarray(stored(np.asarray(SCENE), orientation)), kind, exif=exif.tobytes(), **options)
    decoded = first_part(data)
    assert (decoded.width, decoded.height) == (320, 240)
    upright = decoded.scaled((320, 240), Image.Resampling.BOX)
    difference = np.abs(np.asarray(upright).astype(int) - np.asarray(SCENE))
    assert difference.mean() < (2 if kind in ("JPEG", "AVIF", "HEIC") else 0.001)


def test_orientation_also_holds_where_a_jpeg_is_decoded_small() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    large = scene(2000, 1500)
    data = encoded(Image.fromarray(stored(np.asarray(large), 6)), "JPEG", exif=exif, quality=95)
    decoded = first_part(data)
    assert (decoded.width, decoded.height) == (2000, 1500)
    assert decoded.picture.width < 1000
    assert furthest(raster_of(data), raster_of(encoded(large, "PNG"))) < 40


def test_damaged_metadata_is_no_reason_to_refuse() -> None:
    data = encoded(SCENE, "JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\x7f" + bytes(range(200)))
    assert first_part(data).width == 320


@pytest.mark.parametrize(
    "image", [scene(3000, 2000), scene(3000, 2000).quantize(64), scene(3000, 2000).convert("L"), cut_out(3000, 2000)]
)
def test_shrinking_in_bands_is_shrinking(image: Image.Image) -> None:
    decoded = first_part(encoded(image, "TIFF"))
    assert WORKING_SIDE <= min(decoded.picture.size) < max(decoded.picture.size) < 2 * WORKING_SIDE
    across, down = image.width // WORKING_SIDE, image.height // WORKING_SIDE
    mode = "RGBA" if image.mode == "RGBA" else "L" if image.mode == "L" else "RGB"
    whole = image.convert(mode).reduce((across, down))
    assert whole.size == decoded.picture.size
    assert whole.mode == decoded.picture.mode
    assert furthest(np.asarray(decoded.picture), np.asarray(whole)) == 0


def test_a_large_jpeg_decoded_small_is_nearly_the_one_decoded_whole() -> None:
    data = encoded(scene(3000, 2250), "JPEG", quality=90)
    whole = encoded(Image.open(io.BytesIO(data)), "PNG")
    assert furthest(raster_of(data), raster_of(whole)) <= 12


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (2, 3), (20_000, 2)])
def test_odd_sizes_have_a_raster(size: tuple[int, int]) -> None:
    data = encoded(Image.new("RGB", size, "teal"), "PNG")
    assert raster_of(data).std() == 0


def refusal(data: bytes, budget: Budget) -> MediaTooLarge:
    with pytest.raises(MediaTooLarge) as caught:
        first_part(data, budget)
    return caught.value


def test_bytes_are_counted_first() -> None:
    refused = refusal(b"GIF89a and no picture", Budget(size=16))
    assert (refused.what, refused.limit, refused.actual) == ("bytes", 16, 21)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP", "AVIF", "HEIC"])
def test_pixels_are_counted_in_the_header(kind: str) -> None:
    data = encoded(SCENE, kind)
    refused = refusal(data[: len(data) // 2], replace(Budget(), pixels=320 * 240 - 1))
    assert (refused.what, refused.actual) == ("pixels", 320 * 240)


def test_forty_bytes_that_claim_a_gigabyte() -> None:
    refused = refusal(webp_claim(13_000, 13_000), Budget())
    assert (refused.what, refused.actual) == ("pixels", 169_000_000)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_frames_are_bounded(kind: str) -> None:
    frames = [SCENE.rotate(turn).quantize(8) for turn in range(5)]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
    assert first_part(data, replace(Budget(), frames=5)).width == 320
    assert refusal(data, replace(Budget(), frames=3)).what == "frames"
    assert refusal(data, replace(Budget(), total_pixels=4 * 320 * 240)).what == "pixels in all its frames"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP", "AVIF", "HEIC"])
@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_a_truncated_file_is_malformed(kind: str, share: float) -> None:
    data = encoded(SCENE, kind)
    with pytest.raises(MalformedMedia, match=kind):
        first_part(data[: int(len(data) * share)])


def test_the_wrong_decoder_is_never_tried() -> None:
    postscript = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run"
    with pytest.raises(UnsupportedMedia):
        first_part(postscript)
    with pytest.raises(MediaError):
        first_part(b"\x89PNG\r\n\x1a\n" + encoded(SCENE, "JPEG"))


def test_what_follows_a_picture_is_ignored() -> None:
    data = encoded(SCENE, "PNG")
    assert furthest(raster_of(data + b"PK\x03\x04 an archive follows"), raster_of(data)) == 0
