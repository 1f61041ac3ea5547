"""How often different works come close to each other, and which altered copies are found: what the thresholds rest on.

    python -m tests.bench.false_matches DIR… [--altered] [--workers 2] [--json]

Every picture under the folders counts as a work of its own. Each is held against each other in eight orientations and
on every ground it has; a pair counts once, by the closer of its two directions. Pictures that are flat or noisy match
by digest only and are left out. With `--altered` the pictures are also changed in ways in which listings change them,
and held against their originals.
"""

import argparse
import io
import json
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from registry.findings import Decision, Orientation
from registry.intake.reading import read_query, read_work
from registry.match.thresholds import THRESHOLDS, false_match_rate
from registry.works import Codes, Detail
from tests.bench.alterations import alterations, as_png

Asked = list[tuple[Orientation, Codes]]
Words = npt.NDArray[np.uint64]

PDQ_STEPS = (31, 40, 48, 52, 56, 60, 64, 68, 72, 76, 80, 90, 100, 256)
PHASH_STEPS = (4, 6, 8, 10, 12, 14, 16, 18, 20, 64)
FAR = 999
"""Stands for the distance of codes that aren't there."""


@dataclass(frozen=True)
class Seen:
    """A picture: the codes it is registered under, those it asks with, and those that its altered copies ask with."""

    name: str
    detail: Detail
    registered: list[Codes]
    asked: Asked
    altered: dict[str, Asked] = field(default_factory=dict)


@dataclass(frozen=True)
class Pairs:
    """Distances of pairs of works, shape (ways, pairs): a way is an orientation, a direction and two grounds."""

    ways: list[Orientation]
    pdq: npt.NDArray[np.uint16]
    phash: npt.NDArray[np.uint16]

    def within(self, pdq: int, phash: int | None, *, upright: bool = False) -> npt.NDArray[np.bool_]:
        """Which pairs are within both distances, or within the one that is asked, in the same way."""
        ways = [not upright or way is Orientation.UPRIGHT for way in self.ways]
        return np.asarray(
            ((self.pdq[ways] <= pdq) & (self.phash[ways] <= (64 if phash is None else phash))).any(axis=0), np.bool_
        )

    def review(self) -> npt.NDArray[np.bool_]:
        """Which pairs a person would be asked about."""
        found = [self.within(one.pdq, one.phash) for one in THRESHOLDS if one.decision is Decision.REVIEW]
        return np.asarray(np.logical_or.reduce(found) & ~self.block(), np.bool_)

    def block(self) -> npt.NDArray[np.bool_]:
        """Which pairs would be blocked."""
        found = [self.within(one.pdq, one.phash) for one in THRESHOLDS if one.decision is Decision.BLOCK]
        return np.asarray(np.logical_or.reduce(found), np.bool_)

    def closest(self, pair: int) -> tuple[Orientation, int, int]:
        """The way in which a pair is closest by both distances, each as a share of its bits."""
        way = int(np.argmin(self.pdq[:, pair].astype(int) + 4 * self.phash[:, pair].astype(int)))
        return self.ways[way], int(self.pdq[way, pair]), int(self.phash[way, pair])


def see(path: Path, *, altered: bool) -> Seen:
    """The codes of one picture, and of its altered copies where they are wanted."""
    data = path.read_bytes()
    query, work = read_query(data, None), read_work(data, None, keep=False)
    with Image.open(io.BytesIO(data)) as picture:
        changed = alterations(picture.convert("RGB")) if altered else iter(())
        return Seen(
            name=f"{path.parent.name}/{path.name}",
            detail=query.detail,
            registered=list(work.parts[0].codes.values()),
            asked=list(query.variants),
            altered={kind: list(read_query(as_png(copy), None).variants) for kind, copy in changed},
        )


def all_pairs(seen: list[Seen]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Pairs]:
    """Every work against every other, in both directions: the two works of each pair, and their distances."""
    left, right = np.triu_indices(len(seen), 1)
    asked = [one.asked for one in seen]
    there, back = _compare(asked, seen, left, right), _compare(asked, seen, right, left)
    both = Pairs(
        there.ways + back.ways,
        np.concatenate([there.pdq, back.pdq]),
        np.concatenate([there.phash, back.phash]),
    )
    return left, right, both


def copies(seen: list[Seen]) -> dict[str, Pairs]:
    """For each alteration every altered copy against its original."""
    same = np.arange(len(seen))
    kinds = list(seen[0].altered) if seen else []
    return {kind: _compare([one.altered[kind] for one in seen], seen, same, same) for kind in kinds}


def _compare(
    asked: list[Asked], seen: list[Seen], asking: npt.NDArray[np.intp], registered: npt.NDArray[np.intp]
) -> Pairs:
    """Distances of `asked[asking[p]]` to the works `seen[registered[p]]`, for each pair p."""
    questions, answers = (
        _stacked([[codes for _, codes in one] for one in asked]),
        _stacked([one.registered for one in seen]),
    )
    orientations = [orientation for orientation, _ in max(asked, key=len)]
    ways, pdq, phash = [], [], []
    for (slot, (words, there)), (known, stands) in product(enumerate(questions), answers):
        bits = np.bitwise_count(words[asking] ^ known[registered])
        absent = ~(there[asking] & stands[registered])
        ways.append(orientations[slot])
        pdq.append(np.where(absent, FAR, bits[:, :4].sum(axis=1, dtype=np.uint16)).astype(np.uint16))
        phash.append(np.where(absent, FAR, bits[:, 4]).astype(np.uint16))
    return Pairs(ways, np.stack(pdq), np.stack(phash))


def _stacked(lists: list[list[Codes]]) -> list[tuple[Words, npt.NDArray[np.bool_]]]:
    """Lists of codes turned on their side: for each place in them all codes as words, and which lists reach so far."""
    blank = Codes(bytes(32), bytes(8))
    stacked = []
    for place in range(max(map(len, lists))):
        codes = [one[place] if place < len(one) else blank for one in lists]
        words = np.frombuffer(b"".join(code.pdq + code.phash for code in codes), np.uint64).reshape(-1, 5)
        stacked.append((words, np.array([place < len(one) for one in lists])))
    return stacked


def report(seen: list[Seen]) -> dict[str, Any]:
    """Everything measured, ready for JSON."""
    comparable = [one for one in seen if one.detail is Detail.DISTINCT]
    left, right, pairs = all_pairs(comparable)
    count = len(left)
    closest_pdq, upright = (
        pairs.pdq.min(axis=0),
        pairs.pdq[[way is Orientation.UPRIGHT for way in pairs.ways]].min(axis=0),
    )
    false = np.flatnonzero(pairs.review() | pairs.block())
    blocked = pairs.block()
    found = copies(comparable)
    return {
        "works": len(seen),
        "digest_only": [{"name": one.name, "detail": one.detail.value} for one in seen if one not in comparable],
        "pairs": count,
        "block": int(blocked.sum()),
        "review": int(pairs.review().sum()),
        "thresholds": [
            {
                "decision": one.decision.value,
                "pdq": one.pdq,
                "phash": one.phash,
                "false_upright": int(pairs.within(one.pdq, one.phash, upright=True).sum()),
                "false_pairs": (both := int(pairs.within(one.pdq, one.phash).sum())),
                "rate_at_most": false_match_rate(both, count),
                "false_by_pdq": int(pairs.within(one.pdq, 64).sum()),
                "false_by_phash": None if one.phash is None else int(pairs.within(256, one.phash).sum()),
            }
            for one in THRESHOLDS
        ],
        "within": {str(p): {str(h): int(pairs.within(p, h).sum()) for h in PHASH_STEPS} for p in PDQ_STEPS},
        "histogram": [
            {"from": low, "upright": int(((upright >= low) & (upright < low + 8)).sum()), "closest": int(inside.sum())}
            for low in range(0, 256, 8)
            if (inside := (closest_pdq >= low) & (closest_pdq < low + 8)).any()
        ],
        "false": [
            {
                "left": comparable[left[pair]].name,
                "right": comparable[right[pair]].name,
                "orientation": way.value,
                "pdq": pdq,
                "phash": phash,
                "decision": (Decision.BLOCK if blocked[pair] else Decision.REVIEW).value,
            }
            for pair in false
            for way, pdq, phash in [pairs.closest(int(pair))]
        ],
        "found": {
            kind: {"block": float(one.block().mean()), "review": float((one.review() | one.block()).mean())}
            for kind, one in found.items()
        },
    }


def _markdown(result: dict[str, Any]) -> str:
    lines = [
        f"{result['works']:,} works, {len(result['digest_only'])} of them by digest only; {result['pairs']:,} pairs: "
        f"block {result['block']}, review {result['review']}.",
        "",
        *(f"- by digest only ({one['detail']}): {one['name']}" for one in result["digest_only"]),
        "",
        "| decision | PDQ ≤ | pHash ≤ | false upright | in any of 8 | rate, at most (95 %) | PDQ alone | pHash alone |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {one['decision']} | {one['pdq']} | {'any' if one['phash'] is None else one['phash']} "
            f"| {one['false_upright']} | {one['false_pairs']} | {one['rate_at_most']:.1e} "
            f"| {one['false_by_pdq']:,} | {'' if one['phash'] is None else one['false_by_phash']} |"
            for one in result["thresholds"]
        ),
        "",
        "Pairs of different works within both distances, in any of eight orientations:",
        "",
        "| PDQ ≤ | " + " | ".join(f"pHash ≤ {step}" for step in PHASH_STEPS) + " |",
        "|---:|" + "---:|" * len(PHASH_STEPS),
        *(f"| {pdq} | " + " | ".join(f"{n:,}" for n in row.values()) + " |" for pdq, row in result["within"].items()),
        "",
        "| closest PDQ | upright | in 8 orientations |",
        "|---:|---:|---:|",
        *(
            f"| {one['from']}–{one['from'] + 7} | {one['upright']:,} | {one['closest']:,} |"
            for one in result["histogram"]
        ),
        "",
        "| false pair | | orientation | PDQ | pHash | decision |",
        "|---|---|---|---:|---:|---|",
        *(
            f"| {one['left']} | {one['right']} | {one['orientation']} | {one['pdq']} | {one['phash']} "
            f"| {one['decision']} |"
            for one in result["false"]
        ),
    ]
    if result["found"]:
        lines += ["", "| altered copy | block | block or review |", "|---|---:|---:|"]
        lines += [f"| {kind} | {one['block']:.1%} | {one['review']:.1%} |" for kind, one in result["found"].items()]
    return "\n".join(lines)


def main() -> None:
    """Fingerprint all pictures, compare all pairs, print."""
    parser = argparse.ArgumentParser(description="Measure false matches among pictures of different works.")
    parser.add_argument("folders", type=Path, nargs="+", metavar="DIR")
    parser.add_argument("--altered", action="store_true", help="also measure which altered copies are found")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    paths = [path for folder in wanted.folders for path in sorted(folder.rglob("*")) if path.is_file()]
    look: Callable[[Path], Seen] = partial(see, altered=wanted.altered)
    with ProcessPoolExecutor(wanted.workers) as pool:
        result = report(list(pool.map(look, paths, chunksize=16)))
    print(json.dumps(result, indent=2, ensure_ascii=False) if wanted.json else _markdown(result))


if __name__ == "__main__":
    main()
