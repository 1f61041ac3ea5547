"""Damaged files of every format through a real sandbox: what they come to, and what is left behind.

    python -m tests.bench.fuzz [--inputs 20000] [--seed 0] [--workers 2] [--keep DIR] [--reasons 30] [--json]

Each input is a good file drawn by code, damaged by its number: bits, bytes, lengths, pieces cut, dropped, doubled,
swapped and spliced. `--keep` saves those that cost a worker, by number. Seconds count from when a worker is free.
What the process has is looked at after 500 inputs, halfway and at the end.
"""

import argparse
import json
import os
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

from registry.errors import WorkerDied
from registry.intake.desk import IntakeDesk
from registry.media.sniff import MediaType
from tests.hostile.fuzzing import Outcome, Tally, fuzz, possessions

WARM = 500


def main() -> None:
    """Runs and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0, help="the number of the first input")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", type=Path, help="where to save what cost a worker")
    parser.add_argument("--reasons", type=int, default=0, help="how many of the commonest sentences to tell")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    tally, looks = Tally(), list[dict[str, int]]()
    started = time.monotonic()
    first, end = options.seed, options.seed + options.inputs
    stops = sorted({first, min(first + WARM, end), first + options.inputs // 2, end})
    with IntakeDesk(workers=options.workers) as desk:
        desk.start()
        for begin, stop in pairwise(stops):
            fuzz(desk, range(begin, stop), tally)
            looks.append(possessions())
    seconds = time.monotonic() - started
    if options.keep:
        keep(options.keep, tally.worth_a_look)
    told = figures(tally, looks, seconds)
    if options.json:
        print(json.dumps(told, indent=2))
        return
    show(tally, told)
    for reason, count in tally.reasons.most_common(options.reasons):
        print(f"{count:6} {reason}")


def figures(tally: Tally, looks: list[dict[str, int]], seconds: float) -> dict[str, object]:
    """What came of it all, apart from the table of results."""
    slowest = tally.slowest
    died = (outcome for outcome in tally.worth_a_look if isinstance(outcome.error, WorkerDied))
    return {
        "inputs": tally.count,
        "a second": round(tally.count / seconds, 1),
        "results": {name: sum(tally.results[label, name] for label in _labels()) for name in _names(tally)},
        "without a type": [f"{outcome.seed}: {outcome.error!r}" for outcome in tally.untyped],
        "workers that died": dict(Counter(f"{outcome.media_type.label}: {outcome.error}" for outcome in died)),
        "slowest": slowest and f"{slowest.seconds:.2f} s, number {slowest.seed}, {slowest.media_type.label}",
        **{name: " → ".join(str(look[name]) for look in looks) for name in looks[0]},
    }


def show(tally: Tally, told: dict[str, object]) -> None:
    """Two tables: results by format, and the rest."""
    names = _names(tally)
    print("| | " + " | ".join(names) + " |\n|---|" + "---:|" * len(names))
    for label in _labels():
        print(f"| {label} | " + " | ".join(f"{tally.results[label, name] or ''}" for name in names) + " |")
    print("\n| measured | figure |\n|---|---:|")
    for name, figure in told.items():
        print(f"| {name} | {figure if figure else 'none'} |")


def keep(folder: Path, outcomes: list[Outcome]) -> None:
    """Saves inputs, with what they came to beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    for outcome in outcomes:
        file = folder / f"{outcome.seed}-{outcome.media_type.label.lower()}-{outcome.name}"
        file.write_bytes(outcome.data)
        cause = outcome.error.__cause__ if outcome.error else None
        file.with_suffix(".txt").write_text(f"{outcome.seconds:.2f} s\n{outcome.error}\n\n{cause or ''}\n")


def _labels() -> list[str]:
    return [media_type.label for media_type in MediaType]


def _names(tally: Tally) -> list[str]:
    totals: Counter[str] = Counter()
    for (_, name), count in tally.results.items():
        totals[name] += count
    return [name for name, _ in totals.most_common()]


if __name__ == "__main__":
    main()
