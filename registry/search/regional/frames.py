"""The frames of registered shapes, by number: what a shape's label points to."""

import numpy as np
from numpy.typing import NDArray

from registry.features import Floats
from registry.search.regional.inverted import Labels


class Frames:
    """Affine frames in half precision, which is finer than contours are found again: 12 bytes each.

    A frame's number never changes, so that a reader may look it up after a writer went on; those of removed works keep
    their place.
    """

    def __init__(self) -> None:
        self._held: NDArray[np.float16] = np.zeros((64, 2, 3), np.float16)
        self._count = 0

    @property
    def nbytes(self) -> int:
        """Bytes, unused room included."""
        return self._held.nbytes

    def add(self, row: int, frames: Floats) -> Labels:
        """Keep frames (n, 2, 3) of a work, and say their labels: the row's number, then the frame's, 32 bits each."""
        start, end = self._count, self._count + len(frames)
        if end > len(self._held):
            grown = np.zeros((max(end, len(self._held) * 5 // 4), 2, 3), np.float16)
            grown[:start] = self._held[:start]
            self._held = grown
        self._held[start:end] = frames
        self._count = end
        numbered: Labels = np.int64(row) << 32 | np.arange(start, end, dtype=np.int64)
        return numbered

    def of(self, labels: Labels) -> Floats:
        """The frames (n, 2, 3) of labels."""
        frames: Floats = self._held[labels & 0xFFFFFFFF].astype(np.float32)
        return frames
