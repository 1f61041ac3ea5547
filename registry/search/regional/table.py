"""The region codes of all works, side by side, as rows that a reader may hold while a writer goes on."""

from threading import Lock

import numpy as np
from numpy.typing import NDArray

from registry.features import Floats, Regions
from registry.search.regional.regions import RegionCodes, frame_boxes


class RegionTable:
    """Grows by doubling, and never writes where a reader may look."""

    def __init__(self) -> None:
        self._writing = Lock()
        self._room = RegionCodes(np.zeros((64, 4), np.uint64), np.zeros(64, np.int32), np.zeros((64, 4), np.float32))
        self._count = 0
        self._shown = self._first(0)

    @property
    def nbytes(self) -> int:
        """Bytes of codes, rows and boxes, unused room included."""
        return self._room.codes.nbytes + self._room.rows.nbytes + self._room.boxes.nbytes

    @property
    def shown(self) -> RegionCodes:
        """All that stands, for good."""
        return self._shown

    def add(self, row: int, regions: Regions, picture: tuple[float, float, float, float]) -> None:
        """Takes in a part's regions; `picture` is that of `WorkFeatures`."""
        with self._writing:
            many = len(regions.codes)
            end = self._count + many
            if end > len(self._room.rows):
                self._room = _grown(self._room, self._count, 2 * end)
            self._room.codes[self._count : end] = regions.codes.reshape(-1, 4)
            self._room.rows[self._count : end] = row
            self._room.boxes[self._count : end] = frame_boxes(regions, picture)
            self._count = end
            self._shown = self._first(end)

    def remove(self, row: int) -> None:
        """Forgets a part."""
        with self._writing:
            kept = self._shown.rows != row
            shown = self._shown
            self._room = RegionCodes(shown.codes[kept], shown.rows[kept], shown.boxes[kept])
            self._count = int(kept.sum())
            self._shown = self._first(self._count)

    def _first(self, count: int) -> RegionCodes:
        room = self._room
        return RegionCodes(room.codes[:count], room.rows[:count], room.boxes[:count])


def _grown(room: RegionCodes, count: int, size: int) -> RegionCodes:
    def larger(held: NDArray[np.uint64] | NDArray[np.int32] | Floats) -> NDArray[np.generic]:
        grown = np.zeros((size, *held.shape[1:]), held.dtype)
        grown[:count] = held[:count]
        return grown

    return RegionCodes(
        np.asarray(larger(room.codes), np.uint64),
        np.asarray(larger(room.rows), np.int32),
        np.asarray(larger(room.boxes), np.float32),
    )
