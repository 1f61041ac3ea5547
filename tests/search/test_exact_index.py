"""The exact index against a naive one in plain Python, and the feed's rules."""

import random
import threading
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import FeedBroken
from registry.findings import Candidate, Orientation, Reach
from registry.search.exact import ExactIndex
from registry.search.index import Index, Query
from registry.works import Added, Codes, FeedEvent, Passed, Removed, WorkId

ORIENTATIONS = list(Orientation)
ANYWHERE = Reach(pdq=256, phash=64, pdq_alone=256)
SAME_CODES = Reach(pdq=0, phash=0, pdq_alone=0)


def _distance(left: bytes, right: bytes) -> int:
    return (int.from_bytes(left, "big") ^ int.from_bytes(right, "big")).bit_count()


class NaiveIndex:
    """What an index has to answer, said as plainly as possible."""

    def __init__(self) -> None:
        self.position = 0
        self._works: dict[WorkId, tuple[tuple[int, Codes], ...]] = {}

    def apply(self, events: Iterable[FeedEvent]) -> None:
        for event in events:
            self.position = event.seq
            match event:
                case Added():
                    self._works[event.work] = event.codes
                case Removed():
                    del self._works[event.work]
                case Passed():
                    pass

    def search(self, queries: Sequence[Query], reach: Reach) -> list[Candidate]:
        pairs = [p for p in self._pairs(queries) if reach.holds(p.pdq, p.phash)]
        unbeaten: list[Candidate] = []
        for pair in sorted(pairs, key=lambda p: (p.pdq, p.phash)):
            if not any(b.work == pair.work and b.pdq <= pair.pdq and b.phash <= pair.phash for b in unbeaten):
                unbeaten.append(pair)
        return unbeaten

    def nearest(self, queries: Sequence[Query], k: int) -> list[Candidate]:
        best: dict[WorkId, Candidate] = {}
        for pair in sorted(self._pairs(queries), key=lambda p: (p.pdq, p.phash)):
            best.setdefault(pair.work, pair)
        return list(best.values())[:k]

    def _pairs(self, queries: Sequence[Query]) -> list[Candidate]:
        """In feed order, then part, then query: `sorted` keeps it among equals."""
        return [
            Candidate(work, part, orientation, _distance(codes.pdq, asked.pdq), _distance(codes.phash, asked.phash))
            for work, parts in self._works.items()
            for part, codes in parts
            for orientation, asked in queries
        ]


def _code(rng: random.Random, size: int, flips: int) -> bytes:
    """A code near zero: so that distances of all sizes, ties and duplicates come up."""
    value = 0
    for _ in range(flips):
        value ^= 1 << rng.randrange(8 * size)
    return value.to_bytes(size, "big")


@st.composite
def _codes(draw: st.DrawFn) -> Codes:
    rng = random.Random(draw(st.integers(0, 40)))
    return Codes(_code(rng, 32, draw(st.integers(0, 90))), _code(rng, 8, draw(st.integers(0, 30))))


@st.composite
def _feeds(draw: st.DrawFn) -> list[FeedEvent]:
    """Works come with up to three pairs of codes and go again, some of them to come back, and some are erased."""
    events: list[FeedEvent] = []
    standing: set[WorkId] = set()
    for number in draw(st.lists(st.integers(0, 15), max_size=40)):
        work = WorkId(f"wrk_{number}")
        seq = len(events) + 1
        if number == 15:
            events.append(Passed(seq))
        elif work in standing:
            standing.remove(work)
            events.append(Removed(seq, work))
        else:
            standing.add(work)
            events.append(Added(seq, work, tuple(draw(st.lists(st.tuples(st.integers(0, 200), _codes()), max_size=3)))))
    return events


QUERIES = st.lists(st.tuples(st.sampled_from(ORIENTATIONS), _codes()), max_size=16)
REACHES = st.builds(Reach, pdq=st.integers(0, 256), phash=st.integers(0, 64), pdq_alone=st.integers(0, 150))


@settings(max_examples=300, deadline=None)
@given(_feeds(), QUERIES, REACHES, st.integers(0, 20), st.lists(st.integers(1, 9), max_size=12), st.integers(1, 8))
def test_answers_like_the_naive_index(
    events: list[FeedEvent], queries: list[Query], reach: Reach, k: int, batches: list[int], capacity: int
) -> None:
    naive, exact = NaiveIndex(), ExactIndex(capacity)
    naive.apply(events)
    rest = iter(events)
    for size in batches:
        exact.apply([event for _, event in zip(range(size), rest, strict=False)])
    exact.apply(rest)
    assert exact.position == naive.position
    assert exact.search(queries, reach) == naive.search(queries, reach)
    assert exact.nearest(queries, k) == naive.nearest(queries, k)


def _random_codes(rng: random.Random) -> Codes:
    return Codes(rng.randbytes(32), rng.randbytes(8))


def test_finds_all_within_reach_among_more_rows_than_a_block() -> None:
    rng = random.Random(5)
    events: list[FeedEvent] = [Added(i, WorkId(f"w{i}"), ((0, _random_codes(rng)),)) for i in range(1, 40_001)]
    events += [Removed(40_000 + i, WorkId(f"w{7 * i}")) for i in range(1, 1_001)]
    queries = [(orientation, _random_codes(rng)) for orientation in ORIENTATIONS]
    naive, exact = NaiveIndex(), ExactIndex()
    naive.apply(events)
    exact.apply(events)
    wide = Reach(pdq=130, phash=18, pdq_alone=95)
    found = exact.search(queries, wide)
    assert len(found) >= 50
    assert found == naive.search(queries, wide)
    assert exact.nearest(queries, 50) == naive.nearest(queries, 50)


def test_a_pair_closer_by_phash_is_told_beside_one_closer_by_pdq() -> None:
    index = ExactIndex()
    near_pdq, near_phash = Codes(bytes(32), b"\xff" * 2 + bytes(6)), Codes(b"\xff" + bytes(31), bytes(8))
    index.apply([Added(1, WorkId("a"), ((0, near_pdq), (1, near_phash), (2, near_phash)))])
    query = [(Orientation.UPRIGHT, Codes(bytes(32), bytes(8)))]
    assert [(c.pdq, c.phash) for c in index.search(query, ANYWHERE)] == [(0, 16), (8, 0)]
    assert [(c.pdq, c.phash) for c in index.nearest(query, 5)] == [(0, 16)]


def test_both_distances_have_to_be_within_reach_or_pdq_closer_still() -> None:
    index = ExactIndex()
    index.apply([Added(1, WorkId("a"), ((3, Codes(b"\xff\xff" + bytes(30), b"\xff" + bytes(7))),))])
    query = [(Orientation.MIRRORED, Codes(bytes(32), bytes(8)))]
    found = [Candidate(WorkId("a"), 3, Orientation.MIRRORED, 16, 8)]
    assert index.search(query, Reach(pdq=16, phash=8, pdq_alone=0)) == found
    assert index.search(query, Reach(pdq=15, phash=8, pdq_alone=15)) == []
    assert index.search(query, Reach(pdq=16, phash=7, pdq_alone=15)) == []
    assert index.search(query, Reach(pdq=0, phash=0, pdq_alone=16)) == found


@pytest.mark.parametrize("place", range(4))
def test_a_pair_is_found_by_pdq_alone_wherever_its_bits_differ(place: int) -> None:
    """All 64 bits of one word, which is as unlike a scan of single words as a distance of 64 can be."""
    pdq = bytes(8 * place) + b"\xff" * 8 + bytes(24 - 8 * place)
    index = ExactIndex()
    index.apply([Added(1, WorkId("a"), ((0, Codes(pdq, b"\xff" * 8)),))])
    query = [(Orientation.UPRIGHT, Codes(bytes(32), bytes(8)))]
    assert [c.pdq for c in index.search(query, Reach(pdq=0, phash=0, pdq_alone=64))] == [64]
    assert index.search(query, Reach(pdq=0, phash=0, pdq_alone=63)) == []


def test_a_work_without_codes_has_a_position_and_is_never_found() -> None:
    index = ExactIndex()
    index.apply([Added(1, WorkId("flat"), ())])
    assert index.position == 1
    assert len(index) == 1
    assert index.search([(Orientation.UPRIGHT, Codes(bytes(32), bytes(8)))], ANYWHERE) == []
    index.apply([Removed(2, WorkId("flat"))])
    assert len(index) == 0


ONE = Added(1, WorkId("a"), ((0, Codes(bytes(32), bytes(8))),))


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (Added(3, WorkId("b"), ()), "goes on with 3 where 2 comes next"),
        (Removed(3, WorkId("a")), "goes on with 3 where 2 comes next"),
        (Added(2, WorkId("a"), ()), "adds a work that is there"),
        (Removed(2, WorkId("b")), "removes a work that is not there"),
        (Added(2, WorkId("b"), ((0, Codes(bytes(31), bytes(8))),)), "another size"),
        (Added(2, WorkId("b"), ((0, Codes(bytes(32), bytes(9))),)), "another size"),
    ],
)
def test_an_event_that_cannot_come_next_is_refused_and_nothing_before_it_is_lost(event: FeedEvent, says: str) -> None:
    index = ExactIndex()
    with pytest.raises(FeedBroken, match=says):
        index.apply([ONE, event])
    assert index.position == 1
    assert len(index) == 1
    index.apply([Added(2, WorkId("c"), ONE.codes)])
    found = index.search([(Orientation.UPRIGHT, ONE.codes[0][1])], SAME_CODES)
    assert [candidate.work for candidate in found] == ["a", "c"]


def test_a_query_of_another_size_is_refused() -> None:
    index = ExactIndex()
    index.apply([ONE])
    with pytest.raises(ValueError, match="32 bytes"):
        index.search([(Orientation.UPRIGHT, Codes(bytes(8), bytes(32)))], ANYWHERE)


def test_removed_rows_are_given_back() -> None:
    index = ExactIndex(capacity=16)
    rng = random.Random(1)
    seq = 0
    for number in range(4_000):
        index.apply([Added(seq + 1, WorkId(f"w{number}"), ((0, _random_codes(rng)),))])
        seq += 1
        if number >= 10:
            index.apply([Removed(seq + 1, WorkId(f"w{number - 10}"))])
            seq += 1
    assert len(index) == 10
    assert index.nbytes < 64 * 60
    assert len(index.nearest([(Orientation.UPRIGHT, _random_codes(rng))], 100)) == 10


def test_readers_see_whole_snapshots_while_one_writer_works() -> None:
    rng = random.Random(2)
    index = ExactIndex(capacity=4)
    kept = [_random_codes(rng) for _ in range(8)]
    index.apply([Added(i + 1, WorkId(f"kept{i}"), ((0, codes),)) for i, codes in enumerate(kept)])
    wrong: list[object] = []
    done = threading.Event()

    def read() -> None:
        seen = 0
        while not done.is_set():
            position = index.position
            for i, codes in enumerate(kept):
                found = index.search([(Orientation.UPRIGHT, codes)], SAME_CODES)
                if [candidate.work for candidate in found] != [f"kept{i}"]:
                    wrong.append(found)
            if position < seen:
                wrong.append(position)
            seen = position

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    seq = len(kept)
    for number in range(1_500):
        index.apply([Added(seq + 1, WorkId(f"w{number}"), ((0, _random_codes(rng)), (1, _random_codes(rng))))])
        seq += 1
        if number % 3:
            index.apply([Removed(seq + 1, WorkId(f"w{number}"))])
            seq += 1
    done.set()
    for reader in readers:
        reader.join()
    assert wrong == []


def test_events_that_were_applied_before_are_passed_over() -> None:
    index = ExactIndex()
    events: list[FeedEvent] = [ONE, Added(2, WorkId("b"), ONE.codes), Removed(3, WorkId("a"))]
    index.apply(events[:2])
    index.apply(events)
    index.apply(events)
    assert index.position == 3
    found = index.search([(Orientation.UPRIGHT, ONE.codes[0][1])], SAME_CODES)
    assert [candidate.work for candidate in found] == ["b"]


def test_writers_that_pulled_the_same_stretch_apply_it_once() -> None:
    index = ExactIndex()
    rng = random.Random(3)
    events: list[FeedEvent] = [Added(i, WorkId(f"w{i}"), ((0, _random_codes(rng)),)) for i in range(1, 2_001)]
    events += [Removed(2_000 + i, WorkId(f"w{i}")) for i in range(1, 101)]

    def write() -> None:
        while index.position < len(events):
            position = index.position
            index.apply(events[position : position + 30])

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert index.position == 2_100
    assert len(index) == len(index.nearest([(Orientation.UPRIGHT, _random_codes(rng))], 5_000)) == 1_900


def test_exact_is_an_index() -> None:
    index: Index = ExactIndex()
    assert index.search([], ANYWHERE) == index.nearest([], 3) == []
    assert index.nearest([(Orientation.UPRIGHT, Codes(bytes(32), bytes(8)))], 3) == []
