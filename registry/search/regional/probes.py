"""Which cells of an inverted file an asked code looks into, and in what order."""

from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

MOST_PROBES = 64
"""Cells that one code looks into at most."""


@cache
def _flips(width: int) -> NDArray[np.int64]:
    """The subsets of a cell's bits that are likeliest to be wrong together: (probes, width), 0 or 1.

    Bit 0 is the least sure one. A bit that lies m from its middle is wrong with a likelihood that falls by the square
    of m, and squares of the margins add up over a subset. What counts here is what the margins are as a rule, by their
    rank: the quantiles of a normal distribution's absolute value.
    """
    normal = NormalDist()
    costs = np.array([normal.inv_cdf(0.5 + (rank + 0.5) / (2 * width)) ** 2 for rank in range(width)])
    subsets = np.arange(1 << width)[:, None] >> np.arange(width) & 1
    likeliest = np.argsort(subsets @ costs, kind="stable")[:MOST_PROBES]
    flips: NDArray[np.int64] = subsets[likeliest].astype(np.int64)
    return flips


def cells_to_probe(cells: NDArray[np.int64], margins: NDArray[np.uint8] | None, width: int) -> NDArray[np.int64]:
    """For codes that fall in `cells` (n,), the cells to look into (n, probes), their own first.

    `margins` (n, 64) says how sure each bit is; the first `width` bits name the cell, the first the highest. Where it
    is None, all are as sure as each other.
    """
    if width == 0:
        return cells[:, None].copy()
    values = np.int64(1) << np.arange(width - 1, -1, -1, dtype=np.int64)
    if margins is None:
        doubtful = np.broadcast_to(values[::-1], (len(cells), width))
    else:
        doubtful = values[np.argsort(margins[:, :width], axis=1, kind="stable")]
    # The bits of a subset are distinct powers of two, so their sum is their union.
    return cells[:, None] ^ (doubtful @ _flips(width).T)
