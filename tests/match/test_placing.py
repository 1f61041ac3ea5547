"""Placements: from orientations, and from transforms."""

from math import isclose

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.findings import MOST_POINTS, Affine, Orientation, Placement
from registry.fingerprint.variants import apply
from registry.match.placing import WHOLE, far_apart, place, place_whole
from registry.match.polygons import UNIT_SQUARE, after, area, clipped, determinant, mapped

SIZE = (300, 200)
UNIT = st.integers(0, 10_000).map(lambda share: share / 10_000)  # a Placement keeps four digits
PAIRS = st.lists(st.tuples(st.tuples(UNIT, UNIT), st.tuples(UNIT, UNIT)), max_size=60)


@pytest.mark.parametrize("orientation", Orientation)
def test_a_whole_work_fills_the_picture(orientation: Orientation) -> None:
    placement = place_whole(orientation, work=SIZE, asked=(640, 640))
    assert (placement.shown, placement.covered) == (1, 1)
    assert {tuple(corner) for corner in placement.region} == {(0, 0), (1, 0), (1, 1), (0, 1)}


def test_orientations_mean_what_search_means_by_them() -> None:
    """One white pixel of a dark raster goes where the transform says."""
    raster = np.zeros((8, 8), np.uint8)
    raster[1, 6] = 255
    for orientation in Orientation:
        ((x, y),) = mapped(WHOLE[orientation], [(6.5 / 8, 1.5 / 8)])
        assert apply(raster, orientation)[int(y * 8), int(x * 8)] == 255, orientation


def test_half_a_work_in_a_quarter_of_the_picture() -> None:
    # twice as large as half the picture's width, and its right half beyond the right edge
    placement = place((1.0, 0, 0.5, 0, 0.5, 0.25), work=SIZE, asked=SIZE)
    assert placement.shown == pytest.approx(0.5)
    assert placement.covered == pytest.approx(0.25)
    assert set(placement.region) == {(0.5, 0.25), (1.0, 0.25), (1.0, 0.75), (0.5, 0.75)}


@given(st.tuples(*[st.floats(-3, 3)] * 6).filter(lambda one: abs(determinant(one)) > 0.01))
def test_what_is_seen_of_the_work_is_what_lies_in_the_picture(transform: Affine) -> None:
    try:
        placement = place(transform, work=SIZE, asked=SIZE)
    except ValueError:
        assert area(clipped(mapped(transform, UNIT_SQUARE))) == 0
        return
    there = mapped(transform, placement.seen)
    assert all(abs(x - u) < 1e-4 and abs(y - v) < 1e-4 for (x, y), (u, v) in zip(there, placement.region, strict=True))
    assert isclose(area(placement.seen), placement.shown, abs_tol=0.05)
    identity = after(placement.back, transform)
    assert all(abs(found - wanted) < 1e-6 for found, wanted in zip(identity, (1, 0, 0, 0, 1, 0), strict=True))


@pytest.mark.parametrize("transform", [(1, 0, 2, 0, 1, 0), (1, 0, 0, 2, 0, 0), (0, 0, 0, 0, 0, 0)])
def test_a_work_that_isn_t_seen_has_no_place(transform: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="nothing of the work"):
        place(transform, work=SIZE, asked=SIZE)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"transform": (float("nan"), 0, 0, 0, 1, 0)},
        {"transform": (1.0, 2.0, 0, 2.0, 4.0, 0)},
        {"work": (0, 5)},
        {"shown": 0.0},
        {"covered": 1.5},
        {"points": (((0.0, 0.0), (0.0, 0.0)),) * (MOST_POINTS + 1)},
    ],
    ids=str,
)
def test_nonsense_is_no_placement(changes: dict[str, object]) -> None:
    sound: dict[str, object] = {
        "transform": (1.0, 0, 0, 0, 1.0, 0),
        "work": SIZE,
        "asked": SIZE,
        "region": (),
        "shown": 1.0,
        "covered": 1.0,
    }
    Placement(**sound)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"."):
        Placement(**{**sound, **changes})  # type: ignore[arg-type]


@given(PAIRS)
def test_points_far_apart_are_taken_first(pairs: list[tuple[tuple[float, float], tuple[float, float]]]) -> None:
    taken = far_apart(pairs)
    assert len(taken) == min(MOST_POINTS, len({of_work for of_work, _ in pairs}))
    assert all(pair in pairs for pair in taken)
    assert len({of_work for of_work, _ in taken}) == len(taken)


def test_a_corner_is_not_left_out_for_a_crowd() -> None:
    crowd = [((0.1 + i / 1000, 0.1), (0.5, 0.5)) for i in range(50)]
    corner = ((1.0, 1.0), (0.9, 0.9))
    assert corner in far_apart([*crowd, corner], most=2)
