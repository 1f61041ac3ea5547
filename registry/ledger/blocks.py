"""The embedded chain as it is read: tables of blocks, transactions, receipts and events, and no EVM.

py-evm keeps what an EVM needs, by hash; finding an event there means walking every block (72 s over 578 of them). So
the owner of the chain writes these tables in the very transaction that stores the block, and anybody reads them, from
any process, while the owner goes on. A row's `body` is the answer of JSON-RPC as it is sent; only what is searched for
has a column of its own. Nothing is ever taken back: an embedded chain has one producer and no reorganisations.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from registry.errors import InvalidInput, RpcUnavailable, StoreError
from registry.ledger.quantities import BlockRef

JsonObject = dict[str, Any]
"""An object of JSON: its values are what `json` makes of them."""

SCHEMA_VERSION = 1

# `kv` is py-evm's: nodes of tries, headers, code.
SCHEMA = f"""
CREATE TABLE kv (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE blocks (number INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, body TEXT NOT NULL);
CREATE TABLE transactions (
    hash BLOB PRIMARY KEY, block INTEGER NOT NULL REFERENCES blocks, position INTEGER NOT NULL,
    body TEXT NOT NULL, receipt TEXT NOT NULL,
    UNIQUE (block, position)
);
CREATE TABLE events (
    block INTEGER NOT NULL REFERENCES blocks, position INTEGER NOT NULL, tx_position INTEGER NOT NULL,
    address BLOB NOT NULL, topic0 BLOB, topic1 BLOB, topic2 BLOB, topic3 BLOB, body TEXT NOT NULL,
    PRIMARY KEY (block, position)
);
CREATE INDEX events_by_address ON events (address, block, position);
CREATE INDEX events_by_topic ON events (topic0, block, position);
PRAGMA user_version = {SCHEMA_VERSION};
"""

MAX_EVENTS = 10_000
"""At most so many events are returned; a filter that finds more is refused, so that no answer is silently cut."""

MAX_RANGE = 1_000_000
"""At most so many blocks are searched at once: a filter by later topics alone has no index to help it."""

MAX_ALTERNATIVES = 100
"""At most so many addresses, or alternatives for one topic, in a filter."""

_HEAD = "SELECT max(number) FROM blocks"

BUSY_TIMEOUT = 10.0
"""How long a connection waits, in seconds, while another recovers or truncates the write-ahead log."""


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are looked for, in the blocks `first` to `last`, both included.

    `addresses` are alternatives of 20 bytes; `topics` has alternatives of 32 bytes for each place; empty means any. An
    event with fewer topics than the filter has places doesn't match, even where the place says any.
    """

    first: int
    last: int
    addresses: tuple[bytes, ...] = ()
    topics: tuple[tuple[bytes, ...], ...] = ()


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A read-only connection to the chain's file.

    Raises:
        RpcUnavailable: there is no chain yet.
        StoreError: it can't be read, or was written by a newer version.
    """
    unavailable = RpcUnavailable(
        "The embedded chain has no block yet.", remedy="It starts by itself when the first works are anchored."
    )
    if not path.exists():
        raise unavailable
    with sqlite_errors():
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=BUSY_TIMEOUT,
        )
        version = schema_version(connection)
    if version == SCHEMA_VERSION:
        return connection
    connection.close()
    if version > SCHEMA_VERSION:
        raise newer_schema(path)
    raise unavailable


@contextmanager
def sqlite_errors() -> Iterator[None]:
    """Turn what SQLite can't do (a full disk, a damaged file, no permission) into a `StoreError`."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(
            f"The embedded chain's file can't be used: {error}.",
            remedy="Check its permissions and the space left on its disk.",
        ) from error


def schema_version(connection: sqlite3.Connection) -> int:
    """The version of the tables, 0 where there are none."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def newer_schema(path: Path) -> StoreError:
    """The chain's file was written by a version that this one doesn't know."""
    return StoreError(
        f"{path.name} was written by a newer version of Originmark.", remedy="Install that version, or a later one."
    )


def find_block(connection: sqlite3.Connection, ref: BlockRef) -> int | None:
    """The number of the block that `ref` means, or None where there is none."""
    if ref == "latest":
        return int(connection.execute(_HEAD).fetchone()[0])
    if isinstance(ref, bytes):
        row = connection.execute("SELECT number FROM blocks WHERE hash = ?", (ref,)).fetchone()
        return None if row is None else int(row[0])
    # Compared rather than looked up: a number past 63 bits is none to SQLite.
    return ref if 0 <= ref <= int(connection.execute(_HEAD).fetchone()[0]) else None


class EmbeddedBlocks:
    """The blocks of an embedded chain, from any process and any thread, as JSON-RPC answers them.

    The file is opened at the first question, so that this can be made before the chain is. All methods raise
    `RpcUnavailable` while there is no chain yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        """Let go of the file; the next question opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def head(self) -> int:
        """The number of the last block."""
        return int(self._rows(_HEAD)[0][0])

    def number(self, ref: BlockRef) -> int | None:
        """The number of the block that `ref` means, or None where there is none."""
        with self._lock, sqlite_errors():
            return find_block(self._open(), ref)

    def block(self, ref: BlockRef, *, full: bool = False) -> JsonObject | None:
        """A block, with the hashes of its transactions or, if `full`, with the transactions themselves."""
        number = self.number(ref)
        if number is None:
            return None
        block: JsonObject = json.loads(self._rows("SELECT body FROM blocks WHERE number = ?", number)[0][0])
        if full:
            rows = self._rows("SELECT body FROM transactions WHERE block = ? ORDER BY position", number)
            block["transactions"] = [json.loads(body) for (body,) in rows]
        return block

    def transaction(self, transaction: bytes) -> JsonObject | None:
        """A mined transaction by its hash."""
        rows = self._rows("SELECT body FROM transactions WHERE hash = ?", transaction)
        return json.loads(rows[0][0]) if rows else None

    def receipt(self, transaction: bytes) -> JsonObject | None:
        """What a transaction did, by its hash."""
        rows = self._rows("SELECT block, position, receipt FROM transactions WHERE hash = ?", transaction)
        return self._with_events(*rows[0]) if rows else None

    def receipts(self, ref: BlockRef) -> list[JsonObject] | None:
        """The receipts of all transactions of a block, in their order."""
        number = self.number(ref)
        if number is None:
            return None
        rows = self._rows("SELECT block, position, receipt FROM transactions WHERE block = ? ORDER BY position", number)
        return [self._with_events(*row) for row in rows]

    def events(self, wanted: EventFilter) -> list[JsonObject]:
        """The events that match, in the order of the chain.

        Raises:
            InvalidInput: the filter is too wide, or finds more than `MAX_EVENTS`.
        """
        where, values = _condition(wanted)
        rows = self._rows(
            f"SELECT body FROM events WHERE {where} ORDER BY block, position LIMIT ?",  # noqa: S608 - no text of theirs
            *values,
            MAX_EVENTS + 1,
        )
        if len(rows) > MAX_EVENTS:
            raise InvalidInput(f"more than {MAX_EVENTS:,} events match: ask for fewer blocks at once", field="toBlock")
        return [json.loads(body) for (body,) in rows]

    def _with_events(self, block: int, position: int, receipt: str) -> JsonObject:
        rows = self._rows(
            "SELECT body FROM events WHERE block = ? AND tx_position = ? ORDER BY position", block, position
        )
        answer: JsonObject = json.loads(receipt)
        answer["logs"] = [json.loads(body) for (body,) in rows]
        return answer

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock, sqlite_errors():
            return self._open().execute(sql, values).fetchall()

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = open_for_reading(self._path)
        return self._connection


def _condition(wanted: EventFilter) -> tuple[str, list[object]]:
    """The filter in SQL: a condition made of our own words, and its values."""
    if wanted.last - wanted.first >= MAX_RANGE:
        raise InvalidInput(f"more than {MAX_RANGE:,} blocks at once: ask for fewer", field="toBlock")
    if len(wanted.topics) > 4:
        raise InvalidInput("an event has four topics at most", field="topics")
    terms = ["block BETWEEN ? AND ?"]
    values: list[object] = [wanted.first, wanted.last]
    columns = [("address", wanted.addresses)]
    columns += [(f"topic{place}", alternatives) for place, alternatives in enumerate(wanted.topics)]
    for column, alternatives in columns:
        if len(alternatives) > MAX_ALTERNATIVES:
            raise InvalidInput(f"more than {MAX_ALTERNATIVES} alternatives in one place", field=column)
        if alternatives:
            terms.append(f"{column} IN ({', '.join('?' * len(alternatives))})")
            values += alternatives
        elif column != "address":
            terms.append(f"{column} IS NOT NULL")
    return " AND ".join(terms), values
