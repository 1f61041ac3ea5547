"""Design drafts: what a thief takes of one is matched to the work, and the part is named."""

import io
from contextlib import closing

import pypdfium2
import pytest
import resvg_py
from PIL import Image

from registry.accounts import Account, Viewer
from registry.assemble import Registry
from registry.findings import Decision, Match, Matched
from registry.listings import Listing
from registry.works import Description, Kind, Part, PartKind, Work
from tests.journeys.pictures import Picture, saved
from tests.media.pdf_writer import catalogue, motif
from tests.media.psd_writer import document, drawn_layer
from tests.media.svg_drawn import crest

STRANGER = Viewer(None)


@pytest.fixture(scope="module")
def studio(registry: Registry) -> Account:
    return registry.access.create_account("drafts")


def registered(registry: Registry, studio: Account, data: bytes, title: str) -> Work:
    return registry.registering.register(data, Description(title, kind=Kind.DESIGN), studio).work


def shown(registry: Registry, listing: bytes) -> tuple[Match, Part]:
    """The strongest match of a listing's picture, and the part that it shows."""
    verdict = registry.checking.check(listing, Listing(), STRANGER).verdict
    assert isinstance(verdict, Matched)
    match = verdict.matches[0]
    return match, registry.catalogue.parts([match.work])[match.work][match.part]


@pytest.mark.parametrize(("side", "ground"), [(150, "white"), (900, "white"), (640, "#f4ead8"), (500, "black")])
def test_a_drawing_s_rendering_is_the_drawing(registry: Registry, studio: Account, side: int, ground: str) -> None:
    work = registered(registry, studio, crest(), "Crest")
    drawn = resvg_py.svg_to_bytes(svg_string=crest().decode(), width=side, skip_system_fonts=True)
    logo = Image.open(io.BytesIO(drawn)).convert("RGBA")
    picture = Image.new("RGB", logo.size, ground)
    picture.paste(logo, mask=logo)
    match, part = shown(registry, saved(picture, "PNG"))
    assert (match.work, match.decision, part.kind) == (work.id, Decision.BLOCK, PartKind.WHOLE)


def test_page_7_of_a_catalogue_is_page_7(registry: Registry, studio: Account) -> None:
    catalogue_file = catalogue(12, motif)
    work = registered(registry, studio, catalogue_file, "Catalogue")
    with pypdfium2.PdfDocument(catalogue_file) as document, closing(document[6]) as page:
        listing = page.render(scale=1.3).to_pil()
    match, part = shown(registry, saved(listing, "JPEG", quality=80))
    assert (match.work, match.decision) == (work.id, Decision.BLOCK)
    assert (part.kind, part.label) == (PartKind.PAGE, "page 7")
    assert any("page 7" in reason for reason in match.reasons)


def test_a_picture_set_into_page_4_is_named_with_its_page(registry: Registry, studio: Account) -> None:
    work = registered(registry, studio, catalogue(5, motif), "Brochure")
    match, part = shown(registry, saved(motif(4).resize((900, 675)), "JPEG", quality=80))
    assert (match.work, match.decision) == (work.id, Decision.BLOCK)
    assert part.kind is PartKind.PICTURE
    assert part.label.endswith("on page 4")


def test_one_layer_used_alone_is_named(registry: Registry, studio: Account) -> None:
    sun, sea = Picture(71, (300, 300)).image(), Picture(72, (280, 220)).image()
    poster = Image.new("RGB", (700, 600), "#dde")
    poster.paste(sun, (30, 20))
    poster.paste(sea, (330, 360))
    layers = [drawn_layer(sun, "Sun", 20, 30), drawn_layer(sea, "Sea", 360, 330)]
    work = registered(registry, studio, document(poster, layers).to_bytes(), "Poster")
    match, part = shown(registry, saved(sea.resize((560, 440)), "PNG"))
    assert (match.work, match.decision) == (work.id, Decision.BLOCK)
    assert (part.kind, part.label) == (PartKind.LAYER, "the layer “Sea”")
    assert any("the layer “Sea”" in reason for reason in match.reasons)


def test_a_listing_that_shows_the_whole_poster_shows_the_whole(registry: Registry, studio: Account) -> None:
    poster = Picture(75, (700, 600)).image()
    inner = Picture(76, (200, 200)).image()
    poster.paste(inner, (100, 100))
    layers = [drawn_layer(Picture(75, (700, 600)).image(), "Ground"), drawn_layer(inner, "Inner", 100, 100)]
    work = registered(registry, studio, document(poster, layers).to_bytes(), "Second poster")
    match, part = shown(registry, saved(poster.resize((350, 300)), "JPEG", quality=85))
    assert (match.work, part.kind, part.label) == (work.id, PartKind.WHOLE, "")
