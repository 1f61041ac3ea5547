"""The pictures embedded in a drawing, decoded here within the budget: resvg, which has none, sees none of their bytes.

What it is given instead is a PNG that is no larger than the canvas can show. A picture that is broken, or of another
format than browsers show, is left out, as a browser leaves it out; a drawing within a picture is one of these.
"""

import base64
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from PIL import Image

from registry.errors import MediaTooLarge, UnsupportedMedia
from registry.media.budget import Budget, within
from registry.media.decode import pictures
from registry.media.header import dimensions
from registry.media.picture import Decoded
from registry.media.sniff import MediaType, sniff
from registry.media.svg.tree import Element

_SHOWN = (MediaType.PNG, MediaType.JPEG, MediaType.WEBP, MediaType.GIF, MediaType.AVIF)

_LONGEST = 4
"""How many times the side asked for the longer side of an embedded picture may be."""

_TYPE_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Embedded:
    """A picture as the file has it, with its size as seen, and the PNG that is drawn in its place."""

    data: bytes
    media_type: MediaType
    size: tuple[int, int]
    href: str
    pixels: int

    def decoded(self, budget: Budget, side: int) -> Decoded:
        """The picture, with neither side below `side` where it has as much."""
        return next(pictures(self.data, self.media_type, budget, side)).decoded


def embed(root: Element, budget: Budget, side: int) -> list[Embedded]:
    """Puts a PNG in place of each embedded picture, and returns the distinct ones in their order.

    Raises `MediaTooLarge` when one of them, or all together, are over the budget.
    """
    found: dict[bytes, Embedded | None] = {}
    reader = _Reader(budget, side)
    written = 0
    for image in _images(root):
        href = image.attributes.pop("href", "")
        key = hashlib.sha256(href.encode()).digest()
        if key not in found:
            found[key] = reader.read(href)
        embedded = found[key]
        if embedded:
            written += len(embedded.href)
            within("bytes of embedded pictures", written, budget.size)
            image.attributes["href"] = embedded.href
            image.pixels = embedded.pixels
            if not image.attributes.keys() & {"width", "height"}:
                image.attributes |= {"width": str(embedded.size[0]), "height": str(embedded.size[1])}
    return [embedded for embedded in found.values() if embedded]


def _images(element: Element) -> Iterator[Element]:
    if element.name == "image":
        yield element
    for child in element.children:
        yield from _images(child)


class _Reader:
    """Reads one picture after another, and counts the pixels of all."""

    def __init__(self, budget: Budget, side: int) -> None:
        self._budget = budget
        self._side = side
        self._pixels = 0

    def read(self, href: str) -> Embedded | None:
        """None for what a browser wouldn't show."""
        try:
            data = _data(href)
            media_type = sniff(data)
            if media_type not in _SHOWN:
                return None
            width, height = dimensions(data, media_type)
            within("pixels in an embedded picture", width * height, self._budget.pixels)
            self._pixels += width * height
            within("pixels in embedded pictures", self._pixels, self._budget.total_pixels)
            decoded = next(pictures(data, media_type, self._budget, self._side)).decoded
        except (MediaTooLarge, MemoryError):
            raise
        except Exception:  # noqa: BLE001 - a damaged picture makes decoders raise whatever they stumble over
            return None
        return self._reduced(data, media_type, decoded)

    def _reduced(self, data: bytes, media_type: MediaType, decoded: Decoded) -> Embedded:
        width, height = decoded.width, decoded.height
        reduction = max(1.0, min(width, height) / self._side, max(width, height) / (_LONGEST * self._side))
        size = max(1, round(width / reduction)), max(1, round(height / reduction))
        png = io.BytesIO()
        decoded.scaled(size, Image.Resampling.BILINEAR).save(png, "PNG", compress_level=1)
        href = "data:image/png;base64," + base64.b64encode(png.getvalue()).decode()
        return Embedded(data, media_type, (width, height), href, size[0] * size[1])


def _data(href: str) -> bytes:
    """The bytes of a `data:` URI in base64, whatever type it claims; raises `UnsupportedMedia` for any other."""
    comma = href.find(",", 0, _TYPE_CHARACTERS)
    if comma < 0 or not href[:comma].rstrip().lower().endswith(";base64"):
        raise UnsupportedMedia("An embedded picture is not in base64.")
    return base64.b64decode(unquote_to_bytes(href[comma + 1 :]))
