"""PDFs by their pages and pictures: what a person sees of them is what is fingerprinted."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from registry.errors import MalformedMedia, MediaTooDeep, MediaTooLarge, UnsupportedMedia
from registry.media.budget import Budget
from registry.media.parts import parts
from registry.media.raster import WORKING_SIDE
from registry.media.sniff import MediaType
from registry.works import PartKind
from tests.media.drawn import encoded, scene
from tests.media.pdf_drawn import reaching_out
from tests.media.pdf_read import names, near, one_page, pixels, read
from tests.media.pdf_writer import A4, HELVETICA, Writer, catalogue, locked, motif, placed, set_in

RED = "1 0 0 rg 0 0 20000 20000 re f\n"


def shown_at(data: bytes, number: int, scale: float) -> Image.Image:
    with pypdfium2.PdfDocument(data) as document:
        image: Image.Image = document[number - 1].render(scale=scale).to_pil()
        return image


def filled_by(size: tuple[int, int]) -> bytes:
    """Twelve pages as Pillow writes them, each of them one picture."""
    first, *others = (motif(number, size) for number in range(1, 13))
    return encoded(first, "PDF", save_all=True, append_images=others)


@pytest.mark.parametrize("scale", [0.6, 200 / 72])
def test_page_7_shown_at_another_size_is_page_7_and_no_other(scale: float) -> None:
    data = catalogue(12, motif)
    pages = [part for part in read(data) if part.kind is PartKind.PAGE]
    assert names(pages) == [f"page {number}" for number in range(1, 13)]
    assert near(shown_at(data, 7, scale), pages) == ["page 7"]


def test_a_picture_that_fills_a_page_is_that_page() -> None:
    found = read(filled_by((600, 450)))
    assert names(found) == [f"page {number}" for number in range(1, 13)]
    assert near(motif(7, (1500, 1100)), found) == ["page 7"]


def test_sizes_are_points_for_pages_and_pixels_for_pictures() -> None:
    writer = Writer()
    image = writer.picture(scene(700, 500))
    writer.page(placed("P", 20, 20, 70, 50), {"P": image}, box=(0, 0, 300.6, 200.2))
    page, picture = read(writer.written())
    assert (page.decoded.width, page.decoded.height) == (301, 200)
    assert (picture.decoded.width, picture.decoded.height) == (700, 500)
    assert (page.decoded.picture.mode, picture.decoded.picture.mode) == ("RGB", "RGB")


@pytest.mark.parametrize(
    ("size", "drawn"),
    [
        (A4, (384, 544)),
        ((14_400, 14_400), (384, 384)),
        ((10, 10), (384, 384)),
        ((14_400, 3_600), (384, 384)),
        ((14_400, 100), (384, 21)),
        ((1, 14_400), (1, 384)),
    ],
)
def test_a_page_costs_the_same_whatever_its_size(size: tuple[int, int], drawn: tuple[int, int]) -> None:
    writer = Writer()
    writer.page(RED, box=(0, 0, *size))
    (page,) = read(writer.written())
    assert page.decoded.picture.size == drawn
    assert (pixels(page) == (255, 0, 0)).all()
    assert (page.decoded.width, page.decoded.height) == size


def test_pages_are_white_paper() -> None:
    (page,) = read(one_page("/G gs 0 g 0 0 595 421 re f", resources="/ExtGState << /G << /ca 0.5 >> >>"))
    assert pixels(page)[0, 0].tolist() == [255, 255, 255]
    assert abs(int(pixels(page)[-1, 0, 0]) - 128) <= 2


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_pages_are_upright_and_cropped(turn: int) -> None:
    """The file's page lies turned to the left, with paper around it that the crop box cuts off."""
    upright = scene(400, 300)
    stored = upright.rotate(turn, expand=True)
    width, height = stored.size
    writer = Writer()
    content = RED + placed("P", 100, 50, width, height)
    crop = f"/Rotate {turn} /CropBox [100 50 {100 + width} {50 + height}]"
    writer.page(content, {"P": writer.picture(stored)}, box=(0, 0, 900, 900), entries=crop)
    (page,) = read(writer.written())
    assert (page.decoded.width, page.decoded.height) == (400, 300)
    seen = page.decoded.scaled((400, 300), Image.Resampling.BOX)
    assert np.abs(np.asarray(seen).astype(int) - np.asarray(upright)).mean() < 1.5


def test_what_was_laid_on_a_page_is_seen() -> None:
    writer = Writer()
    look = writer.form("1 0 0 rg 0 0 600 900 re f", box=(0, 0, 600, 900))
    writer.page("", entries=f"/Annots [<< /Type /Annot /Subtype /Ink /Rect [0 0 600 900] /F 4 /AP << /N {look} >> >>]")
    (page,) = read(writer.written())
    assert (pixels(page) == (255, 0, 0)).all()


def test_a_pdf_without_a_password_is_read_and_with_one_refused() -> None:
    (page,) = read(locked())
    assert (pixels(page) == (255, 0, 0)).all(axis=2).mean() == pytest.approx(300 * 500 / (595 * 842), abs=0.01)
    with pytest.raises(UnsupportedMedia, match="encrypted") as caught:
        read(locked("a password"))
    assert "without a password" in caught.value.remedy


def test_a_page_that_only_asks_for_another_program_is_no_work() -> None:
    said = "This is an Adobe Illustrator File that was saved without PDF Content."
    with pytest.raises(UnsupportedMedia, match="Illustrator") as caught:
        read(one_page(f"BT /F 12 Tf 40 400 Td ({said}) Tj ET", resources=HELVETICA))
    assert "Create PDF Compatible File" in caught.value.remedy
    writer = Writer()
    writer.page(RED)
    form = writer.stream(b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'/>")
    with pytest.raises(UnsupportedMedia, match="XFA"):
        read(writer.written(catalogue=f"/NeedsRendering true /AcroForm << /Fields [] /XFA {form} >>"))


def _many(count: int) -> bytes:
    return one_page("0 0 9 9 re f\n" * count)


def _nested(depth: int) -> bytes:
    writer = Writer()
    inner = writer.form("0 0 9 9 re f")
    for _ in range(depth - 1):
        inner = writer.form("/X Do", {"X": inner})
    writer.page("/X Do", {"X": inner})
    return writer.written()


@pytest.mark.parametrize(
    ("make", "budget", "what"),
    [
        (lambda: catalogue(5), replace(Budget(), pages=4), "pages"),
        (lambda: _many(41), replace(Budget(), nodes=10), "objects"),
        (lambda: catalogue(2, motif), replace(Budget(), pixels=400 * 300 - 1), "pixels in one picture"),
        (lambda: catalogue(3, motif), replace(Budget(), total_pixels=3 * 400 * 300 - 1), "pixels in all its pictures"),
    ],
)
def test_budgets_are_kept(make: Callable[[], bytes], budget: Budget, what: str) -> None:
    with pytest.raises(MediaTooLarge) as caught:
        read(make(), budget)
    assert caught.value.what == what


def test_what_is_just_within_budget_is_read() -> None:
    assert len(read(catalogue(4), replace(Budget(), pages=4))) == 4
    assert len(read(_many(40), replace(Budget(), nodes=10))) == 1
    assert len(read(_nested(5), replace(Budget(), depth=5))) == 1
    with pytest.raises(MediaTooDeep):
        read(_nested(6), replace(Budget(), depth=5))


def test_a_missing_page_is_damage() -> None:
    writer = Writer()
    page = writer.page(RED)
    with pytest.raises(MalformedMedia, match="PDF"):
        read(writer.written(kids=f"/Kids [{page} 99 0 R] /Count 2"))


def test_a_file_that_is_named_inside_is_not_read(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_bytes(b"1 0 0 rg 0 0 600 900 re f")
    found, missing = (read(reaching_out(str(path))) for path in (there, tmp_path / "missing"))
    assert names(found) == names(missing)
    assert all((pixels(part) == pixels(same)).all() for part, same in zip(found, missing, strict=True))


@pytest.mark.parametrize("font", ["LiberationSans", "DejaVuSans", "Verdana", "NotoSans", "FreeSans"])
def test_no_font_is_taken_from_the_machine(font: str) -> None:
    (installed,), (unknown,) = read(set_in(font)), read(set_in("NoSuchFace"))
    assert (pixels(installed) == pixels(unknown)).all()
    assert pixels(installed).std() > 5


def test_a_file_is_drawn_the_same_whatever_was_drawn_before() -> None:
    """Without widths, pdfium spaces letters by what it left in a font that all files share."""
    (alone,) = read(set_in("NoSuchFace"))
    read(set_in("Other", "WWW iii", "/FirstChar 32 /LastChar 122 /Widths [" + "900 " * 91 + "]"))
    (after,) = read(set_in("NoSuchFace"))
    assert (pixels(alone) == pixels(after)).all()


def test_files_can_be_read_in_turns() -> None:
    one, other = (parts(catalogue(3, motif), MediaType.PDF, Budget(), side=WORKING_SIDE) for _ in range(2))
    for first, second in zip(one, other, strict=True):
        assert (pixels(first) == pixels(second)).all()


def test_scripts_and_xfa_are_not_built_in() -> None:
    assert not {"V8", "XFA"} & set(pypdfium2.PDFIUM_INFO.flags)
