"""A poll of keypoints about a texture's scale and turn: each votes for the four nearest bins, by how near they are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from registry.features import Floats

SCALE_BIN = 0.15
LEAST_SCALE = -3.3
"""Natural logarithms of the scale: a bin's width, and the middle of the first."""

TURNS = 36
"""Bins of a full turn."""

_SCALES = 44

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Poll:
    """Votes for a scale and a turn, in bins; `block` numbers a work as it is or mirrored, `xy` is the voter's place."""

    block: NDArray[np.int64]
    scale: Floats
    turn: Floats
    weight: Doubles
    xy: Floats

    def winners(self, votes: Doubles, most: int) -> list[tuple[int, float, float, Doubles]]:
        """Block, logarithm of the scale, turn in radians and middle of the voters, of the peaks of the poll."""
        shape = len(votes), _SCALES + 2, TURNS
        scale, turn = np.clip(self.scale, 0, _SCALES - 1.001) + 1, self.turn % TURNS
        counts = np.zeros(shape)
        for up in (0, 1):
            for on in (0, 1):
                share = (1 - np.abs(scale % 1 - up)) * (1 - np.abs(turn % 1 - on)) * self.weight
                bins = (self.block, scale.astype(int) + up, (turn.astype(int) + on) % TURNS)
                counts += np.bincount(np.ravel_multi_index(bins, shape), share, counts.size).reshape(shape)
        around = np.maximum.reduce(
            [
                np.roll(counts, step, (1, 2))
                for step in ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, -1), (1, -1), (-1, 1))
            ]
        )
        peaks = np.where(counts >= around, counts, 0) / votes[:, None, None]
        order = np.argsort(-peaks, axis=None, kind="stable")[:most]
        found = []
        for block, row, column in zip(*np.unravel_index(order, shape), strict=True):
            if peaks[block, row, column] <= 0:
                break
            off = (turn - column + TURNS / 2) % TURNS - TURNS / 2
            near = (self.block == block) & (np.abs(scale - row) < 1.5) & (np.abs(off) < 1.5)
            weight = self.weight[near]
            total = weight.sum()
            log_scale = ((scale[near] * weight).sum() / total - 1) * SCALE_BIN + LEAST_SCALE
            angle = (column + (off[near] * weight).sum() / total) / TURNS * 2 * np.pi
            centre = (self.xy[near] * weight[:, None]).sum(axis=0) / total
            found.append((int(block), float(log_scale), float(angle), centre.astype(np.float64)))
        return found
