"""Calibrates matching: how rare each score is among pairs of a picture and a work that it doesn't show.

    python -m tests.bench.matching_calibration WORKS… --queries DIR… --same FILE [--out FILE] [--workers N]

WORKS are folders of works, DIR those of attacked copies of some of them (`<work's stem>__<attack>.jpg`, as
`tests.bench.matching_queries` writes them). FILE names pairs that show the same object (as for `originmark bench
matching`): they are no false pairs. Writes the tables that `registry.matching.fused` reads.
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from registry.cli.bench.labels import SameObject, read_labels
from registry.cli.bench.subjects import Subject, subjects_in
from registry.intake import reading
from registry.matching import fused
from registry.matching.calibration import table, write
from registry.matching.known import KnownParts
from registry.matching.looking import look
from registry.works import Added, WorkId

KINDS: tuple[fused.Kind, ...] = ("outlines-v1", "keypoints-v1", "dct-region-v1", "texture-v1")


_HERE: list[KnownParts] = []
"""The index of this process."""


def _packed(work: Subject) -> bytes:
    return reading.read_work(work.path.read_bytes(), None, keep=False).parts[0].features


def _begin(works: tuple[Subject, ...], packed: tuple[bytes, ...]) -> None:
    known = KnownParts()
    known.apply(
        Added(seq, WorkId(work.name), (), ((0, its),) if its else ())
        for seq, (work, its) in enumerate(zip(works, packed, strict=True), start=1)
    )
    _HERE.append(known)


def _ask(query: Path) -> dict[str, dict[fused.Kind, float]]:
    (known,) = _HERE
    (asked,) = reading.read_query(query.read_bytes(), None).pictures
    seen = look(known, reading.read_closer(asked).features, asked.picture)
    found: dict[str, dict[fused.Kind, float]] = {}
    for row, evidence in seen.evidence.items():
        part = known.known(row)
        if part is not None:
            found[str(part.work)] = fused.measured(evidence, part.generic)
    return found


def main() -> None:
    """Asks about every attacked copy, and writes the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("works", nargs="+", type=Path)
    parser.add_argument("--queries", nargs="+", type=Path, required=True)
    parser.add_argument("--same", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(fused.__file__).with_name("rarities.npz"))
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    works = tuple(subjects_in(options.works))
    place = {Path(work.name).stem: at for at, work in enumerate(works)}
    same = SameObject(read_labels(options.same), works)
    queries = sorted(path for folder in options.queries for path in folder.glob("*.jpg"))
    with ProcessPoolExecutor(options.workers, get_context("spawn")) as pool:
        packed = tuple(pool.map(_packed, works, chunksize=8))
    with ProcessPoolExecutor(options.workers, get_context("spawn"), _begin, (works, packed)) as pool:
        answers = list(pool.map(_ask, queries, chunksize=8))
    names = {work.name: at for at, work in enumerate(works)}
    false: list[dict[fused.Kind, float]] = []
    pairs = 0
    for query, found in zip(queries, answers, strict=True):
        own = place[query.stem.rpartition("__")[0]]
        entitled = {own, *same.of(own)}
        pairs += len(works) - len(entitled)
        false += [scores for name, scores in found.items() if names[name] not in entitled]
    kinds = {kind: table([its[kind] for its in false if kind in its], pairs) for kind in KINDS}
    together = [max(kinds[kind].rarity(score) for kind, score in its.items()) for its in false if its]
    write(kinds, table([one for one in together if one > 0], pairs), options.out)
    sys.stdout.write(f"{len(queries)} queries against {len(works)} works: {pairs} false pairs\n")
    for kind, its in kinds.items():
        sys.stdout.write(
            f"{kind}: 1e-5 at {its.score(5):.2f}, 1e-6 at {its.score(6):.2f}, 1e-7 at {its.score(7):.2f}\n"
        )


if __name__ == "__main__":
    main()
