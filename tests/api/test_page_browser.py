"""The page in a real Chromium: a picture goes in, a verdict comes out, and nobody else is asked anything.

Where there is no Chromium these tests are skipped; with `CI` set they fail, so that they can't be forgotten there.
"""

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from api.app import create_app
from registry.works import Description
from tests.api.browser import Tab, chromium, open_tab
from tests.api.found import asked_picture, finding
from tests.api.house import House, served
from tests.api.pictures import drawing, jpeg, mirrored, png
from tests.media.pdf_writer import catalogue, motif

HEADLINE = "document.querySelector('#answer .panel:not(:has(progress)) h2')?.textContent"


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    program = chromium()
    if program is None:
        assert not os.environ.get("CI"), "there is no Chromium: apt-get install chromium"  # noqa: TID251 - no setting
        pytest.skip("there is no Chromium, so nobody looked at the page; install chromium")
    with open_tab(program, tmp_path_factory.mktemp("chromium")) as made:
        yield made


@pytest.fixture
def page(tab: Tab, server: str) -> Iterator[Tab]:
    """The page, opened on the server's own machine. Whatever a test does, nobody else may be asked."""
    tab.complaints.clear()
    tab.hosts.clear()
    tab.open(server)
    yield tab
    assert tab.hosts <= {server.removeprefix("http://")}


def headline(tab: Tab, wanted: str) -> None:
    tab.until(f"{HEADLINE} === {json.dumps(wanted)}")


def shown(tab: Tab) -> str:
    return str(tab.evaluate("document.querySelector('#answer').innerText"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A mirrored, re-encoded copy of the house's public work."""
    file = tmp_path / "copy.jpg"
    file.write_bytes(jpeg(mirrored(drawing("public"))))
    return file


def test_a_copy_is_found_and_its_work_is_shown(page: Tab, copy: Path) -> None:
    assert not page.evaluate("document.querySelector('#key-row').offsetParent")
    page.choose("#file", copy)
    headline(page, "This shows a registered work")
    text = shown(page)
    for expected in (
        "Block",
        "Harbour",
        "Declared by studio",
        "The same picture",
        "The picture shows the work, mirrored.",
        "False matches: fewer than 1 in",
        "of 256 bits differ",
        "of 64 bits differ",
    ):
        assert expected in text
    page.until("document.querySelector('img[data-from]').naturalWidth > 0")
    # What a screen reader is told, and where the keyboard goes on.
    assert page.evaluate("document.querySelector('[role=status]').textContent") == "This shows a registered work"
    assert page.evaluate("document.activeElement.id") == "answer"
    assert page.complaints == []


@pytest.fixture(scope="module")
def finder(house: House) -> Iterator[str]:
    """The address of a page that finds the public work in every picture, and says where it lies."""
    with served(create_app(finding(house.registry, asked_picture("public"), house.public))) as address:
        yield address


@pytest.mark.parametrize("width", [390, 1440])
def test_the_evidence_is_drawn_and_fits_the_screen(tab: Tab, finder: str, copy: Path, width: int) -> None:
    tab.complaints.clear()
    tab.hosts.clear()
    tab.resize(width)
    tab.open(finder)
    tab.choose("#file", copy)
    headline(tab, "This shows a registered work")
    assert "mirrored, scaled to 50 %, inside a larger picture, of which it covers 17 %" in shown(tab)
    tab.until("document.querySelector('.overlay img').naturalWidth > 0")
    assert "Harbour" in tab.evaluate("document.querySelector('.overlay img').alt")
    assert tab.evaluate("document.querySelector('.overlay img').clientWidth") > min(width, 736) * 0.7
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    assert tab.complaints == []
    assert tab.hosts == {finder.removeprefix("http://")}


@pytest.mark.parametrize("width", [390, 1440])
def test_it_fits_the_screen(page: Tab, copy: Path, width: int) -> None:
    page.resize(width)
    page.choose("#file", copy)
    headline(page, "This shows a registered work")
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_a_stranger_s_picture_is_clear(page: Tab, tmp_path: Path) -> None:
    (tmp_path / "new.png").write_bytes(png(drawing("seen by nobody")))
    page.choose("#file", tmp_path / "new.png")
    headline(page, "No registered work found")
    assert "Allow" in shown(page)
    assert page.complaints == []


def test_a_page_of_a_catalogue_is_named_and_shown(page: Tab, house: House, tmp_path: Path) -> None:
    brochure = catalogue(3, motif)
    house.registry.registering.register(brochure, Description(title="Brochure"), house.studio)
    with pypdfium2.PdfDocument(brochure) as document:
        document[1].render(scale=1.3).to_pil().save(tmp_path / "listing.png")
    page.choose("#file", tmp_path / "listing.png")
    headline(page, "This shows a registered work")
    assert "It shows page 2" in shown(page)
    assert page.evaluate("document.querySelector('img[data-from]').alt") == "The registered work: Brochure, page 2"
    page.until("document.querySelector('img[data-from]').naturalWidth > 0")


def test_a_file_that_is_no_picture_is_told_with_a_remedy(page: Tab, tmp_path: Path) -> None:
    (tmp_path / "note.png").write_text("no picture " * 40)
    page.choose("#file", tmp_path / "note.png")
    headline(page, "Not a picture we read")
    assert "Send a JPEG, PNG, WebP, GIF, TIFF, BMP, AVIF, HEIC, SVG, PDF or PSD." in shown(page)


def test_a_file_over_the_limit_isn_t_even_sent(page: Tab, house: House, tmp_path: Path) -> None:
    (tmp_path / "large.png").write_bytes(bytes(house.registry.settings.max_body_bytes + 1))
    page.choose("#file", tmp_path / "large.png")
    headline(page, "Too large a picture")
    assert "at most 4 MB" in shown(page)


def test_a_server_that_is_gone_is_told(page: Tab, copy: Path) -> None:
    offline = {"latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    page.send("Network.emulateNetworkConditions", offline=True, **offline)
    try:
        page.choose("#file", copy)
        headline(page, "The server didn’t answer")
    finally:
        page.send("Network.emulateNetworkConditions", offline=False, **dict.fromkeys(offline, -1))


@pytest.mark.parametrize(
    "event",
    [
        "new ClipboardEvent('paste', {clipboardData: held, bubbles: true})",
        "new DragEvent('drop', {dataTransfer: held, bubbles: true, cancelable: true})",
    ],
    ids=["pasted", "dropped"],
)
def test_a_picture_may_be_pasted_or_dropped(page: Tab, copy: Path, event: str) -> None:
    data = base64.b64encode(copy.read_bytes()).decode()
    page.evaluate(
        f"{{ const bytes = Uint8Array.from(atob('{data}'), (c) => c.charCodeAt(0));"
        "const held = new DataTransfer();"
        "held.items.add(new File([bytes], 'a.jpg', {type: 'image/jpeg'}));"
        f"document.body.dispatchEvent({event}); }}"
    )
    headline(page, "This shows a registered work")


def test_a_title_is_text_and_never_markup(page: Tab, house: House, tmp_path: Path) -> None:
    title, file = "<img src=x onerror=alert(1)>", png(drawing("hostile"))
    house.client("register").post("/v1/works", files={"file": ("a.png", file)}, data={"title": title})
    (tmp_path / "a.png").write_bytes(file)
    page.choose("#file", tmp_path / "a.png")
    headline(page, "This shows a registered work")
    assert page.evaluate("document.querySelector('.match h3').textContent") == title
    assert page.evaluate("document.querySelectorAll('#answer [onerror]').length") == 0


def test_a_seller_s_own_work_is_allowed(page: Tab, copy: Path) -> None:
    page.evaluate("document.querySelector('details').open = true")
    page.evaluate("document.querySelector('#seller').value = 'studio'")
    page.choose("#file", copy)
    headline(page, "The seller’s own work")


def test_the_registry_says_what_it_is(page: Tab, house: House) -> None:
    page.until("document.querySelector('#fact-log').textContent.length === 64")
    facts = str(page.evaluate("document.querySelector('#facts').innerText"))
    assert house.registry.identity.log.hex() in facts
    assert "local chain: no independent trust" in facts


def test_without_a_session_the_page_asks_for_a_key(tab: Tab, house: House, copy: Path) -> None:
    with served(create_app(house.registry, page_session=False)) as address:
        tab.open(address)
        assert tab.evaluate("document.querySelector('#key-row').offsetParent !== null")
        tab.choose("#file", copy)
        headline(tab, "An API key is needed")
        assert tab.evaluate("document.activeElement.id") == "key"
        for key, expected in (("revoked", "The API key isn't valid"), ("check", "This shows a registered work")):
            tab.evaluate(f"document.querySelector('#key').value = {json.dumps(house.tokens[key])}")
            tab.choose("#file", copy)
            headline(tab, expected)
        tab.until("document.querySelector('img[data-from]').naturalWidth > 0")
        # Kept for this tab only.
        assert tab.evaluate("sessionStorage.getItem('key')") == house.tokens["check"]
        assert tab.evaluate("localStorage.length") == 0


def test_the_api_s_page_needs_nobody_else(tab: Tab, server: str) -> None:
    tab.complaints.clear()
    tab.hosts.clear()
    tab.open(f"{server}/docs")
    tab.until("document.querySelectorAll('.opblock').length > 10")
    tab.until("document.querySelector('.authorize')")
    assert tab.complaints == []
    assert tab.hosts == {server.removeprefix("http://")}


def test_a_problem_s_page_is_a_page(tab: Tab, server: str) -> None:
    tab.complaints.clear()
    tab.open(f"{server}/problems/media-too-large")
    assert tab.evaluate("document.querySelector('h1').textContent") == "Too large a picture"
    assert tab.complaints == []
