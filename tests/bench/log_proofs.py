"""Proofs from tiles on disk: how long they take, and what a leaf costs.

    python -m tests.bench.log_proofs --entries 10000000 [--directory DIR] [--queries N] [--seed N] [--json]

Builds a log of seeded entries (or takes over the one that DIR holds already), then asks for inclusion proofs of random
leaves at random earlier sizes and consistency proofs between two random sizes. `cold` opens the log anew for every
question, so that no tile is in the process's memory (the page cache is warm); `warm` asks all of one open log. Every
proof is checked against the roots, outside of the time. The database is a function here: proofs never ask it.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from registry.log import Log, TileFiles
from registry.proof import merkle

Question = tuple[int, int]


def main() -> int:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=2000, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--directory", type=Path, help="where the tiles go, or are; a temporary one by default")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with TemporaryDirectory() as temporary:
        found = measured(
            arguments.directory or Path(temporary), arguments.entries, arguments.queries, random.Random(arguments.seed)
        )
    print(json.dumps(found, indent=1) if arguments.json else markdown(found))
    return 0


def entries_between(start: int, end: int) -> list[bytes]:
    """The seeded entries of every run."""
    return [sha256(b"entry %d" % number).digest() for number in range(start, end)]


def measured(directory: Path, size: int, queries: int, dice: random.Random) -> dict[str, Any]:
    """Build, reopen, ask, check and weigh."""
    started = time.perf_counter()
    log = opened(directory)
    root = log.extend(size, progress=tell)
    built = time.perf_counter() - started

    started = time.perf_counter()
    opened(directory).extend(size, expected=root)
    reopened_told = time.perf_counter() - started
    started = time.perf_counter()
    again = opened(directory).extend(size)
    reopened_alone = time.perf_counter() - started
    require(again == root, "a reopened log gives the same root")
    started = time.perf_counter()
    log.extend(size)
    for more in range(size + 1, size + 101):
        log.extend(more)
    one_more = (time.perf_counter() - started) / 100

    weight = sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())
    inclusion = [(dice.randrange(of), of) for of in (dice.randint(1, size) for _ in range(queries))]
    consistency = [
        (min(pair), max(pair)) for pair in ((dice.randint(1, size), dice.randint(1, size)) for _ in range(queries))
    ]

    def cold() -> Log:
        fresh = opened(directory)
        fresh.extend(size, expected=root)
        return fresh

    warm_log = cold()
    return {
        "entries": size,
        "queries": queries,
        "seconds": {
            "build": round(built, 2),
            "reopen with the checkpoint's root": round(reopened_told, 4),
            "reopen without": round(reopened_alone, 4),
            "extend by one": round(one_more, 5),
        },
        "bytes per leaf": round(weight / (size + 100), 4),
        "milliseconds": {
            "inclusion, cold": asked(inclusion, cold, Log.inclusion, check_inclusion),
            "inclusion, warm": asked(inclusion, lambda: warm_log, Log.inclusion, check_inclusion),
            "consistency, cold": asked(consistency, cold, Log.consistency, check_consistency),
            "consistency, warm": asked(consistency, lambda: warm_log, Log.consistency, check_consistency),
        },
    }


def opened(directory: Path) -> Log:
    """A log that knows nothing yet."""
    return Log(TileFiles(directory), entries_between)


def asked(
    questions: list[Question],
    fresh: Callable[[], Log],
    ask: Callable[[Log, int, int], list[bytes]],
    check: Callable[[Log, Question, list[bytes]], bool],
) -> dict[str, float]:
    """Percentiles over the questions, each answer checked."""
    times = []
    for question in questions:
        log = fresh()
        started = time.perf_counter()
        path = ask(log, *question)
        times.append((time.perf_counter() - started) * 1000)
        require(check(log, question, path), f"the proof {question} is good")
    times.sort()
    return {
        "p50": round(times[len(times) // 2], 3),
        "p99": round(times[len(times) * 99 // 100], 3),
        "max": round(times[-1], 3),
    }


def check_inclusion(log: Log, question: Question, path: list[bytes]) -> bool:
    """Whether the leaf of the seeded entry is there."""
    index, size = question
    leaf = merkle.leaf_hash(entries_between(index, index + 1)[0])
    return merkle.check_inclusion(leaf, index, size, path, log.root(size))


def check_consistency(log: Log, question: Question, path: list[bytes]) -> bool:
    """Whether one tree begins with the other."""
    old_size, size = question
    return merkle.check_consistency(old_size, log.root(old_size), size, log.root(size), path)


def require(true: bool, what: str) -> None:
    """Stop where a number would be about something wrong."""
    if not true:
        raise SystemExit(f"not so: {what}")


def tell(done: int, of: int) -> None:
    """How far the build is, on standard error."""
    if done == of or done % (1 << 20) == 0:
        print(f"{done:,} of {of:,} leaves", file=sys.stderr, flush=True)


def markdown(found: dict[str, Any]) -> str:
    """The same as tables."""
    lines = [
        f"{found['entries']:,} entries, {found['queries']:,} questions of each kind; "
        f"{found['bytes per leaf']} bytes a leaf on disk.",
        "",
        "| proof | p50 ms | p99 ms | max ms |",
        "|---|---|---|---|",
        *(f"| {name} | {of['p50']} | {of['p99']} | {of['max']} |" for name, of in found["milliseconds"].items()),
        "",
        "| step | seconds |",
        "|---|---|",
        *(f"| {name} | {seconds} |" for name, seconds in found["seconds"].items()),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
