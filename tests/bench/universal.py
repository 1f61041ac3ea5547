"""What is declared to have no detail of its own, among real pictures and among what everybody has.

    python -m tests.bench.universal [DIR…] [--each 60] [--sheet FILE] [--workers 2] [--json]

Three questions:

- Of the pictures in each folder, which match by digest only, and as what? `--sheet` draws those with detail enough for
  codes that are taken for universal material, to be looked at.
- Of universal material drawn by chance (`--each` of every kind: size, colours, proportions, turn, light, JPEG quality),
  how much is told, and how often are two that aren't, or one and a picture of the folders, within a threshold?
- Of the same pictures repeated as a seamless pattern, and printed on blank things, how many keep their detail?
"""

import argparse
import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from registry.fingerprint.detail import detail
from registry.fingerprint.pdq import PDQRaster
from registry.fingerprint.phash import PHash
from registry.fingerprint.scheme import Raster
from registry.fingerprint.universal import universal
from registry.fingerprint.variants import variants
from registry.match.thresholds import THRESHOLDS
from registry.media.raster import SIDE, rasters
from registry.works import Detail
from tests.fingerprint.universal_patterns import PATTERNS, colours, pattern
from tests.fingerprint.universal_shapes import SHAPES, THINGS, drawn
from tests.media.drawn import first_part

REPEATS = (1.5, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24)
PLAIN = ("solid", "gradient", "radial gradient")
TILINGS = (2, 3, 5)

Words = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Seen:
    """A picture as it is declared; `codes` (words of PDQ and pHash) of the raster and of its eight variants."""

    name: str
    detail: Detail
    shows: str | None
    raster: Raster
    codes: Words
    asked: Words


def judged(name: str, raster: Raster) -> Seen:
    """A raster, as a registration and a check see it."""
    _, quality = PDQRaster().compute(raster)
    found = detail(raster, quality)
    shows = universal(raster) if found is Detail.COMMON else None
    asked = np.stack([_words(turned) for _, turned in variants(raster)])
    return Seen(name, found, shows, raster, _words(raster), asked)


def _words(raster: Raster) -> Words:
    return np.frombuffer(PDQRaster().compute(raster)[0] + PHash().compute(raster)[0], np.uint64)


def look(path: Path) -> Seen:
    """A picture of a folder, on the ground that shows most of it."""
    seen = [judged(path.name, raster) for _, raster in rasters(first_part(path.read_bytes()))]
    return next((one for one in seen if one.detail is Detail.DISTINCT), seen[0])


def of_jpeg(image: Image.Image, random: np.random.Generator) -> Raster:
    """The raster of a picture saved as a JPEG of chance quality."""
    stream = io.BytesIO()
    image.convert("RGB").save(stream, "JPEG", quality=int(random.integers(60, 96)))
    return rasters(first_part(stream.getvalue()))[0][1]


def draw(kind: str, each: int) -> list[Seen]:
    """So many chance variations of one kind of universal material."""
    random = np.random.default_rng([*kind.encode()])
    return [judged(f"{kind} {number}", of_jpeg(_drawing(kind, number, random), random)) for number in range(each)]


def _drawing(kind: str, number: int, random: np.random.Generator) -> Image.Image:
    if kind in PATTERNS:
        plain = number % 3 == 0
        repeats = float(REPEATS[number % len(REPEATS)])
        angles = [0.0, 45.0] if plain else [0.0, random.uniform(0, 90), random.uniform(0, 90)]
        if not plain:
            repeats *= random.uniform(0.9, 1.1)
        return pattern(kind, random, repeats=repeats, angle=float(random.choice(angles)), plain=plain)
    if kind in PLAIN:
        return _plain(kind, random)
    turns = [0.0, float(random.uniform(0, 90))] if kind in SHAPES else [0.0, 0.0, 90.0, float(random.uniform(-8, 8))]
    share = float(random.choice([0.6, 0.7, 0.8, 0.9])) if number % 3 == 0 else None
    turn = 0.0 if share else float(random.choice(turns))
    return drawn(kind, random, turn=turn, share=share, soft=number % 2 == 1)


def _plain(kind: str, random: np.random.Generator) -> Image.Image:
    first, second = colours(random)
    y, x = np.mgrid[0:480, 0:480] / 480 - 0.5
    angle = random.uniform(0, 2 * np.pi)
    share = {
        "solid": 0 * x,
        "gradient": 0.5 + x * np.cos(angle) / 1.5 + y * np.sin(angle) / 1.5,
        "radial gradient": np.hypot(x, y),
    }[kind][:, :, None]
    return Image.fromarray(np.clip(first * (1 - share) + second * share, 0, 255).astype(np.uint8))


def reuse(path: Path) -> Iterator[tuple[str, Detail]]:
    """A picture as a seamless pattern, and in the middle of blank things."""
    random = np.random.default_rng([*path.name.encode()])
    with Image.open(path) as opened:
        shown = opened.convert("RGBA")
    ground = Image.new("RGBA", shown.size, "white")
    picture = Image.alpha_composite(ground, shown).convert("RGB")
    for times in TILINGS:
        tile = picture.resize((480 // times, 480 // times), Image.Resampling.LANCZOS)
        sheet = Image.new("RGB", (480, 480))
        for place in range((times + 1) ** 2):
            sheet.paste(tile, (place % (times + 1) * tile.width, place // (times + 1) * tile.height))
        yield f"repeated {times} × {times}", judged("", of_jpeg(sheet, random)).detail
    for kind in ("t_shirt", "hoodie", "mug", "phone_case", "framed"):
        yield f"on a {kind}", judged("", of_jpeg(drawn(kind, random, share=0.85, printed=picture), random)).detail


def reused(path: Path) -> list[tuple[str, Detail]]:
    """`reuse`, for a pool."""
    return list(reuse(path))


def near(left: Sequence[Seen], right: Sequence[Seen], *, same: bool) -> Counter[str]:
    """Pairs within each threshold in any of eight orientations, by the strongest; `same` if both are one list."""
    counts: Counter[str] = Counter()
    if not left or not right:
        return counts
    codes = np.stack([one.codes for one in right])
    for place, one in enumerate(left):
        differing = np.bitwise_count(one.asked[:, None, :] ^ codes[None])
        pdq, phash = differing[..., :4].sum(axis=2), differing[..., 4]
        left_over = np.arange(len(right)) > place if same else np.ones(len(right), bool)
        for name, threshold in zip(("block", "very near", "near", "alike"), THRESHOLDS, strict=True):
            limit = 64 if threshold.phash is None else threshold.phash
            within = ((pdq <= threshold.pdq) & (phash <= limit)).any(axis=0) & left_over
            counts[name] += int(within.sum())
            left_over &= ~within
    return counts


def report(folders: dict[str, list[Seen]], suite: dict[str, list[Seen]], reuses: dict[str, list[Detail]]) -> Any:
    """Everything measured, ready for JSON."""
    everything = [one for kind in suite.values() for one in kind]
    with_codes = [one for one in everything if one.detail in (Detail.DISTINCT, Detail.COMMON)]
    real = [one for seen in folders.values() for one in seen if one.detail is Detail.DISTINCT]
    compared = {"before": with_codes, "now": [one for one in with_codes if one.detail is Detail.DISTINCT]}
    return {
        "folders": {
            name: {
                "pictures": len(seen),
                **{one.value: sum(its.detail is one for its in seen) for one in Detail},
                "common ones": {its.name: its.shows for its in seen if its.detail is Detail.COMMON},
            }
            for name, seen in folders.items()
        },
        "drawn": {
            kind: {
                **{one.value: sum(its.detail is one for its in seen) for one in Detail},
                "as": Counter(its.shows for its in seen if its.shows),
            }
            for kind, seen in suite.items()
        },
        "pairs": {
            when: {
                "pictures": len(ones),
                "each other": near(ones, ones, same=True),
                "a real picture": near(ones, real, same=False),
            }
            for when, ones in compared.items()
        },
        "reused": {
            how: {one.value: details.count(one) for one in Detail if one in details} for how, details in reuses.items()
        },
    }


def _markdown(result: Any) -> str:
    lines = ["| folder | pictures | flat | noisy | common | which |", "|---|---:|---:|---:|---:|---|"]
    for name, one in result["folders"].items():
        which = ", ".join(f"{file} ({shows})" for file, shows in one["common ones"].items())
        lines.append(f"| {name} | {one['pictures']} | {one['flat']} | {one['noisy']} | {one['common']} | {which} |")
    lines += ["", "| drawn | flat | noisy | common | distinct | told as |", "|---|---:|---:|---:|---:|---|"]
    for name, one in result["drawn"].items():
        told = ", ".join(f"{shows} {count}" for shows, count in one["as"].most_common())
        lines.append(f"| {name} | {one['flat']} | {one['noisy']} | {one['common']} | {one['distinct']} | {told} |")
    lines += [
        "",
        "| compared | pictures | with | block | very near | near | alike |",
        "|---|---:|---|---:|---:|---:|---:|",
    ]
    for when, one in result["pairs"].items():
        for what in ("each other", "a real picture"):
            cells = " | ".join(str(one[what].get(name, 0)) for name in ("block", "very near", "near", "alike"))
            lines.append(f"| {when} | {one['pictures']} | {what} | {cells} |")
    lines += ["", "| pictures reused | details |", "|---|---|"]
    lines += [f"| {how} | {counts} |" for how, counts in result["reused"].items()]
    return "\n".join(lines)


def _sheet(seen: Sequence[Seen], file: Path) -> None:
    """The rasters side by side, twelve to a row."""
    sheet = Image.new("L", (12 * SIDE, max(1, -(-len(seen) // 12)) * SIDE))
    for place, one in enumerate(seen):
        sheet.paste(Image.fromarray(one.raster), (place % 12 * SIDE, place // 12 * SIDE))
    sheet.save(file)


def main() -> None:
    """Look at all pictures, draw the material, compare, print."""
    parser = argparse.ArgumentParser(description="Measure what is told to be blank, noisy or common.")
    parser.add_argument("folders", type=Path, nargs="*", metavar="DIR")
    parser.add_argument("--each", type=int, default=60, help="how many of each kind are drawn")
    parser.add_argument("--reuse", type=int, default=60, help="how many pictures of each folder are reused")
    parser.add_argument("--sheet", type=Path, help="draw what is taken for common, and what should be and isn't")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    kinds = [*PLAIN, *PATTERNS, *SHAPES, *THINGS]
    reuses: dict[str, list[Detail]] = {}
    with ProcessPoolExecutor(wanted.workers) as pool:
        folders = {}
        for folder in wanted.folders:
            paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
            folders[folder.name] = list(pool.map(look, paths, chunksize=16))
            spread = paths[:: max(1, len(paths) // wanted.reuse)] if wanted.reuse else []
            for details in pool.map(reused, spread, chunksize=4):
                for how, found in details:
                    reuses.setdefault(how, []).append(found)
        suite = dict(zip(kinds, pool.map(partial(draw, each=wanted.each), kinds), strict=True))
    result = report(folders, suite, reuses)
    if wanted.sheet:
        common = [one for seen in folders.values() for one in seen if one.detail is Detail.COMMON]
        missed = [one for seen in suite.values() for one in seen if one.detail is Detail.DISTINCT]
        _sheet([*common, *missed], wanted.sheet)
    print(json.dumps(result, indent=2, ensure_ascii=False) if wanted.json else _markdown(result))


if __name__ == "__main__":
    main()
