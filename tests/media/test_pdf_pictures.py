"""The pictures set into PDFs: each once, as it is stored, and after all pages."""

import io
from dataclasses import replace

import numpy as np
from PIL import Image

from registry.media.budget import Budget
from registry.works import PartKind
from tests.media.drawn import cut_out, encoded, scene
from tests.media.pdf_read import names, near, pixels, read
from tests.media.pdf_writer import Writer, catalogue, motif, placed


def test_a_picture_set_into_a_page_is_found_by_itself() -> None:
    found = read(catalogue(12, motif))
    assert names(found[12:]) == [f"picture 1 on page {number}" for number in range(1, 13)]
    assert {part.kind for part in found[12:]} == {PartKind.PICTURE}
    stolen = Image.open(io.BytesIO(encoded(motif(7, (640, 480)), "JPEG", quality=80)))
    assert near(stolen, found) == ["picture 1 on page 7"]


def test_a_picture_is_its_pixels_and_its_mask() -> None:
    plain, cut = scene(320, 240), cut_out(300, 220)
    writer = Writer()
    objects = {"P": writer.picture(plain), "C": writer.picture(cut), "G": writer.picture(plain.convert("L"))}
    turned = "q 0 200 -150 0 400 500 cm /P Do Q\n"
    writer.page(turned + placed("C", 50, 50, 200, 150) + placed("G", 300, 50, 100, 100), objects)
    _, *found = read(writer.written())
    assert names(found) == ["picture 1 on page 1", "picture 2 on page 1", "picture 3 on page 1"]
    assert (pixels(found[0]) == np.asarray(plain)).all()
    assert found[1].decoded.picture.mode == "RGBA"
    visible = np.asarray(cut)[:, :, 3] == 255
    assert (pixels(found[1])[:, :, 3] == np.asarray(cut)[:, :, 3]).all()
    assert (pixels(found[1])[visible] == np.asarray(cut)[visible]).all()
    assert (pixels(found[2])[:, :, 0] == np.asarray(plain.convert("L"))).all()


def test_a_stencil_is_seen_in_its_colour_on_nothing() -> None:
    ink = np.asarray(scene(320, 240).convert("L")) < 120
    writer = Writer()
    head = "/Type /XObject /Subtype /Image /ImageMask true /Width 320 /Height 240 /BitsPerComponent 1 /Decode [1 0]"
    stencil = writer.stream(np.packbits(ink, axis=1).tobytes(), head)
    writer.page("1 0 0 rg " + placed("S", 10, 10, 200, 150), {"S": stencil})
    _, found = read(writer.written())
    assert (pixels(found)[ink] == (255, 0, 0, 255)).all()
    assert (pixels(found)[~ink][:, 3] == 0).all()


def test_each_picture_comes_once_and_after_all_pages() -> None:
    writer = Writer()
    logo, photo, copy = (writer.picture(image) for image in (motif(1), motif(2), motif(1)))
    inner = writer.form(placed("P", 0, 0, 320, 240), {"P": photo})
    outer = writer.form("q 0.5 0 0 0.5 100 100 cm /X Do Q " + placed("L", 0, 0, 90, 90), {"X": inner, "L": logo})
    writer.page(placed("L", 0, 0, 90, 90) * 3, {"L": logo})
    writer.page(placed("C", 200, 200, 90, 90) + "/X Do", {"X": outer, "C": copy})
    writer.page("/X Do", {"X": outer})
    found = read(writer.written())
    assert names(found) == ["page 1", "page 2", "page 3", "picture 1 on page 1", "picture 2 on page 2"]
    assert near(motif(2), found[3:]) == ["picture 2 on page 2"]


def test_bullets_and_the_page_itself_are_no_pictures() -> None:
    writer = Writer()
    bullet, background, wide = (writer.picture(scene(*size)) for size in ((63, 300), (595, 842), (400, 400)))
    writer.page(placed("B", 10, 10, 300, 300), {"B": bullet})
    writer.page(placed("B", -9, -9, 613, 860), {"B": background})
    writer.page("q 2 0 0 2 -10 -10 cm /F Do Q", {"F": writer.form(placed("P", 0, 0, 310, 430), {"P": wide})})
    writer.page(placed("W", -900, -900, 2000, 2000), {"W": wide})
    found = read(writer.written())
    assert names(found[4:]) == ["picture 1 on page 4"]  # of this one the page shows only a piece


def test_pictures_take_what_room_the_pages_leave() -> None:
    data = catalogue(3, motif)
    assert names(read(data, replace(Budget(), parts=5)))[3:] == ["picture 1 on page 1", "picture 1 on page 2"]
    assert len(read(data, replace(Budget(), parts=2))) == 3
    assert len(read(data, replace(Budget(), total_pixels=4 * 400 * 300))) == 4


def test_a_picture_that_can_not_be_read_costs_only_itself() -> None:
    writer = Writer()
    head = "/Type /XObject /Subtype /Image /Width 100 /Height 100 /BitsPerComponent 8 /ColorSpace /DeviceRGB"
    broken = writer.stream(b"no JPEG at all", f"{head} /Filter /DCTDecode", packed=False)
    writer.page(placed("B", 0, 0, 90, 90) + placed("P", 200, 200, 90, 90), {"B": broken, "P": writer.picture(motif(1))})
    assert names(read(writer.written())) == ["page 1", "picture 2 on page 1"]
