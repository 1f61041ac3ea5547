"""Files that are two things at once, by name: `POLYGLOTS`.

What a browser, an archiver or an interpreter would make of them is no concern of a reader that goes by the first
bytes: each is read as what it begins with, or refused. What they must never do is to come out of the house again,
which is why thumbnails are encoded anew.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from PIL import PngImagePlugin

from registry.errors import MalformedMedia, MediaError, MediaTooLarge, UnsupportedMedia
from registry.media.sniff import MediaType
from tests.hostile.good import good_files
from tests.media.boxes_drawn import box
from tests.media.drawn import encoded, png, scene
from tests.media.pdf_writer import catalogue
from tests.media.psd_writer import document, resource
from tests.media.svg_drawn import svg

SCRIPT = b"<script>alert(document.domain)</script>"
PHP = b"<?php system($_GET['x']); ?>"
ENTITY = b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg">&x;</svg>'

READ: tuple[type[MediaError], ...] = ()
BROKEN = (MalformedMedia,)
UNKNOWN = (UnsupportedMedia,)


def archive() -> bytes:
    """A ZIP, which is found by its end, so that anything may stand before it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("../../evil.sh", "rm -rf /")
    return file.getvalue()


def picture(kind: str, **options: object) -> bytes:
    return encoded(scene(), kind, **options)


def _png_with_text() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", PHP.decode())
    return picture("PNG", pnginfo=texts)


def _png_whose_pixels_are_php() -> bytes:
    """The rows themselves spell it out, neither filtered nor deflated."""
    return png(10, 10, 8, 2, zlib.compress((b"\0" + PHP.ljust(30)) * 10, 0))


def _pdf_that_begins_as_jpeg() -> bytes:
    """A PDF's header may stand anywhere in the first kilobyte."""
    whole = catalogue(1)
    return b"\xff\xd8\xff\xfe" + struct.pack(">H", 2 + len(whole)) + whole + picture("JPEG")[2:]


def _zip_named_pdf() -> bytes:
    return b"%PDF-1.7\n" + archive()


def _psd_with_pdf() -> bytes:
    whole = document(scene(160, 120), resources=resource(1005, b"%PDF-1.7\n" + catalogue(1))).to_bytes()
    assert b"%PDF" in whole[:1024]
    return whole


def _webp_with_page() -> bytes:
    """RIFF lets a chunk that nobody knows be there."""
    whole = good_files()[MediaType.WEBP][0]
    chunk = b"HTML" + struct.pack("<I", len(SCRIPT)) + SCRIPT + bytes(len(SCRIPT) % 2)
    return b"RIFF" + struct.pack("<I", len(whole) - 8 + len(chunk)) + whole[8:] + chunk


def _boxed(media_type: MediaType, kind: bytes, body: bytes) -> bytes:
    """A box that nobody needs at the file's end, where no offset is moved by it."""
    return good_files()[media_type][0] + box(kind, body)


def _bmp_with_script() -> bytes:
    """The size in the header, which no decoder minds, spells the start of a comment."""
    whole = bytearray(picture("BMP"))
    whole[2:6] = b"/**/"
    return bytes(whole) + b"=1;alert(1)"


def _gzipped(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


POLYGLOTS: dict[str, tuple[Callable[[], bytes], tuple[type[MediaError], ...]]] = {
    "PDF and ZIP": (lambda: catalogue(1) + archive(), READ),
    "PDF and script": (lambda: catalogue(1) + SCRIPT, READ),
    "ZIP named PDF": (_zip_named_pdf, BROKEN),
    "ZIP": (archive, UNKNOWN),
    "PDF that begins as JPEG": (_pdf_that_begins_as_jpeg, READ),
    "PDF behind a JPEG's magic": (lambda: b"\xff\xd8\xff" + catalogue(1), BROKEN),
    "PDF behind a kilobyte of a PNG": (lambda: picture("PNG")[:900] + catalogue(1), BROKEN),
    "PDF behind nothing but a line": (lambda: b"\n" + catalogue(1), UNKNOWN),
    "GIF and JavaScript": (lambda: picture("GIF")[:6] + b"/*" + picture("GIF")[8:] + b"*/=1;alert(1)", READ),
    "GIF and PHP": (lambda: picture("GIF", comment=PHP), READ),
    "PNG and PHP in a text": (_png_with_text, READ),
    "PNG and PHP behind it": (lambda: picture("PNG") + PHP, READ),
    "PNG whose pixels are PHP": (_png_whose_pixels_are_php, READ),
    "PNG and JAR": (lambda: picture("PNG") + archive(), READ),
    "SVG in a JPEG's comment": (lambda: picture("JPEG", comment=ENTITY), READ),
    "JPEG and ZIP": (lambda: picture("JPEG") + archive(), READ),
    "JPEG and another JPEG": (lambda: picture("JPEG") + picture("JPEG"), READ),
    "JPEG with PHP in its EXIF": (lambda: picture("JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0" + PHP), READ),
    "WebP and a page": (_webp_with_page, READ),
    "TIFF and ZIP": (lambda: picture("TIFF") + archive(), READ),
    "BMP and JavaScript": (_bmp_with_script, READ),
    "AVIF and a page": (lambda: _boxed(MediaType.AVIF, b"free", SCRIPT), READ),
    "HEIC and ZIP": (lambda: _boxed(MediaType.HEIC, b"skip", archive()), READ),
    "PSD and PDF": (_psd_with_pdf, READ),
    "HTML named SVG": (lambda: b"<!DOCTYPE html><html><body><svg></svg>" + SCRIPT + b"</body></html>", UNKNOWN),
    "HTML that says it is SVG": (lambda: b"<!DOCTYPE svg><html><body>" + SCRIPT + b"</body></html>", UNKNOWN),
    "SVG of HTML": (
        lambda: svg(
            '<html xmlns="http://www.w3.org/1999/xhtml"><body onload="alert(1)"/></html>'
            '<rect width="99" height="99"/><script>alert(1)</script>'
        ),
        READ,
    ),
    "packed SVG": (lambda: _gzipped(svg('<rect width="9" height="9"/>')), UNKNOWN),
    "MP4 that says it is HEIC": (
        lambda: box(b"ftyp", b"isom", bytes(4), b"isomheic") + box(b"moov", box(b"mvhd", bytes(100))),
        (MalformedMedia, MediaTooLarge),
    ),
    "playlist": (lambda: b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n", UNKNOWN),
    "list of films": (lambda: b"ffconcat version 1.0\nfile '/etc/passwd'\n", UNKNOWN),
    "PostScript": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file", UNKNOWN),
    "EPS with a TIFF before it": (lambda: b"\xc5\xd0\xd3\xc6" + bytes(26) + picture("TIFF"), UNKNOWN),
}
"""What it is → how to make it, and which errors may answer it; none if it is to be read."""
