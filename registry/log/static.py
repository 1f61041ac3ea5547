"""A public log as files that any web server or disk can hold: each written whole or not at all, and none twice.

    checkpoint      the newest anchored checkpoint, a signed note. Written last: what it counts is there
    genesis.json    the genesis statement        anchors.jsonl   where each checkpoint stands on the chain
    tile/…          C2SP's tiles and entry bundles, full ones for ever, partial ones until their full one is there

A crash leaves temporary files at most, under `tmp`, and full tiles that no checkpoint counts yet. The next run sweeps
the one and passes over the other.
"""

import os
import secrets
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from registry.errors import PublicLogUnavailable
from registry.log.names import BundleName, TileName

_WRITERS = 4
_TEMPORARY = "tmp"


class StaticFiles:
    """The files of one exported log. One process writes at a time; readers may read at any moment."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        try:
            directory.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(directory / _TEMPORARY, ignore_errors=True)
        except OSError as error:
            raise _unwritable(directory, error) from error

    def put(self, name: str, data: bytes) -> bool:
        """Writes a file whole, unless it holds just that already; whether it was written."""
        path = self.directory / name
        try:
            if _same(path, data):
                return False
            self._write(path, data)
        except OSError as error:
            raise _unwritable(path, error) from error
        return True

    def add(self, files: Iterable[tuple[TileName | BundleName, Callable[[], bytes]]], length: int) -> int:
        """Writes tiles or bundles that aren't there at their `length` in bytes; how many it wrote."""
        missing = [(name, make) for name, make in files if _size(self.directory / name.path) != length]
        with ThreadPoolExecutor(_WRITERS) as writers:
            # Made one after the other, since a log's tiles are read under one lock; synced several at a time.
            written = [writers.submit(self.put, name.path, make()) for name, make in missing]
            return sum(each.result() for each in written)

    def drop_partials(self, full: TileName | BundleName) -> None:
        """Removes the partial tiles whose full one is there."""
        shutil.rmtree(self.directory / f"{full.path}.p", ignore_errors=True)

    def _write(self, path: Path, data: bytes) -> None:
        temporary = self.directory / _TEMPORARY / secrets.token_hex(8)
        temporary.parent.mkdir(exist_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)

    def tidy(self) -> None:
        """Removes the place of temporary files."""
        with suppress(OSError):
            (self.directory / _TEMPORARY).rmdir()


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except (FileNotFoundError, NotADirectoryError):
        return None


def _same(path: Path, data: bytes) -> bool:
    return _size(path) == len(data) and path.read_bytes() == data


def _unwritable(path: Path, error: OSError) -> PublicLogUnavailable:
    return PublicLogUnavailable(
        f"{path} can't be written: {error.strerror}.", remedy="Choose a folder that can be written."
    )
