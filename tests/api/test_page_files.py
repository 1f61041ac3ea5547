"""The page's files: nothing inline, nothing from elsewhere, and readable colours in both schemes."""

import re

import pytest

from api.headers import PAGE_POLICY
from api.page import STATIC
from tests.api.house import House

PAGES = ("/", "/docs", "/problems/not-found")
TEXT_ON = [
    ("ink", "paper"),
    ("ink", "card"),
    ("ink", "fill"),
    ("quiet", "paper"),
    ("quiet", "card"),
    ("link", "paper"),
    ("good", "card"),
    ("care", "card"),
    ("stop", "card"),
    ("paper", "ink"),
]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_nothing_inline_and_asks_nobody_else(house: House, path: str) -> None:
    answer = house.client().get(path)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", answer.text)
    assert re.findall(r"<script[^>]*>([^<]*)</script>", answer.text) == re.findall(
        r"<script[^>]*>()</script>", answer.text
    )
    for address in re.findall(r"(?:src|href)=\"([^\"]+)\"", answer.text):
        assert re.match(r"[/#](?!/)", address), address
        if address.startswith("/") and address != "/log/checkpoint":
            assert house.client().get(address).status_code == 200, address
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "http" not in policy


def test_our_own_pages_allow_nothing_inline(house: House) -> None:
    assert "unsafe-inline" not in PAGE_POLICY
    assert house.client().get("/").headers["content-security-policy"] == PAGE_POLICY


@pytest.mark.parametrize("path", ["/livez", "/log", "/v1/works", "/nowhere", "/static/page.css"])
def test_what_is_no_page_may_not_act_like_one(house: House, path: str) -> None:
    headers = house.client("register").get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["x-content-type-options"] == "nosniff"


def test_scripts_never_write_markup() -> None:
    for script in STATIC.glob("*.js"):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|https?:", script.read_text()
        )


def test_the_style_sheet_asks_nobody() -> None:
    assert not re.search(r"@import|url\(", (STATIC / "page.css").read_text())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_stands_out_from_its_ground(scheme: str, text: str, ground: str) -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 to 1."""
    light, dark = re.findall(r":root \{(.*?)\}", (STATIC / "page.css").read_text(), re.DOTALL)
    colours = dict(re.findall(r"--(\w+): (#\w{6});", light if scheme == "light" else dark))
    bright, dim = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)
    assert (bright + 0.05) / (dim + 0.05) >= 4.5


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
