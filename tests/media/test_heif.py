"""AVIF and HEIC: the picture that the file shows, upright once, and refused by its header where it is too large."""

import io
import struct
import time
from dataclasses import replace

import numpy as np
import pillow_heif
import pytest
from PIL import ExifTags, Image

from registry.errors import MalformedMedia, MediaError, MediaTooLarge
from registry.media.boxes import largest_claim
from registry.media.budget import Budget
from registry.media.raster import rasters
from registry.media.sniff import MediaType, sniff
from registry.works import Ground, PartKind
from tests.media.boxes_drawn import box, claim, file_type, full_box, grid_claim, nested, resized
from tests.media.drawn import all_parts, cut_out, encoded, first_part, scene

SCENE = scene()
BOTH = [MediaType.AVIF, MediaType.HEIC]
both = pytest.mark.parametrize("media_type", BOTH)
FILES = {media_type: encoded(SCENE, media_type.label, quality=90) for media_type in BOTH}


def mean_difference(data: bytes, other: bytes) -> float:
    one, two = dict(rasters(first_part(data))), dict(rasters(first_part(other)))
    assert list(one) == list(two)
    return max(float(np.abs(one[ground].astype(int) - two[ground]).mean()) for ground in one)


@both
def test_it_is_one_picture_of_the_same_look(media_type: MediaType) -> None:
    data = FILES[media_type]
    assert sniff(data) is media_type
    (part,) = all_parts(data)
    assert (part.kind, part.name) == (PartKind.WHOLE, "")
    assert part.decoded.picture.mode == "RGB"
    assert part.decoded.picture.info == {}
    assert mean_difference(data, encoded(SCENE, "PNG")) < 2


@both
def test_what_is_cut_out_stays_cut_out(media_type: MediaType) -> None:
    data = encoded(cut_out(), media_type.label, quality=90)
    assert [ground for ground, _ in rasters(first_part(data))] == [Ground.WHITE, Ground.BLACK]
    assert mean_difference(data, encoded(cut_out(), "PNG")) < 2
    assert first_part(encoded(SCENE.convert("RGBA"), media_type.label)).picture.mode == "RGB"


@both
@pytest.mark.parametrize("size", [(71, 43), (65, 127), (1, 1)])
def test_odd_sizes_are_kept(media_type: MediaType, size: tuple[int, int]) -> None:
    decoded = first_part(encoded(scene(*size), media_type.label, quality=95))
    assert (decoded.width, decoded.height) == decoded.picture.size == size


def test_grey_ten_bits_and_a_burst() -> None:
    grey = encoded(SCENE.convert("L"), "HEIC", quality=90)
    assert mean_difference(grey, encoded(SCENE, "PNG")) < 2
    deep = pillow_heif.from_bytes("RGB;16", SCENE.size, (np.asarray(SCENE).astype("<u2") * 257).tobytes())
    buffer = io.BytesIO()
    deep.save(buffer, quality=90)
    assert mean_difference(buffer.getvalue(), encoded(SCENE, "PNG")) < 2
    burst = pillow_heif.from_pillow(SCENE.rotate(90))
    burst.add_from_pillow(SCENE)
    buffer = io.BytesIO()
    burst.save(buffer, quality=90, primary_index=1)
    assert mean_difference(buffer.getvalue(), encoded(SCENE, "PNG")) < 2
    with pytest.raises(MediaTooLarge, match="frames"):
        first_part(buffer.getvalue(), replace(Budget(), frames=1))


@both
def test_exif_alone_turns_nothing(media_type: MediaType) -> None:
    """The container's own properties say which way is up, and writers repeat it in EXIF (ISO/IEC 23008-12, 6.5.10)."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    data = encoded(SCENE, media_type.label, quality=90, exif=exif.tobytes())
    assert (first_part(data).width, first_part(data).height) == (240, 320)
    quarters = data.index(b"irot") + 4
    assert data[quarters] & 3 in (1, 3)
    unturned = data[:quarters] + b"\x00" + data[quarters + 1 :]
    assert (first_part(unturned).width, first_part(unturned).height) == (320, 240)
    assert mean_difference(unturned, encoded(SCENE, "PNG")) < 2


@both
def test_xmp_turns_nothing(media_type: MediaType) -> None:
    data = encoded(SCENE, media_type.label, quality=90, xmp=b'<rdf:Description tiff:Orientation="1"/>')
    assert b'Orientation="1"' in data
    data = data.replace(b'Orientation="1"', b'Orientation="6"')
    assert mean_difference(data, encoded(SCENE, "PNG")) < 2


@both
def test_the_header_is_enough(media_type: MediaType) -> None:
    """3.5 KB of AVIF took 1.5 GB in one decoder; this one isn't even there to be decoded."""
    for data in (claim(media_type, 13_000, 13_000), resized(FILES[media_type], 13_000, 13_000)):
        with pytest.raises(MediaTooLarge) as caught:
            first_part(data)
        assert (caught.value.what, caught.value.actual) == ("pixels", 169_000_000)


@pytest.mark.parametrize("in_idat", [False, True])
@pytest.mark.parametrize("wide", [False, True])
def test_a_grid_counts_by_what_it_puts_together(in_idat: bool, wide: bool) -> None:
    data = grid_claim(60_000, 50_000, in_idat=in_idat, wide=wide)
    assert largest_claim(data) == (60_000, 50_000)


def test_a_sequence_states_its_size_in_its_track() -> None:
    data = encoded(SCENE, "AVIF", save_all=True, append_images=[SCENE.rotate(90)])
    assert data[8:12] == b"avis"
    assert largest_claim(data) == (320, 240)
    track = data.index(b"tkhd")
    (size,) = struct.unpack_from(">I", data, track - 4)
    larger = data[: track - 12 + size] + struct.pack(">II", 60_000 << 16, 50_000 << 16) + data[track - 4 + size :]
    assert largest_claim(larger) == (60_000, 50_000)


@pytest.mark.parametrize("size", [(40, 30), (1, 1), (1201, 900)])
def test_a_lie_about_the_size_is_harmless(size: tuple[int, int]) -> None:
    """libavif scales the coded picture to what the header claims, and libheif refuses it."""
    large = scene(1200, 900)
    decoded = first_part(resized(encoded(large, "AVIF", quality=50), *size))
    assert (decoded.width, decoded.height) == size
    with pytest.raises(MalformedMedia):
        first_part(resized(encoded(large, "HEIC", quality=50), *size))


NONSENSE = {
    "nothing but a type": file_type(MediaType.HEIC),
    "boxes in boxes": nested(20_000),
    "a box smaller than its header": file_type(MediaType.HEIC) + b"\x00\x00\x00\x04meta",
    "a box that wraps around": file_type(MediaType.HEIC) + b"\x00\x00\x00\x01meta" + bytes(8),
    "a box of 2^64 bytes": file_type(MediaType.HEIC) + b"\x00\x00\x00\x01meta" + b"\xff" * 8,
    "a box up to the end": file_type(MediaType.HEIC) + b"\x00\x00\x00\x00meta",
    "two of them": claim(MediaType.HEIC, 9, 9) + claim(MediaType.HEIC, 9, 9)[24:],
    "no size": claim(MediaType.HEIC, 0, 0),
    "two lists of properties": file_type(MediaType.AVIF)
    + full_box(b"meta", box(b"iprp"), box(b"iprp", box(b"ipco", full_box(b"ispe", bytes(8))))),
    "places that end too early": file_type(MediaType.AVIF)
    + full_box(
        b"meta",
        full_box(b"iinf", bytes(2), full_box(b"infe", b"\x00\x01\x00\x00grid", version=2)),
        full_box(b"iloc", b"\x44\x00\x00\x01\xff\xff\xff"),
    ),
    "a property cut short": claim(MediaType.AVIF, 9, 9)[:-6],
}


@pytest.mark.parametrize("name", NONSENSE)
def test_boxes_that_make_no_sense(name: str) -> None:
    with pytest.raises(MalformedMedia):
        first_part(NONSENSE[name])


def test_boxes_and_items_without_number() -> None:
    many = file_type(MediaType.AVIF) + full_box(b"meta", box(b"iprp", box(b"ipco", box(b"free") * 100_000)))
    places = full_box(b"iloc", b"\x00\x00\x00\x01\xff\xff", version=2)
    grid = full_box(b"iinf", bytes(2), full_box(b"infe", struct.pack(">HH4s", 1, 0, b"grid"), version=2))
    several = file_type(MediaType.AVIF) + full_box(b"meta", grid, places)
    wide = file_type(MediaType.AVIF) + box(b"free") * 8_000_000
    for data, what in ((many, "boxes"), (several, "items"), (wide, "boxes")):
        started = time.process_time()
        with pytest.raises(MediaTooLarge) as caught:
            first_part(data)
        assert caught.value.what == what
        assert time.process_time() - started < 0.5


@both
def test_cut_anywhere_it_is_refused_or_read(media_type: MediaType) -> None:
    data = FILES[media_type]
    for length in range(12, len(data), max(1, len(data) // 60)):
        with pytest.raises(MediaError):
            first_part(data[:length])
