"""A backup's file: a ZIP of members under a manifest that has the size and SHA-256 of each.

    manifest.json        what it is a backup of, and the members' digests; canonical JSON
    rows/<table>         one line for each row
    blobs                32 bytes of name, 8 of length, and the sealed bytes, for each blob
    chain.sqlite         the embedded chain, where that is used
    keys/<file>          the registry's keys, where they were asked for

It is written under another name and renamed when it is whole and on the disk. Whoever writes holds a lock, so that what
a crash left is known and removed by the next one. The digests guard against damage, not against a forger: who can write
a backup can also hash.
"""

import fcntl
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import IO, Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from registry.archive.manifest import Manifest, Member, encode_manifest, parse_manifest
from registry.errors import BackupDamaged, Busy, Conflict, StoreError
from registry.proof.errors import ProofError

MANIFEST = "manifest.json"
BLOBS, CHAIN, KEYS, ROWS = "blobs", "chain.sqlite", "keys/", "rows/"
CHUNK = 1 << 20
MAX_MANIFEST = 1 << 20

Progress = Callable[[str, int, int], None]
"""Told (what is being done, so much so far, so much in all)."""


class ArchiveWriter:
    """Writes a new archive; `new_archive` makes one."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = ZipFile(file, "w", allowZip64=True)
        self._members: list[Member] = []

    def add(self, name: str, chunks: Iterable[bytes], *, packed: bool) -> None:
        """Adds a member. What is encrypted already isn't worth packing."""
        digest, size = sha256(), 0
        info = ZipInfo(name)
        info.compress_type = ZIP_DEFLATED if packed else ZIP_STORED
        info.external_attr = 0o600 << 16
        with self._zip.open(info, "w", force_zip64=True) as member:
            for chunk in chunks:
                member.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        self._members.append(Member(name=name, size=size, sha256=digest.digest()))

    def finish(self, manifest: Manifest) -> None:
        """Adds the manifest, which closes the archive."""
        info = ZipInfo(MANIFEST)
        info.external_attr = 0o600 << 16
        self._zip.writestr(info, encode_manifest(manifest, self._members))
        self._zip.close()


@contextmanager
def new_archive(target: Path) -> Iterator[ArchiveWriter]:
    """An archive that has its name when the block ends, whole and on the disk; where it raises there is none.

    Raises Conflict where there is a file already, Busy where another process writes it, StoreError where it can't be.
    """
    if target.exists():
        raise Conflict(f"There is a file {target} already.", remedy="Choose another name; a backup replaces nothing.")
    draft = draft_of(target)
    try:
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy(f"Another process writes {target}.", remedy="Wait for it, or choose another name.") from None
            file.truncate(0)
            try:
                yield ArchiveWriter(file)
                file.flush()
                os.fsync(descriptor)
                # Crash here, or before: a draft that nobody takes for a backup, and that the next one removes.
                draft.rename(target)
                sync_directory(target.parent)
            except BaseException:
                draft.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise StoreError(
            f"The backup {target} can't be written: {error.strerror or error}.", remedy="Check its folder and the disk."
        ) from error


def draft_of(target: Path) -> Path:
    """Where an archive is written before it has its name."""
    return target.with_name(f".{target.name}.partial")


def sweep_drafts(folder: Path, pattern: str) -> None:
    """Removes drafts under these names that no living process writes."""
    for draft in folder.glob(pattern):
        with suppress(OSError), draft.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            draft.unlink(missing_ok=True)


def sync_directory(directory: Path) -> None:
    """Makes the names in a directory survive the power cord."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Archive:
    """An archive that is read. Nothing in it is believed before `check` has gone over all of it."""

    def __init__(self, path: Path) -> None:
        """Reads the manifest; raises BackupDamaged where the file is no backup. `name` is the manifest's SHA-256."""
        self.path = path
        with _as_damage(path):
            self._zip = ZipFile(path)
        try:
            self.manifest, self.name = self._read_manifest()
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def check(self, progress: Progress) -> None:
        """Holds every member against its size and digest; raises BackupDamaged at the first that differs."""
        done, total = 0, sum(member.size for member in self.manifest.members)
        for member in self.manifest.members:
            digest, size = sha256(), 0
            for chunk in self.chunks(member.name):
                digest.update(chunk)
                size += len(chunk)
                # A ZIP can unpack to any size: no further than the manifest says.
                if size > member.size:
                    break
                progress("checking", done + size, total)
            if (size, digest.digest()) != (member.size, member.sha256):
                raise BackupDamaged(f"`{member.name}` in {self.path} is not what was written.")
            done += member.size

    def chunks(self, name: str) -> Iterator[bytes]:
        """A member's bytes, at most a MiB at a time."""
        with self.opened(name) as member:
            while chunk := member.read(CHUNK):
                yield chunk

    @contextmanager
    def opened(self, name: str) -> Iterator["Reading"]:
        """A member, to be read from its beginning."""
        with _as_damage(self.path):
            file = self._zip.open(name)
        with file:
            yield Reading(file, self.path)

    def _read_manifest(self) -> tuple[Manifest, str]:
        with _as_damage(self.path):
            names = self._zip.namelist()
            if MANIFEST not in names or self._zip.getinfo(MANIFEST).file_size > MAX_MANIFEST:
                raise BackupDamaged(f"{self.path} is not a backup of a registry.")
            data = self._zip.read(MANIFEST)
            manifest = parse_manifest(data)
        if sorted(names) != sorted([MANIFEST, *(member.name for member in manifest.members)]):
            raise BackupDamaged(f"{self.path} has other files in it than its manifest says.")
        return manifest, sha256(data).hexdigest()


class Reading:
    """A member that is being read; what can't be unpacked raises BackupDamaged."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self._file, self._path = file, path

    def read(self, size: int) -> bytes:
        """The next `size` bytes, fewer at the end."""
        with _as_damage(self._path):
            return self._file.read(size)

    def lines(self, longest: int) -> Iterator[bytes]:
        """The lines from here on; raises BackupDamaged for one of more than `longest` bytes."""
        while True:
            with _as_damage(self._path):
                line = self._file.readline(longest + 1)
            if not line:
                return
            if len(line) > longest:
                raise BackupDamaged(f"{self._path} has a line of more than {longest:,} bytes.")
            yield line


@contextmanager
def _as_damage(path: Path) -> Iterator[None]:
    """What a library says of a file that isn't as it was written, in our words."""
    try:
        yield
    except (BadZipFile, zlib.error, ProofError, EOFError, NotImplementedError, RuntimeError, KeyError) as error:
        raise BackupDamaged(f"{path} is damaged, or no backup of a registry: {error}.") from error
    except OSError as error:
        raise StoreError(f"{path} can't be read: {error.strerror or error}.", remedy="Check the path.") from error
