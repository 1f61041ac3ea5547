"""Which format a file is of, by its first bytes: never by its name, and never by asking a decoder to try."""

from enum import StrEnum

from registry.errors import MalformedMedia, UnsupportedMedia


class MediaType(StrEnum):
    """The formats that are read, by their media types."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    GIF = "image/gif"
    TIFF = "image/tiff"
    BMP = "image/bmp"

    @property
    def label(self) -> str:
        """The format's short name, which is also Pillow's."""
        return self.name


_MAGIC = {
    b"\xff\xd8\xff": MediaType.JPEG,
    b"\x89PNG\r\n\x1a\n": MediaType.PNG,
    b"GIF87a": MediaType.GIF,
    b"GIF89a": MediaType.GIF,
    b"II*\x00": MediaType.TIFF,
    b"MM\x00*": MediaType.TIFF,
}

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
    raise UnsupportedMedia("The file is not a picture in any of the formats that are read.")
