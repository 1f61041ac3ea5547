from dataclasses import fields

import numpy as np
import pytest

from registry.features import EDGE_SIDE, WORK_SIDE, Edges
from registry.fingerprint.regional.edges import work_edges
from registry.match.aligned.align import FOUND_LEAST, align, as_told, both
from registry.match.aligned.atlas import Atlas
from tests.match.aligned_pictures import drawn, edges_of, guesses, shown, similar, wrong_by

GRID = np.stack([np.tile(np.linspace(0, WORK_SIDE - 1, 9), 9), np.repeat(np.linspace(0, 299, 9), 9), np.ones(81)])
PLACES = [
    similar(1.0, 0, (256, 190)),
    similar(0.45, 0, (180, 120)),
    similar(0.8, 35, (250, 200)),
    similar(1.1, -90, (260, 190)),
    similar(0.9, 10, (256, 190), mirrored=True),
    similar(2.4, 5, (300, 150)),
]


def off(transform, truth):
    """The greatest distance, in query pixels, of points of the work that are in view."""
    place = truth @ GRID
    seen = np.all((place > 0) & (place < [[512], [384]]), axis=0)
    return float(np.abs(transform @ GRID - place)[:, seen].max())


@pytest.mark.parametrize("truth", PLACES)
@pytest.mark.parametrize("inverted", [False, True])
def test_a_rough_guess_is_drawn_to_where_the_work_is(truth, inverted):
    picture = shown(drawn(1), truth)
    atlas = Atlas.of(255 - picture if inverted else picture)
    guess = wrong_by(truth, 1.1, 5, (5, -4))
    found = align(atlas, edges_of(1), guesses([guess]))
    scale = np.sqrt(abs(np.linalg.det(truth[:, :2])))
    assert off(guess, truth) > 15 * scale
    assert off(found.transforms[0], truth) < 9 * scale
    assert found.matched[0] > 0.7 * found.visible[0]
    assert found.chance[0] < 0.5
    lighter = found.bright[0] / found.matched[0]
    assert lighter < 0.1 if inverted else lighter > 0.9


def test_what_is_in_view_is_counted():
    whole = align(Atlas.of(shown(drawn(1), PLACES[0])), edges_of(1), guesses([PLACES[0]]))
    part = align(Atlas.of(shown(drawn(1), PLACES[5])), edges_of(1), guesses([PLACES[5]]))
    assert whole.area[0] == pytest.approx(1, abs=0.02)
    assert whole.visible[0] == whole.total[0] == len(edges_of(1)[0].points)
    assert part.area[0] < 0.6
    assert part.visible[0] < 0.7 * part.total[0]


def test_another_work_at_the_same_place_shows_less_or_is_dropped():
    seeds = list(range(1, 21))
    found = align(Atlas.of(shown(drawn(1), PLACES[0])), edges_of(*seeds), guesses([PLACES[0]] * 20))
    share = found.matched / np.maximum(found.visible, 1)
    assert share[0] > 0.9
    assert share[1:].max() < 0.7
    assert np.all((found.matched == 0) | (found.matched >= FOUND_LEAST))


def test_guesses_are_judged_alike_alone_and_among_others():
    atlas = Atlas.of(shown(drawn(3), PLACES[2]))
    places = [PLACES[2], *(wrong_by(PLACES[2], 1, 3 * turn, (turn, 0)) for turn in range(1, 6))]
    edges = edges_of(3, 4, 5, 6, 7, 8)
    together = align(atlas, edges, guesses(places))
    for row in range(6):
        alone = align(atlas, edges[row : row + 1], guesses(places[row : row + 1]))
        assert alone.matched[0] == together.matched[row]
        assert alone.explained[0] == together.explained[row]
        np.testing.assert_allclose(alone.transforms[0], together.transforms[row], atol=1e-2)


def test_two_guesses_that_come_to_the_same_are_one():
    atlas = Atlas.of(shown(drawn(1), PLACES[0]))
    places = [wrong_by(PLACES[0], 1.05, 0, (0, 0)), wrong_by(PLACES[0], 0.95, 2, (3, 0))]
    same = align(atlas, edges_of(1, 1), guesses(places, rows=[7, 7]))
    other = align(atlas, edges_of(1, 1), guesses(places, rows=[7, 8]))
    assert (same.matched > 0).sum() == 1
    assert (other.matched > 0).sum() == 2


def test_a_sticker_lowers_what_is_found_there_and_foreign_content_what_is_explained():
    picture = shown(drawn(1), PLACES[0])
    plain, busy = picture.copy(), picture.copy()
    plain[60:220, 90:260] = 128
    busy[60:220, 90:260] = np.kron(np.random.default_rng(3).integers(0, 2, (20, 17)) * 255, np.ones((8, 10)))[:160]
    clean, covered, crowded = (
        align(Atlas.of(each), edges_of(1), guesses([PLACES[0]])) for each in (picture, plain, busy)
    )
    assert covered.matched[0] < clean.matched[0]
    assert covered.cells[0, 0] < clean.cells[0, 0]
    assert covered.cells[0, 1] > clean.cells[0, 1]
    assert crowded.explained[0] / crowded.shown[0] < 0.85 * clean.explained[0] / clean.shown[0]


def test_a_work_seen_in_perspective_is_followed():
    truth = np.vstack([similar(0.9, 4, (256, 190)), [0, 0, 1]])
    tilted = truth @ np.array([[1, 0, 0], [0, 1, 0], [0.0006, 0.0003, 1]])
    picture = shown(drawn(2), tilted / tilted[2, 2])
    flat = similar(0.78, 4, (238, 175))
    found = align(Atlas.of(picture), edges_of(2), guesses([flat]))
    assert found.matched[0] > 0.75 * found.visible[0]
    assert found.tilts[0, 0] > 0.05


def test_parallel_lines_are_not_firm():
    frame = np.tile(np.repeat(np.array([0, 255, 90, 200], np.uint8), 96), (300, 1))
    stripes = align(Atlas.of(shown(frame, PLACES[0])), [work_edges(frame)], guesses([PLACES[0]]))
    shapes = align(Atlas.of(shown(drawn(1), PLACES[0])), edges_of(1), guesses([PLACES[0]]))
    assert stripes.matched[0] > 0
    assert stripes.firm[0, 0] < 0.05 * stripes.matched[0] < shapes.firm[0, 0]
    assert stripes.turns[0] < 0.5 < shapes.turns[0]


def test_guesses_are_measured_as_they_were_told_too():
    atlas, right, wrong = Atlas.of(shown(drawn(1), PLACES[0])), PLACES[0], wrong_by(PLACES[0], 1.1, 8, (9, 7))
    told = as_told(atlas, edges_of(1, 1), guesses([right, wrong]))
    assert np.array_equal(told.transforms, np.array([right, wrong]))
    assert told.matched[0] > 2 * told.matched[1]
    moved = align(atlas, edges_of(1), guesses([wrong]))
    assert moved.matched[0] > 2 * told.matched[1]


def test_of_what_has_no_edges_nothing_is_measured_but_the_guess_stands():
    told = as_told(
        Atlas.of(shown(drawn(1), PLACES[0])),
        [Edges(np.zeros((0, 4), np.float32), (EDGE_SIDE, 48))],
        guesses([PLACES[0]]),
    )
    assert not told.matched.any()
    assert np.array_equal(told.transforms[0], PLACES[0])


def test_alignments_are_taken_apart_and_put_together():
    atlas = Atlas.of(shown(drawn(1), PLACES[0]))
    found = align(atlas, edges_of(1, 2, 3), guesses([PLACES[0]] * 3))
    again = both(found.of(np.array([True, False, False])), found.of(np.array([False, True, True])))
    for field in fields(found):
        assert np.array_equal(getattr(again, field.name), getattr(found, field.name))


def test_hopeless_guesses_are_zeros():
    empty = Edges(np.zeros((0, 4), np.float32), (EDGE_SIDE, 48))
    far = similar(1, 0, (9000, 9000))
    inside_out = np.zeros((2, 3))
    found = align(Atlas.of(shown(drawn(1), PLACES[0])), [empty, *edges_of(1, 1)], guesses([PLACES[0], far, inside_out]))
    assert not found.matched.any()
    assert not found.transforms.any()
    assert not found.matched.any()


def test_no_guesses_give_no_alignments():
    found = align(Atlas.of(shown(drawn(1), PLACES[0])), [], guesses([]))
    assert found.transforms.shape == (0, 2, 3)
    assert found.matched.shape == (0,)
