"""Fits what weighs all evidence for a guess, and calibrates matching: how rare each score is among false pairs.

    python -m tests.bench.matching_calibration WORKS… --queries DIR… --same FILE [--out FOLDER] [--workers N]

WORKS are folders of works, DIR those of attacked copies of some of them (`<work's stem>__<attack>.jpg`, as
`tests.bench.matching_queries` writes them). FILE names pairs that show the same object (as for `originmark bench
matching`): they are no false pairs, and teach nothing. Writes the rule that `registry.matching.weighing` reads and the
tables that `registry.matching.fused` reads; the tables count odds by rules that never saw the work that was attacked.

It prints the nearest false pairs, and how many attacked pictures are found where one in 10⁶ false pairs is.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from registry.cli.bench.labels import SameObject, read_labels
from registry.cli.bench.subjects import Subject, subjects_in
from registry.features import Floats
from registry.intake import reading
from registry.match.aligned.rule import NOTHING
from registry.match.logistic import fitted, held_back
from registry.matching import fused, weighing
from registry.matching.calibration import table, write
from registry.matching.known import KnownParts
from registry.matching.looking import Evidence, guessed
from registry.works import Added, WorkId

_HERE: list[KnownParts] = []
"""The index of this process."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one query gave.

    Of n guesses: `works` (n,) they are about, `held` (n, measures), `outlines` (n,). By work: what speaks besides, and
    how generic it is.
    """

    works: list[int]
    held: Floats
    outlines: Floats
    beside: dict[int, tuple[Evidence, int]]


def _packed(work: Subject) -> bytes:
    return reading.read_work(work.path.read_bytes(), None, keep=False).parts[0].features


def _begin(packed: tuple[bytes, ...]) -> None:
    known = KnownParts()
    known.apply(
        Added(place + 1, WorkId(str(place)), (), ((0, its),) if its else ()) for place, its in enumerate(packed)
    )
    _HERE.append(known)


def _ask(query: Path) -> Answer:
    (known,) = _HERE
    (asked,) = reading.read_query(query.read_bytes(), None).pictures
    features = reading.read_closer(asked).features
    its = guessed(known, features, asked.picture)
    hits = [] if features.texture is None else known.textures.search(features.texture)
    textures = {hit.row: hit for hit in hits}
    beside = {}
    for row in {*its.guesses.rows.tolist(), *its.points, *its.alike, *textures}:
        part = known.known(row)
        if part is not None:
            evidence = Evidence(points=its.points.get(row), alike=its.alike.get(row), texture=textures.get(row))
            beside[int(part.work)] = evidence, part.generic
    place = {row: int(part.work) for row in its.guesses.rows.tolist() if (part := known.known(row)) is not None}
    return Answer([place[row] for row in its.guesses.rows.tolist()], its.held, its.outlines, beside)


def main() -> None:
    """Asks about every attacked copy, fits, and writes the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("works", nargs="+", type=Path)
    parser.add_argument("--queries", nargs="+", type=Path, required=True)
    parser.add_argument("--same", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(fused.__file__).parent)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    works = tuple(subjects_in(options.works))
    place = {Path(work.name).stem: at for at, work in enumerate(works)}
    same = SameObject(read_labels(options.same), works)
    queries = sorted(path for folder in options.queries for path in folder.glob("*.jpg"))
    with ProcessPoolExecutor(options.workers, get_context("spawn")) as pool:
        packed = tuple(pool.map(_packed, works, chunksize=8))
    with ProcessPoolExecutor(options.workers, get_context("spawn"), _begin, (packed,)) as pool:
        answers = list(pool.map(_ask, queries, chunksize=8))
    own = [place[query.stem.rpartition("__")[0]] for query in queries]
    calibrate(answers, queries, [work.name for work in works], own, [{at, *same.of(at)} for at in own], options.out)


def calibrate(
    answers: Sequence[Answer],
    queries: Sequence[Path],
    names: Sequence[str],
    own: Sequence[int],
    entitled: Sequence[set[int]],
    out: Path,
) -> None:
    """Fits, writes and prints; of every query which of the named works is its `own`, and which are no false pairs."""
    # what weighs all evidence, fitted, and the odds by rules that never saw the work
    held = np.concatenate([answer.held for answer in answers])
    about = np.concatenate([np.array(answer.works, np.intp) for answer in answers])
    groups = np.repeat(np.array(own), [len(answer.works) for answer in answers])
    usable = np.array([w == at or w not in e for a, at, e in zip(answers, own, entitled, strict=True) for w in a.works])
    true = about == groups
    weighing.write(fitted(held[usable], true[usable], weighing.BENDS), out / "weighing.npz")
    odds = np.split(
        held_back(held, true, usable, groups, weighing.BENDS), np.cumsum([len(answer.works) for answer in answers])[:-1]
    )

    # how rare each kind's score is
    scores = [_scores(answer, its) for answer, its in zip(answers, odds, strict=True)]
    pairs = sum(len(names) - len(each) for each in entitled)
    false = [its for told, each in zip(scores, entitled, strict=True) for work, its in told.items() if work not in each]
    kinds = {kind: table([its[kind] for its in false if kind in its], pairs) for kind in fused.KINDS}

    def rarity(its: dict[fused.Kind, float]) -> float:
        return max((kinds[kind].rarity(its[kind]) for kind in fused.DECIDING if kind in its), default=0.0)

    together = table([one for one in map(rarity, false) if one > 0], pairs)
    write(kinds, together, out / "rarities.npz")
    sys.stdout.write(f"{len(queries)} queries against {len(names)} works: {pairs} false pairs\n")
    for kind, its in kinds.items():
        sys.stdout.write(
            f"{kind}: 1e-5 at {its.score(5):.2f}, 1e-6 at {its.score(6):.2f}, 1e-7 at {its.score(7):.2f}\n"
        )
    nearest = sorted(
        (
            (rarity(its), query.stem, names[work])
            for query, told, each in zip(queries, scores, entitled, strict=True)
            for work, its in told.items()
            if work not in each
        ),
        reverse=True,
    )
    for rare, query, work in nearest[:_LISTED]:
        sys.stdout.write(f"{rare:.2f} {query} {work}\n")
    tally: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for query, at, told in zip(queries, own, scores, strict=True):
        hit = at in told and together.rarity(rarity(told[at])) >= _RARE
        for attack in (query.stem.rpartition("__")[2], "all"):
            tally[query.parent.name, attack].append(hit)
    for (folder, attack), hits in sorted(tally.items(), key=lambda entry: (entry[0][0], np.mean(entry[1]))):
        sys.stdout.write(f"{folder:10} {attack:32} {len(hits):5} {np.mean(hits):.3f}\n")


_RARE = 6.0
_LISTED = 60
"""Nearest false pairs that are printed, to be looked at: some show the same object."""


def _scores(answer: Answer, odds: Floats) -> dict[int, dict[fused.Kind, float]]:
    """The scores of every work that anything speaks for, by kind."""
    best: dict[int, int] = {}
    for guess in np.argsort(-odds, kind="stable").tolist():
        best.setdefault(answer.works[guess], guess)
    found = {}
    for work, (evidence, generic) in answer.beside.items():
        its = evidence
        if work in best:
            guess = best[work]
            outlines = float(answer.outlines[guess]) if answer.outlines[guess] > NOTHING else None
            its = Evidence(float(odds[guess]), guess, outlines, evidence.points, evidence.alike, evidence.texture)
        found[work] = fused.measured(its, generic)
    return found


if __name__ == "__main__":
    main()
