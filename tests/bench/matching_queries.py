"""Writes attacked pictures, to try matching on.

    python -m tests.bench.matching_queries DIR… --out OUT --attacked N [--others DIR…] [--seed S]

Of each DIR, N pictures are chosen by the hash of their names, and every attack of `originmark bench matching` is made
on each: OUT/<name of DIR>/<stem>__<attack>.jpg, JPEG of quality 92. Beside each stands <stem>__<attack>.json with the
map from the work to it. Cells of collages and pages show pictures of the --others, or drawn ones.
"""

import argparse
import json
from multiprocessing import get_context
from pathlib import Path

from PIL import Image

from registry.cli.bench.attacks import ATTACKS, seed_of
from registry.cli.bench.subjects import chosen, subjects_in


def attack_one(file: Path, out: Path, others: list[Path], seed: str) -> int:
    """Writes all attacks on one picture."""
    fillers = []
    for other in others:
        with Image.open(other) as opened:
            fillers.append(opened.convert("RGB"))
    with Image.open(file) as opened:
        opened.load()
        picture = opened.copy()
    out.mkdir(parents=True, exist_ok=True)
    for attack in ATTACKS:
        shown = attack(picture, seed_of(file.name, attack.name, seed), fillers)
        shown.picture.save(out / f"{file.stem}__{attack.name}.jpg", quality=92)
        truth = {"transform": shown.transform.round(9).tolist(), "bend": shown.bend, "work": file.name}
        (out / f"{file.stem}__{attack.name}.json").write_text(json.dumps(truth) + "\n", "utf-8")
    return len(ATTACKS)


def main() -> None:
    """Attacks what was chosen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--attacked", type=int, required=True)
    parser.add_argument("--others", nargs="*", type=Path, default=[])
    parser.add_argument("--seed", default="")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    others = [other.path for other in subjects_in(options.others)]
    jobs = [
        (subject.path, options.out / subject.folder, others, options.seed)
        for subject in chosen(subjects_in(options.folders), options.attacked, options.seed)
    ]
    with get_context("spawn").Pool(options.workers) as pool:
        made = sum(pool.starmap(attack_one, jobs, chunksize=1))
    print(f"{made} pictures of {len(jobs)} works in {options.out}")


if __name__ == "__main__":
    main()
