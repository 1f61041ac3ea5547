"""The pictures set into the pages of a PDF: noted while the pages are looked at, drawn when all pages are done."""

import contextlib
import ctypes
import hashlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pypdfium2 as pdfium
from PIL import Image
from pypdfium2 import raw

from registry.errors import MediaTooDeep
from registry.media.budget import Budget, within
from registry.media.picture import Decoded, PartPicture
from registry.media.shrink import small
from registry.works import PartKind

_LEAST = 64
"""Pictures with a side shorter than this, in pixels, are bullets, rules and tiles."""

_SAME_AS_PAGE = 0.8
"""A picture and its page that have this share of the area of both in common are seen as one."""

_OBJECTS = 4
"""How many objects a PDF may have for each node of the budget: one for each word or letter pair where type is set."""

_READ = 400_000_000
"""How many pixels of pictures are read at most, in all: 3 s of CPU time for JPEGs, 5 s for what is deflated."""

_FINER = 2
"""Pages are drawn this many times finer than `side` and then reduced: pdfium thickens small text, and by how much
hangs on the scale. At twice the side a page of text was at most 18 bits of PDQ from itself drawn twice as fine, at once
the side 34."""

_LONGEST = 8
"""The longest side drawn, as a multiple of `side`: nothing costs more than 2 · 8 · `side`² pixels."""

_Object = Any
"""pdfium's handle of something on a page; it lives as long as the page."""

_Box = tuple[float, float, float, float]
"""Left, bottom, right and top, in points."""

_AS_IT_IS = pdfium.PdfMatrix()


def drawn_size(width: float, height: float, side: int) -> tuple[int, int]:
    """The pixels to draw something in: its shorter side `_FINER` times `side`, unless the longer were too long."""
    scale = min(_FINER * side / min(width, height), _LONGEST * side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a picture is shown first: which object of the page it is, or of a form within forms; and what it costs."""

    page: int
    path: tuple[int, ...]
    name: str
    width: int
    height: int
    cost: int


@dataclass(slots=True)
class Album:
    """Collects the pictures of the pages that it looks at, each once however often it is used."""

    budget: Budget
    _objects: int = 0
    _read: int = 0
    _places: dict[bytes, _Place] = field(default_factory=dict)

    def look(self, number: int, page: pdfium.PdfPage) -> None:
        """Notes the pictures of page `number`, before anything of it is drawn.

        Raises `MediaTooLarge` for too many objects or too many pixels to be drawn, and `MediaTooDeep`.
        """
        self._count(raw.FPDFPage_GetAnnotCount(page))
        ordinals: dict[bytes, int] = {}
        sheet: _Box = page.get_bbox()
        for path, image, matrix in self._images(page.raw, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject):
            width, height = _size(image)
            within("pixels in one picture", width * height, self.budget.pixels)
            coded = raw.FPDFImageObj_GetImageDataRaw(image, None, 0)
            cost = max(width * height, coded)  # more bytes than pixels where a file means to keep us reading
            self._read += cost
            within("pixels in all its pictures", self._read, self._readable)
            if min(width, height) < _LEAST or _likeness(matrix.on_rect(0, 0, 1, 1), sheet) >= _SAME_AS_PAGE:
                continue
            digest = _digest(image, coded, width, height)
            ordinal = ordinals.setdefault(digest, len(ordinals) + 1)
            name = f"picture {ordinal} on page {number}"
            self._places.setdefault(digest, _Place(number, path, name, width, height, cost))

    def pictures(self, document: pdfium.PdfDocument, room: int, side: int) -> Iterator[PartPicture]:
        """The first `room` of the pictures that can still be read, as they are stored, however the pages turn them."""
        chosen: list[_Place] = []
        for place in self._places.values():
            if len(chosen) < room and self._read + place.cost <= self._readable:
                self._read += place.cost
                chosen.append(place)
        for number, shown in itertools.groupby(chosen, key=lambda place: place.page):
            with contextlib.closing(document[number - 1]) as page:
                for place in shown:
                    if (drawn := _draw(document, page, place, side)) is not None:
                        yield PartPicture(PartKind.PICTURE, place.name, drawn)

    @property
    def _readable(self) -> int:
        return min(self.budget.total_pixels, _READ)

    def _count(self, more: int) -> int:
        self._objects += max(0, more)
        within("objects", self._objects, _OBJECTS * self.budget.nodes)
        return max(0, more)

    def _images(
        self,
        holder: _Object,
        count: Callable[[_Object], int],
        child: Callable[[_Object, int], _Object],
        path: tuple[int, ...] = (),
        around: pdfium.PdfMatrix = _AS_IT_IS,
    ) -> Iterator[tuple[tuple[int, ...], _Object, pdfium.PdfMatrix]]:
        """Every use of an image, in the order of drawing: where it is, itself, and what puts the unit square there."""
        if len(path) > self.budget.depth:
            raise MediaTooDeep(what="objects", limit=self.budget.depth)
        for index in range(self._count(count(holder))):
            one = child(holder, index)
            kind = raw.FPDFPageObj_GetType(one)
            if kind == raw.FPDF_PAGEOBJ_IMAGE:
                yield (*path, index), one, _matrix(one).multiply(around)
            elif kind == raw.FPDF_PAGEOBJ_FORM:
                yield from self._images(
                    one,
                    raw.FPDFFormObj_CountObjects,
                    raw.FPDFFormObj_GetObject,
                    (*path, index),
                    _matrix(one).multiply(around),
                )


def _draw(document: pdfium.PdfDocument, page: pdfium.PdfPage, place: _Place, side: int) -> Decoded | None:
    """The picture with its masks, reduced by pdfium as it reads it; None where it can't be read.

    The page was drawn without it then, as any viewer does.
    """
    first, *inner = place.path
    image = raw.FPDFPage_GetObject(page, first)
    for index in inner:
        image = raw.FPDFFormObj_GetObject(image, index)
    across, down = drawn_size(place.width, place.height, side)
    if across > place.width:
        across, down = place.width, place.height
    raw.FPDFPageObj_SetMatrix(image, raw.FS_MATRIX(across, 0, 0, down, 0, 0))
    handle = raw.FPDFImageObj_GetRenderedBitmap(document, page, image)
    if not handle:
        return None
    try:
        picture = _copied(handle)
    finally:
        raw.FPDFBitmap_Destroy(handle)
    if picture.getchannel("A").getbbox() is None:
        return None
    return replace(small(picture, side), width=place.width, height=place.height)


def _copied(handle: _Object) -> Image.Image:
    width, height = raw.FPDFBitmap_GetWidth(handle), raw.FPDFBitmap_GetHeight(handle)
    stride = raw.FPDFBitmap_GetStride(handle)
    pixels = ctypes.string_at(raw.FPDFBitmap_GetBuffer(handle), stride * height)
    return Image.frombytes("RGBA", (width, height), pixels, "raw", "BGRA", stride)


def _size(image: _Object) -> tuple[int, int]:
    width, height = ctypes.c_uint(), ctypes.c_uint()
    if not raw.FPDFImageObj_GetImagePixelSize(image, width, height):
        return 0, 0
    return width.value, height.value


def _digest(image: _Object, coded: int, width: int, height: int) -> bytes:
    """Tells pictures apart by what is stored of them, since pdfium doesn't tell which object of the file it is."""
    stored = ctypes.create_string_buffer(max(1, coded))
    raw.FPDFImageObj_GetImageDataRaw(image, stored, coded)
    return hashlib.sha256(b"%d %d " % (width, height) + stored.raw).digest()


def _matrix(one: _Object) -> pdfium.PdfMatrix:
    matrix = raw.FS_MATRIX(1, 0, 0, 1, 0, 0)
    raw.FPDFPageObj_GetMatrix(one, matrix)
    return pdfium.PdfMatrix.from_raw(matrix)


def _likeness(one: _Box, other: _Box) -> float:
    """The area in both boxes as a share of the area in either."""
    shared = _area((max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])))
    either = _area(one) + _area(other) - shared
    return shared / either if either > 0 else 0.0


def _area(box: _Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])
