"""What hostile files cost a whole service: each of them sent, as a work and as a listing, while others check pictures.

    python -m tests.bench.hostile [--rounds 4] [--seed 1] [--only WORD…] [--json]

A real server in its own process, all files of tests/hostile, one draft and one other file at a time, in as many rounds.
Before each round two honest clients check pictures for a while with nothing else going on, and then go on as they did:
the ratio is what they were answered in a second then, over what they were answered before. Seconds are the client's.
Linux.
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import sleep

from registry.media.sandbox.pool import Limits
from tests.hostile.files import CASES, Case
from tests.hostile.sending import Bystanders, Sent, send_all
from tests.hostile.service import Meter, Service, started

ALONE_SECONDS = 8.0
CLIENTS = 2


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[""], help="files whose names have one of these words")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    names = [name for name in CASES if any(word in name for word in options.only)]
    random.Random(options.seed).shuffle(names)
    with TemporaryDirectory() as folder:
        cases = written(names, Path(folder))
        with started(Path(folder) / "data") as service:
            told, wrong = measured(service, cases, [names[first :: options.rounds] for first in range(options.rounds)])
    if options.json:
        print(json.dumps({**told, "wrong": wrong}, indent=2))
        return
    print("| measured | figure |\n|---|---:|")
    for name, figure in told.items():
        shown = ", ".join(f"{key} {value}" for key, value in figure.items()) if isinstance(figure, dict) else figure
        print(f"| {name} | {shown} |")
    for one in wrong:
        print(f"\n{one}")


def written(names: list[str], folder: Path) -> dict[str, Case]:
    """The cases with their files on disk, so that making them takes no time of the machine meanwhile."""
    cases = {}
    for number, name in enumerate(names):
        file = folder / str(number)
        file.write_bytes(CASES[name].make())
        cases[name] = replace(CASES[name], make=file.read_bytes)
    return cases


def measured(
    service: Service, cases: Mapping[str, Case], rounds: list[list[str]]
) -> tuple[dict[str, object], list[str]]:
    """All figures of a run, and what was answered wrongly."""
    bystanders = Bystanders(service, clients=CLIENTS)
    bystanders.prepare()
    alone, beside, answered = list[float](), list[float](), 0
    sent: list[Sent] = []
    with Meter(service) as meter:
        for names in rounds:
            with bystanders:
                sleep(ALONE_SECONDS)
            alone.append(bystanders.rate)
            with bystanders:
                sent += send_all(service, {name: cases[name] for name in names})
            beside.append(bystanders.rate)
            answered += bystanders.answered
    ratios = [one / other for one, other in zip(beside, alone, strict=True)]
    slowest = max(sent, key=lambda one: one.answer.seconds)
    limit = Limits().address_space or 0
    wrong = [told for one in sent if (told := one.wrong(CASES[one.name]))]
    slugs = Counter(one.answer.slug or "read" for one in sent)
    return {
        "hostile files": len(cases),
        "answers": dict(slugs.most_common()),
        "wrong answers": len(wrong),
        "slowest answer": f"{slowest.answer.seconds:.2f} s: {slowest.name}",
        "server when idle": f"{meter.idle >> 20} MiB",
        "server at most": f"{meter.rss_over_idle >> 20} MiB more (goal: at most 100 MB)",
        "worker's address space at most": f"{meter.worker_address_space >> 20} MiB of {limit >> 20}",
        "worker's memory at most": f"{meter.worker_rss >> 20} MiB",
        "good pictures alone": f"{median(alone):.1f} a second",
        "good pictures meanwhile": f"{median(beside):.1f} a second; {answered:,}, wrongly {len(bystanders.wrong)}",
        "ratio": f"{median(ratios):.2f}, worst of {len(rounds)} rounds {min(ratios):.2f} (goal: at least 0.5)",
    }, wrong + bystanders.wrong


if __name__ == "__main__":
    main()
