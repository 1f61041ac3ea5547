"""A copy of the embedded chain as it is at one moment, while its owner goes on mining."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from registry.errors import Busy
from registry.ledger.blocks import open_for_reading, sqlite_errors

_ATTEMPTS = 50
_PAGES = 1_000
_LAST_BLOCK = "SELECT max(number) FROM blocks"

Progress = Callable[[int, int], None]
"""Told (pages so far, pages in all)."""


class ChainCopy:
    """The chain at its moment, to be written to a file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def write(self, path: Path, progress: Progress) -> None:
        """Writes it to a new file, by SQLite's backup API."""
        with sqlite_errors(), closing(sqlite3.connect(path)) as copy:
            self._connection.backup(
                copy, pages=_PAGES, progress=lambda _status, left, pages: progress(pages - left, pages)
            )
            # In this mode one file is the whole of it.
            copy.execute("PRAGMA journal_mode = DELETE")


@contextmanager
def copied_beside(path: Path, pin: Callable[[], None]) -> Iterator[ChainCopy]:
    """The chain in `path` as it was when `pin` was called, which fixes the moment of something else.

    A block between the two would make a chain that knows more than the database, or less; then both are fixed anew.
    Raises RpcUnavailable where there is no chain yet, Busy where blocks come faster than that.
    """
    for _ in range(_ATTEMPTS):
        with closing(open_for_reading(path)) as connection:
            connection.execute("BEGIN")
            (before,) = connection.execute(_LAST_BLOCK).fetchone()
            pin()
            with closing(open_for_reading(path)) as later:
                (after,) = later.execute(_LAST_BLOCK).fetchone()
            if before == after:
                yield ChainCopy(connection)
                return
    raise Busy("Blocks of the embedded chain came faster than they could be copied.", remedy="Try again in a moment.")
