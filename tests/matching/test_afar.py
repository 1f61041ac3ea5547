"""Codes that would block are borne out by light, field by field, or not."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from registry.findings import Candidate, Orientation
from registry.match.thresholds import BLOCK
from registry.matching.afar import borne_out
from registry.matching.known import KnownParts
from registry.works import Removed, WorkId
from tests.matching.drawn_works import added, asked, image, packed_of, poster

A, B = WorkId("a"), WorkId("b")
BUTTON, SIDE = "#2e7d32", 400
WAYS = tuple(Orientation)


def button(*signs: tuple[int, ...]) -> Image.Image:
    """A sign of white shapes on the same green button."""
    picture = Image.new("RGB", (SIDE, SIDE), "white")
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((20, 20, 380, 380), 60, fill=BUTTON)
    for sign in signs:
        pen.polygon(sign, fill="white")
    return picture


def form(seed: int) -> Image.Image:
    """A page of thin lines of text under one head."""
    picture = Image.new("RGB", (480, 360), "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((20, 20, 460, 30), fill="#d8dce4")
    for row in range(60, 340, 40):
        pen.line((20, row, 20 + int(np.random.default_rng(seed + row).integers(40, 300)), row), fill="#99a0aa", width=2)
    return picture


UP = button((200, 90, 290, 200, 230, 200, 230, 310, 170, 310, 170, 200, 110, 200))
ON = button((110, 100, 200, 200, 110, 300), (200, 100, 290, 200, 200, 300))


def works_of(
    picture: Image.Image, work: Image.Image, way: Orientation = Orientation.UPRIGHT, part: int = 0
) -> set[str]:
    known = KnownParts()
    known.apply([added(1, A, packed_of(work)), added(2, B, packed_of(image(9)))])
    near = Candidate(A, part, way, BLOCK.pdq, BLOCK.phash or 0)
    return set(borne_out(known, [near], [asked(picture).asked]))


def in_the_way_of(picture: Image.Image, way: Orientation) -> Image.Image:
    turns, mirrored = WAYS.index(way) % 4, WAYS.index(way) >= 4
    return (ImageOps.mirror(picture) if mirrored else picture).rotate(90 * turns, expand=True)


@pytest.mark.parametrize("way", WAYS)
def test_a_copy_is_borne_out_however_it_lies(way: Orientation) -> None:
    assert works_of(in_the_way_of(image(1), way), image(1), way) == {A}
    other = WAYS[(WAYS.index(way) + 1) % 8]
    assert works_of(in_the_way_of(image(1), way), image(1), other) == set()


@pytest.mark.parametrize(
    "changed",
    [
        image(1).filter(ImageFilter.GaussianBlur(4)),
        ImageOps.invert(image(1)),
        image(1).point([int(255 * (level / 255) ** 1.8) for level in range(256)] * 3),
        ImageOps.grayscale(image(1)).convert("RGB"),
        image(1).resize((120, 90)),
    ],
    ids=["blurred", "inverted", "darkened", "grey", "small"],
)
def test_so_is_one_in_other_tones(changed: Image.Image) -> None:
    assert works_of(changed, image(1)) == {A}


@pytest.mark.parametrize(
    ("picture", "work"),
    [(UP, ON), (ON, UP), (poster(1), poster(2)), (form(1), form(100)), (form(1), form(1))],
    ids=["another sign", "and round", "another poster", "a form", "even the same form, which a closer look tells"],
)
def test_what_differs_or_is_too_plain_is_not(picture: Image.Image, work: Image.Image) -> None:
    assert works_of(picture, work) == set()
    assert works_of(ON, ON) == works_of(UP, UP) == {A}


def test_what_codes_do_not_block_is_not_looked_at() -> None:
    known = KnownParts()
    known.apply([added(1, A, packed_of(image(1)))])
    seen = [asked(image(1)).asked]
    assert borne_out(known, [Candidate(A, 0, Orientation.UPRIGHT, BLOCK.pdq + 1, 0)], seen) == set()
    near = [Candidate(A, 0, Orientation.UPRIGHT, 0, 0)]
    assert borne_out(known, near, seen) == {A}
    assert borne_out(known, near, []) == set()
    known.apply([Removed(2, A)])
    assert borne_out(known, near, seen) == set()


def test_another_part_has_its_own_light() -> None:
    assert works_of(image(1), image(1), part=1) == set()
