"""Seeded entries, the tree over them by the slow way, and what a log's directory should hold."""

import random
import sys
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from registry.log import Log, TileFiles
from registry.proof import merkle

MOST = 70_000
ENTRIES = [sha256(b"entry %d" % number).digest() for number in range(MOST)]
LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]
BOUNDARIES = [1, 2, 3, 254, 255, 256, 257, 511, 512, 513, 65_279, 65_280, 65_535, 65_536, 65_537, 65_792, MOST]


class Rows:
    """A database of entries: what is committed can be read, and how much was read is counted."""

    def __init__(self, entries: list[bytes] = ENTRIES) -> None:
        self.entries = entries
        self.read = 0

    def __call__(self, start: int, end: int) -> list[bytes]:
        self.read += end - start
        return self.entries[start:end]


@lru_cache(maxsize=4096)
def root_of(size: int) -> bytes:
    return merkle.tree_root(LEAVES[:size])


@lru_cache(maxsize=1)
def tile_hashes() -> list[list[bytes]]:
    """The hashes of each level, all of its tiles in a row, for MOST leaves."""
    levels = [LEAVES]
    while len(levels[-1]) >= 256:
        below = levels[-1]
        levels.append([merkle.tree_root(below[at : at + 256]) for at in range(0, len(below) - 255, 256)])
    return levels


@lru_cache(maxsize=64)
def files_for(size: int) -> dict[str, bytes]:
    """The files that C2SP tlog-tiles asks for at this size, and no others."""
    files: dict[str, bytes] = {}
    for level, hashes in enumerate(tile_hashes()):
        count = size >> 8 * level
        for index in range(-(-count // 256)):
            width = min(256, count - index * 256)
            name = f"tile/{level}/{index:03}" + ("" if width == 256 else f".p/{width}")
            files[name] = b"".join(hashes[index * 256 : index * 256 + width])
    return files


def files_in(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file()
    }


def opened(directory: Path, rows: Callable[[int, int], list[bytes]] | None = None, *, kept_tiles: int = 256) -> Log:
    return Log(TileFiles(directory), rows or Rows(), kept_tiles=kept_tiles)


def grow_in_steps(directory: Path, seed: int, size: int, largest_step: int) -> None:
    """Extend a log to `size` in seeded steps, telling each on standard output; a test runs several of these at once."""
    steps = random.Random(seed)
    log = opened(directory)
    while log.size < size:
        log.extend(min(size, log.size + steps.randint(1, largest_step)))
        sys.stdout.write(f"{log.size}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    grow_in_steps(Path(sys.argv[1]), *(int(argument) for argument in sys.argv[2:5]))
