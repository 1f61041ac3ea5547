"""Several processes at one log, and one that is killed at any moment: what lies on the disk is right at each."""

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.log import TileFiles
from registry.log.adopt import edge_on_disk
from tests.log.seeded import files_for, files_in, opened, root_of

REPOSITORY = Path(__file__).parents[2]


def running(directory: Path, seed: int, size: int, largest_step: int) -> subprocess.Popen[str]:
    arguments = [str(value) for value in (directory, seed, size, largest_step)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.log.seeded", *arguments], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def test_several_processes_at_once(tmp_path: Path, processes: list[subprocess.Popen[str]]) -> None:
    size = 5000
    processes += [running(tmp_path, seed, size, largest_step=60 * seed) for seed in (1, 2, 3)]
    reader, seen = TileFiles(tmp_path), set[int]()
    while any(process.poll() is None for process in processes):
        edge = edge_on_disk(reader, size)
        assert edge.root() == root_of(edge.size)
        seen.add(edge.size)
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(seen) > 3
    assert opened(tmp_path).extend(size) == root_of(size)
    assert files_in(tmp_path) == files_for(size)


def test_killed_at_any_moment(tmp_path: Path, processes: list[subprocess.Popen[str]]) -> None:
    moments = random.Random(7)
    size = 20_000
    for seed in range(8):
        process = running(tmp_path, seed, size, largest_step=400)
        processes.append(process)
        assert process.stdout is not None
        for _ in range(moments.randint(1, 12)):
            process.stdout.readline()
        process.kill()
        process.wait()
        edge = edge_on_disk(TileFiles(tmp_path), size)
        assert edge.root() == root_of(edge.size)
    assert opened(tmp_path).extend(size) == root_of(size)
    assert files_in(tmp_path) == files_for(size)
