"""The table that decided the raster: its size against what is found again and what it costs.

    python -m tests.bench.raster_size DIR… [--sizes 64 96 128 192 256 384 512] [--processes 2] [--json]

1. Every picture in the folders is registered at each size. Then it is asked for five times, each time in eight
   orientations: as it is, as a JPEG of quality 70, halved, mirrored, turned by 90°. It is lost where another work is as
   near by PDQ distance, or nearer; and far where its own distance is over 31 bits, which no decision takes for a copy.
2. CPU time of intake, against a plain loop that decodes and hashes the same bytes at their full size.
3. How far the codes of large camera JPEGs (drawn) move when they are decoded at a fraction of their size.
"""

import argparse
import io
import json
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Any

import imagehash
import numpy as np
import pdqhash
from numpy.typing import NDArray
from PIL import Image

from registry.fingerprint.pdq import PDQRaster
from registry.fingerprint.phash import PHash
from registry.fingerprint.scheme import Raster
from registry.fingerprint.variants import variants
from registry.intake.reading import read_query, read_work
from registry.media.budget import Budget
from registry.media.decode import pictures
from registry.media.picture import Decoded
from registry.media.raster import SIDE
from registry.media.sniff import sniff

SIZES = (64, 96, 128, 192, 256, 384, 512)
MARGIN = 3
"""A picture is decoded to no less than this many times the raster's side."""

THRESHOLD = 31
LARGE = (4000, 3000)


def png(image: Image.Image) -> bytes:
    """The picture without loss."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def jpeg(image: Image.Image, quality: int) -> bytes:
    """The picture as a JPEG."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def halved(image: Image.Image) -> bytes:
    """The picture at half its size."""
    half = max(1, image.width // 2), max(1, image.height // 2)
    return png(image.resize(half, Image.Resampling.LANCZOS))


ALTERED: dict[str, Callable[[Image.Image], bytes]] = {
    "JPEG 70": partial(jpeg, quality=70),
    "halved": halved,
    "mirrored": lambda image: png(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)),
    "turned 90°": lambda image: png(image.transpose(Image.Transpose.ROTATE_90)),
}
QUERIES = ("original", *ALTERED)


@dataclass(frozen=True)
class Sized:
    """One picture at one size: its code, its quality, the eight codes of each query, and CPU milliseconds."""

    code: bytes
    quality: int
    queries: list[list[bytes]]
    registering: float
    querying: float


def decoded(data: bytes, side: int) -> Decoded:
    """The file's picture, reduced to no less than this side."""
    return next(pictures(data, sniff(data), Budget(), side)).decoded


def square(picture: Decoded, side: int) -> Raster:
    """The canonical raster, but of any size, and on white."""
    return np.asarray(
        picture.on_ground("white").scaled((side, side), Image.Resampling.BILINEAR, mode="L"),
    )


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What it returns, and the CPU milliseconds it took."""
    started = time.process_time()
    return work(), (time.process_time() - started) * 1000


def codes(raster: Raster) -> tuple[bytes, int]:
    """Both codes, for their cost; PDQ's code and quality."""
    PHash().compute(raster)
    return PDQRaster().compute(raster)


def measure(path: Path, sizes: Sequence[int]) -> list[Sized]:
    """One picture at every size."""
    data = path.read_bytes()
    image = Image.open(io.BytesIO(data)).convert("RGB")
    files = [data, *(alter(image) for alter in ALTERED.values())]
    codes(square(decoded(data, SIDE), SIDE))  # what is imported or cached at first use isn't a cost
    found = []
    for side in sizes:
        originals, *others = (decoded(file, MARGIN * side) for file in files)
        (code, quality), registering = timed(lambda at=originals, side=side: codes(square(at, side)))  # type: ignore[misc]
        eight, querying = timed(
            lambda at=originals, side=side: [codes(turned)[0] for _, turned in variants(square(at, side))]  # type: ignore[misc]
        )
        queries = [eight, *([codes(turned)[0] for _, turned in variants(square(other, side))] for other in others)]
        found.append(Sized(code, quality, queries, registering, querying))
    return found


def summed_up(side: int, works: Sequence[Sized]) -> dict[str, Any]:
    """One row of the table."""
    registered = words([work.code for work in works])
    lost: dict[str, set[int]] = {query: set() for query in QUERIES}
    furthest = far = 0
    for own, work in enumerate(works):
        for query, asked in zip(QUERIES, work.queries, strict=True):
            bits = np.bitwise_count(registered[:, None] ^ words(asked)[None]).sum(axis=2, dtype=np.int64).min(axis=1)
            distance = int(bits[own])
            bits[own] = 257
            if bits.min() <= distance:
                lost[query].add(own)
            furthest, far = max(furthest, distance), far + (distance > THRESHOLD)
    return {
        "side": side,
        "lost": {query: len(which) for query, which in lost.items()},
        "works lost": len(set().union(*lost.values())),
        "far": far,
        "furthest": furthest,
        "quality under 50": sum(work.quality < 50 for work in works),
        "registration ms": fmean(work.registering for work in works),
        "eight variants ms": fmean(work.querying for work in works),
    }


def words(codes: Sequence[bytes]) -> NDArray[np.uint64]:
    """Codes of 256 bits as rows of four 64-bit words."""
    return np.frombuffer(b"".join(codes), dtype=np.uint64).reshape(-1, 4)


def plain(data: bytes) -> None:
    """What anyone would write first."""
    image = Image.open(io.BytesIO(data))
    imagehash.phash(image)
    pdqhash.compute(np.asarray(image.convert("RGB")))


def camera_picture(data: bytes, seed: int) -> bytes:
    """A picture blown up to a camera's size, with grain of two sizes, as a JPEG of quality 90."""
    image = Image.open(io.BytesIO(data)).convert("RGB").resize(LARGE, Image.Resampling.BICUBIC)
    random = np.random.default_rng(seed)
    coarse = np.kron(random.normal(0, 8, (LARGE[1] // 2, LARGE[0] // 2)), np.ones((2, 2)))
    levels = np.asarray(image) + (coarse + random.normal(0, 4, coarse.shape))[:, :, None]
    return jpeg(Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8)), quality=90)


def costs(files: Sequence[bytes]) -> dict[str, float]:
    """CPU milliseconds a picture, in this process."""
    ways: dict[str, Callable[[bytes], object]] = {
        "plain loop": plain,
        "intake, to register": lambda data: read_work(data, None, keep=True),
        "intake, to check": lambda data: read_query(data, None),
    }
    for way in ways.values():
        way(files[0])
    return {name: fmean(timed(partial(way, data))[1] for data in files) for name, way in ways.items()}


def moved(files: Iterable[bytes]) -> dict[str, dict[str, float]]:
    """By how many bits PDQ's code moves from the full decode's, for each least size of a partial decode."""
    found: dict[str, dict[str, float]] = {}
    whole = [(data, PDQRaster().compute(square(decoded(data, max(LARGE)), SIDE))[0]) for data in files]
    for margin in (1, 2, 3, 4):
        bits, spent = [], []
        for data, code in whole:
            picture, milliseconds = timed(partial(decoded, data, margin * SIDE))
            other = PDQRaster().compute(square(picture, SIDE))[0]
            bits.append((int.from_bytes(code, "big") ^ int.from_bytes(other, "big")).bit_count())
            spent.append(milliseconds)
        found[f"{margin} × {SIDE}"] = {"mean": fmean(bits), "most": max(bits), "decode ms": fmean(spent)}
    return found


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    paths = [path for folder in options.folders for path in sorted(folder.iterdir()) if path.is_file()]
    with ProcessPoolExecutor(options.processes) as pool:
        measured = list(pool.map(partial(measure, sizes=options.sizes), paths, chunksize=8))
    table = [summed_up(side, [sized[at] for sized in measured]) for at, side in enumerate(options.sizes)]
    as_given = [path.read_bytes() for path in paths[:: max(1, len(paths) // 200)]]
    camera = [camera_picture(data, seed) for seed, data in enumerate(as_given[:: max(1, len(as_given) // 24)])]
    cost = {"as given": costs(as_given), "camera JPEGs, 4,000 px": costs(camera)}
    moves = moved(camera)
    if options.json:
        print(json.dumps({"pictures": len(paths), "sizes": table, "cost": cost, "moved": moves}, indent=2))
        return
    print(f"{len(paths)} pictures\n")
    print(
        f"| side | lost: {' / '.join(QUERIES)} | works lost | over {THRESHOLD} bits | furthest | quality < 50 |", end=""
    )
    print(" registration, ms | eight variants, ms |\n|" + "---|" * 8)
    for row in table:
        print(
            f"| {row['side']} | {' / '.join(map(str, row['lost'].values()))} | {row['works lost']} | {row['far']} ",
            end="",
        )
        print(f"| {row['furthest']} | {row['quality under 50']} | {row['registration ms']:.2f} ", end="")
        print(f"| {row['eight variants ms']:.2f} |")
    print("\n| CPU ms a picture | " + " | ".join(cost["as given"]) + " |\n|" + "---|" * 4)
    for name, ways in cost.items():
        print(f"| {name} | " + " | ".join(f"{spent:.1f}" for spent in ways.values()) + " |")
    print("\n| decoded to at least | bits moved, mean | most | decode, ms |\n|---|---|---|---|")
    for name, move in moves.items():
        print(f"| {name} | {move['mean']:.1f} | {move['most']:.0f} | {move['decode ms']:.1f} |")


if __name__ == "__main__":
    main()
