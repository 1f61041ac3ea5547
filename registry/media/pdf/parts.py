"""PDF drafts, and the `.ai` files that hold one → their pages, then the pictures set into them, by pdfium.

    1. may it be read?    pages against the budget; encrypted files, and pages that only say which other program it
                          takes to see them, are refused
    2. each page          objects and the pixels of its pictures against the budget, then drawn on white as a viewer
                          shows it: its crop box, upright, with what was laid on it as annotations
    3. each picture       after all pages, so that the numbers of pages don't depend on what they hold (`pdf_pictures`)

The same file gives the same pixels everywhere: no font is ever looked for on the machine, and each file meets a library
that has read no other. What isn't embedded is drawn in the fonts that pdfium carries. No scripts, forms or actions are
run: they need an environment that is never made. Files that a PDF names are not read by pdfium.

What only shows when a page is parsed or drawn (a stream that swells, forms within forms by the million, patterns) is
left to the limits of the sandbox's worker.
"""

import codecs
import contextlib
from collections.abc import Iterator
from dataclasses import replace

import pypdfium2 as pdfium
from pypdfium2 import raw

from registry.errors import MalformedMedia, UnsupportedMedia
from registry.media.budget import Budget, within
from registry.media.pdf.pictures import Album, drawn_size
from registry.media.picture import Decoded, PartPicture
from registry.media.shrink import small
from registry.works import PartKind

codecs.lookup("utf-16-le")  # what pypdfium2 reads text with: loaded now, since a worker opens no file later

_LIBRARY = raw.FPDF_LIBRARY_CONFIG(version=2)

_NO_FONTS = raw.FPDF_SYSFONTINFO(version=1)
"""A finder of system fonts without any function: pdfium then finds none. It keeps the address, so this must stay."""

_open: set[int] = set()
"""The documents that are open: the library can't be started afresh under them."""

_NOTICE = "saved without pdf content"
"""What the only page of an Illustrator file says that holds no PDF: all such files would be one another's copies."""

_NOTICE_OBJECTS = 100
"""A page with more on it than this isn't read for the notice, which is a few lines."""


def parts(data: bytes, budget: Budget, side: int) -> Iterator[PartPicture]:
    """The pages of a PDF in their order, then its pictures, as far as `budget.parts` leaves room for them.

    `width` and `height` of a page are in points. Raises `UnsupportedMedia`, `MalformedMedia`, `MediaTooLarge` or
    `MediaTooDeep`.
    """
    with _opened(data) as document:
        count = len(document)
        within("pages", count, budget.pages)
        if document.get_formtype() == raw.FORMTYPE_XFA_FULL:
            raise UnsupportedMedia("The PDF is an XFA form, without pages of its own.", remedy="Print it to a PDF.")
        album = Album(budget)
        for number in range(1, count + 1):
            with _loaded(document, number) as page:
                album.look(number, page)
                if count == 1:
                    _refuse_notice(page)
                drawn = _draw(page, side)
            yield PartPicture(PartKind.PAGE, f"page {number}", drawn)
        yield from album.pictures(document, budget.parts - count, side)


@contextlib.contextmanager
def _opened(data: bytes) -> Iterator[pdfium.PdfDocument]:
    if not _open:
        _start_afresh()
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise UnsupportedMedia(
                "The PDF is encrypted.", remedy="Save it without a password and try once more."
            ) from error
        raise MalformedMedia("The PDF file is damaged: it can't be opened.") from error
    _open.add(id(document))
    try:
        yield document
    finally:
        document.close()
        _open.discard(id(document))


def _start_afresh() -> None:
    """Costs microseconds. Without it a font that gives no widths is spaced by what was drawn before it."""
    raw.FPDF_DestroyLibrary()
    raw.FPDF_InitLibraryWithConfig(_LIBRARY)
    raw.FPDF_SetSystemFontInfo(_NO_FONTS)


_start_afresh()


@contextlib.contextmanager
def _loaded(document: pdfium.PdfDocument, number: int) -> Iterator[pdfium.PdfPage]:
    try:
        page = document[number - 1]
    except pdfium.PdfiumError as error:
        raise MalformedMedia(f"The PDF file is damaged: page {number} can't be read.") from error
    with contextlib.closing(page):
        yield page


def _refuse_notice(page: pdfium.PdfPage) -> None:
    if raw.FPDFPage_CountObjects(page) > _NOTICE_OBJECTS:
        return
    with contextlib.closing(page.get_textpage()) as text:
        if _NOTICE in " ".join(text.get_text_range(count=400).lower().split()):
            raise UnsupportedMedia(
                "The Illustrator file was saved without its PDF.",
                remedy="Save it with “Create PDF Compatible File” turned on, or export it as SVG or PDF.",
            )


def _draw(page: pdfium.PdfPage, side: int) -> Decoded:
    width, height = page.get_size()
    across, down = drawn_size(width, height, side)
    bitmap = pdfium.PdfBitmap.new_native(across, down, raw.FPDFBitmap_BGR)
    with contextlib.closing(bitmap):
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, across, down)
        raw.FPDF_RenderPageBitmap(bitmap, page, 0, 0, across, down, 0, raw.FPDF_ANNOT)
        decoded = small(bitmap.to_pil(), side)
    return replace(decoded, width=max(1, round(width)), height=max(1, round(height)))
