"""Attacks do what they say, the same every time, and tell truly where the work went."""

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageDraw

from registry.cli.bench.attacks import ATTACKS, Attack, Strength, seed_of
from registry.cli.bench.attacks.attack import LONGEST
from registry.cli.demo.art.artworks import Artwork, artworks

FAMILIES = {
    "jpeg", "resize", "aspect", "crop", "mirror", "rotation", "border", "tone", "saturation", "grey", "duotone",
    "inversion", "blur", "noise", "sharpen", "banner", "watermark", "sticker", "screenshot", "collage", "mockup",
    "combined",
}  # fmt: skip
BY_NAME = {attack.name: attack for attack in ATTACKS}
PINK = Image.new("RGB", (300, 200), (255, 0, 255))


@pytest.fixture(scope="module")
def drawing() -> Image.Image:
    artwork: Artwork = next(artworks())
    return artwork.picture.resize((480, 360))


def named(attack: Attack) -> str:
    return attack.name


def test_the_suite_has_every_family_and_strength_under_names_of_their_own() -> None:
    assert len(ATTACKS) == 55
    assert len(BY_NAME) == 55
    assert {attack.family for attack in ATTACKS} == FAMILIES
    assert {attack.strength for attack in ATTACKS} == set(Strength)
    assert all(len(attack.steps) == 3 for attack in ATTACKS if attack.family == "combined")


@pytest.mark.parametrize("attack", ATTACKS, ids=named)
def test_an_attack_gives_the_same_picture_again_and_leaves_the_work_alone(attack: Attack, drawing: Image.Image) -> None:
    before = drawing.tobytes()
    seed = seed_of("drawing.png", attack.name)
    first, again = attack(drawing, seed, [PINK]), attack(drawing, seed, [PINK])
    assert first.picture.tobytes() == again.picture.tobytes()
    assert np.array_equal(first.transform, again.transform)
    assert first.picture.mode == "RGB"
    assert max(first.picture.size) <= LONGEST
    assert first.picture.tobytes() != before
    assert drawing.tobytes() == before


@pytest.mark.parametrize("attack", ATTACKS, ids=named)
def test_a_marked_point_lands_where_the_map_says(attack: Attack, drawing: Image.Image) -> None:
    """The same attack on the work with a black mark and with a white one: where they differ, the mark is."""
    seed = seed_of("drawing.png", attack.name)
    tried = 0
    for x, y in ((240, 180), (200, 130), (300, 200), (150, 230), (330, 120)):
        black, white = (attack(marked(drawing, x, y, colour), seed, [PINK]) for colour in ("black", "white"))
        if not np.allclose(black.transform, white.transform):
            continue  # the mark made another part the better one to cut out
        landed = black.transform @ (x, y, 1)
        at = landed[:2] / landed[2]
        inside = all(12 <= value <= size - 13 for value, size in zip(at, black.picture.size, strict=True))
        differ = np.asarray(ImageChops.difference(black.picture, white.picture).convert("L"), dtype=float)
        if not inside or differ.max() < 40:
            continue  # cut away, or under a sticker
        differ[differ < 0.5 * differ.max()] = 0
        if (differ > 0).sum() < 0.8 * 17**2 * abs(np.linalg.det(black.transform[:2, :2])):
            continue  # partly under a sticker
        down, across = np.indices(differ.shape)
        centre = (across * differ).sum() / differ.sum(), (down * differ).sum() / differ.sum()
        assert np.hypot(*(np.array(centre) - at)) <= 1 + black.bend
        tried += 1
    assert tried


def marked(picture: Image.Image, x: int, y: int, colour: str) -> Image.Image:
    """The picture with a square of 17 pixels about a point."""
    copy = picture.copy()
    ImageDraw.Draw(copy).rectangle((x - 8, y - 8, x + 8, y + 8), fill=colour)
    return copy


@pytest.mark.parametrize(("name", "kept"), [("crop-10", 0.9), ("crop-30", 0.7), ("crop-50", 0.5), ("crop-70", 0.3)])
def test_a_crop_keeps_its_share_of_the_area(name: str, kept: float, drawing: Image.Image) -> None:
    for work in range(8):
        size = BY_NAME[name](drawing, seed_of(str(work), name)).picture.size
        assert size[0] * size[1] / (480 * 360) == pytest.approx(kept, abs=0.01)


def test_a_crop_is_not_cut_from_where_nothing_is() -> None:
    corner = Image.new("RGB", (600, 600), "white")
    ImageDraw.Draw(corner).ellipse((40, 40, 260, 260), fill="black")
    for work in range(20):
        cut = BY_NAME["crop-70"](corner, seed_of(str(work), "crop-70")).picture
        assert np.asarray(cut.convert("L")).mean() < 250


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("banner-10", 0.1),
        ("banner-20", 0.2),
        ("banner-30", 0.3),
        ("sticker-5", 0.05),
        ("sticker-15", 0.15),
        ("sticker-30", 0.3),
    ],
)
@pytest.mark.parametrize("size", [(480, 360), (600, 110)])
def test_what_is_laid_over_covers_its_share(name: str, share: float, size: tuple[int, int]) -> None:
    plain = Image.new("RGB", size, (90, 140, 90))
    for work in range(6):
        covered = BY_NAME[name](plain, seed_of(str(work), name)).picture
        differ = np.asarray(ImageChops.difference(covered, plain)).any(axis=2).mean()
        assert differ == pytest.approx(share, rel=0.12)


@pytest.mark.parametrize(("name", "cells"), [("collage-2", 2), ("collage-4", 4), ("collage-9", 9)])
def test_a_collage_gives_one_cell_to_the_work_and_the_others_to_others(
    name: str, cells: int, drawing: Image.Image
) -> None:
    shown = BY_NAME[name](drawing, seed_of("drawing.png", name), [PINK])
    pink = (np.asarray(shown.picture) == (255, 0, 255)).all(axis=2).mean()
    assert pink == pytest.approx((cells - 1) / cells, abs=0.06)


def test_without_other_pictures_some_are_drawn(drawing: Image.Image) -> None:
    shown = BY_NAME["collage-9"](drawing, seed_of("drawing.png", "collage-9"))
    assert len(shown.picture.getcolors(1 << 24) or ()) > 5000


def test_transparent_parts_become_white() -> None:
    clear = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    ImageDraw.Draw(clear).ellipse((60, 60, 140, 140), fill=(200, 20, 20, 255))
    assert BY_NAME["grey"](clear, b"").picture.getpixel((3, 3)) == (255, 255, 255)


def test_a_large_work_is_made_smaller_and_the_map_knows(drawing: Image.Image) -> None:
    large = drawing.resize((2400, 1800))
    shown = BY_NAME["grey"](large, b"")
    assert shown.picture.size == (1000, 750)
    corner = shown.transform @ (2399.5, 1799.5, 1)
    assert corner[:2] == pytest.approx((999.5, 749.5))


def test_another_run_throws_other_dice(drawing: Image.Image) -> None:
    attack = BY_NAME["crop-50"]
    runs = {attack(drawing, seed_of("a", attack.name, run)).picture.tobytes() for run in ("", "1", "2")}
    assert len(runs) == 3
