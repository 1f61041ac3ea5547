"""Blobs as files: whole or not there, and on the disk when `put` returns.

    DIRECTORY/ab/ab12…   a blob, on one of 256 shelves: the first two digits of its name
    DIRECTORY/tmp/…      what is being written

A blob is written under another name, synced, renamed to its own, and its shelf is synced. A crash leaves a temporary
file at most. Whoever writes holds a shared lock on `tmp`, so whoever can have it alone knows that all in it are
leftovers, and removes them: when the folder is opened, after each batch, and when anything is deleted.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from registry.blobs.store import BlobId, Stored, blob_id, is_blob_id, place_of
from registry.errors import BlobDamaged, BlobMissing, BlobStoreUnavailable

_SYNCS = 4
"""Files or shelves synced at once: they share the journal's commits and the disk's flushes."""


class FolderBlobs:
    """The blobs under one directory, which only their owner reads. Made if it isn't there; its parent must be."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        with self._explained():
            self._make_directory(directory)
            self._make_directory(self._temporary)
            self._sync_directory(directory.parent)
            self._sweep()

    def __repr__(self) -> str:
        return f"FolderBlobs({str(self.directory)!r})"

    def put(self, data: bytes) -> BlobId:
        """Keep these bytes."""
        return self.put_many([data])[0]

    def put_many(self, blobs: Sequence[bytes]) -> list[BlobId]:
        """`put` for each; all are written and synced before the first has its name."""
        if not blobs:
            return []
        ids = [blob_id(data) for data in blobs]
        paths = [self._path(blob) for blob in ids]
        drafts = [self._temporary / secrets.token_hex(16) for _ in blobs]
        with self._explained():
            with self._writing(), ThreadPoolExecutor(min(_SYNCS, len(blobs))) as pool:
                try:
                    list(pool.map(self._write, drafts, blobs))
                    # Crash here, or before: no blob, and leftovers that the next sweep removes.
                    shelves = {path.parent for path in paths}
                    for shelf in shelves:
                        self._make_directory(shelf)
                    for draft, path in zip(drafts, paths, strict=True):
                        self._rename(draft, path)
                    # Crash here: blobs that are whole, of which nobody was told.
                    list(pool.map(self._sync_directory, (self.directory, *shelves)))
                except OSError:
                    pool.shutdown()  # those that are at work still
                    for draft in drafts:
                        self._unlink(draft)
                    raise
            self._sweep()
        return ids

    def get(self, blob: BlobId) -> bytes:
        """The bytes of this name, checked."""
        if not is_blob_id(blob):
            raise BlobMissing(blob)
        with self._explained():
            try:
                data = self._path(blob).read_bytes()
            except FileNotFoundError:
                raise BlobMissing(blob) from None
        if blob_id(data) != blob:
            raise BlobDamaged(blob)
        return data

    def delete(self, *blobs: BlobId) -> None:
        """See to it that these are gone for good, and what a crash left of any other with them."""
        paths = [self._path(blob) for blob in blobs if is_blob_id(blob)]
        with self._explained():
            for path in paths:
                self._unlink(path)
            # Shelves of those that were gone already too: a crash may have come before their names were synced away.
            for shelf in {path.parent for path in paths}:
                if shelf.exists():
                    self._sync_directory(shelf)
            self._sweep()

    def ids(self) -> Iterator[Stored]:
        """Every blob there is; files of other names are passed over."""
        with self._explained():
            shelves = [shelf for shelf in self.directory.iterdir() if shelf != self._temporary and shelf.is_dir()]
            for shelf in shelves:
                for path in list(shelf.iterdir()):
                    if is_blob_id(path.name) and path == self._path(path.name):
                        with suppress(FileNotFoundError):
                            yield Stored(path.name, int(path.stat().st_mtime))

    @property
    def _temporary(self) -> Path:
        return self.directory / "tmp"

    def _path(self, blob: BlobId) -> Path:
        return self.directory / place_of(blob)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        lock = os.open(self._temporary, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH)
            yield
        finally:
            os.close(lock)

    def _sweep(self) -> None:
        """Remove what a crash left unfinished, unless somebody writes: then they do it when they are done."""
        lock = os.open(self._temporary, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            leftovers = list(self._temporary.iterdir())
            for leftover in leftovers:
                self._unlink(leftover)
            if leftovers:
                self._sync_directory(self._temporary)
        except BlockingIOError:
            pass
        finally:
            os.close(lock)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise BlobStoreUnavailable(
                f"The blob folder {self.directory} can't be used: {error.strerror or error}."
            ) from error

    # The steps that change the disk, each of them one that a crash can come before or after.

    def _make_directory(self, path: Path) -> None:
        path.mkdir(mode=0o700, exist_ok=True)

    def _write(self, draft: Path, data: bytes) -> None:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            rest = memoryview(data)
            while rest:
                rest = rest[file.write(rest) :]
            os.fsync(descriptor)

    def _rename(self, draft: Path, path: Path) -> None:
        draft.replace(path)

    def _unlink(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def _sync_directory(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
