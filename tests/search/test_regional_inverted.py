"""The inverted file against a plain comparison of all codes: adding, forgetting, and readers beside a writer."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.search.regional.inverted import InvertedFile
from registry.search.regional.probes import MOST_PROBES, cells_to_probe


def codes(count: int, seed: int = 0):
    return np.random.default_rng(seed).integers(0, 2**64, count, dtype=np.uint64)


def changed(asked, bits):
    """The codes with those bits (n, …) the other way."""
    return asked ^ np.bitwise_or.reduce(np.uint64(1) << (np.uint64(63) - bits.astype(np.uint64)), axis=1)


def found(near):
    return set(zip(near.asked.tolist(), near.labels.tolist(), near.distances.tolist(), strict=True))


@settings(max_examples=30, deadline=None)
@given(
    batches=st.lists(st.integers(0, 60), min_size=1, max_size=6),
    dropped=st.sets(st.integers(0, 9)),
    reach=st.integers(0, 30),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_small_file_answers_as_a_plain_scan_would(batches, dropped, reach, seed):
    rng = np.random.default_rng(seed)
    file, held, labels = InvertedFile(), [], []
    for size in batches:
        # Few distinct high bits, so that cells differ in size.
        new = rng.integers(0, 2**64, size, dtype=np.uint64) & np.uint64(0x0FFF_FFFF_FFFF_FFFF)
        own = np.arange(len(labels), len(labels) + size, dtype=np.int64)
        file.add(new, own)
        held.extend(new.tolist())
        labels.extend(own.tolist())
    file.drop(lambda own: np.isin(own % 10, list(dropped)))
    asked = rng.integers(0, 2**64, 5, dtype=np.uint64) & np.uint64(0x0FFF_FFFF_FFFF_FFFF)
    expected = {
        (query, label, (int(code) ^ other).bit_count())
        for query, code in enumerate(asked)
        for other, label in zip(held, labels, strict=True)
        if label % 10 not in dropped and (int(code) ^ other).bit_count() <= reach
    }
    assert len(file) == sum(label % 10 not in dropped for label in labels)
    # 2^5 cells, all of them probed: nothing may be missed.
    assert found(file.search(asked, None, 400, reach)) == expected


def test_only_the_nearest_are_told():
    file = InvertedFile()
    asked = codes(1)
    file.add(np.concatenate([asked ^ np.uint64(mask) for mask in (0b111, 0, 0b1)]), np.array([7, 8, 9]))
    near = file.search(asked, None, 2, 12)
    assert list(zip(near.labels.tolist(), near.distances.tolist(), strict=True)) == [(8, 0), (9, 1)]


@pytest.fixture(scope="module")
def large():
    held = codes(400_000, seed=1)
    file = InvertedFile()
    file.add(held, np.arange(len(held)))
    return file, held


def test_codes_changed_where_they_are_least_sure_are_found(large):
    file, held = large
    rng = np.random.default_rng(5)
    margins = rng.integers(20, 256, (300, 64)).astype(np.uint8)
    doubtful = np.argsort(rng.random((300, 64)), axis=1)[:, :8]
    np.put_along_axis(margins, doubtful, rng.integers(0, 10, (300, 8)).astype(np.uint8), axis=1)
    asked = changed(held[:300], doubtful)
    told = found(file.search(asked, margins, 10, 12))
    # A code whose doubtful bits lie among the first eleven more than six times over has its own cell beyond the probes.
    assert sum((i, i, 8) in told for i in range(300)) >= 295
    blind = found(file.search(asked, None, 10, 12))
    assert sum((i, i, 8) in blind for i in range(300)) < 250


def test_new_codes_are_found_before_and_after_they_settle(large):
    file, held = InvertedFile(), large[1][:100_000]
    file.add(held, np.arange(len(held)))
    added = codes(3000, seed=9)
    for start in range(0, 3000, 100):
        file.add(added[start : start + 100], np.arange(start, start + 100) + 10**6)
    assert len(file) == 103_000
    for asked, first in ((added[::50], 10**6), (held[:50], 0)):
        told = found(file.search(asked, None, 3, 4))
        step = 50 if first else 1
        assert {(i, first + i * step, 0) for i in range(len(asked))} <= told
    file.add(codes(30_000, seed=10), np.arange(30_000) + 10**7)
    assert {(i, 10**6 + 50 * i, 0) for i in range(60)} <= found(file.search(added[::50], None, 3, 4))


def test_a_settled_file_takes_sixteen_bytes_a_code(large):
    file, held = large
    assert file.nbytes / len(held) < 16.5


def test_readers_beside_a_writer_miss_nothing_that_was_there():
    file, first = InvertedFile(), codes(20_000, seed=2)
    file.add(first, np.arange(len(first)))
    done, missed = threading.Event(), []

    def ask():
        while not done.is_set():
            told = found(file.search(first[:200], None, 5, 3))
            missed.extend(i for i in range(200) if (i, i, 0) not in told)

    readers = [threading.Thread(target=ask) for _ in range(3)]
    for reader in readers:
        reader.start()
    for batch in range(30):
        file.add(codes(1000, seed=100 + batch), np.arange(1000) + (batch + 1) * 10**5)
    file.drop(lambda own: own >= 10**5)
    done.set()
    for reader in readers:
        reader.join()
    assert missed == []
    assert len(file) == len(first)


@given(width=st.integers(0, 16), seed=st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_probes_are_distinct_and_begin_at_home_and_with_the_least_sure_bit(width, seed):
    rng = np.random.default_rng(seed)
    own = rng.integers(0, 1 << width, 4)
    margins = np.argsort(rng.random((4, 64)), axis=1).astype(np.uint8)
    cells = cells_to_probe(own, margins, width)
    assert cells.shape[1] <= min(MOST_PROBES, 1 << width)
    assert all(len(set(row)) == len(row) for row in cells.tolist())
    assert ((cells >= 0) & (cells < 1 << width)).all()
    assert (cells[:, 0] == own).all()
    if width:
        assert (cells[:, 1] ^ own == 1 << (width - 1 - margins[:, :width].argmin(axis=1))).all()
