"""How far codes computed from the kept raster are from those of registration, for docs/benchmarks.md.

    python -m tests.bench.refingerprint --pictures DIR… [--limit 0] [--workers 2] [--json]

Every picture in the folders is taken in as a registration would, and what is kept of it is looked at again as
`originmark refingerprint` does, both in the sandbox. A row for each folder: by how many bits the codes of a part on a
ground differ, how large what is kept is, and how many pictures a second are brought up. `other` counts pictures of
which one of the two ways finds codes and the other none, on some part or ground.
"""

import argparse
import json
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np

from registry.errors import MediaError
from registry.intake.desk import IntakeDesk
from registry.intake.taken import Intake
from registry.works import Recoded

AHEAD = 16


@dataclass
class Compared:
    """What was found of a folder's pictures; distances in bits, one for each part and ground with codes in both."""

    pictures: int = 0
    unread: int = 0
    other: int = 0
    pdq: list[int] = field(default_factory=list)
    phash: list[int] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, intake: Intake, recoded: Sequence[Recoded]) -> None:
        """Compares a picture's codes of both ways."""
        self.pictures += 1
        before = {(taken.part.number, ground): codes for taken in intake.parts for ground, codes in taken.codes.items()}
        after = {(part.number, ground): codes for part in recoded for ground, codes in part.codes.items()}
        self.other += before.keys() != after.keys()
        for place in before.keys() & after.keys():
            self.pdq.append(_differing_bits(before[place].pdq, after[place].pdq))
            self.phash.append(_differing_bits(before[place].phash, after[place].phash))

    def join(self, other: Self) -> None:
        """Takes in what was found elsewhere."""
        self.pictures, self.unread, self.other = (
            self.pictures + other.pictures,
            self.unread + other.unread,
            self.other + other.other,
        )
        self.pdq, self.phash, self.kept = self.pdq + other.pdq, self.phash + other.phash, self.kept + other.kept
        self.seconds += other.seconds

    def row(self, folder: str) -> dict[str, object]:
        """The figures."""
        row: dict[str, object] = {"folder": folder, "pictures": self.pictures, "compared": len(self.pdq)}
        for name, bits in (("pdq", self.pdq), ("phash", self.phash)):
            some = np.array(bits or [0])
            row |= {f"{name} max": int(some.max()), f"{name} p99": round(float(np.percentile(some, 99)), 1)}
            row |= {f"{name} mean": round(float(some.mean()), 2)}
        row |= {
            "other": self.other,
            "unread": self.unread,
            "kept KB": round(float(np.mean(self.kept or [0])) / 1000, 1),
        }
        return row | {"a second": round(self.pictures / self.seconds, 1) if self.seconds else 0.0}


def compare(desk: IntakeDesk, files: Sequence[Path]) -> Compared:
    """All pictures of one folder: taken in first, then looked at again."""
    found = Compared()
    taken: list[Intake] = []
    for intake in _taken_in(desk, files):
        if intake is None:
            found.unread += 1
        else:
            taken.append(intake)
    begun = time.perf_counter()
    recodings = [desk.recode_soon(intake.raster) for intake in taken if intake.raster is not None]
    for intake, recoding in zip(taken, recodings, strict=True):
        found.add(intake, recoding.result())
        found.kept.append(len(intake.raster or b""))
    found.seconds = time.perf_counter() - begun
    return found


def _taken_in(desk: IntakeDesk, files: Sequence[Path]) -> Iterator[Intake | None]:
    waiting: deque[Future[Intake]] = deque()
    for file in files:
        waiting.append(desk.take_in_soon(file.read_bytes(), keep=True))
        if len(waiting) > AHEAD:
            yield _result(waiting.popleft())
    while waiting:
        yield _result(waiting.popleft())


def _result(taking: "Future[Intake]") -> Intake | None:
    try:
        return taking.result()
    except MediaError:
        return None


def _differing_bits(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()


def _folders(places: Sequence[Path]) -> dict[str, list[Path]]:
    """The files below these places, by the first folder that they lie in."""
    folders: dict[str, list[Path]] = {}
    for place in places:
        for file in sorted(place.rglob("*")):
            if file.is_file():
                below = file.relative_to(place).parts[0] if file.parent != place else ""
                folders.setdefault(f"{place.name}/{below}".rstrip("/"), []).append(file)
    return folders


def main() -> None:
    """Prints a row for each folder that holds files, and one for all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=Path, nargs="+", required=True)
    parser.add_argument("--limit", type=int, default=0, help="so many files of each folder at most; 0 for all")
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    folders = _folders(options.pictures)
    everything = Compared()
    rows = []
    with IntakeDesk(workers=options.workers) as desk:
        for folder, files in folders.items():
            found = compare(desk, files[: options.limit or None])
            if found.pictures:
                rows.append(found.row(folder))
            everything.join(found)
    rows.append(everything.row("all"))
    for number, row in enumerate(rows):
        if options.json:
            print(json.dumps(row))
        else:
            if number == 0:
                print("| " + " | ".join(row) + " |\n|" + "---|" * len(row))
            print("| " + " | ".join(str(value) for value in row.values()) + " |")


if __name__ == "__main__":
    main()
