"""What other processes do in the tests of blobs."""

import random
from multiprocessing.synchronize import Barrier
from pathlib import Path

from registry.blobs.folder import FolderBlobs
from tests.store.processes import PATIENCE, tell


def write_for_ever(barrier: Barrier, directory: Path, seed: int, acknowledged: Path) -> None:
    """Puts batches of blobs, and tells each batch's names once it was acknowledged, until it is killed."""
    dice = random.Random(seed)
    blobs = FolderBlobs(directory)
    barrier.wait(PATIENCE)
    while True:
        batch = [dice.randbytes(dice.randrange(1, 200_000)) for _ in range(dice.randrange(1, 12))]
        tell(acknowledged, " ".join(blobs.put_many(batch)))


def write_some(barrier: Barrier, directory: Path, count: int, acknowledged: Path) -> None:
    """Puts so many batches, which are the same in each process that does this, while others do too."""
    dice = random.Random(count)
    barrier.wait(PATIENCE)
    for _ in range(count):
        blobs = FolderBlobs(directory)
        tell(acknowledged, " ".join(blobs.put_many([dice.randbytes(1_000) for _ in range(5)])))
