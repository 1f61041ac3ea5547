"""What honest sellers would meet: every work asked about as if somebody else listed it, and its likest other works.

    python -m tests.bench.honest_sellers DIR… [--top 200] [--same-kind 200] [--labels FILE] [--sheets DIR] [--workers N]

All pictures of the folders are registered, and each is asked about unaltered, with the decision of a check. Told are
the pairs of different works that come nearest, and as many pairs of one source that were drawn by lot, each with its
decision; FILE says which pairs a person has looked at (file, file, reason), and `--sheets` draws them to be looked at.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

from PIL import Image, ImageDraw

from registry.accounts import AccountId
from registry.cli.bench.labels import read_labels
from registry.cli.bench.subjects import Subject, subjects_in
from registry.findings import Matched
from registry.intake import reading
from registry.intake.taken import Asked, Closer, Intake
from registry.match.decide import decide
from registry.match.thresholds import REACH
from registry.matching.closer import CloserLook
from registry.matching.known import KnownParts
from registry.matching.stages import Stages
from registry.search.exact import ExactIndex
from registry.works import Added, Part, WorkId

SOMEBODY, SOMEBODY_ELSE = AccountId("acc_somebody"), AccountId("acc_else")


@dataclass(frozen=True)
class Pair:
    """What a check says of one work when another is listed."""

    asked: str
    work: str
    decision: str
    kind: str
    false_match_rate: float
    score: float

    @property
    def names(self) -> frozenset[str]:
        """Both works."""
        return frozenset((self.asked, self.work))


class _Standing:
    """An index that stands still."""

    def __init__(self, index: KnownParts) -> None:
        self.index = index

    def catch_up(self) -> None:
        """There is nothing to follow."""


class _House:
    """All works, and what a check needs of them."""

    def __init__(self, works: tuple[Subject, ...], taken: tuple[Intake, ...]) -> None:
        names = [WorkId(work.name) for work in works]
        self.parts = {name: [one.part for one in its.parts] for name, its in zip(names, taken, strict=True)}
        self.exact, known = ExactIndex(), KnownParts()
        self.exact.apply(
            Added(seq, name, tuple((one.part.number, codes) for one in its.parts for codes in one.codes.values()))
            for seq, (name, its) in enumerate(zip(names, taken, strict=True), start=1)
        )
        known.apply(
            Added(seq, name, (), tuple((one.part.number, one.features) for one in its.parts if one.features))
            for seq, (name, its) in enumerate(zip(names, taken, strict=True), start=1)
        )
        self.closer = CloserLook(
            look_closer=_looked_closer, follower=_Standing(known), parts=self._parts, stages=Stages()
        )

    def _parts(self, works: set[WorkId]) -> dict[WorkId, list[Part]]:
        return {work: self.parts[work] for work in works}

    def pairs(self, subject: Subject) -> list[Pair]:
        """What a check of this work's file says of the others."""
        query = reading.read_query(subject.path.read_bytes(), None)
        own = WorkId(subject.name)
        candidates = [one for one in self.exact.search(query.variants, REACH) if one.work != own]
        sights = [sight for its in self.closer.at(query.pictures) for sight in its.sights if sight.work != own]
        known = {(work, part.number): part for work, parts in self.parts.items() for part in parts}
        verdict = decide(
            candidates,
            same_bytes=(),
            borne_out=self.closer.borne_out(candidates, query.pictures),
            owners=dict.fromkeys(self.parts, SOMEBODY),
            parts=known,
            seller=SOMEBODY_ELSE,
            detail=query.detail,
            asked=(query.pictures[0].width, query.pictures[0].height),
            sights=sights,
        )
        matched = {one.work: one for one in verdict.matches} if isinstance(verdict, Matched) else {}
        rates = {sight.work: sight.false_match_rate for sight in sights}
        for one in candidates:
            rates.setdefault(one.work, 1e-5)
        found = []
        for work, rate in rates.items():
            match = matched.get(work)
            decision, kind = ("allow", "") if match is None else (match.decision.value, match.kind.value)
            nearest = rate if match is None else min(rate, match.false_match_rate)
            found.append(Pair(own, work, decision, kind, nearest, -nearest))
        return found


def _looked_closer(asked: Asked) -> "Future[Closer]":
    future: Future[Closer] = Future()
    future.set_result(reading.read_closer(asked))
    return future


_HERE: list[_House] = []


def _begin(works: tuple[Subject, ...], taken: tuple[Intake, ...]) -> None:
    _HERE.append(_House(works, taken))


def _read(work: Subject) -> Intake:
    return reading.read_work(work.path.read_bytes(), None, keep=False)


def _ask(work: Subject) -> list[Pair]:
    return _HERE[0].pairs(work)


def _unique(pairs: list[Pair]) -> Iterator[Pair]:
    """Each pair of works once, with the gravest of both ways round."""
    grave = ("block", "review", "allow")
    seen = set()
    for pair in sorted(pairs, key=lambda one: (grave.index(one.decision), one.false_match_rate, one.asked, one.work)):
        if pair.names not in seen:
            seen.add(pair.names)
            yield pair


def _drawn(works: tuple[Subject, ...], count: int) -> list[frozenset[str]]:
    """Pairs of one source, by lot: the part of a name before its first dash, and of clothes their category."""
    groups: dict[str, list[str]] = {}
    for work in works:
        source, _, rest = work.name.partition("-")
        category = rest.split("__")[1] if source == "clothing_cc0" else rest.rpartition("__")[0]
        groups.setdefault(f"{source}/{category}", []).append(work.name)
    pairs = [
        (sha256(f"{one}|{other}".encode()).digest(), frozenset((one, other)))
        for names in groups.values()
        for at, one in enumerate(sorted(names))
        for other in sorted(names)[at + 1 : at + 40]
    ]
    return [pair for _, pair in sorted(pairs, key=lambda one: one[0])[:count]]


def _sheets(pairs: list[Pair], works: tuple[Subject, ...], folder: Path) -> None:
    """Forty pairs a sheet, numbered."""
    paths = {work.name: work.path for work in works}
    folder.mkdir(parents=True, exist_ok=True)
    cell, columns, rows = 150, 5, 8
    for start in range(0, len(pairs), columns * rows):
        sheet = Image.new("RGB", (columns * (2 * cell + 16), rows * (cell + 22)), "white")
        draw = ImageDraw.Draw(sheet)
        for at, pair in enumerate(pairs[start : start + columns * rows]):
            x, y = at % columns * (2 * cell + 16), at // columns * (cell + 22)
            for side, name in enumerate((pair.asked, pair.work)):
                with Image.open(paths[name]) as opened:
                    picture = opened.convert("RGBA")
                picture.thumbnail((cell - 4, cell - 4))
                sheet.paste((200, 200, 200), (x + side * cell, y + 18, x + side * cell + cell - 4, y + 14 + cell))
                sheet.paste(picture.convert("RGB"), (x + side * cell, y + 18), picture.getchannel("A"))
            draw.text((x, y + 2), f"{start + at} {pair.decision} {pair.kind} {pair.false_match_rate:.0e}", fill="black")
        sheet.save(folder / f"pairs-{start:03}.png")


def main() -> None:
    """Asks about every work, and tells."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--top", type=int, default=200)
    parser.add_argument("--same-kind", type=int, default=200)
    parser.add_argument("--labels", type=Path)
    parser.add_argument("--sheets", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    works = tuple(subjects_in(options.folders))
    context = get_context("spawn")
    with ProcessPoolExecutor(options.workers, context) as pool:
        taken = tuple(pool.map(_read, works, chunksize=8))
    with ProcessPoolExecutor(options.workers, context, _begin, (works, taken)) as pool:
        pairs = list(_unique([pair for answer in pool.map(_ask, works, chunksize=8) for pair in answer]))
    # Rates end at the rarest that is told: of those that tie the gravest decisions come first, as `_unique` has them.
    top = sorted(pairs, key=lambda one: one.false_match_rate)[: options.top]
    by_names = {pair.names: pair for pair in pairs}
    drawn = _drawn(works, options.same_kind)
    alike = [by_names[names] for names in drawn if names in by_names and by_names[names].decision != "allow"]
    looked_at = {frozenset(label) for label in read_labels(options.labels)} if options.labels else set()
    if options.sheets:
        _sheets(top, works, options.sheets)
    counts = {decision: sum(pair.decision == decision for pair in top) for decision in ("block", "review", "allow")}
    told = {
        "works": len(works),
        "top": counts,
        "top, looked at": sum(pair.names in looked_at for pair in top),
        "same kind": {"pairs": len(drawn), "not allowed": len(alike)},
        "all pairs": {decision: sum(pair.decision == decision for pair in pairs) for decision in counts},
        "pairs": [vars(pair) for pair in top],
        "same kind, not allowed": [vars(pair) for pair in alike],
    }
    sys.stdout.write(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
