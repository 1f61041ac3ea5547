"""The drawings of the demo: always the same, and unlike one another to the fingerprints."""

from itertools import combinations

import numpy as np
import pytest

from registry.cli.demo.art.artworks import Artwork, artworks, blank, png, strangers
from registry.cli.demo.art.canvas import Canvas, blend, noise, outline, swelling
from registry.cli.demo.cast import DOZEN
from registry.intake.reading import read_query
from registry.intake.taken import Query
from registry.match.thresholds import THRESHOLDS
from registry.works import Detail


@pytest.fixture(scope="module")
def drawn() -> list[Artwork]:
    return [*artworks(), *strangers()]


@pytest.fixture(scope="module")
def seen(drawn: list[Artwork]) -> dict[str, Query]:
    return {one.title: read_query(png(one.picture), None) for one in drawn}


def test_there_are_a_dozen_and_what_is_declared_of_each_is_known(drawn: list[Artwork]) -> None:
    titles = [one.title for one in drawn]

    assert titles[:12] == list(DOZEN)
    assert len(set(titles)) == len(titles) == 18


def test_they_are_colour_pictures_of_600_to_800_pixels(drawn: list[Artwork]) -> None:
    for one in drawn:
        assert one.picture.mode == "RGB"
        assert all(600 <= side <= 800 for side in one.picture.size), one.title


def test_they_are_drawn_the_same_each_time(drawn: list[Artwork]) -> None:
    again = list(artworks())

    assert [one.picture.tobytes() for one in again] == [one.picture.tobytes() for one in drawn[:12]]


def test_each_has_detail_of_its_own_and_the_blank_card_has_none(seen: dict[str, Query]) -> None:
    assert {title for title, query in seen.items() if query.detail is not Detail.DISTINCT} == set()
    assert read_query(png(blank().picture), None).detail is Detail.FLAT


def test_no_two_would_even_be_reviewed_however_they_are_turned(seen: dict[str, Query]) -> None:
    def bits(one: bytes, other: bytes) -> int:
        return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()

    near = [
        (title, other_title, orientation)
        for (title, query), (other_title, other) in combinations(seen.items(), 2)
        for orientation, codes in query.variants
        if any(
            threshold.holds(
                bits(codes.pdq, other.variants[0][1].pdq),
                bits(codes.phash, other.variants[0][1].phash),
            )
            for threshold in THRESHOLDS
        )
    ]

    assert near == []


def test_a_smooth_line_goes_through_its_points() -> None:
    points = [(0.0, 0.0), (3.0, 5.0), (9.0, 1.0)]

    line = outline(points, steps=10)

    assert all(np.isclose(line, point).all(axis=1).any() for point in points)


def test_a_shape_is_as_wide_as_asked_on_both_sides_of_its_spine() -> None:
    spine = np.stack([np.linspace(0, 10, 11), np.zeros(11)], axis=1)

    left, right = swelling(spine, np.full(11, 2.0))

    assert np.allclose(left[:, 1], 2)
    assert np.allclose(right[:, 1], -2)


def test_a_gradient_has_its_colours_where_they_were_put() -> None:
    assert blend([(0, "#000000"), (1, "#ff8000")], np.array([0.0, 0.5, 1.0])).tolist() == [
        [0, 0, 0],
        [127.5, 64, 0],
        [255, 128, 0],
    ]


def test_noise_fills_its_range() -> None:
    made = noise(np.random.default_rng(1), 90, 60, cell=20)

    assert made.shape == (60, 90)
    assert (made.min(), made.max()) == (0, 1)


def test_edges_are_smooth_and_what_is_laid_stays_inside_its_mask() -> None:
    canvas = Canvas(60, 60, "#000000")
    canvas.lay(canvas.down([(0, "#ffffff"), (1, "#ffffff")]), canvas.mask([(10, 10), (50, 20), (30, 50)]))

    levels = np.asarray(canvas.finish(np.random.default_rng(1), grain=0))[:, :, 0]

    assert levels[25, 30] == 255
    assert levels[5, 5] == 0
    assert len(np.unique(levels)) > 4
