"""TIFF: pages become parts, smaller copies and masks don't, and directories without number or end are refused."""

import time
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from registry.errors import MalformedMedia, MediaTooLarge
from registry.media.budget import Budget
from registry.media.raster import rasters
from registry.media.tiff import directories, pages
from registry.works import PartKind
from tests.media.drawn import all_parts, encoded, first_part, scene
from tests.media.tiff_drawn import LONG, SHORT, page, tiff, tiny_directories

SCENE = scene(160, 120)
PIXELS = np.asarray(SCENE)
GREY = np.asarray(SCENE.convert("L"))
TURNED = np.ascontiguousarray(np.rot90(PIXELS))


def raster(data: bytes) -> NDArray[np.uint8]:
    ((_, found),) = rasters(first_part(data))
    return found


def shown(data: bytes, budget: Budget | None = None) -> list[tuple[PartKind, str, tuple[int, int]]]:
    return [(part.kind, part.name, part.decoded.picture.size) for part in all_parts(data, budget or Budget())]


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "jpeg"])
def test_pages_are_parts_in_their_order(compression: str | None) -> None:
    several = [SCENE, SCENE.rotate(180), Image.fromarray(TURNED), SCENE.convert("RGB").resize((90, 70))]
    found = all_parts(encoded(several[0], "TIFF", save_all=True, append_images=several[1:], compression=compression))
    assert [part.name for part in found] == ["page 1", "page 2", "page 3", "page 4"]
    assert {part.kind for part in found} == {PartKind.PAGE}
    for part, picture in zip(found, several, strict=True):
        difference = np.asarray(part.decoded.picture).astype(int) - np.asarray(picture)
        assert np.abs(difference).mean() < (6 if compression == "jpeg" else 0.001)


def test_one_page_is_the_whole() -> None:
    assert shown(encoded(SCENE, "TIFF")) == [(PartKind.WHOLE, "", (160, 120))]


@pytest.mark.parametrize("mark", [{"subfile": 1}, {"subfile": 4}, {"subfile": 5}, {"old_subfile": 2}])
def test_smaller_copies_and_masks_are_no_pages(mark: dict[str, int]) -> None:
    extra = page(PIXELS[::4, ::4], 2, **mark)
    assert shown(tiff([page(PIXELS, 2), extra])) == [(PartKind.WHOLE, "", (160, 120))]
    assert shown(tiff([extra, page(PIXELS, 2)])) == [(PartKind.WHOLE, "", (160, 120))]
    two = tiff([page(PIXELS, 2, subfile=2), extra, page(TURNED, 2, subfile=2), extra])
    assert shown(two) == [(PartKind.PAGE, "page 1", (160, 120)), (PartKind.PAGE, "page 2", (120, 160))]


def test_a_file_of_nothing_but_copies_shows_the_largest() -> None:
    copies = [PIXELS[::4, ::4], PIXELS, PIXELS[::2, ::2]]
    data = tiff([page(copy, 2, subfile=1) for copy in copies])
    assert shown(data) == [(PartKind.WHOLE, "", (160, 120))]


def test_each_page_is_turned_by_its_own_orientation() -> None:
    sideways = np.ascontiguousarray(PIXELS.swapaxes(0, 1)[:, ::-1])
    data = tiff([page(PIXELS, 2), page(sideways, 2, orientation=8), page(PIXELS[::-1, ::-1], 2, orientation=3)])
    for part in all_parts(data):
        assert (part.decoded.width, part.decoded.height) == (160, 120)
        assert np.array_equal(np.asarray(part.decoded.scaled((160, 120), Image.Resampling.BOX)), PIXELS)


@pytest.mark.parametrize(
    "data",
    [
        tiff([page(PIXELS.astype(np.uint16) * 257, 2)]),
        tiff([page(np.dstack([PIXELS, np.full_like(GREY, 255)]).astype(np.uint16) * 257, 2)]),
        tiff([page(np.dstack([PIXELS, np.full_like(GREY, 255)]), 2)]),
        tiff([page(np.dstack([255 - PIXELS, np.zeros_like(GREY)]).astype(np.uint16) * 257, 5)]),
    ],
)
def test_colour_of_any_depth(data: bytes) -> None:
    assert np.array_equal(raster(data), raster(encoded(SCENE, "PNG")))


@pytest.mark.parametrize(
    "pixels",
    [255 - GREY, 65535 - GREY.astype(np.uint16) * 257, (1 - GREY / 255).astype(np.float32)],
)
def test_where_white_is_zero_the_picture_is_no_negative(pixels: NDArray[np.generic]) -> None:
    expected = raster(encoded(SCENE, "PNG")).astype(int)
    assert np.abs(raster(tiff([page(pixels, 0)])) - expected).max() <= 1


def test_pages_are_counted_before_any_is_decoded() -> None:
    data = tiff([page(GREY, 1)] * 6)
    assert len(shown(data)) == 6
    assert len(shown(data, replace(Budget(), parts=4))) == 4
    with pytest.raises(MediaTooLarge) as caught:
        all_parts(data, replace(Budget(), pages=5))
    assert (caught.value.what, caught.value.limit, caught.value.actual) == ("pages", 5, 6)
    with pytest.raises(MediaTooLarge) as caught:
        all_parts(data, replace(Budget(), total_pixels=5 * GREY.size))
    assert caught.value.what == "pixels in all its pages"


def test_every_page_is_held_against_the_budget() -> None:
    data = tiff([page(GREY, 1), ({256: (LONG, [50_000]), 257: (LONG, [50_000]), 262: (SHORT, [1])}, b"")])
    with pytest.raises(MediaTooLarge) as caught:
        all_parts(data)
    assert (caught.value.what, caught.value.actual) == ("pixels", 2_500_000_000)


def test_a_hundred_thousand_directories_are_refused_quickly() -> None:
    data = tiny_directories(100_000)
    started = time.process_time()
    with pytest.raises(MediaTooLarge) as caught:
        all_parts(data)
    assert (caught.value.what, caught.value.actual) == ("pages", 201)
    assert time.process_time() - started < 0.5


def test_copies_without_number_are_refused_too() -> None:
    with pytest.raises(MediaTooLarge, match="directories"):
        pages(tiff([page(GREY[:1, :1], 1, subfile=1)] * 60), limit=10)


def test_a_circle_has_an_end() -> None:
    data = tiff([page(PIXELS, 2), page(TURNED, 2)], circle=True)
    assert [part.name for part in all_parts(data)] == ["page 1", "page 2"]
    own = bytearray(tiff([page(PIXELS, 2)], circle=True))
    assert shown(bytes(own)) == [(PartKind.WHOLE, "", (160, 120))]


def test_a_size_given_twice_counts_by_the_larger() -> None:
    tags = struct_entries([(256, 1), (256, 70_000), (257, 70_000)])
    (directory,) = directories(b"II*\x00\x08\x00\x00\x00" + tags)
    assert (directory.width, directory.height) == (70_000, 70_000)


@pytest.mark.parametrize(
    "data",
    [
        b"II*\x00\x00\x00\x00\x00",
        b"II*\x00\xff\xff\xff\xff",
        b"II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00",
        b"MM\x00*\x00\x00\x00\x08\x00\x01",
        tiff([page(PIXELS, 2)])[:-40],
    ],
)
def test_directories_that_are_none(data: bytes) -> None:
    with pytest.raises(MalformedMedia, match="header"):
        all_parts(data)


def test_a_directory_of_sixty_thousand_tags() -> None:
    with pytest.raises(MediaTooLarge, match="tags"):
        all_parts(b"II*\x00\x08\x00\x00\x00\x60\xea" + bytes(12 * 60_000 + 4))


def struct_entries(entries: list[tuple[int, int]]) -> bytes:
    """A directory of LONG tags, in any order and number."""
    body = b"".join(
        tag.to_bytes(2, "little") + b"\x04\x00\x01\x00\x00\x00" + value.to_bytes(4, "little") for tag, value in entries
    )
    return len(entries).to_bytes(2, "little") + body + bytes(4)
