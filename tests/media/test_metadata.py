"""What a file says about its maker, place and time stays there: it reaches no thumbnail and no decoded picture."""

import io
import zlib

import pytest
from PIL import ExifTags, Image, PngImagePlugin, TiffImagePlugin

from registry.media.sniff import MediaType, sniff
from registry.media.thumbnail import thumbnail
from tests.media.drawn import encoded, first_part, png_chunk, scene
from tests.media.profiles import P3_LIKE, rgb_profile

SECRET = b"a-garden-in-Delft"
WORDS = SECRET.decode()
SCENE = scene()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><creator>' + SECRET + b"</creator></x:xmpmeta>"
PROFILE = rgb_profile(P3_LIKE).replace(b"made by a test", (SECRET + b" ")[:14])
IPTC = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x16\x1c\x02\x78\x00\x11" + SECRET


def exif(orientation: int = 1) -> bytes:
    """Maker, description, a comment, and where it was taken."""
    tags = Image.Exif()
    tags[ExifTags.Base.Orientation] = orientation
    tags[ExifTags.Base.Artist] = tags[ExifTags.Base.ImageDescription] = WORDS
    tags.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = b"ASCII\x00\x00\x00" + SECRET
    place = tags.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef], place[ExifTags.GPS.GPSLatitude] = "N", (52.0, 0.0, 41.0)
    place[ExifTags.GPS.GPSAreaInformation] = SECRET
    return tags.tobytes()


def jpeg() -> bytes:
    plain = encoded(SCENE, "JPEG", exif=exif(6), xmp=XMP, comment=SECRET, icc_profile=PROFILE, dpi=(301, 301))
    return plain[:2] + b"\xff\xed" + (2 + len(IPTC)).to_bytes(2, "big") + IPTC + plain[2:]


def png() -> bytes:
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", WORDS)
    text.add_itxt("XML:com.adobe.xmp", XMP.decode())
    plain = encoded(SCENE, "PNG", pnginfo=text, exif=exif(6), icc_profile=PROFILE, dpi=(301, 301))
    packed = png_chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(SECRET))
    end = plain.rindex(b"IEND") - 4
    return plain[:end] + packed + plain[end:]


def gif() -> bytes:
    plain = encoded(SCENE.quantize(64), "GIF", comment=SECRET)
    start = plain.index(b"\x21\xfe")
    return plain[:start] + b"\x21\xff\x0bXMP DataXMP" + bytes([len(XMP)]) + XMP + b"\x00" + plain[start:]


def tiff() -> bytes:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[ExifTags.Base.ImageDescription] = tags[ExifTags.Base.Artist] = tags[ExifTags.Base.Copyright] = WORDS
    tags[TiffImagePlugin.XMP], tags.tagtype[TiffImagePlugin.XMP] = XMP, 1
    tags[TiffImagePlugin.IPTC_NAA_CHUNK], tags.tagtype[TiffImagePlugin.IPTC_NAA_CHUNK] = IPTC[26:], 7
    tags[TiffImagePlugin.PHOTOSHOP_CHUNK], tags.tagtype[TiffImagePlugin.PHOTOSHOP_CHUNK] = IPTC[14:], 7
    return encoded(SCENE, "TIFF", tiffinfo=tags, icc_profile=PROFILE)


PLANTED = {
    MediaType.JPEG: jpeg(),
    MediaType.PNG: png(),
    MediaType.GIF: gif(),
    MediaType.TIFF: tiff(),
    MediaType.WEBP: encoded(SCENE, "WEBP", exif=exif(6), xmp=XMP, icc_profile=PROFILE),
    MediaType.AVIF: encoded(SCENE, "AVIF", exif=exif(6), xmp=XMP, icc_profile=PROFILE),
    MediaType.HEIC: encoded(SCENE, "HEIC", exif=exif(6), xmp=XMP, icc_profile=PROFILE),
    MediaType.BMP: encoded(SCENE, "BMP") + SECRET,
}


@pytest.mark.parametrize("media_type", PLANTED)
def test_nothing_but_the_picture_comes_through(media_type: MediaType) -> None:
    data = PLANTED[media_type]
    assert sniff(data) is media_type
    assert SECRET in data
    decoded = first_part(data)
    assert decoded.picture.info == {}
    made = thumbnail(decoded)
    for trace in (SECRET, b"Delft", b"Exif", b"xmp", b"8BIM", b"ICC_PROFILE", b"acsp", b"\xff\xfe", b"\xff\xe1"):
        assert trace not in made
    with Image.open(io.BytesIO(made)) as shown:
        assert shown.size == ((240, 320) if b"Exif" in data or b"EXIF" in data or b"eXIf" in data else (320, 240))
        assert set(shown.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert shown.info.get("jfif_density") != (301, 301)
        assert not shown.getexif()


@pytest.mark.parametrize("media_type", [kind for kind in PLANTED if kind not in (MediaType.BMP, MediaType.HEIC)])
def test_a_picture_saved_as_it_was_opened_would_tell(media_type: MediaType) -> None:
    """Which is why the test above means something: Pillow hands a file's metadata on to whoever asks for it."""
    with Image.open(io.BytesIO(PLANTED[media_type])) as opened:
        opened.load()
        told = b"".join(value for value in opened.info.values() if isinstance(value, bytes))
        told += "".join(str(value) for value in opened.info.values() if isinstance(value, str)).encode()
    assert SECRET in told + opened.getexif().tobytes()
