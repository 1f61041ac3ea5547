import time
from pathlib import Path

import pytest

from registry.errors import MalformedMedia, UnsupportedMedia
from registry.media.header import dimensions
from registry.media.sniff import MediaType, sniff
from tests.media.drawn import encoded, scene, webp_claim

DRAFTS = {MediaType.SVG, MediaType.PDF, MediaType.PSD}
PIXELS = [media_type for media_type in MediaType if media_type not in DRAFTS]


@pytest.mark.parametrize("media_type", PIXELS)
def test_the_bytes_say_the_format_and_the_size(media_type: MediaType) -> None:
    data = encoded(scene(71, 43), media_type.label)
    assert sniff(data) is media_type
    # HEVC codes no odd sizes and none below 64; what is too much is cropped when it is decoded.
    assert dimensions(data, media_type) == ((72, 64) if media_type is MediaType.HEIC else (71, 43))


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"%PDF-1.7", MediaType.PDF),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", MediaType.SVG),
        (b"8BPS\x00\x01", MediaType.PSD),
        (b"8BPS\x00\x02", MediaType.PSD),
        (b"\x00\x00\x00\x1cftypavif", MediaType.AVIF),
        (b"\x00\x00\x00\x18ftypavis\x00\x00\x00\x00avif", MediaType.AVIF),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1", MediaType.HEIC),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic", MediaType.HEIC),
        (b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avif", MediaType.AVIF),
    ],
)
def test_the_first_bytes_are_enough(data: bytes, media_type: MediaType) -> None:
    assert sniff(data) is media_type


def test_names_play_no_part() -> None:
    assert sniff(encoded(scene(), "PNG")) is MediaType.PNG
    with pytest.raises(UnsupportedMedia) as caught:
        sniff(b"Dear sir, the picture that I meant to send")
    assert "JPEG" in caught.value.remedy


@pytest.mark.parametrize(
    "data",
    [
        b"BM is how many a text begins, this one too",
        b"RIFF\x00\x00\x00\x00WAVEfmt ",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9",
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isomavc1",
        b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1miaf",
        b"<html><body><svg xmlns='http://www.w3.org/2000/svg'/></body></html>",
        b"GIF88a\x01\x00\x01\x00",
        b"\x89PNG\n\x1a\n\x00",
        b"8BPS\x00\x03",
        b"II+\x00\x08\x00\x00\x00",
        b"\xff\xd8",
        b"\x00",
        Path(__file__).read_bytes(),
    ],
)
def test_every_other_format_is_refused(data: bytes) -> None:
    with pytest.raises(UnsupportedMedia):
        sniff(data)


def test_an_empty_file_is_told_so() -> None:
    with pytest.raises(MalformedMedia, match="empty"):
        sniff(b"")


@pytest.mark.parametrize(
    ("options", "size"),
    [({"lossless": True}, (71, 43)), ({"quality": 70}, (71, 43)), ({"exif": b"Exif\x00\x00"}, (71, 43))],
)
def test_webp_states_its_size_in_three_ways(options: dict[str, object], size: tuple[int, int]) -> None:
    assert dimensions(encoded(scene(71, 43), "WEBP", **options), MediaType.WEBP) == size


def test_a_webp_claim_is_read_without_decoding() -> None:
    data = webp_claim(13_000, 13_000)
    assert len(data) == 40
    assert dimensions(data, MediaType.WEBP) == (13_000, 13_000)


@pytest.mark.parametrize("kind", ["BMP", "DIB"])
def test_a_bmp_may_run_downwards(kind: str) -> None:
    data = bytearray(encoded(scene(71, 43), "BMP"))
    data[22:26] = (-43).to_bytes(4, "little", signed=True)
    assert dimensions(bytes(data), MediaType.BMP) == (71, 43)


@pytest.mark.parametrize("big_endian", [False, True])
def test_tiff_in_both_byte_orders(big_endian: bool) -> None:
    picture = scene(71, 43).convert("I;16B" if big_endian else "L")
    data = encoded(picture, "TIFF")
    assert data[:2] == (b"MM" if big_endian else b"II")
    assert dimensions(data, MediaType.TIFF) == (71, 43)


def test_a_jpeg_size_is_found_behind_other_segments() -> None:
    plain = encoded(scene(71, 43), "JPEG", progressive=True)
    # The comment holds what looks like another frame header.
    comment = b"\xff\xfe\x00\x0c" + b"\xff\xc0\x00\x11\x08\x00\x01\x00\x01\x03"
    data = plain[:2] + b"\xff\xff" + comment[1:] + plain[2:]
    assert dimensions(data, MediaType.JPEG) == (71, 43)


@pytest.mark.parametrize("media_type", PIXELS)
def test_a_header_cut_short_is_malformed(media_type: MediaType) -> None:
    data = encoded(scene(71, 43), media_type.label)
    for length in (9,) if media_type is MediaType.GIF else (9, 12, 18):
        with pytest.raises(MalformedMedia, match=media_type.label):
            dimensions(data[:length], media_type)


def test_a_size_of_nothing_is_malformed() -> None:
    data = bytearray(encoded(scene(71, 43), "PNG"))
    data[16:20] = bytes(4)
    with pytest.raises(MalformedMedia):
        dimensions(bytes(data), MediaType.PNG)


@pytest.mark.parametrize(
    "start",
    [
        b"<svg>",
        b"\n\t <svg\n",
        b"\xef\xbb\xbf<svg/>",
        b"<?xml version='1.0'?><svg >",
        b"<?xml version='1.0'?>\r\n<!-- <html> > -- ' \" -->\n<?x-y a>b?><svg:svg >",
        b"<!DOCTYPE svg><svg>",
        b"<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\"><svg>",
        b"<!DOCTYPE svg [ <!ENTITY a ']>'> <!-- ]> ' --> <!ELEMENT b (c)> ]><svg>",
        b"<!DOCTYPE svg [<?p d?>]>" + b"<!---->" * 500 + b"<svg>",
        "<?xml version='1.0' encoding='UTF-16'?><svg>".encode("utf-16"),
        b"\xfe\xff" + "<!-- \u3c73 --><svg>".encode("utf-16-be"),
    ],
)
def test_an_svg_may_have_a_prologue(start: bytes) -> None:
    assert sniff(start) is MediaType.SVG


@pytest.mark.parametrize(
    "start",
    [
        b"<svgs>",
        b"<svg",
        b"<SVG>",
        b"svg",
        b"<a><svg>",
        b"<!-- <svg> -->",
        b"<!-- <svg>",
        b"<!-- --><p/><svg>",
        b"<?xml version='1.0'?><html/><!-- --><svg>",
        b"<?xml <svg>",
        b"<!DOCTYPE html><html><svg>",
        b"<!DOCTYPE svg [ <!ENTITY a '<svg>'> ]",
        b"<!DOCTYPE svg [ <!ENTITY a '<svg ]><svg>",
        b"<!DOCTYPE '<svg>",
        b"<!DOCTYPE svg [<svg>]>",
        b"<!-- -->" + b" " * 5000 + b"<svg>",
        b"<:svg>",
        b"<" + b"a" * 50 + b":svg>",
        b"\x00<svg>",
        b"\xff\xfe<\x00s\x00v\x00",
        b"<\x00s\x00v\x00g\x00>\x00",
    ],
)
def test_what_only_mentions_svg_is_none(start: bytes) -> None:
    with pytest.raises(UnsupportedMedia):
        sniff(start)


@pytest.mark.parametrize(
    ("start", "media_type"),
    [
        (b"%PDF-1.7\n<svg>", MediaType.PDF),
        (b"GIF89a<svg>", MediaType.GIF),
        (b"<!-- %PDF-1.7 -->\n<svg>", MediaType.SVG),
        (b"<svg>\x89PNG\r\n\x1a\n", MediaType.SVG),
    ],
)
def test_of_two_formats_in_one_file_the_first_bytes_tell(start: bytes, media_type: MediaType) -> None:
    assert sniff(start) is media_type


@pytest.mark.parametrize(
    "piece",
    [b"<!--", b"<?", b"<!-- -->", b"<!DOCTYPE a [", b"<!DOCTYPE a>", b"<!DOCTYPE a ['", b"<a:", b"<", b" ", b'"', b"["],
)
def test_no_prologue_takes_long(piece: bytes) -> None:
    data = (piece * (1 << 16))[: 1 << 20]
    before = time.process_time()
    for start in (data, b"<!DOCTYPE a " + data, b"<!DOCTYPE a [" + data, b"<!-- " + data, b"\xff\xfe" + data):
        with pytest.raises(UnsupportedMedia):
            sniff(start)
    assert time.process_time() - before < 0.5
