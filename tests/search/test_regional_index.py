"""The regional index: drawn works found by transformed codes, removal, shapes, and one writer beside readers."""

import threading

import numpy as np
import pytest

from registry.features import Edges, Keypoints, Regions, Shapes, Tones, WorkFeatures
from registry.search.regional import RegionalIndex

NO_SHAPES = Shapes(np.zeros(0, np.uint64), np.zeros((0, 2, 3), np.float32))
NO_EDGES = Edges(np.zeros((0, 4), np.float32), (64, 64))
NO_TONES = Tones(np.zeros((16, 16), np.float32), np.zeros((6, 6, 2), np.float32))
NO_REGIONS = Regions(np.zeros((0, 1, 4), np.uint64), np.zeros((0, 4), np.float32))
SHOWN = np.array([[0.7, -0.3, 150.0], [0.3, 0.7, 40.0]])


def keypoints(seed, count=60):
    rng = np.random.default_rng(seed)
    return Keypoints(
        rng.integers(0, 2**64, count, dtype=np.uint64),
        rng.uniform(0, 383, (count, 2)).astype(np.float32),
        np.exp2(rng.uniform(1, 5, count)).astype(np.float32),
        rng.uniform(0, 6.28, count).astype(np.float32),
        rng.random(count) < 0.5,
    )


def shapes(seed, count=10):
    rng = np.random.default_rng(seed)
    frames = np.concatenate([rng.normal(0, 4, (count, 2, 2)) + 20 * np.eye(2), rng.uniform(40, 340, (count, 2, 1))], 2)
    return Shapes(rng.integers(0, 2**64, count, dtype=np.uint64), frames.astype(np.float32))


def part(seed, of_shapes=NO_SHAPES):
    return WorkFeatures(
        size=(384, 384),
        picture=(0, 0, 384, 384),
        keypoints=keypoints(seed),
        shapes=of_shapes,
        edges=NO_EDGES,
        regions=NO_REGIONS,
        tones=NO_TONES,
        generic=0,
    )


def asked(seed, kept=60):
    """The keypoints of a work as a query shows them, with a few bits of each code wrong."""
    rng = np.random.default_rng(seed + 10**6)
    own = keypoints(seed)
    wrong = np.bitwise_or.reduce(np.uint64(1) << rng.integers(0, 52, (60, 4)).astype(np.uint64), axis=1)
    return Keypoints(
        (own.codes ^ wrong)[:kept],
        (own.xy @ SHOWN[:, :2].T + SHOWN[:, 2]).astype(np.float32)[:kept],
        (own.size * np.sqrt(0.58)).astype(np.float32)[:kept],
        (own.angle + np.arctan2(0.3, 0.7)).astype(np.float32)[:kept],
        own.mirrored[:kept],
        np.full((kept, 64), 100, np.uint8),
    )


@pytest.fixture(scope="module")
def filled():
    index = RegionalIndex()
    index.add_all((row, part(row)) for row in range(1500))
    for row in range(1500, 1520):
        index.add(row, part(row))
    return index


@pytest.mark.parametrize("row", [0, 700, 1499, 1510])
def test_the_work_is_found_with_its_transform_and_its_points(filled, row):
    hypotheses, scored = filled.hypotheses(asked(row))
    assert hypotheses.rows[0] == row
    assert hypotheses.counts[0] > 30
    assert np.allclose(hypotheses.transforms[0], SHOWN, atol=[[0.1, 0.1, 25]])
    assert scored[0].row == row
    assert scored[0].score > 40
    assert np.allclose(scored[0].transform, SHOWN, atol=[[0.02, 0.02, 3]])
    assert len(scored[0].work) == len(scored[0].query) > 40


def test_one_point_is_a_hypothesis_and_no_evidence(filled):
    hypotheses, scored = filled.hypotheses(asked(3, kept=1))
    assert hypotheses.rows[0] == 3
    assert hypotheses.counts[0] == 1
    assert scored == ()


def test_a_stranger_scores_nothing(filled):
    _, scored = filled.hypotheses(asked(10**5))
    assert all(found.score < 1 for found in scored)


def test_nothing_asked_or_nothing_held_gives_nothing(filled):
    assert len(filled.hypotheses(asked(1, kept=0))[0].rows) == 0
    assert len(RegionalIndex().hypotheses(asked(1))[0].rows) == 0


def test_shapes_alone_find_a_work_with_few_points():
    index = RegionalIndex()
    index.add_all((row, part(row, shapes(row))) for row in range(300))
    own = shapes(42)
    shown = np.concatenate([SHOWN[:, :2] @ own.frames[:, :, :2], SHOWN[:, :2] @ own.frames[:, :, 2:] + SHOWN[:, 2:]], 2)
    other = shapes(10**4)
    hypotheses, scored = index.hypotheses(asked(1, kept=0), (other, Shapes(own.codes, shown.astype(np.float32))))
    assert hypotheses.rows[0] == 42
    assert hypotheses.counts[0] == 10
    assert np.allclose(hypotheses.transforms[0], SHOWN, atol=[[0.02, 0.02, 2]])
    assert scored == ()


def test_removed_works_are_silent_at_once_and_after_their_room_is_given_back():
    index = RegionalIndex()
    index.add_all((row, part(row)) for row in range(100))
    full = index.nbytes
    for row in range(40):
        index.remove(row)
        assert row not in index.hypotheses(asked(row))[0].rows
    index.remove(0)
    index.remove(10**6)
    assert len(index) == 60
    assert index.nbytes < 0.8 * full
    assert all(index.hypotheses(asked(row))[0].rows[0] == row for row in range(40, 100))


def test_readers_see_each_work_as_soon_as_it_was_added():
    index = RegionalIndex()
    index.add_all((row, part(row)) for row in range(200))
    added, missed, done = [199], [], threading.Event()

    def ask():
        while not done.is_set():
            newest = added[-1]
            for row in (0, newest):
                rows = index.hypotheses(asked(row))[0].rows
                if not len(rows) or rows[0] != row:
                    missed.append(row)

    readers = [threading.Thread(target=ask) for _ in range(2)]
    for reader in readers:
        reader.start()
    for row in range(200, 500):
        index.add(row, part(row))
        added.append(row)
    done.set()
    for reader in readers:
        reader.join()
    assert missed == []
