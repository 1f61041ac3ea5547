"""Blobs as files: whole or not there, whatever crashes, and nothing left behind."""

import errno
import itertools
import os
import random
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from threading import Lock

import pytest

from registry.blobs.folder import FolderBlobs
from registry.errors import BlobDamaged, BlobStoreUnavailable
from tests.blobs.writers import write_for_ever, write_some
from tests.store import processes

BATCH = [b"one" * 1000, b"two" * 1000, b"three" * 1000, b"four" * 1000]


def everything_in(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


def assert_sound(directory: Path) -> set[str]:
    """Opened again: every blob is whole, and nothing else is there; returns their names."""
    store = FolderBlobs(directory)
    names = {stored.id for stored in store.ids()}
    for name in names:
        assert sha256(store.get(name)).hexdigest() == name
    assert {path.name for path in everything_in(directory)} == names
    return names


class Crash(BaseException):
    """The process is dead."""


class Crashing(FolderBlobs):
    """Blobs of a process that dies before its n-th step on the disk; a file that was being written is cut short."""

    def __init__(self, directory: Path, steps: int) -> None:
        self._left, self._lock = steps, Lock()
        super().__init__(directory)

    def _step(self) -> bool:
        with self._lock:
            self._left -= 1
            return self._left < 0

    def _make_directory(self, path: Path) -> None:
        if self._step():
            raise Crash
        super()._make_directory(path)

    def _write(self, draft: Path, data: bytes) -> None:
        if self._step():
            draft.write_bytes(data[: len(data) // 2])
            raise Crash
        super()._write(draft, data)

    def _rename(self, draft: Path, path: Path) -> None:
        if self._step():
            raise Crash
        super()._rename(draft, path)

    def _unlink(self, path: Path) -> None:
        if self._step():
            raise Crash
        super()._unlink(path)

    def _sync_directory(self, path: Path) -> None:
        if self._step():
            raise Crash
        super()._sync_directory(path)


def test_a_crash_at_any_step_of_a_batch_leaves_whole_blobs_or_none(tmp_path: Path) -> None:
    for steps in itertools.count():
        directory = tmp_path / str(steps)
        try:
            names = Crashing(directory, steps).put_many(BATCH)
        except Crash:
            assert assert_sound(directory) <= {sha256(data).hexdigest() for data in BATCH}
        else:
            assert assert_sound(directory) == set(names)
            break
    assert steps > 3 * len(BATCH)


def test_a_crash_at_any_step_of_deleting_can_be_gone_over_again(tmp_path: Path) -> None:
    for steps in itertools.count():
        directory = tmp_path / str(steps)
        kept, *doomed = FolderBlobs(directory).put_many(BATCH)
        try:
            Crashing(directory, steps).delete(*doomed)
        except Crash:
            FolderBlobs(directory).delete(*doomed)
        else:
            break
        assert assert_sound(directory) == {kept}
    assert assert_sound(directory) == {kept}
    assert steps > 2 * len(doomed)


class Recording(FolderBlobs):
    """Notes its steps."""

    def __init__(self, directory: Path) -> None:
        self.steps: list[tuple[str, Path]] = []
        super().__init__(directory)

    def _make_directory(self, path: Path) -> None:
        super()._make_directory(path)
        self.steps.append(("made", path))

    def _write(self, draft: Path, data: bytes) -> None:
        super()._write(draft, data)
        self.steps.append(("written", draft))

    def _rename(self, draft: Path, path: Path) -> None:
        super()._rename(draft, path)
        self.steps.append(("named", path))

    def _unlink(self, path: Path) -> None:
        super()._unlink(path)
        self.steps.append(("unlinked", path))

    def _sync_directory(self, path: Path) -> None:
        super()._sync_directory(path)
        self.steps.append(("synced", path))

    def last(self, step: str) -> int:
        return max(place for place, (done, _) in enumerate(self.steps) if done == step)

    def when(self, step: str, path: Path) -> int:
        return max(place for place, done in enumerate(self.steps) if done == (step, path))


def test_every_name_that_changed_is_synced_after_it_changed(tmp_path: Path) -> None:
    store = Recording(tmp_path / "blobs")
    assert store.when("synced", tmp_path) > store.when("made", tmp_path / "blobs")
    ids = store.put_many(BATCH)
    for path in (store.directory / name[:2] / name for name in ids):
        assert store.last("written") < store.when("named", path) < store.when("synced", path.parent)
        assert store.when("made", path.parent) < store.when("synced", store.directory)
    store.delete(*ids)
    for path in (store.directory / name[:2] / name for name in ids):
        assert store.when("unlinked", path) < store.when("synced", path.parent)


class Full(FolderBlobs):
    """A disk that is full after so many files."""

    def __init__(self, directory: Path, room: int) -> None:
        super().__init__(directory)
        self._room = iter(range(room))

    def _write(self, draft: Path, data: bytes) -> None:
        if next(self._room, None) is None:
            draft.write_bytes(data[:10])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        super()._write(draft, data)


@pytest.mark.parametrize("room", [0, 1, 3])
def test_a_full_disk_is_told_and_nothing_of_the_batch_stays(tmp_path: Path, room: int) -> None:
    store = Full(tmp_path / "blobs", room)
    with pytest.raises(BlobStoreUnavailable, match="No space left") as full:
        store.put_many(BATCH)
    assert full.value.remedy
    assert everything_in(tmp_path) == []


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    with pytest.raises(BlobStoreUnavailable, match="No such file"):
        FolderBlobs(tmp_path / "nowhere" / "blobs")
    (tmp_path / "file").touch()
    with pytest.raises(BlobStoreUnavailable, match="file"):
        FolderBlobs(tmp_path / "file")
    store = FolderBlobs(tmp_path / "blobs")
    (store.directory / sha256(b"data").hexdigest()[:2]).touch()
    with pytest.raises(BlobStoreUnavailable):
        store.put(b"data")
    with pytest.raises(BlobStoreUnavailable):
        store.get(sha256(b"data").hexdigest())


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-1], lambda data: data + b"\0", lambda data: b"", lambda data: b"X"]
)
def test_damage_shows(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    store = FolderBlobs(tmp_path / "blobs")
    name = store.put(b"pixels")
    (path,) = everything_in(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(BlobDamaged, match=name):
        store.get(name)
    assert store.put(b"pixels") == name
    assert store.get(name) == b"pixels"


def test_files_are_for_their_owner_only_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        FolderBlobs(tmp_path / "blobs").put_many(BATCH)
    finally:
        os.umask(before)
    paths = [tmp_path / "blobs", *(tmp_path / "blobs").rglob("*")]
    assert {path.stat().st_mode & 0o777 for path in paths if path.is_dir()} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in paths if path.is_file()} == {0o600}


def test_foreign_files_are_passed_over_and_left_alone(tmp_path: Path) -> None:
    store = FolderBlobs(tmp_path / "blobs")
    name = store.put(b"mine")
    elsewhere = "00" if name[:2] != "00" else "11"
    (store.directory / elsewhere).mkdir()
    foreign = [store.directory / "README", store.directory / elsewhere / name, store.directory / name[:2] / "notes.txt"]
    for path in foreign:
        path.write_bytes(b"foreign")
    assert [stored.id for stored in store.ids()] == [name]
    assert {path.read_bytes() for path in foreign} == {b"foreign"}


class Disturbed(FolderBlobs):
    """Blobs under which another process acts once, between a temporary file and its rename."""

    def __init__(self, directory: Path, disturb: Callable[[], object]) -> None:
        super().__init__(directory)
        self._disturb: Callable[[], object] | None = disturb

    def _rename(self, draft: Path, path: Path) -> None:
        if self._disturb is not None:
            disturb, self._disturb = self._disturb, None
            disturb()
        super()._rename(draft, path)


def test_what_is_being_written_is_not_swept_and_what_was_left_goes_when_it_is_done(tmp_path: Path) -> None:
    directory = tmp_path / "blobs"

    def crash_and_open_again() -> None:
        (directory / "tmp" / "left by a crash").write_bytes(b"half")
        FolderBlobs(directory).delete(sha256(b"another").hexdigest())
        FolderBlobs(directory).put(b"another")
        assert (directory / "tmp" / "left by a crash").exists()

    names = Disturbed(directory, crash_and_open_again).put_many(BATCH)
    assert assert_sound(directory) == {*names, sha256(b"another").hexdigest()}


@pytest.mark.parametrize(
    "act", [FolderBlobs.delete, lambda store: store.put(b""), lambda store: FolderBlobs(store.directory)]
)
def test_leftovers_go_with_the_next_thing_that_is_done(tmp_path: Path, act: Callable[[FolderBlobs], object]) -> None:
    store = FolderBlobs(tmp_path / "blobs")
    (store.directory / "tmp" / "left by a crash").write_bytes(b"half")
    act(store)
    assert b"half" not in [path.read_bytes() for path in everything_in(tmp_path)]


def test_processes_that_write_at_once_do_not_harm_each_other(tmp_path: Path) -> None:
    acknowledged = tmp_path / "acknowledged"
    with processes.running(4, write_some, tmp_path / "blobs", 30, acknowledged) as writing:
        processes.finish(writing)
    told = processes.told(acknowledged)
    assert len(told) == 120
    assert assert_sound(tmp_path / "blobs") == {name for line in told for name in line.split()}


def test_after_kill_9_every_acknowledged_blob_is_whole(tmp_path: Path) -> None:
    directory, acknowledged = tmp_path / "blobs", tmp_path / "acknowledged"
    dice = random.Random(9)
    cut_short = 0
    for life in range(12):
        batches = len(processes.told(acknowledged)) + dice.randrange(4)
        with processes.running(1, write_for_ever, directory, life, acknowledged) as (writer,):
            while len(processes.told(acknowledged)) < batches or not any((directory / "tmp").glob("*")):
                assert writer.is_alive()
            writer.kill()
            writer.join()
        cut_short += bool(list((directory / "tmp").iterdir()))
        names = assert_sound(directory)
        assert {name for line in processes.told(acknowledged) for name in line.split()} <= names
    assert cut_short, "no kill came while files were being written"
