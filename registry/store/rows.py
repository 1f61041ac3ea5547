"""Whole tables as lines of JSON, for backups: the same from SQLite and from PostgreSQL, so that one restores the other.

A line is a list of a row's values in the order of the table's columns; bytes are base64. Lines come in an order in
which they can be put back: a work after the earlier one that it is a version of.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Table, func, insert, literal, select
from sqlalchemy import text as sql
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import Session

from registry.errors import BackupDamaged
from registry.proof.canonical import nested_deeper
from registry.proof.certificate import Checkpoint
from registry.store import tables as _tables
from registry.store.database import Database

_METADATA = _tables.IdentityRow.metadata

TABLES: tuple[Table, ...] = tuple(_METADATA.sorted_tables)
"""Every table, those that others refer to first."""

MAX_LINE = 64 << 20
"""The longest line that is taken, in bytes: many times the longest row."""

_AT_ONCE = 200
_INT64 = 1 << 63
_GO_ON_FROM = sql("SELECT setval(pg_get_serial_sequence(:table, :column), :last)")
IDENTITY, _WORKS, _ENTRIES, _HEAD, _CHECKPOINTS = (
    _METADATA.tables[name] for name in ("identity", "works", "log_entries", "log_head", "checkpoints")
)


class Rows:
    """All rows of a database, as one transaction sees or makes them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def log(self) -> bytes | None:
        """The id of the log that is kept here; None before it was founded."""
        found: bytes | None = self._session.connection().scalar(select(IDENTITY.c.log))
        return found

    def genesis(self) -> bytes | None:
        """The statement at entry 0; None before the log was founded."""
        found: bytes | None = self._session.connection().scalar(select(IDENTITY.c.genesis))
        return found

    def count(self, table: Table) -> int:
        """How many rows a table has."""
        return self._session.connection().scalar(select(func.count()).select_from(table)) or 0

    def empty(self) -> bool:
        """Whether no table has a row."""
        connection = self._session.connection()
        return all(connection.scalar(select(literal(1)).select_from(table).limit(1)) is None for table in TABLES)

    def dump(self, table: Table) -> Iterator[bytes]:
        """A table's rows, a line each."""
        order = (table.c.log_index,) if table is _WORKS else tuple(table.primary_key)
        rows = self._session.connection().execute(
            select(table).order_by(*order), execution_options={"yield_per": _AT_ONCE}
        )
        octets = [isinstance(column.type, LargeBinary) for column in table.columns]
        for row in rows:
            values = [
                b64encode(value).decode() if is_octets and value is not None else value
                for value, is_octets in zip(row, octets, strict=True)
            ]
            yield json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    def load(self, table: Table, lines: Iterable[bytes]) -> int:
        """Puts lines into a table and returns how many; raises BackupDamaged for any that can't be its rows."""
        batch: list[dict[str, Any]] = []
        count = 0
        try:
            for line in lines:
                batch.append(parsed_row(table, line))
                count += 1
                if len(batch) == _AT_ONCE:
                    self._session.connection().execute(insert(table), batch)
                    batch = []
            if batch:
                self._session.connection().execute(insert(table), batch)
        except (IntegrityError, DataError) as error:
            raise BackupDamaged(f"The rows of `{table.name}` contradict each other or their columns.") from error
        self._go_on_counting(table)
        return count

    def blobs(self) -> Iterator[str]:
        """The blobs that works name, each once for each work that names it."""
        named = select(_WORKS.c.raster, _WORKS.c.original).order_by(_WORKS.c.log_index)
        for row in self._session.connection().execute(named, execution_options={"yield_per": _AT_ONCE}):
            yield from (blob for blob in row if blob is not None)

    def log_size(self) -> int:
        """The number of entries that the log's head tells; 0 without a head."""
        return self._session.connection().scalar(select(_HEAD.c.size)) or 0

    def entries(self) -> Iterator[tuple[int, bytes]]:
        """Every entry with its index, in order."""
        query = select(_ENTRIES.c.log_index, _ENTRIES.c.entry).order_by(_ENTRIES.c.log_index)
        rows = self._session.connection().execute(query, execution_options={"yield_per": 10_000})
        yield from ((index, entry) for index, entry in rows)

    def checkpoints(self) -> dict[int, bytes]:
        """The root of each checkpoint that was made, by its size."""
        rows = self._session.connection().execute(select(_CHECKPOINTS.c.size, _CHECKPOINTS.c.root))
        return {row.size: row.root for row in rows}

    def last_checkpoint(self) -> Checkpoint | None:
        """The newest checkpoint that was made."""
        made = self.checkpoints()
        return Checkpoint(size=max(made), root=made[max(made)]) if made else None

    def _go_on_counting(self, table: Table) -> None:
        """PostgreSQL counts rows by a sequence of its own, which rows that bring their number don't move."""
        connection = self._session.connection()
        column = table.autoincrement_column
        if connection.dialect.name == "sqlite" or column is None:
            return
        last = connection.scalar(select(func.max(column)))
        if last is not None:
            sequence = {"table": table.name, "column": column.name, "last": last}
            connection.execute(_GO_ON_FROM, sequence)


@contextmanager
def snapshot(database: Database) -> Iterator[Rows]:
    """All rows as they are at one moment, however long it takes to read them and whoever writes meanwhile."""
    with database.read() as session:
        rows = Rows(session)
        rows.log()  # the first question is the moment that the transaction sees
        yield rows


@contextmanager
def filling(database: Database) -> Iterator[Rows]:
    """A transaction that fills an empty database: all of it stands when the block ends, nothing where it raises."""
    with database.write(alone=True) as session:
        yield Rows(session)


def parsed_row(table: Table, line: bytes) -> dict[str, Any]:
    """A row by its columns' names; raises BackupDamaged for a line that can't be one of this table."""
    columns = list(table.columns)
    try:
        text = line.decode()
        values = None if nested_deeper(text, 1) else json.loads(text)
        if isinstance(values, list) and len(values) == len(columns):
            return {column.name: _value(value, column) for value, column in zip(values, columns, strict=True)}
    except ValueError as error:
        raise BackupDamaged(f"A row of `{table.name}` can't be read: {error}.") from error
    raise BackupDamaged(f"A row of `{table.name}` isn't a list of its {len(columns)} values.")


def _value(value: object, column: Column[Any]) -> object:
    """A value as its column has it; raises ValueError for one that the column can't hold."""
    kind = column.type
    match value:
        case None if column.nullable:
            return None
        case bool() if isinstance(kind, Boolean):
            return value
        case int() if isinstance(kind, Integer) and not isinstance(value, bool) and -_INT64 <= value < _INT64:
            return value
        case str() if isinstance(kind, LargeBinary):
            return b64decode(value, validate=True)
        case str() if not isinstance(kind, Boolean | Integer):
            value.encode()  # half a surrogate pair is no text
            return value
        case _:
            raise ValueError(f"a value in the column `{column.name}` that it can't hold")
