"""What it costs to keep a blob: in a folder alone and in batches, sealed, and in a bucket of a server of the tests'.

    python -m tests.bench.blobs [--rounds 20] [--batch 32] [--size 60000] [--directory DIR] [--json]

The ways take turns within a round, since a disk's moods last longer than one. Times are for one blob, by the wall and
by this process's CPU. `plain` is the batch written to one file and synced once: what no store of blobs can beat.
"""

import argparse
import json
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from registry.blobs.folder import FolderBlobs
from registry.blobs.s3 import Bucket, S3Blobs
from registry.blobs.safe import Keepsake, Purpose, Safe
from registry.blobs.vault import Vault
from registry.works import WorkId
from tests.s3 import started

WORK = WorkId("wrk_aaaaaaaaaaaaaaaaaaaa")
Way = Callable[[list[bytes]], object]


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--size", type=int, default=60_000, help="bytes of a blob")
    parser.add_argument("--directory", type=Path, help="on the disk to measure; a temporary one by default")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with TemporaryDirectory(dir=options.directory) as place, started() as server:
        bucket = Bucket(server.make_bucket(), "", server.endpoint, "us-east-1", "any", "any")
        rows = measured(ways(Path(place), bucket), options.rounds, options.batch, options.size)
    if options.json:
        print(json.dumps(rows, indent=2))
        return
    print(f"| ms a blob of {options.size:,} bytes, {options.rounds} batches of {options.batch} | median | p90 | CPU |")
    print("|---|---:|---:|---:|")
    for name, row in rows.items():
        print(f"| {name} | {row['median']:.2f} | {row['p90']:.2f} | {row['cpu']:.2f} |")


def ways(place: Path, bucket: Bucket) -> dict[str, Way]:
    """The ways of keeping a batch."""
    alone, together = FolderBlobs(place / "alone"), FolderBlobs(place / "together")
    vault = Vault([secrets.token_bytes(32)])
    safe, remote = Safe(FolderBlobs(place / "safe"), vault), S3Blobs(bucket)

    def plain(blobs: list[bytes]) -> None:
        with (place / "plain").open("ab") as file:
            file.writelines(blobs)
            file.flush()
            os.fsync(file.fileno())

    return {
        "plain": plain,
        "folder, one after the other": lambda blobs: [alone.put(data) for data in blobs],
        "folder, put_many": together.put_many,
        "folder, sealed, put_many": lambda blobs: safe.keep_all(
            [Keepsake(Purpose.RASTER, WORK, data) for data in blobs]
        ),
        "sealed, not stored": lambda blobs: [vault.seal(data, Purpose.RASTER, WORK) for data in blobs],
        "bucket, put_many": remote.put_many,
    }


def measured(ways: dict[str, Way], rounds: int, batch: int, size: int) -> dict[str, dict[str, float]]:
    """Milliseconds for each blob, by the wall (median and 90th percentile of batches) and by CPU (median)."""
    walls: dict[str, list[float]] = {name: [] for name in ways}
    cpus: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, keep in ways.items():
            blobs = [secrets.token_bytes(size) for _ in range(batch)]
            wall, cpu = time.perf_counter(), time.process_time()
            keep(blobs)
            walls[name].append((time.perf_counter() - wall) * 1000 / batch)
            cpus[name].append((time.process_time() - cpu) * 1000 / batch)
    return {
        name: {"median": median(walls[name]), "p90": quantiles(walls[name], n=10)[-1], "cpu": median(cpus[name])}
        for name in ways
    }


if __name__ == "__main__":
    main()
