"""How fast the command line registers, as a ratio to a plain loop over the same files in the same run.

    python -m tests.bench.register_speed DIR… [--rounds 3] [--workers 2]

The baseline, one process: `Image.open` → `imagehash.phash` → `pdqhash.compute` on the same pixels; no log, no proof,
no database. Against it `originmark register` from its start to its end, founding the registry and anchoring included,
and again with --no-anchor into a registry that was founded before. Large camera pictures (4,000 px) are drawn, and
told apart.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import imagehash
import numpy as np
import pdqhash
from PIL import Image, ImageFilter

from registry.cli.files import pictures_in

LARGE = 24
LARGE_SIZE = (4000, 3000)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        camera = Path(scratch) / "camera"
        _draw_camera_pictures(camera)
        rows = [
            _compare("as given", pictures_in(options.folders), options.rounds, options.workers),
            _compare(
                f"camera JPEGs, {LARGE_SIZE[0]} px, drawn", pictures_in([camera]), options.rounds, options.workers
            ),
        ]
    if options.json:
        print(json.dumps(rows, indent=2))
        return
    print("| pictures | count | plain loop | register | ratio | founding and anchoring included | ratio |")
    print("|---|---|---|---|---|---|---|")
    for row in rows:
        print(
            f"| {row['pictures']} | {row['count']} | {row['loop']:.2f} s | {row['register']:.2f} s "
            f"| **{row['ratio']:.2f}** | {row['whole']:.2f} s | {row['whole_ratio']:.2f} |"
        )


def _compare(name: str, files: Sequence[Path], rounds: int, workers: int) -> dict[str, object]:
    loops, registers, wholes = [], [], []
    for _ in range(rounds):
        loops.append(_timed(lambda: _plain_loop(files)))
        with tempfile.TemporaryDirectory() as data:
            wholes.append(_timed(lambda: _register(data, workers, files)))
        with tempfile.TemporaryDirectory() as data:
            _originmark(data, workers, "status")
            registers.append(_timed(lambda: _register(data, workers, files, "--no-anchor")))
    loop, register, whole = median(loops), median(registers), median(wholes)
    return {
        "pictures": name,
        "count": len(files),
        "rounds": rounds,
        "loop": loop,
        "register": register,
        "ratio": loop / register,
        "whole": whole,
        "whole_ratio": loop / whole,
    }


def _plain_loop(files: Sequence[Path]) -> None:
    for file in files:
        with Image.open(file) as picture:
            imagehash.phash(picture)
            pdqhash.compute(np.asarray(picture.convert("RGB")))


def _register(data: str, workers: int, files: Sequence[Path], *flags: str) -> None:
    done = _originmark(data, workers, "register", "--json", *flags, *map(str, files))
    summary = json.loads(done.splitlines()[-1])["summary"]
    if summary["registered"] != len(files):
        sys.exit(f"not all were registered: {summary}")


def _originmark(data: str, workers: int, *arguments: str) -> str:
    command = [sys.executable, "-m", "registry.cli", "--data-dir", data, *arguments]
    environment = {"ORIGINMARK_MEDIA_WORKERS": str(workers), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def _timed(run: Callable[[], None]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def _draw_camera_pictures(folder: Path) -> None:
    """Soft shapes under grain, as a camera sees them: between 2 and 4 MB each as JPEG 90."""
    folder.mkdir()
    for number in range(LARGE):
        rng = np.random.default_rng(number)
        coarse = Image.fromarray(rng.integers(0, 256, (30, 40, 3), dtype=np.uint8)).resize(
            LARGE_SIZE, Image.Resampling.BICUBIC
        )
        grain = rng.normal(0, 6, (LARGE_SIZE[1], LARGE_SIZE[0], 1))
        picture = Image.fromarray((np.asarray(coarse) + grain).clip(0, 255).astype(np.uint8))
        picture.filter(ImageFilter.GaussianBlur(1)).save(folder / f"{number:02}.jpg", quality=90)


if __name__ == "__main__":
    main()
