"""Fits the rule that tells true alignments: works registered, pictures attacked, searched for and aligned.

    python -m tests.bench.aligned_training DATA OTHERS OUT [--attacked 120] [--same FILE]

DATA holds `photos`, `designs` and `faint`, folders of pictures to register; OTHERS pictures that stand beside works in
collages and pages. A sample of the works, the same for the same DATA, is attacked by every attack. The drawings of
`registry.fingerprint.regional.background` are asked about too, and show none of the works. OUT gets the rule.

FILE names works that show the same object, which teach nothing: two patterns of file names a line, with a tab between.

It prints how many of the attacked pictures are found, by kind and attack, by rules that never saw the work, where one
in 10⁵ false pairs is found.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image

from registry.cli.bench.attacks import ATTACKS, seed_of
from registry.cli.bench.attacks.attack import on_white
from registry.features import WorkFeatures
from registry.fingerprint.regional.background import pictures
from registry.fingerprint.regional.edges import work_edges
from registry.fingerprint.regional.frame import query_frame, work_frame
from registry.fingerprint.regional.keypoints import query_keypoints, work_keypoints
from registry.fingerprint.regional.shapes import query_shapes, work_shapes
from registry.match.aligned.align import align
from registry.match.aligned.atlas import Atlas
from registry.match.aligned.rule import measures
from registry.match.aligned.training import Sample, best_of_pairs, fit, write
from registry.search.regional import RegionalIndex

RATE = 1e-5
NEAR = 14.0
"""Pixels of the query frame, beyond what the cloth bends, by which a true alignment is off on the average."""


class Asked(NamedTuple):
    """A picture: its frame, the work it shows (-1 for none), the attack, the map from the work frame, the bend."""

    frame: np.ndarray
    shown: int
    attack: str
    truth: np.ndarray
    bend: float


def _pixels(picture: Image.Image) -> np.ndarray:
    return np.asarray(on_white(picture))


def _frame_map(size: tuple[int, int], box: tuple[float, float, float, float]) -> np.ndarray:
    """From a picture's pixels to a frame in which it takes the box."""
    across, down = (box[2] - box[0]) / size[0], (box[3] - box[1]) / size[1]
    return np.array([[across, 0, box[0] + (across - 1) / 2], [0, down, box[1] + (down - 1) / 2], [0, 0, 1]])


def _asked(files: list[Path], boxes: list[tuple], attacked: int, others: list[Image.Image]) -> Iterator[Asked]:
    for drawing in pictures():
        yield Asked(query_frame(drawing), -1, "none", np.eye(3), 0)
    for work in np.random.default_rng(4).permutation(len(files))[:attacked].tolist():
        picture = Image.open(files[work])
        picture.load()
        for attack in ATTACKS:
            shown = attack(picture, seed_of(files[work].name, attack.name), others)
            frame = query_frame(np.asarray(shown.picture))
            onto = _frame_map(shown.picture.size, (0, 0, frame.shape[1], frame.shape[0]))
            truth = onto @ shown.transform @ np.linalg.inv(_frame_map(picture.size, boxes[work]))
            yield Asked(frame, work, attack.name, truth, shown.bend * float(onto[0, 0]))


def _off(transforms: np.ndarray, asked: Asked, size: tuple[int, int]) -> np.ndarray:
    """By how many pixels each transform misses what is in view of the work, on the average; infinite out of view."""
    x, y = (each.ravel() for each in np.meshgrid(np.linspace(0, size[0], 9), np.linspace(0, size[1], 9)))
    grid = np.stack([x, y, np.ones_like(x)])
    place = asked.truth @ grid
    place = place[:2] / place[2]
    height, width = asked.frame.shape
    seen = np.all((place > 0) & (place < [[width], [height]]), axis=0)
    if not seen.any():
        return np.full(len(transforms), np.inf)
    return np.abs(transforms @ grid - place)[:, :, seen].mean(axis=(1, 2))


def _alike(files: list[Path], named: Path | None) -> set[tuple[int, int]]:
    pairs = [line.split("\t") for line in named.read_text().splitlines()] if named else []
    return {
        (a, b)
        for one, other in pairs
        for a, first in enumerate(files)
        for b, second in enumerate(files)
        if a != b and fnmatch(first.name, one) and fnmatch(second.name, other)
    }


def main() -> None:
    """Trains, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "others", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--attacked", type=int, default=120)
    parser.add_argument("--same", type=Path)
    options = parser.parse_args()
    cv2.setNumThreads(1)

    files = [file for kind in ("photos", "designs", "faint") for file in sorted((options.data / kind).iterdir())]
    index, works, boxes = RegionalIndex(), [], []
    for file in files:
        frame, box = work_frame(_pixels(Image.open(file)))
        size = frame.shape[1], frame.shape[0]
        boxes.append(box)
        found = {"keypoints": work_keypoints(frame), "shapes": work_shapes(frame), "edges": work_edges(frame)}
        works.append(WorkFeatures(size=size, picture=box, regions=None, tones=None, generic=0, **found))
    index.add_all(enumerate(works))

    others = [Image.open(file).convert("RGB") for file in sorted(options.others.iterdir())]
    alike = _alike(files, options.same)
    columns, asked_of = defaultdict(list), []
    for number, asked in enumerate(_asked(files, boxes, options.attacked, others)):
        asked_of.append((asked.attack, asked.shown))
        hypotheses, _ = index.hypotheses(query_keypoints(asked.frame), query_shapes(asked.frame))
        alignments = align(Atlas.of(asked.frame), [works[row].edges for row in hypotheses.rows], hypotheses)
        kept = np.flatnonzero(alignments.matched)
        rows = hypotheses.rows[kept].astype(np.intp)
        own = rows == asked.shown
        size = works[asked.shown].size if asked.shown >= 0 else (1, 1)
        columns["measures"].append(measures(alignments, hypotheses)[kept])
        columns["pictures"].append(np.full(len(kept), number))
        columns["works"].append(rows)
        columns["shown"].append(np.full(len(kept), asked.shown))
        columns["true"].append(own & (_off(alignments.transforms[kept], asked, size) < NEAR + asked.bend))
        columns["same"].append(np.array([(asked.shown, row) in alike for row in rows.tolist()], dtype=np.bool_))
    sample = Sample(
        **{name: np.concatenate(parts) for name, parts in columns.items()}, pairs=len(asked_of) * len(works)
    )
    rule, held_back = fit(sample)
    write(rule, options.out)
    _print(sample, held_back, rule.threshold(RATE), asked_of, files)


def _print(
    sample: Sample, scores: np.ndarray, threshold: float, asked_of: list[tuple[str, int]], files: list[Path]
) -> None:
    best = best_of_pairs(sample, scores)
    found = best[(sample.works[best] == sample.shown[best]) & (scores[best] > threshold)]
    hits = set(sample.pictures[found].tolist())
    tally: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for number, (attack, shown) in enumerate(asked_of):
        if shown >= 0:
            for name in (attack, "all"):
                tally[files[shown].parent.name, name].append(number in hits)
    for (kind, attack), hit in sorted(tally.items()):
        print(f"{kind:8} {attack:30} {len(hit):5} {np.mean(hit):.3f}")


if __name__ == "__main__":
    main()
