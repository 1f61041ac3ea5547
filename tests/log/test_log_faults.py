"""Crashes at every step, and damage of every kind: no file is believed too early."""

import os
import random
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Lock

import pytest

from registry.log import Log, TileFiles
from registry.proof import merkle
from tests.log.seeded import LEAVES, Rows, files_for, files_in, opened, root_of

BUILT = 66_000
"""257 full tiles at level 0 and one of 208, one full tile at level 1 and one of 1, one of 1 at level 2."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("built")
    opened(directory).extend(BUILT)
    return directory


def copied(directory: Path, to: Path) -> None:
    """A copy by hard links: tiles are replaced, never written into."""
    shutil.copytree(directory, to, copy_function=os.link)


class PowerCutError(Exception):
    """The machine stops here."""


class FailingFiles(TileFiles):
    """A disk whose power is cut before, in or after its nth step; from then on nothing more is done."""

    def __init__(self, directory: Path, fails_at: int, when: str) -> None:
        super().__init__(directory)
        self.steps = 0
        self._fails_at, self._when = fails_at, when
        self._counting = Lock()

    def _step(self, whole: Callable[[], None], torn: Callable[[], None] | None = None) -> None:
        with self._counting:
            self.steps += 1
            if self.steps < self._fails_at:
                whole()
                return
            if self.steps == self._fails_at:
                if self._when == "after":
                    whole()
                elif self._when == "torn" and torn is not None:
                    torn()
            raise PowerCutError

    def _make_directory(self, path: Path) -> None:
        self._step(lambda: super(FailingFiles, self)._make_directory(path))

    def _write_temporary(self, path: Path, data: bytes) -> None:
        self._step(
            lambda: super(FailingFiles, self)._write_temporary(path, data),
            lambda: super(FailingFiles, self)._write_temporary(path, data[: len(data) // 2]),
        )

    def _rename(self, temporary: Path, path: Path) -> None:
        self._step(lambda: super(FailingFiles, self)._rename(temporary, path))

    def _unlink(self, path: Path) -> None:
        self._step(lambda: super(FailingFiles, self)._unlink(path))


@pytest.mark.parametrize("when", ["before", "torn", "after"])
@pytest.mark.parametrize(("start", "end"), [(0, 3), (250, 260), (255, 256), (500, 1300), (65_534, 65_538)])
def test_power_cut_at_every_step(tmp_path: Path, start: int, end: int, when: str) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    opened(before).extend(start)
    before.mkdir(exist_ok=True)
    wanted = files_for(end)
    for number in range(1, 1000):
        copied(before, after)
        files = FailingFiles(after, number, when)
        log = Log(files, Rows())
        try:
            log.extend(start, expected=root_of(start))
            log.extend(end)
        except PowerCutError:
            left = set(files_in(after)) - set(files_for(start)) - set(wanted)
            assert all(name.startswith("tmp/") for name in left)
            assert log.size <= end
        else:
            assert number > 3
            break
        again = opened(after)
        if number % 2 == 0:
            again.extend(start, expected=root_of(start))
        assert again.extend(end) == root_of(end)
        assert files_in(after) == wanted
        shutil.rmtree(after)
    else:
        pytest.fail("there is no end of steps")


def put(path: Path, data: bytes | bytearray) -> None:
    """Other bytes in a file of its own, since copies share theirs."""
    path.unlink()
    path.write_bytes(data)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    put(path, data)


def flip_first(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    put(path, data)


def truncate(path: Path) -> None:
    put(path, path.read_bytes()[:-1])


def halve(path: Path) -> None:
    put(path, path.read_bytes()[: len(path.read_bytes()) // 64 * 32])


def empty(path: Path) -> None:
    put(path, b"")


def zero(path: Path) -> None:
    put(path, bytes(path.stat().st_size))


def lengthen(path: Path) -> None:
    put(path, path.read_bytes() + bytes(32))


def delete(path: Path) -> None:
    path.unlink()


DAMAGE = [flip, flip_first, truncate, halve, empty, zero, lengthen, delete]
TILES = ["0/000", "0/255", "0/256", "1/000", "0/257.p/208", "1/001.p/1", "2/000.p/1"]
PROBES = [0, 255, 256, 65_279, 65_280, 65_535, 65_536, 65_791, 65_792, BUILT - 1]


def check_all(log: Log, size: int) -> None:
    for index in PROBES:
        assert merkle.check_inclusion(LEAVES[index], index, size, log.inclusion(index, size), root_of(size))
    for old_size in (1, 100, 65_281, 65_793, size):
        path = log.consistency(old_size, size)
        assert merkle.check_consistency(old_size, root_of(old_size), size, root_of(size), path)


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("tile", TILES)
@pytest.mark.parametrize("told", [True, False], ids=["with-checkpoint", "without"])
def test_damage_is_noticed_and_mended(
    built: Path, tmp_path: Path, tile: str, damage: Callable[[Path], None], told: bool
) -> None:
    directory = tmp_path / "log"
    copied(built, directory)
    damage(directory / "tile" / tile)
    log = opened(directory)
    assert log.extend(BUILT, expected=root_of(BUILT) if told else None) == root_of(BUILT)
    check_all(log, BUILT)
    assert files_in(directory) == files_for(BUILT)


@pytest.mark.parametrize("damage", [flip, delete])
def test_damage_before_more_is_added(built: Path, tmp_path: Path, damage: Callable[[Path], None]) -> None:
    for tile in TILES:
        directory = tmp_path / tile.replace("/", "-")
        copied(built, directory)
        damage(directory / "tile" / tile)
        log = opened(directory)
        assert log.extend(BUILT + 300) == root_of(BUILT + 300)
        check_all(log, BUILT + 300)
        assert files_in(directory) == files_for(BUILT + 300)


def test_damage_in_two_places_that_hide_each_other(built: Path, tmp_path: Path) -> None:
    directory = tmp_path / "log"
    copied(built, directory)
    for tile in TILES:
        flip(directory / "tile" / tile)
    log = opened(directory)
    assert log.extend(BUILT) == root_of(BUILT)
    check_all(log, BUILT)
    assert files_in(directory) == files_for(BUILT)


def test_damage_under_a_running_process(built: Path, tmp_path: Path) -> None:
    directory = tmp_path / "log"
    copied(built, directory)
    log = opened(directory, kept_tiles=1)
    log.extend(BUILT)
    for tile in TILES[:4]:
        for damage in DAMAGE:
            damage(directory / "tile" / tile)
            check_all(log, BUILT)
            assert (directory / "tile" / tile).read_bytes() == files_for(BUILT)[f"tile/{tile}"]


def test_a_whole_false_tree_is_replaced_when_a_checkpoint_says_so(tmp_path: Path) -> None:
    false = [merkle.leaf_hash(leaf) for leaf in LEAVES[:1000]]
    opened(tmp_path, Rows(false)).extend(1000)
    log = opened(tmp_path)
    assert log.extend(1000, expected=root_of(1000)) == root_of(1000)
    assert files_in(tmp_path) == files_for(1000)


def test_a_process_that_learnt_a_false_tree_unlearns_it(tmp_path: Path) -> None:
    false = Rows([merkle.leaf_hash(leaf) for leaf in LEAVES[:1000]])
    log = opened(tmp_path, false)
    log.extend(1000)
    log.inclusion(3, 1000)
    false.entries = Rows().entries
    assert log.extend(900, expected=root_of(900)) == root_of(900)
    assert log.root(1000) == root_of(1000)
    assert merkle.check_inclusion(LEAVES[3], 3, 1000, log.inclusion(3, 1000), root_of(1000))


def test_what_others_left_in_the_directory_is_let_be(tmp_path: Path) -> None:
    opened(tmp_path).extend(300)
    (tmp_path / "README").write_text("not a tile")
    (tmp_path / "tile/0/001.p/notes").write_text("not a tile either")
    log = opened(tmp_path)
    assert log.extend(700) == root_of(700)
    assert {name: data for name, data in files_in(tmp_path).items() if data[:3] != b"not"} == files_for(700)


def test_threads_ask_while_it_grows(tmp_path: Path) -> None:
    log = opened(tmp_path, kept_tiles=4)
    log.extend(1)
    done = Event()

    def ask(seed: int) -> int:
        dice, asked = random.Random(seed), 0
        while not done.is_set():
            size = log.size
            index, old_size = dice.randrange(size), dice.randint(1, size)
            assert merkle.check_inclusion(LEAVES[index], index, size, log.inclusion(index, size), root_of(size))
            path = log.consistency(old_size, size)
            assert merkle.check_consistency(old_size, log.root(old_size), size, root_of(size), path)
            asked += 1
        return asked

    with ThreadPoolExecutor(3) as readers:
        asking = [readers.submit(ask, seed) for seed in range(3)]
        try:
            for size in range(1, 4000, 97):
                log.extend(size)
        finally:
            done.set()
        assert all(reader.result() > 0 for reader in asking)
