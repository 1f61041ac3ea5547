"""Makes the tables that map scores to how rare they are among pairs of a picture and a work that it doesn't show.

A table holds the scores that false pairs reached, the highest of each pair, at ranks that grow by steps. Beyond the
highest the tail goes on as it fell over the last ranks: straight in the logarithm, the slope of least squares, and
lessened, since a tail that was fitted is no tail that was seen. docs/benchmarks.md tells what pictures never used here
made of it.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from registry.features import Floats
from registry.matching.fused import Kind, Table

_RANKS = (1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 300, 500, 800, 1200, 2000, 3000, 5000)
_FITTED = 50
"""The slope of the tail is that of the ranks up to this."""

_LESSENED = 0.7
_DECADES = 6.0
"""So far the tail goes on; what lies beyond is no rarer."""


def table(scores: Sequence[float], pairs: int) -> Table:
    """The table of one kind."""
    ranked = np.sort(np.asarray(scores, np.float64))[::-1]
    ranks = [rank for rank in _RANKS if rank <= len(ranked)]
    if len(ranks) < _LEAST_RANKS:
        raise ValueError("too few false pairs got a score: there is nothing to calibrate by")
    found: dict[float, float] = {}
    for rank in reversed(ranks):  # of scores that are tied the commonest rank counts
        found.setdefault(float(ranked[rank - 1]), float(-np.log10((rank + 1) / pairs)))
    held = sorted(found.items())
    last = [(score, rarity) for score, rarity in held if rarity >= -np.log10((_FITTED + 1) / pairs)]
    slope = _LESSENED * float(np.polyfit([score for score, _ in last], [rarity for _, rarity in last], 1)[0])
    top, rarest = held[-1]
    held.append((top + _DECADES / slope, rarest + _DECADES))
    return Table(np.array([one for one, _ in held], np.float32), np.array([one for _, one in held], np.float32))


_LEAST_RANKS = 4


def write(kinds: Mapping[Kind, Table], together: Table, file: Path) -> None:
    """Keeps tables where `fused.calibrated` reads them."""
    held: dict[str, Floats] = {"together scores": together.scores, "together rarities": together.rarities}
    for kind, its in kinds.items():
        held[f"{kind} scores"], held[f"{kind} rarities"] = its.scores, its.rarities
    np.savez(file, **held)  # type: ignore[arg-type]
