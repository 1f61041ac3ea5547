"""Which format a file is of, by its first bytes: never by its name, and never by asking a decoder to try."""

import re
from enum import StrEnum

from registry.errors import MalformedMedia, MediaError, UnsupportedMedia


class MediaType(StrEnum):
    """The formats that are read, by their media types."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    GIF = "image/gif"
    TIFF = "image/tiff"
    BMP = "image/bmp"
    AVIF = "image/avif"
    HEIC = "image/heic"
    SVG = "image/svg+xml"
    PDF = "application/pdf"
    PSD = "image/vnd.adobe.photoshop"

    @property
    def label(self) -> str:
        """The format's short name, which is also Pillow's where Pillow reads it."""
        return self.name


_MAGIC = {
    b"\xff\xd8\xff": MediaType.JPEG,
    b"\x89PNG\r\n\x1a\n": MediaType.PNG,
    b"GIF87a": MediaType.GIF,
    b"GIF89a": MediaType.GIF,
    b"II*\x00": MediaType.TIFF,
    b"MM\x00*": MediaType.TIFF,
    b"%PDF-": MediaType.PDF,
    b"8BPS\x00\x01": MediaType.PSD,
    b"8BPS\x00\x02": MediaType.PSD,  # PSB, the same for large documents
}

_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
"""The brands of coded pictures (ISO/IEC 23008-12, AV1 Image File Format). `mif1` alone doesn't say which codec."""

_SVG_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,40}:)?svg[\s>/]")
_SVG_BEFORE = ((b"<?", b"?>"), (b"<!--", b"-->"))
"""What may stand before the root element, with its end: instructions and comments, whatever is in them."""

_DOCTYPE = b"<!DOCTYPE"
_DOCTYPE_PIECE = re.compile(rb"""<!--.*?-->|"[^"]*"|'[^']*'|[^"'<>\[\]]+|[<>\[\]]""", re.DOTALL)

_SVG_WITHIN = 4096
"""A root element that begins later than this is behind more comment than any editor writes."""

_BMP_HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})
"""The sizes that the second header of a BMP can have: `BM` alone begins many a text."""


def sniff(data: bytes) -> MediaType:
    """The format of a file.

    Raises `MalformedMedia` for an empty file and `UnsupportedMedia` for every format that isn't in `MediaType`.
    """
    if not data:
        raise MalformedMedia("The file is empty.")
    for magic, media_type in _MAGIC.items():
        if data.startswith(magic):
            return media_type
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return MediaType.WEBP
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _BMP_HEADERS:
        return MediaType.BMP
    if data[4:8] == b"ftyp" and (brand := _coded(data)) is not None:
        return brand
    if _is_svg(data):
        return MediaType.SVG
    raise UnsupportedMedia("The file is not a picture in any of the formats that are read.")


def _coded(data: bytes) -> MediaType | None:
    """Which of the two codecs an ISO base media file names, first as its major brand and then as a compatible one."""
    end = min(int.from_bytes(data[:4], "big"), len(data), 256)
    for brand in (data[8:12], *(data[at : at + 4] for at in range(16, end - 3, 4))):
        if brand in _AVIF_BRANDS:
            return MediaType.AVIF
        if brand in _HEIC_BRANDS:
            return MediaType.HEIC
    return None


def _is_svg(data: bytes) -> bool:
    """XML whose first element is `svg`, with any prefix: bytes are only compared here, and parsed elsewhere.

    The loop passes what may stand before the root piece by piece, and tries no piece in two ways.
    """
    start = data[:_SVG_WITHIN].removeprefix(b"\xef\xbb\xbf")
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        start = start.decode("utf-16", "replace").encode("utf-8", "replace")
    start = start.lstrip()
    while start[:1] == b"<" and _SVG_ROOT.match(start) is None:
        before = next((marks for marks in _SVG_BEFORE if start.startswith(marks[0])), None)
        if before is not None:
            start = start[len(before[0]) :].partition(before[1])[2].lstrip()
        elif start.startswith(_DOCTYPE):
            start = _after_doctype(start).lstrip()
        else:
            return False
    return start[:1] == b"<"


def _after_doctype(start: bytes) -> bytes:
    """What follows a document type declaration, its own declarations included; nothing where it doesn't end."""
    depth = position = 0
    while (piece := _DOCTYPE_PIECE.match(start, position)) is not None:
        position = piece.end()
        depth += {b"<": 1, b"[": 1, b">": -1, b"]": -1}.get(piece.group(), 0)
        if depth == 0:
            return start[position:]
    return b""


_DRAFTS = frozenset({MediaType.SVG, MediaType.PDF, MediaType.PSD})


def is_draft(data: bytes) -> bool:
    """Whether the file is of a format whose cost no header tells: a few bytes are compared, and nothing is parsed."""
    try:
        return sniff(data) in _DRAFTS
    except MediaError:
        return False
