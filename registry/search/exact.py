"""An exact scan over columns of 64-bit words: the specification of every index, and fast enough to 10^6 works.

Layout: five columns of uint64 (one word of pHash, four of PDQ), one row for each part and ground of a work, in feed
order.
A search counts the differing bits of two columns in blocks that stay in the cache: of pHash, and of one word of PDQ,
which are at most those of all four. It fetches the rest of the few rows that pass. Column-wise because a row-wise scan
is ten times slower in NumPy (docs/benchmarks.md).

Threads: the writer fills rows behind the end of what readers see and then publishes a new snapshot in one assignment;
a reader holds one snapshot for the whole of its answer. Nothing that a published snapshot shows is ever written again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from threading import Lock

import numpy as np
import numpy.typing as npt

from registry.errors import FeedBroken
from registry.findings import Candidate, Reach
from registry.search.index import Query
from registry.works import Added, Codes, FeedEvent, Passed, Removed, WorkId

_Words = npt.NDArray[np.uint64]
_Ints = npt.NDArray[np.intp]

_WORDS = 5
_PHASH = 0
"""The column of pHash; those of PDQ follow."""
_SCANNED = 2
"""So many columns are scanned, the first ones: pHash and a word of PDQ."""

_BLOCK = 1 << 15
"""Rows scanned at a time: fewer spend the time in calls, more fall out of the L2 cache (a block takes 1.1 MiB)."""

_BATCH = 1 << 16
"""Events taken in before a new snapshot is published: bounds the memory of a start from an empty index."""

_COMPACT_SHARE = 4
"""Removed rows are dropped once they are more than one in this many: seldom, and no search scans many in vain."""

_KEY = np.uint16(64 + 1)
"""`pdq * _KEY + phash` orders pairs by pdq, then phash, and fits 16 bits: 256 * 65 + 64 < 2^16."""


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """The first `rows` rows of the buffers, as they stand for good.

    `added` is the feed position at which a row's work was added: ascending, since compaction keeps the order. `parts`
    is which part of the work a row is of.
    """

    words: _Words
    added: npt.NDArray[np.int64]
    parts: npt.NDArray[np.int32]
    works: list[WorkId]
    removed: npt.NDArray[np.bool_] | None
    removed_rows: int
    rows: int
    position: int


class ExactIndex:
    """All works in memory, compared one by one: `registry.search.index.Index` in its plainest form."""

    def __init__(self, capacity: int = 1024) -> None:
        """An empty index at position 0, with room for `capacity` rows before it grows."""
        self._writing = Lock()
        self._positions: dict[WorkId, int] = {}
        self._shown = _Snapshot(*_buffers(max(capacity, 1)), works=[], removed=None, removed_rows=0, rows=0, position=0)

    @property
    def position(self) -> int:
        """The last `seq` that was applied; 0 before the first."""
        return self._shown.position

    def __len__(self) -> int:
        """How many works stand in the index, those without codes included."""
        return len(self._positions)

    @property
    def nbytes(self) -> int:
        """Bytes of the buffers that hold codes, used or not; the names of works come on top."""
        shown = self._shown
        return (
            shown.words.nbytes
            + shown.added.nbytes
            + shown.parts.nbytes
            + (0 if shown.removed is None else shown.removed.nbytes)
        )

    def apply(self, events: Iterable[FeedEvent]) -> None:
        """Follow the feed from `position` on; see `Index.apply`."""
        with self._writing:
            feed = iter(events)
            while self._apply_batch(islice(feed, _BATCH)):
                pass

    def search(self, queries: Sequence[Query], reach: Reach) -> list[Candidate]:
        """Every work with a pair of codes within `reach`, best first; see `Index.search`."""
        shown = self._shown
        asked = _pack([codes for _, codes in queries])
        query, row = _perhaps(shown.words[:, : shown.rows], asked, reach)
        phash = np.bitwise_count(shown.words[_PHASH][row] ^ asked[_PHASH][query])
        pdq = np.zeros(len(row), np.uint16)
        for column, word in zip(shown.words[_PHASH + 1 :], asked[_PHASH + 1 :], strict=True):
            pdq += np.bitwise_count(column[row] ^ word[query])
        found = (pdq <= reach.pdq_alone) | ((pdq <= reach.pdq) & (phash <= reach.phash))
        if shown.removed is not None:
            found &= ~shown.removed[row]
        query, row, pdq, phash = query[found], row[found], pdq[found], phash[found]
        best: dict[WorkId, int] = {}
        candidates = []
        # A pair that comes later in this order has no smaller pdq, so it is unbeaten only with a smaller phash.
        for i in np.lexsort((query, row, phash, pdq)):
            work = shown.works[row[i]]
            if phash[i] < best.get(work, _KEY):
                best[work] = int(phash[i])
                part, orientation = int(shown.parts[row[i]]), queries[query[i]][0]
                candidates.append(Candidate(work, part, orientation, int(pdq[i]), int(phash[i])))
        return candidates

    def nearest(self, queries: Sequence[Query], k: int) -> list[Candidate]:
        """The `k` works with the closest pair, however far; see `Index.nearest`."""
        shown = self._shown
        if not queries:
            return []
        asked = _pack([codes for _, codes in queries])
        keys, query = _closest(shown.words[:, : shown.rows], asked)
        if shown.removed is not None:
            keys[shown.removed] = np.iinfo(np.uint16).max
        nearest: dict[WorkId, Candidate] = {}
        for row in np.argsort(keys, kind="stable"):
            if len(nearest) >= k or (shown.removed is not None and shown.removed[row]):
                break
            work = shown.works[row]
            if work not in nearest:
                pdq, phash = divmod(int(keys[row]), int(_KEY))
                nearest[work] = Candidate(work, int(shown.parts[row]), queries[query[row]][0], pdq, phash)
        return list(nearest.values())

    def _apply_batch(self, events: Iterable[FeedEvent]) -> int:
        """Take in `events`, publish what came of them, and say how many there were."""
        position = self._shown.position
        added: list[Added] = []
        removed: list[int] = []
        taken = 0
        try:
            for event in events:
                taken += 1
                if event.seq <= position:
                    continue
                self._check(event, position + 1)
                position = event.seq
                match event:
                    case Added():
                        self._positions[event.work] = event.seq
                        added.append(event)
                    case Removed():
                        removed.append(self._positions.pop(event.work))
                    case Passed():
                        pass
        finally:
            if position > self._shown.position:
                grown = _append(self._shown, added, position)
                self._shown = _compacted(_without(grown, removed))
        return taken

    def _check(self, event: FeedEvent, expected: int) -> None:
        if event.seq != expected:
            raise FeedBroken(f"The code feed goes on with {event.seq:,} where {expected:,} comes next.")
        if isinstance(event, Passed):
            return
        if isinstance(event, Added) == (event.work in self._positions):
            what = "adds a work that is there" if isinstance(event, Added) else "removes a work that is not there"
            raise FeedBroken(f"At {event.seq:,} the code feed {what}: `{event.work}`.")
        if isinstance(event, Added) and not all(_fits(codes) for _, codes in event.codes):
            raise FeedBroken(f"At {event.seq:,} the code feed holds codes of another size for `{event.work}`.")


def _buffers(capacity: int) -> tuple[_Words, npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    return np.empty((_WORDS, capacity), np.uint64), np.empty(capacity, np.int64), np.empty(capacity, np.int32)


def _fits(codes: Codes) -> bool:
    return len(codes.pdq) == 32 and len(codes.phash) == 8


def _pack(codes: Sequence[Codes]) -> _Words:
    """Codes as columns, shape (5, len(codes)); the order of bytes in a word is nothing to a Hamming distance."""
    if not all(map(_fits, codes)):
        raise ValueError("a PDQ code has 32 bytes and a pHash code 8")
    flat = np.frombuffer(b"".join(part for pair in codes for part in (pair.phash, pair.pdq)), np.uint64)
    return np.ascontiguousarray(flat.reshape(-1, _WORDS).T)


def _append(shown: _Snapshot, added: Sequence[Added], position: int) -> _Snapshot:
    """The snapshot with the rows of `added` behind its own, in the same buffers or in ones twice as large."""
    new = _pack([codes for event in added for _, codes in event.codes])
    rows = shown.rows + new.shape[1]
    words, seqs, parts = shown.words, shown.added, shown.parts
    if rows > words.shape[1]:
        words, seqs, parts = _buffers(max(rows, 2 * words.shape[1]))
        words[:, : shown.rows] = shown.words[:, : shown.rows]
        seqs[: shown.rows] = shown.added[: shown.rows]
        parts[: shown.rows] = shown.parts[: shown.rows]
    words[:, shown.rows : rows] = new
    seqs[shown.rows : rows] = [event.seq for event in added for _ in event.codes]
    parts[shown.rows : rows] = [part for event in added for part, _ in event.codes]
    removed = shown.removed
    if removed is not None:
        removed = np.concatenate([removed, np.zeros(new.shape[1], np.bool_)])
    # A reader looks at no name behind its own snapshot's rows, so the list may grow under it. It grows last: had memory
    # run out before, names and rows would still agree.
    shown.works.extend([event.work for event in added for _ in event.codes])
    return _Snapshot(words, seqs, parts, shown.works, removed, shown.removed_rows, rows, position)


def _without(shown: _Snapshot, removed: Sequence[int]) -> _Snapshot:
    """The snapshot with the works that were added at the positions `removed` marked as gone."""
    if not removed:
        return shown
    marks = np.zeros(shown.rows, np.bool_) if shown.removed is None else shown.removed.copy()
    seqs = shown.added[: shown.rows]
    firsts, lasts = (np.searchsorted(seqs, removed, side) for side in ("left", "right"))
    for first, last in zip(firsts, lasts, strict=True):
        marks[first:last] = True
    gone = int(np.count_nonzero(marks))
    return replace(shown, removed=marks if gone else None, removed_rows=gone)


def _compacted(shown: _Snapshot) -> _Snapshot:
    """The snapshot in new buffers without its removed rows, once they are too many to carry along."""
    if shown.removed is None or shown.removed_rows * _COMPACT_SHARE <= shown.rows:
        return shown
    kept = np.flatnonzero(~shown.removed)
    words, seqs, parts = _buffers(max(2 * len(kept), 1))
    words[:, : len(kept)] = shown.words[:, kept]
    seqs[: len(kept)] = shown.added[kept]
    parts[: len(kept)] = shown.parts[kept]
    works = [shown.works[row] for row in kept]
    return _Snapshot(words, seqs, parts, works, None, 0, len(kept), shown.position)


def _perhaps(words: _Words, asked: _Words, reach: Reach) -> tuple[_Ints, _Ints]:
    """All (query, row) that may be within reach, by pHash or by one word of PDQ."""
    shape = (_SCANNED, min(_BLOCK, words.shape[1]))
    xor, bits, near = np.empty(shape, np.uint64), np.empty(shape, np.uint8), np.empty(shape, np.bool_)
    limits = np.array([[reach.phash], [min(reach.pdq_alone, 64)]], np.uint8)
    queries: list[_Ints] = []
    rows: list[_Ints] = []
    for start in range(0, words.shape[1], _BLOCK):
        block = words[:_SCANNED, start : start + _BLOCK]
        x, b, n = (scratch[:, : block.shape[1]] for scratch in (xor, bits, near))
        for query in range(asked.shape[1]):
            np.bitwise_xor(block, asked[:_SCANNED, query, None], out=x)
            np.bitwise_count(x, out=b)
            np.less_equal(b, limits, out=n)
            hits = np.flatnonzero(np.logical_or(n[0], n[1], out=n[0]))
            rows.append(hits + start)
            queries.append(np.full(len(hits), query))
    if not rows:
        return np.empty(0, np.intp), np.empty(0, np.intp)
    return np.concatenate(queries), np.concatenate(rows)


def _closest(words: _Words, asked: _Words) -> tuple[npt.NDArray[np.uint16], _Ints]:
    """For each row the smallest `pdq * _KEY + phash` over all queries, and the first query that has it."""
    keys = np.empty((asked.shape[1], words.shape[1]), np.uint16)
    for query in range(asked.shape[1]):
        for start in range(0, words.shape[1], _BLOCK):
            counts = np.bitwise_count(words[:, start : start + _BLOCK] ^ asked[:, query, None])
            pdq = counts[_PHASH + 1 :].sum(axis=0, dtype=np.uint16)
            keys[query, start : start + _BLOCK] = pdq * _KEY + counts[_PHASH]
    query = keys.argmin(axis=0)
    return keys[query, np.arange(words.shape[1])], query
