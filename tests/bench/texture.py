"""How well faint textures are found, and what else is: recall by attack, false matches by score, cost.

    python -m tests.bench.texture --works DIR --strangers DIR… --queries DIR… [--kin FILE] [--every N]

Every picture of --works and --strangers is registered if it is a texture. Every N-th query, as
tests.bench.matching_queries writes them (<work's stem>__<attack>.jpg), is asked; those of works in --works count for
recall. --kin: lines of two stems, of works that truly hold the same texture. Costs are ratios to SIFT on the same
picture at 384 pixels, on one thread.
"""

import argparse
import sys
import time
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from registry.fingerprint.texture import decode, encode, texture_of_query, texture_of_work
from registry.search.texture import TextureIndex

SCORES = (5.0, 5.5, 6.0, 6.5, 7.0, 7.5, 8.0, 9.0, 10.0, 12.0, 14.0)
AT = 8.0


def pixels(path: Path) -> np.ndarray:
    """A picture in RGB, on white where it is transparent, its longest side at most 1024."""
    with Image.open(path) as opened:
        layer = opened.convert("RGBA")
    layer.thumbnail((1024, 1024))
    return np.asarray(Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB"))


def main() -> None:
    """Registers, asks and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=Path, required=True)
    parser.add_argument("--strangers", type=Path, nargs="*", default=[])
    parser.add_argument("--queries", type=Path, nargs="+", required=True)
    parser.add_argument("--kin", type=Path)
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    kin = {frozenset(line.split()) for line in options.kin.read_text("utf-8").splitlines()} if options.kin else set()
    index, stems, works = TextureIndex(), [], set()
    for folder in (options.works, *options.strangers):
        for path in sorted(folder.iterdir()):
            work = texture_of_work(pixels(path))
            if work is not None:
                index.add(len(stems), decode(encode(work)))
            stems.append(path.stem)
            if folder == options.works:
                works.add(path.stem)
    sift = cv2.SIFT.create(400, 3, 0.015, 12)
    found: dict[str, list[bool]] = defaultdict(list)
    true, false, costs, pairs = [], [], [], 0
    for path in sorted(file for folder in options.queries for file in folder.glob("*.jpg"))[:: options.every]:
        stem, _, attack = path.stem.rpartition("__")
        picture = pixels(path)
        scale = 384 / max(picture.shape[:2])
        small = cv2.cvtColor(cv2.resize(picture, None, fx=scale, fy=scale), cv2.COLOR_RGB2GRAY)
        marks = [time.perf_counter()]
        sift.detectAndCompute(small, None)
        marks.append(time.perf_counter())
        query = texture_of_query(picture)
        marks.append(time.perf_counter())
        hits = index.search(query) if query is not None else []
        marks.append(time.perf_counter())
        costs.append([*np.diff(marks), query is not None, stem in works])
        scores = {stems[hit.row]: hit.score for hit in hits}
        false += [score for other, score in scores.items() if other != stem and frozenset((other, stem)) not in kin]
        pairs += len(stems) - 1
        if stem in works:
            true.append(scores.get(stem, 0.0))
            found[attack].append(true[-1] >= AT)
    report(len(index), pairs, np.array(true), np.array(false), np.array(costs))
    for attack, each in sorted(found.items(), key=lambda entry: np.mean(entry[1])):
        sys.stdout.write(f"{attack:34}{np.mean(each):8.2f}  of {len(each)}\n")


def report(indexed: int, pairs: int, true: np.ndarray, false: np.ndarray, costs: np.ndarray) -> None:
    """The tables."""
    sys.stdout.write(f"{indexed} textures indexed, {len(costs)} queries, {pairs} pairs of different works\n")
    for label, mine in (("textures", costs[:, 4] == 1), ("others", costs[:, 4] == 0)):
        if not mine.any():
            continue
        asked = costs[mine & (costs[:, 3] == 1)]
        ratios = asked[:, 1:3] / asked[:, :1]
        cheap = np.median(costs[mine & (costs[:, 3] == 0)][:, 1]) * 1000 if (costs[mine][:, 3] == 0).any() else 0.0
        sys.stdout.write(
            f"queries of {label}: {costs[mine][:, 3].mean():.1%} pass; then extraction and search cost "
            f"{np.median(ratios, axis=0).round(2)} of SIFT at the median, {np.percentile(ratios, 90, axis=0).round(2)} "
            f"at the 90th percentile; the rest pay {cheap:.2f} ms\n"
        )
    sys.stdout.write("score   found   false   false in a million pairs\n")
    for score in SCORES:
        wrong = int((false >= score).sum())
        share = (true >= score).mean() if len(true) else 0.0
        sys.stdout.write(f"{score:5.1f}{share:8.3f}{wrong:8}{wrong / pairs * 1e6:10.2f}\n")


if __name__ == "__main__":
    main()
