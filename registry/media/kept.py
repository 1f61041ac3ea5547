"""The canonical pictures of a work, kept so that fingerprint schemes to come can be computed for old works.

A ZIP file, stored and not compressed, with one JPEG for each part and ground, `3.white.jpg`: upright, without
metadata, its longest side between 384 and 768 pixels. Codes of rasters made of it differ by a few bits from those of
the file itself (docs/benchmarks.md).
"""

import io
import zipfile
from collections.abc import Iterable, Iterator

from PIL import Image, JpegImagePlugin

from registry.media.thumbnail import jpeg
from registry.works import Ground

LONGEST = 768
"""The longest side in pixels. Smaller ones are kept as they are, larger ones at a whole fraction of their size, which
is quick and leaves half of this at least: regional features of pictures larger than 384 gained nothing in trials."""

_QUALITY = 90


class Keeper:
    """Collects the pictures of a file's parts."""

    def __init__(self) -> None:
        self._kept: list[tuple[str, bytes]] = []

    def add(self, part: int, pictures: Iterable[tuple[Ground, Image.Image]]) -> None:
        """Keeps a part's picture, at most `LONGEST` pixels long, on each ground that it has a raster on."""
        for ground, picture in pictures:
            self._kept.append((f"{part}.{ground}.jpg", jpeg(picture, _QUALITY)))

    def packed(self) -> bytes:
        """The file's bytes."""
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name, jpeg in self._kept:
                # With a fixed date, so that the same pictures give the same bytes.
                archive.writestr(zipfile.ZipInfo(name), jpeg)
        return file.getvalue()


def kept_pictures(kept: bytes) -> Iterator[tuple[int, Ground, Image.Image]]:
    """The pictures that a `Keeper` kept: part, ground, and the picture in mode L or RGB."""
    with zipfile.ZipFile(io.BytesIO(kept)) as archive:
        for name in archive.namelist():
            part, ground, _ = name.split(".")
            with JpegImagePlugin.JpegImageFile(io.BytesIO(archive.read(name))) as picture:
                picture.load()
                yield int(part), Ground(ground), picture
