"""Words for transforms: composed from known steps, taken apart again."""

from dataclasses import replace
from math import cos, isclose, radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.findings import Affine, Decision, Match, MatchClass, Orientation, Placement, Size
from registry.match.placing import place, place_whole
from registry.match.polygons import after
from registry.match.told import rarity, sentence, steps_of, words
from registry.works import WorkId

SIZES = st.tuples(st.integers(50, 4000), st.integers(50, 4000))


def composed(
    work: Size, asked: Size, *, mirrored: bool = False, turned: float = 0, scaled: float = 1, stretched: float = 1
) -> Placement:
    """The work mirrored, stretched sideways without a change of area, turned and scaled, its middle kept in place."""
    to_pixels: Affine = (work[0], 0, -work[0] / 2, 0, work[1], -work[1] / 2)
    flip: Affine = (-1 if mirrored else 1, 0, 0, 0, 1, 0)
    across = stretched**0.5
    stretch: Affine = (scaled * across, 0, 0, 0, scaled / across, 0)
    c, s = cos(radians(turned)), sin(radians(turned))
    turn: Affine = (c, s, 0, -s, c, 0)
    to_unit: Affine = (1 / asked[0], 0, 0.5, 0, 1 / asked[1], 0.5)
    transform = to_pixels
    for step in (flip, stretch, turn, to_unit):
        transform = after(step, transform)
    return place(transform, work=work, asked=asked)


@given(SIZES, SIZES, st.booleans(), st.floats(-180, 180), st.floats(0.05, 20), st.floats(1, 4))
def test_steps_are_found_again(
    work: Size, asked: Size, mirrored: bool, turned: float, scaled: float, stretched: float
) -> None:
    steps = steps_of(composed(work, asked, mirrored=mirrored, turned=turned, scaled=scaled, stretched=stretched))
    assert steps.mirrored is mirrored
    assert isclose(cos(radians(steps.turned)), cos(radians(turned)), abs_tol=1e-6)
    assert isclose(sin(radians(steps.turned)), sin(radians(turned)), abs_tol=1e-6)
    assert -180 < steps.turned <= 180
    assert isclose(steps.scaled, scaled, rel_tol=1e-6)
    assert isclose(steps.stretched, stretched, rel_tol=1e-4)


@given(st.floats(0.1, 0.9), st.floats(0.1, 0.9))
def test_what_is_cropped_and_what_is_covered(across: float, down: float) -> None:
    cropped = steps_of(place((1 / across, 0, 0, 0, 1 / down, 0), work=(300, 200), asked=(300, 200)))
    assert isclose(cropped.shown, across * down, rel_tol=1e-6)
    assert cropped.covered == 1
    inside = steps_of(place((across, 0, 0, 0, down, 0), work=(300, 200), asked=(300, 200)))
    assert inside.shown == 1
    assert isclose(inside.covered, across * down, rel_tol=1e-6)


@pytest.mark.parametrize(
    ("placement", "expected"),
    [
        (composed((300, 200), (300, 200)), []),
        (composed((300, 200), (306, 204), scaled=1.02, turned=1), []),
        (composed((300, 200), (120, 80), scaled=0.4), ["scaled to 40 %"]),
        (composed((300, 300), (300, 300), mirrored=True), ["mirrored"]),
        (composed((300, 300), (300, 300), turned=90), ["turned by 90° to the left"]),
        (composed((300, 300), (300, 300), turned=-90), ["turned by 90° to the right"]),
        (composed((300, 300), (300, 300), turned=180), ["turned by 180°"]),
        (composed((300, 300), (300, 300), turned=-179.9), ["turned by 180°"]),
        (composed((400, 100), (800, 50), stretched=4), ["stretched by 300 %"]),
        (
            composed((300, 200), (1000, 800), mirrored=True, turned=15),
            ["mirrored", "turned by 15° to the left", "inside a larger picture, of which it covers 8 %"],
        ),
        (replace(place_whole(Orientation.UPRIGHT, work=(9, 9), asked=(9, 9)), inverted=True), ["contrast inverted"]),
        (place((2, 0, 0, 0, 1 / 0.82, 0), work=(100, 100), asked=(50, 82)), ["cropped to 41 %"]),
        (
            place((0.005, 0, 0, 0, 0.005, 0), work=(100, 100), asked=(100, 100)),
            ["scaled to less than 1 %", "inside a larger picture, of which it covers less than 1 %"],
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_words(placement: Placement, expected: list[str]) -> None:
    assert words(steps_of(placement)) == expected


def match(kind: MatchClass, placement: Placement | None, orientation: Orientation = Orientation.UPRIGHT) -> Match:
    return Match(
        work=WorkId("wrk_1"),
        part=0,
        decision=Decision.REVIEW,
        kind=kind,
        orientation=orientation,
        placement=placement,
        signals=(),
        false_match_rate=0,
        reasons=(),
    )


@pytest.mark.parametrize("orientation", Orientation)
def test_an_orientation_is_told_as_its_placement_is(orientation: Orientation) -> None:
    placed = place_whole(orientation, work=(200, 200), asked=(200, 200))
    assert sentence(match(MatchClass.SAME_PICTURE, None, orientation)) == sentence(
        match(MatchClass.SAME_PICTURE, placed)
    )


def test_sentences() -> None:
    upright = place_whole(Orientation.UPRIGHT, work=(100, 100), asked=(100, 100))
    inside = place((-0.5, 0, 0.7, 0, 0.46, 0.2), work=(100, 92), asked=(100, 100))
    assert sentence(match(MatchClass.EXACT, None)) == "The file is byte for byte the work’s own."
    assert sentence(match(MatchClass.SAME_PICTURE, upright)) == "The picture shows the work, unchanged to the eye."
    assert sentence(match(MatchClass.PART_OF, inside), "page 7") == (
        "The picture shows page 7 of the work, mirrored, scaled to 50 %, "
        "inside a larger picture, of which it covers 23 %."
    )
    assert sentence(match(MatchClass.SHARES_AN_ELEMENT, inside)) == (
        "The picture has an element of the work, mirrored, scaled to 50 %; the rest of them differs."
    )
    assert sentence(match(MatchClass.SAME_OBJECT, inside), "page 7") == (
        "The picture and page 7 of the work show the same object, photographed again: no picture need have been copied."
    )


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        (0, "never by chance"),
        (2.67e-6, "fewer than 1 in 370,000 pairs of different works"),
        (4e-9, "fewer than 1 in 250,000,000 pairs of different works"),
        (0.5, "fewer than 1 in 2 pairs of different works"),
    ],
)
def test_rarity(rate: float, expected: str) -> None:
    assert rarity(rate) == expected
