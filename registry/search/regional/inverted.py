"""An inverted file of 64-bit codes: near codes in a few microseconds, with nothing to train.

A code's first bits name its cell. An asked code looks into the cells that its bits would name if its least sure ones
were the other way, the likeliest first (Q. Lv et al., Multi-probe LSH, VLDB 2007), and for each compares all 64 bits of
the codes there. So it may miss a code; where many codes of one picture vote, that costs nothing measurable.

Memory: 16 bytes for each code, its own eight and a label of eight. The label is the caller's: whatever it needs to know
of a hit stands in it, so that no table is looked up.

Threads: most codes stand in lists that never change once they are published. New ones go to a small second file under a
lock that is held for a fraction of a search, and are merged when they are more than a share of the rest. One writer at
a time works.
"""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

import faiss
import numpy as np
from numpy.typing import NDArray

from registry.features import Words
from registry.search.regional.probes import MOST_PROBES, cells_to_probe

Labels = NDArray[np.int64]

_CELL_CODES = 256
"""Codes that a cell should hold: fewer spend the time in going from cell to cell, more in comparing."""

_WIDEST = 16
"""Bits of a cell's number at most."""

_FRESH_SHARE = 8
_FRESH_LEAST = 8192
"""New codes are merged when they are more than one in eight, and more than these."""

_MOST_COMPARED = 2_000_000
"""Comparisons that one search may cost, about 2.5 ns each: with few asked codes, each looks into more cells."""


@dataclass(frozen=True, slots=True)
class Near:
    """Codes near the asked ones: which asked one, the label of the near one, and in how many bits they differ."""

    asked: NDArray[np.intp]
    labels: Labels
    distances: NDArray[np.int32]


class InvertedFile:
    """Labelled 64-bit codes, to be found by near ones."""

    def __init__(self) -> None:
        self._writing = Lock()
        self._showing = Lock()
        self._settled = _Lists.of(np.zeros(0, np.uint64), np.zeros(0, np.int64))
        self._fresh = self._settled

    def __len__(self) -> int:
        """How many codes there are."""
        with self._showing:
            return self._settled.count + self._fresh.count

    @property
    def nbytes(self) -> int:
        """Bytes of codes and labels, unused room included."""
        with self._showing:
            return self._settled.nbytes + self._fresh.nbytes

    def add(self, codes: Words, labels: Labels) -> None:
        """Take in codes (n,) with their labels (n,), none of them negative."""
        with self._writing:
            settled, fresh = self._settled, self._fresh
            added = fresh.count + len(codes)
            if added > max(_FRESH_LEAST, settled.count // _FRESH_SHARE):
                self._settle(
                    np.concatenate([settled.codes(), fresh.codes(), codes]),
                    np.concatenate([settled.labels(), fresh.labels(), labels]),
                )
            elif fresh.count == 0:
                first = _Lists.of(codes, labels, max(settled.width, _fitting(_FRESH_LEAST)))
                with self._showing:
                    self._fresh = first
            else:
                with self._showing:
                    fresh.append(codes, labels)

    def drop(self, unwanted: Callable[[Labels], NDArray[np.bool_]]) -> None:
        """Forget the codes whose labels are unwanted, and give their room back."""
        with self._writing:
            codes = np.concatenate([self._settled.codes(), self._fresh.codes()])
            labels = np.concatenate([self._settled.labels(), self._fresh.labels()])
            kept = ~unwanted(labels)
            self._settle(codes[kept], labels[kept])

    def search(self, codes: Words, margins: NDArray[np.uint8] | None, most: int, reach: int) -> Near:
        """For each asked code at most `most` near ones that differ in at most `reach` bits, nearest first.

        `margins` (n, 64) says how sure each bit of the asked codes is.
        """
        with self._showing:
            settled, fresh = self._settled, self._fresh
            late = fresh.search(codes, margins, most, _MOST_COMPARED // _FRESH_SHARE) if fresh.count else None
        distances, labels = settled.search(codes, margins, most, _MOST_COMPARED)
        if late is not None:
            distances = np.concatenate([distances, late[0]], axis=1)
            labels = np.concatenate([labels, late[1]], axis=1)
            nearest = np.argsort(distances, axis=1, kind="stable")[:, :most]
            distances = np.take_along_axis(distances, nearest, axis=1)
            labels = np.take_along_axis(labels, nearest, axis=1)
        asked, place = np.nonzero((labels >= 0) & (distances <= reach))
        return Near(asked, labels[asked, place], distances[asked, place])

    def _settle(self, codes: Words, labels: Labels) -> None:
        settled = _Lists.of(codes, labels)
        empty = _Lists.of(codes[:0], labels[:0])
        with self._showing:
            self._settled, self._fresh = settled, empty


def _fitting(count: int) -> int:
    """Bits that name cells for so many codes."""
    return int(np.clip(np.round(np.log2(max(1, count / _CELL_CODES))), 0, _WIDEST))


class _Lists:
    """One list of codes and labels for each cell, as faiss keeps and compares them."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._quantiser = faiss.IndexBinaryFlat(64)
        """Never asked: the cells come with the codes. It must outlive the index, which doesn't own it."""
        self._index = faiss.IndexBinaryIVF(self._quantiser, 64, 1 << width)
        self._index.is_trained = True
        self._index.nprobe = min(MOST_PROBES, 1 << width)
        self._sizes = np.zeros(1 << width, np.int64)

    @classmethod
    def of(cls, codes: Words, labels: Labels, width: int | None = None) -> "_Lists":
        """Lists that hold these codes, with no room to spare."""
        if width is None:
            width = _fitting(len(codes))
        lists = cls(width)
        cells = lists._cells(codes)
        order = np.argsort(cells, kind="stable")
        by_cell, label_by_cell = codes[order].view(np.uint8).reshape(-1, 8), labels[order]
        lists._sizes = np.bincount(cells, minlength=1 << width)
        ends = np.cumsum(lists._sizes).tolist()
        start = 0
        for cell, end in enumerate(ends):
            if end > start:
                lists._index.invlists.add_entries(
                    cell, end - start, faiss.swig_ptr(label_by_cell[start:end]), faiss.swig_ptr(by_cell[start:end])
                )
            start = end
        lists._index.ntotal = len(codes)
        return lists

    @property
    def count(self) -> int:
        return int(self._index.ntotal)

    @property
    def nbytes(self) -> int:
        """Lists that were appended to keep room for as much again, at most."""
        return 16 * self.count + 8 * len(self._sizes)

    def append(self, codes: Words, labels: Labels) -> None:
        cells = self._cells(codes)
        self._index.add_core(  # type: ignore[attr-defined]  # missing in faiss's own stubs
            len(codes),
            faiss.swig_ptr(np.ascontiguousarray(codes).view(np.uint8)),
            faiss.swig_ptr(np.ascontiguousarray(labels)),
            faiss.swig_ptr(cells),
        )
        self._sizes += np.bincount(cells, minlength=len(self._sizes))

    def search(
        self, codes: Words, margins: NDArray[np.uint8] | None, most: int, budget: int
    ) -> tuple[NDArray[np.int32], Labels]:
        """Distances and labels (n, most), nearest first; -1 for a label where there are no more."""
        if not len(codes):
            return np.zeros((0, most), np.int32), np.zeros((0, most), np.int64)
        cells = cells_to_probe(self._cells(codes), margins, self.width)
        spent = np.cumsum(self._sizes[cells], axis=1)
        # The first cell is looked into in any case.
        cells[:, 1:][spent[:, 1:] > budget // len(codes)] = -1
        # faiss keeps the number of threads for each thread that calls it.
        faiss.omp_set_num_threads(1)
        asked = np.ascontiguousarray(codes).view(np.uint8).reshape(-1, 8)
        distances, labels = self._index.search_preassigned(asked, most, cells, None)
        return distances, labels

    def codes(self) -> Words:
        return self._gathered(self._index.invlists.get_codes, 8).view(np.uint64)

    def labels(self) -> Labels:
        return self._gathered(self._index.invlists.get_ids, 1).view(np.int64)

    def _gathered(self, read: Callable[[int], object], width: int) -> NDArray[np.generic]:
        """All lists after one another."""
        lists = [
            faiss.rev_swig_ptr(read(cell), int(size) * width) for cell, size in enumerate(self._sizes.tolist()) if size
        ]
        return np.concatenate(lists) if lists else np.zeros(0, np.int64)

    def _cells(self, codes: Words) -> NDArray[np.int64]:
        # A shift by all 64 bits is undefined, and one cell needs none.
        return (codes >> np.uint64(64 - self.width)).astype(np.int64) if self.width else np.zeros(len(codes), np.int64)
