"""Whatever the bytes, intake gives a picture or a typed error, in little time and memory."""

import io
import random
import struct
import zlib
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import MalformedMedia, MediaError, MediaTooHungry, MediaTooLarge
from registry.intake.desk import IntakeDesk
from registry.intake.reading import read_work
from registry.intake.taken import Intake
from registry.media.budget import Budget
from registry.media.sandbox.pool import Limits
from tests.media.drawn import cut_out, encoded, png, png_chunk, scene

SMALL = Budget(size=1 << 20, pixels=200_000, frames=20, total_pixels=1_000_000)


@pytest.fixture(scope="module")
def desk() -> Iterator[IntakeDesk]:
    with IntakeDesk(workers=2, limits=Limits(wall_seconds=60, cpu_seconds=20)) as desk:
        yield desk


def good_files() -> list[bytes]:
    still, small = scene(60, 44), scene(24, 18)
    frames = [small.rotate(turn) for turn in (20, 40, 60)]
    files = [encoded(still, kind) for kind in ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP")]
    files += [encoded(still, "TIFF", compression=how) for how in ("tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits")]
    files += [encoded(small, kind, save_all=True, append_images=frames) for kind in ("PNG", "WEBP", "GIF", "TIFF")]
    files += [encoded(still, "JPEG", progressive=True), encoded(still.convert("CMYK"), "JPEG")]
    files += [encoded(still.quantize(9), "PNG"), encoded(still.quantize(9), "BMP"), encoded(cut_out(60, 44), "PNG")]
    files += [encoded(still, "WEBP", lossless=True), encoded(cut_out(60, 44), "WEBP")]
    return files


GOOD = good_files()


def reads_or_refuses(data: bytes) -> None:
    try:
        read: Intake | MediaError = read_work(data, SMALL, keep=True)
    except MediaError as error:
        read = error
    if isinstance(read, Intake):
        assert read.width * read.height <= SMALL.pixels
    else:
        assert read.message
        assert read.remedy
        assert "0x" not in read.message  # no object of ours shown


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"", *(good[:12] for good in GOOD)]))
def test_random_bytes(data: bytes, beginning: bytes) -> None:
    reads_or_refuses(beginning + data)


@settings(max_examples=1500, deadline=None)
@given(st.sampled_from(GOOD), st.integers(0, 2**32 - 1))
def test_mutated_files(good: bytes, seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(good)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at = chance.randrange(min(len(data), chance.choice((64, 400, len(data)))))
        how = chance.randrange(5)
        if how == 0:
            data[at] ^= 1 << chance.randrange(8)
        elif how == 1:
            data[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
        elif how == 2:
            data[at : at + 4] = chance.randbytes(4)
        elif how == 3:
            del data[at : at + chance.randrange(1, 9)]
        else:
            data[at:at] = data[: chance.randrange(1, 40)]
        if not data:
            break
    reads_or_refuses(bytes(data))


@cache
def zeros(count: int) -> bytes:
    """So many zero bytes, deflated."""
    packer = zlib.compressobj(9)
    blocks = [packer.compress(bytes(1 << 20)) for _ in range(count >> 20)]
    return b"".join([*blocks, packer.compress(bytes(count & 0xFFFFF)), packer.flush()])


def refused(desk: IntakeDesk, data: bytes) -> MediaError:
    with pytest.raises(MediaError) as caught:
        desk.take_in(data)
    return caught.value


def test_a_png_bomb_is_refused_by_its_header(desk: IntakeDesk) -> None:
    bomb = png(13_000, 13_000, 8, 6, b"")
    assert isinstance(refused(desk, bomb), MediaTooLarge)


def test_a_png_within_the_budget_is_read_within_the_memory(desk: IntakeDesk) -> None:
    data = png(8900, 8900, 8, 6, zeros(8900 * (1 + 4 * 8900)))
    assert len(data) < 400_000
    intake = desk.take_in(data)
    assert (intake.width, intake.height) == (8900, 8900)


def test_a_bomb_in_a_text_chunk(desk: IntakeDesk) -> None:
    text = png_chunk(b"zTXt", b"Comment\x00\x00" + zeros(200 << 20))
    assert isinstance(refused(desk, png(4, 4, 8, 0, zlib.compress(bytes(20)), text)), MalformedMedia)


def test_a_gif_that_grows_behind_its_header(desk: IntakeDesk) -> None:
    screen = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6)
    frame = b"," + struct.pack("<HHHHB", 0, 0, 60_000, 60_000, 0) + b"\x02\x02\x4c\x01\x00;"
    assert isinstance(refused(desk, screen + frame), MediaTooLarge | MalformedMedia)


def test_a_gif_of_very_many_frames(desk: IntakeDesk) -> None:
    screen = b"GIF89a" + struct.pack("<HHBBB", 3000, 3000, 0x80, 0, 0) + bytes(6)
    frame = b"," + struct.pack("<HHHHB", 0, 0, 3000, 3000, 0) + b"\x02\x02\x4c\x01\x00"
    error = refused(desk, screen + frame * 5000 + b";")
    assert isinstance(error, MediaTooLarge)
    assert (error.what, error.actual) == ("frames", 5000)


def test_a_tiff_whose_directories_go_round(desk: IntakeDesk) -> None:
    data = bytearray(encoded(scene(), "TIFF"))
    (directory,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, directory)
    struct.pack_into("<I", data, directory + 2 + 12 * count, directory)
    assert desk.take_in(bytes(data)).width == 320


def test_a_tiff_with_a_chain_of_directories(desk: IntakeDesk) -> None:
    tags = {256: 1, 257: 1, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: 1, 279: 1}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    one = struct.pack("<H", len(tags)) + entries
    step = len(one) + 4
    chain = b"".join(one + struct.pack("<I", 8 + step * (n + 1)) for n in range(20_000))
    error = refused(desk, b"II*\x00\x08\x00\x00\x00" + chain)
    assert isinstance(error, MediaTooLarge)
    assert error.what == "pages"


def test_a_tiff_of_one_huge_tile(desk: IntakeDesk) -> None:
    tags = {256: 64, 257: 64, 258: 8, 259: 5, 262: 1, 277: 1, 322: 1 << 20, 323: 1 << 20, 324: 8, 325: 64}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    data = b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", len(tags)) + entries + bytes(4)
    assert isinstance(refused(desk, data), MalformedMedia | MediaTooHungry | MediaTooLarge)


def test_a_jpeg_of_very_many_scans(desk: IntakeDesk) -> None:
    """A progressive JPEG may refine a large picture with as many scans as fit: they are counted first."""
    data = encoded(scene(300, 200).resize((4500, 3000)), "JPEG", progressive=True, quality=30)
    scan = data.rindex(b"\xff\xda")
    scans = data[scan : data.rindex(b"\xff\xd9")]
    error = refused(desk, data[:-2] + scans * 2000 + b"\xff\xd9")
    assert isinstance(error, MediaTooLarge)
    assert error.what == "pixels in all its scans"


def test_two_formats_in_one_file(desk: IntakeDesk) -> None:
    gif = encoded(scene(), "GIF")
    assert desk.take_in(gif + encoded(scene(), "JPEG")).media_type == "image/gif"
    hidden = io.BytesIO(b"GIF89a" + encoded(scene(), "JPEG"))
    assert isinstance(refused(desk, hidden.getvalue()), MediaError)


def test_the_desk_still_works(desk: IntakeDesk) -> None:
    for good in GOOD:
        assert desk.take_in(good).parts
