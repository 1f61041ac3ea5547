"""How far codes move between files that look the same: the table for docs/benchmarks.md.

    python -m tests.bench.variants --pictures DIR… [--limit 24] [--processes 2] [--json]

Every picture in the folders is written in all the ways of `tests.media.lookalikes`: depths, palettes, inks, profiles,
orientations, codecs; each is decoded as a registration would, and compared with the plain PNG. Pictures over 1024
pixels are scaled down to that first.
"""

import argparse
import io
import json
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from registry.fingerprint.detail import detail
from registry.fingerprint.pdq import PDQRaster
from registry.media.raster import rasters
from registry.works import Detail
from tests.media.drawn import encoded, first_part
from tests.media.lookalikes import Compared, compared

LONGEST = 1024
WITHIN = 10


def measure(path: Path) -> list[Compared]:
    """One picture; nothing of one that search would leave out, because its codes say too little."""
    with Image.open(io.BytesIO(path.read_bytes())) as opened:
        picture = opened.convert("RGBA")
    picture.thumbnail((LONGEST, LONGEST))
    flat = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    ((_, raster),) = rasters(first_part(encoded(flat, "PNG")))
    _, quality = PDQRaster().compute(raster)
    return list(compared(flat)) if detail(raster, quality) is Detail.DISTINCT else []


def summed_up(found: Sequence[list[Compared]]) -> list[dict[str, object]]:
    """A row for each kind of file: the most, the 99th percentile and the mean, in bits."""
    bits: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for picture in found:
        for file in picture:
            bits[file.group, file.name].append((file.pdq, file.phash))
    rows: list[dict[str, object]] = []
    for (group, name), distances in bits.items():
        pdq, phash = np.array(distances).T
        rows.append(
            {
                "group": group,
                "name": name,
                "pdq most": int(pdq.max()),
                "pdq p99": float(np.percentile(pdq, 99)),
                "pdq mean": float(pdq.mean()),
                "over": int((pdq > WITHIN).sum()),
                "phash most": int(phash.max()),
            }
        )
    return rows


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", nargs="+", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=24, help="pictures of each folder, evenly taken")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    paths: list[Path] = []
    for folder in options.pictures:
        files = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".png", ".jpg", ".jpeg", ".webp"))
        paths += files[:: max(1, -(-len(files) // options.limit))]
    with ProcessPoolExecutor(options.processes) as pool:
        found = list(pool.map(measure, paths))
    told, rows = sum(map(bool, found)), summed_up(found)
    furthest = {path.name: max(file.pdq for file in files) for path, files in zip(paths, found, strict=True) if files}
    far = {name: bits for name, bits in furthest.items() if bits > WITHIN}
    if options.json:
        print(json.dumps({"pictures": told, "left out": len(paths) - told, "far": far, "rows": rows}, indent=2))
        return
    print(f"{told} pictures; {len(paths) - told} left out, whose codes say too little")
    print(f"with a file over {WITHIN} bits: {', '.join(f'{name} ({bits})' for name, bits in far.items()) or 'none'}\n")
    print(f"| | file | PDQ bits, most | p99 | mean | over {WITHIN} | pHash, most |\n|" + "---|" * 7)
    for row in rows:
        print(f"| {row['group']} | {row['name']} | {row['pdq most']} | {row['pdq p99']:.0f} ", end="")
        print(f"| {row['pdq mean']:.1f} | {row['over']} | {row['phash most']} |")


if __name__ == "__main__":
    main()
