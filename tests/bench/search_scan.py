"""How long the exact scan takes, by the number of works and of query variants, and what a work costs in memory.

    python -m tests.bench.search_scan [--works 10000 100000 1000000] [--queries 200] [--json]

Codes are seeded and random. The bits of pHash are set with probability 0.38, not 0.5, so that about 0.7 % of all pairs
come within 20 bits as they do among real pictures (uniform codes: 0.2 %), and the scan has as many rows to look at a
second time as it has in earnest. Every other query is a registered work with a few bits changed: it must come first.
"""

import argparse
import json
import multiprocessing
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice

import numpy as np
import psutil

from registry.findings import Candidate, Orientation
from registry.match.thresholds import REACH
from registry.search.exact import ExactIndex
from registry.search.index import Query
from registry.works import Added, Codes, WorkId

_SEED = 20261101
_BIT_SET = 0.38
_LEAST_WEIGHED = 100_000
"""Works below which an index is lost in the rest of its process."""


@dataclass(frozen=True)
class Measured:
    """One line of the table: times in milliseconds, memory in bytes a work."""

    works: int
    variants: int
    search_p50: float
    search_p99: float
    nearest_p50: float
    start_seconds: float
    code_bytes: float
    all_bytes: float | None


def _codes(seed: int) -> Iterator[Codes]:
    """An endless stream of codes, the same for the same seed."""
    rng = np.random.default_rng(seed)
    while True:
        pdq = rng.bytes(32 * 4096)
        phash = np.packbits(rng.random((4096, 64)) < _BIT_SET, axis=1).tobytes()
        for i in range(4096):
            yield Codes(pdq[32 * i : 32 * i + 32], phash[8 * i : 8 * i + 8])


def _name(number: int) -> WorkId:
    return WorkId(f"wrk_{number:020d}")


def _feed(works: int) -> Iterator[Added]:
    return (Added(i, _name(i), ((0, codes),)) for i, codes in enumerate(islice(_codes(_SEED), works), 1))


def _changed(code: bytes, bits: int, rng: random.Random) -> bytes:
    value = int.from_bytes(code, "big")
    for bit in rng.sample(range(8 * len(code)), bits):
        value ^= 1 << bit
    return value.to_bytes(len(code), "big")


def _timed(call: Callable[[], list[Candidate]]) -> tuple[float, list[Candidate]]:
    start = time.perf_counter()
    found = call()
    return 1000 * (time.perf_counter() - start), found


def measure(works: int, queries: int) -> list[Measured]:
    """Build an index of `works` and ask it, with eight and with sixteen variants a query."""
    ExactIndex().apply(_feed(100_000))  # what a process keeps for good is in `before`
    process = psutil.Process()
    before = process.memory_info().rss
    index = ExactIndex()
    start = time.perf_counter()
    index.apply(_feed(works))
    start_seconds = time.perf_counter() - start
    grown = process.memory_info().rss - before

    rng = random.Random(_SEED)
    numbers = sorted(rng.sample(range(works), queries))
    planted = list(zip(numbers, _at(numbers), strict=True))
    fresh = _codes(_SEED + 1)
    rows = []
    for variants in (8, 16):
        searches, ranks = [], []
        for turn, (number, codes) in enumerate(planted):
            asked: list[Query] = [(list(Orientation)[i % 8], next(fresh)) for i in range(variants)]
            if turn % 2:
                near = Codes(_changed(codes.pdq, rng.randrange(20), rng), _changed(codes.phash, rng.randrange(8), rng))
                asked[rng.randrange(variants)] = (Orientation.UPRIGHT, near)
            took, found = _timed(partial(index.search, asked, REACH))
            if turn % 2 and (not found or found[0].work != _name(number + 1)):
                raise SystemExit(f"work {number} was not found first")
            searches.append(took)
            if turn < 20:
                ranks.append(_timed(partial(index.nearest, asked, 5))[0])
        rows.append(
            Measured(
                works=works,
                variants=variants,
                search_p50=float(np.percentile(searches, 50)),
                search_p99=float(np.percentile(searches, 99)),
                nearest_p50=float(np.percentile(ranks, 50)),
                start_seconds=start_seconds,
                code_bytes=index.nbytes / works,
                all_bytes=grown / works if works >= _LEAST_WEIGHED else None,
            )
        )
    return rows


def _at(numbers: list[int]) -> Iterator[Codes]:
    """The codes at these places of the stream, ascending."""
    stream = enumerate(_codes(_SEED))
    for wanted in numbers:
        yield next(codes for number, codes in stream if number == wanted)


def _markdown(rows: list[Measured]) -> str:
    lines = [
        "| works | variants | search p50 | p99 | nearest p50 | start from nothing | codes | with names |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {row.works:,} | {row.variants} | {row.search_p50:.2f} ms | {row.search_p99:.2f} ms"
        f" | {row.nearest_p50:.1f} ms | {row.start_seconds:.1f} s"
        f" | {row.code_bytes:.0f} B a work | {'–' if row.all_bytes is None else f'{row.all_bytes:.0f} B a work'} |"
        for row in rows
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure each size in a process of its own, so that memory is told apart."""
    parser = argparse.ArgumentParser(description="Time the exact scan.")
    parser.add_argument("--works", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows: list[Measured] = []
    fresh_process = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh_process, max_tasks_per_child=1) as pool:
        for works in asked.works:
            rows += pool.submit(measure, works, asked.queries).result()
    print(json.dumps([asdict(row) for row in rows], indent=2) if asked.json else _markdown(rows))


if __name__ == "__main__":
    main()
