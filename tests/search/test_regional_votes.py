"""Votes and scores of planted hits: a true transform among chance ones."""

import numpy as np
import pytest

from registry.features import Keypoints
from registry.search.regional.evidence import correspondences
from registry.search.regional.hits import Hits, frame_hits, keypoint_hits, labels
from registry.search.regional.inverted import Near
from registry.search.regional.votes import vote

MIRRORED = np.array([[-0.6, 0.2, 300.0], [0.2, 0.6, 20.0]])
TURNED = np.array([[0.5, -0.4, 180.0], [0.4, 0.5, -30.0]])


def similar(transform):
    """The nearest similarity, which is all that one keypoint can tell."""
    left, sizes, right = np.linalg.svd(transform[:, :2])
    return left @ right * np.sqrt(sizes.prod())


def planted(row, transform, count, rng, off=1.0, spread=384.0):
    """Hits of a work that is shown by `transform`, each a little off."""
    work = rng.uniform(0, [384, spread], (count, 2))
    query = work @ transform[:, :2].T + transform[:, 2] + rng.normal(0, off, (count, 2))
    turn = rng.normal(0, 0.08, count)
    cos, sin = np.cos(turn), np.sin(turn)
    linear = np.stack([np.stack([cos, -sin], 1), np.stack([sin, cos], 1)], 1) @ similar(transform)
    linear = linear * np.exp(rng.normal(0, 0.1, count))[:, None, None]
    return made(np.full(count, row), linear, work, query, rng)


def chance(rows, count, rng):
    """Hits of any works, with any transform."""
    turn, size = rng.uniform(0, 2 * np.pi, count), np.exp(rng.uniform(-2, 1, count))
    linear = np.stack([np.stack([np.cos(turn), -np.sin(turn)], 1), np.stack([np.sin(turn), np.cos(turn)], 1)], 1)
    linear = linear * size[:, None, None]
    linear[rng.random(count) < 0.5, :, 0] *= -1
    work, query = rng.uniform(0, 384, (count, 2)), rng.uniform(0, 512, (count, 2))
    return made(rng.integers(0, rows, count), linear, work, query, rng)


def made(rows, linear, work, query, rng):
    shift = query - np.einsum("nij,nj->ni", linear, work)
    arrays = (np.asarray(a, np.float32) for a in (linear, shift, work, query))
    weight = rng.uniform(0.05, 1, len(rows)).astype(np.float32)
    return Hits(rows.astype(np.int64), *arrays, np.arange(len(rows)), weight)


@pytest.mark.parametrize("transform", [MIRRORED, TURNED], ids=["mirrored", "turned"])
def test_a_work_that_several_hits_agree_on_comes_first(transform):
    rng = np.random.default_rng(2)
    hits = Hits.together(chance(1000, 4000, rng), planted(77, transform, 6, rng))
    found = vote(hits, 40)
    assert found.rows[0] == 77
    assert found.counts[0] >= 5
    corners = np.array([[0, 0], [384, 0], [0, 384], [384, 384]])
    off = corners @ (found.transforms[0] - transform)[:, :2].T + (found.transforms[0] - transform)[:, 2]
    assert np.abs(off).max() < 80
    assert np.sign(np.linalg.det(found.transforms[0][:, :2])) == np.sign(np.linalg.det(transform[:, :2]))


def test_single_hits_take_part_the_nearest_in_code_first():
    rng = np.random.default_rng(3)
    hits = chance(10**6, 100, rng)
    found = vote(hits, 40)
    assert len(found.rows) == 40
    assert (found.counts == 1).all()
    assert found.votes.tolist() == sorted(hits.weight.tolist(), reverse=True)[:40]
    assert found.rows[0] == hits.rows[hits.weight.argmax()]


def test_a_work_shown_twice_gets_two_hypotheses_and_no_more():
    rng = np.random.default_rng(4)
    found = vote(Hits.together(planted(5, TURNED, 9, rng), planted(5, MIRRORED, 9, rng)), 40)
    assert found.rows.tolist() == [5, 5]
    assert sorted(np.sign(np.linalg.det(found.transforms[:, :, :2]))) == [-1, 1]


def test_one_place_told_many_times_hardly_counts():
    rng = np.random.default_rng(5)
    one = planted(1, TURNED, 1, rng)
    echoes = one[np.zeros(30, np.intp)]
    found = vote(Hits.together(echoes, planted(2, TURNED, 7, rng, off=0.2)), 4)
    assert found.counts[found.rows == 1].max() == 1
    assert found.rows[0] == 2


def test_no_hits_no_hypotheses():
    none = chance(10, 0, np.random.default_rng(0))
    found = vote(none, 40)
    assert len(found.rows) == len(found.votes) == len(found.counts) == 0
    assert found.transforms.shape == (0, 2, 3)


def test_many_hits_of_one_work_are_bounded_and_still_found():
    rng = np.random.default_rng(6)
    found = vote(Hits.together(planted(3, TURNED, 3000, rng), chance(4, 3000, rng)), 10)
    assert found.rows[0] == 3
    assert found.counts[0] <= 150


@pytest.mark.parametrize("transform", [MIRRORED, TURNED], ids=["mirrored", "turned"])
def test_agreeing_points_are_found_among_chance_ones_and_score(transform):
    rng = np.random.default_rng(7)
    hits = Hits.together(planted(9, transform, 25, rng), chance(1, 30, rng))
    found = correspondences(9, hits, vote(planted(9, transform, 25, rng), 1).transforms[0], 10_000)
    assert found is not None
    assert found.score > 20
    assert np.allclose(found.transform, transform, atol=[[0.05, 0.05, 8]])
    assert 20 <= len(found.work) <= 28
    off = found.work @ found.transform[:, :2].T + found.transform[:, 2] - found.query
    assert np.abs(off).max() < 7


def test_a_line_of_points_is_worth_less_and_chance_nothing():
    rng = np.random.default_rng(8)
    spread = correspondences(1, planted(1, TURNED, 15, rng), TURNED, 10_000)
    line = correspondences(1, planted(1, TURNED, 15, rng, spread=20.0), TURNED, 10_000)
    assert spread is not None
    assert line is not None
    assert line.score < 0.7 * spread.score
    strange = chance(1, 60, rng)
    strange_found = correspondences(1, strange, vote(strange, 1).transforms[0], 10_000)
    assert strange_found is None or strange_found.score < 1


def test_a_keypoint_tells_where_its_work_is():
    rng = np.random.default_rng(9)
    count = 200
    work = Keypoints(
        np.zeros(count, np.uint64),
        rng.uniform(0, 383, (count, 2)).astype(np.float32),
        np.exp2(rng.uniform(1, 6, count)).astype(np.float32),
        rng.uniform(-7, 14, count).astype(np.float32),
        rng.random(count) < 0.5,
    )
    transform = np.array([[-0.6, 0.3, 300.0], [0.3, 0.6, 20.0]])
    scale = np.sqrt(0.45)
    pointing = np.stack([np.cos(work.angle), np.sin(work.angle)], 1) @ transform[:, :2].T
    query = Keypoints(
        work.codes,
        (work.xy @ transform[:, :2].T + transform[:, 2]).astype(np.float32),
        (work.size * scale).astype(np.float32),
        np.arctan2(pointing[:, 1], pointing[:, 0]).astype(np.float32),
        ~work.mirrored,
    )
    near = Near(np.arange(count), labels(123_456, work), np.zeros(count, np.int32))
    hits = keypoint_hits(near, query, 12)
    assert (hits.rows == 123_456).all()
    assert np.abs(hits.work - work.xy).max() <= 0.76
    assert np.allclose(hits.linear, transform[None, :, :2], atol=0.04)
    assert np.allclose(hits.weight, 1)


def test_a_shapes_frame_tells_an_affine_map_and_impossible_ones_are_dropped():
    frames = np.array([[[20, 5, 100], [-4, 15, 80]]] * 3, np.float32)
    transform = np.array([[0.8, 0.3], [-0.1, 0.9]])
    shown = [transform @ frames[:, :, :2], transform @ frames[:, :, 2:] + 7]
    asked = np.concatenate(shown, axis=2).astype(np.float32)
    asked[1, 0, :2] *= 4
    asked[2, :, :2] *= 0.01
    near = Near(np.arange(3), np.array([1, 2, 3]) << 32, np.zeros(3, np.int32))
    hits = frame_hits(near, frames, asked, 13)
    assert hits.rows.tolist() == [1]
    assert np.allclose(hits.linear[0], transform, atol=1e-4)
    assert np.allclose(hits.shift[0], 7, atol=1e-3)
