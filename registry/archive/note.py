"""The note that a restore is under way in a directory: whoever finds it knows that what is there isn't whole."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registry.archive.file import sync_directory
from registry.errors import Busy, Conflict, StoreError

RESTORING = "RESTORING"
KEYS_FOLDER = "keys"


class Note:
    """The note in one directory, held by this process alone: made by `held`."""

    def __init__(self, directory: Path, descriptor: int) -> None:
        self._directory, self._descriptor = directory, descriptor
        self._words = os.pread(descriptor, 1_024, 0).decode(errors="replace").split()

    def begun(self, backup: str) -> bool:
        """Whether a restore of this very backup was begun here; raises Conflict where it was another one's."""
        if self._words and self._words[0] != backup:
            raise Conflict(
                f"Another backup was being restored into {self._directory}, and that wasn't finished.",
                remedy="Finish that one, or remove the directory.",
            )
        return bool(self._words)

    def begin(self, backup: str, *, with_keys: bool) -> None:
        """Writes down which backup is being restored, and whether it brings keys. Once it returns it survives."""
        self._words = [backup, KEYS_FOLDER if with_keys else "-"]
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, (" ".join(self._words) + "\n").encode(), 0)
        os.fsync(self._descriptor)
        sync_directory(self._directory)
        sync_directory(self._directory.parent)

    def clear(self) -> None:
        """Removes what the unfinished restore has brought: all but the note, and keys that were there before it."""
        for path in list(self._directory.iterdir()):
            if path.name == RESTORING or (path.name == KEYS_FOLDER and KEYS_FOLDER not in self._words[1:]):
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    def drop(self) -> None:
        """The directory is whole, or was left alone."""
        (self._directory / RESTORING).unlink(missing_ok=True)
        sync_directory(self._directory)


@contextmanager
def held(directory: Path) -> Iterator[Note]:
    """The directory's note, for one process at a time; Busy for a second. A note that says nothing goes at the end."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(directory / RESTORING, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(
            f"The directory {directory} can't be written: {error.strerror}.", remedy="Check --data-dir and the disk."
        ) from error
    try:
        _lock(descriptor, directory)
        note = Note(directory, descriptor)
        try:
            yield note
        finally:
            if not os.fstat(descriptor).st_size:
                note.drop()
    finally:
        os.close(descriptor)


def _lock(descriptor: int, directory: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Busy(f"Another process restores into {directory}.", remedy="Wait for it.") from None
