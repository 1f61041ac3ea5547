"""What is known of the ledger: the registry's identity, checkpoints, and anchors. `outbox.py` is the worker's side."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select

from registry.clock import Seconds
from registry.proof.certificate import Anchor, Checkpoint
from registry.proof.statement import Genesis, encode_statement, entry_of, parse_statement
from registry.proof.verify import Finality
from registry.store.database import Database
from registry.store.tables import (
    AnchorRow,
    CheckpointRow,
    IdentityRow,
    LogEntryRow,
    LogHeadRow,
    TransactionRow,
    WorkerRow,
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Which log this registry keeps. `statement` is the genesis statement's bytes: entry 0."""

    log: bytes
    genesis: Genesis
    statement: bytes


@dataclass(frozen=True, slots=True)
class Anchored:
    """A checkpoint that was found on the chain. `finality` is how final it was when last looked at: a bookmark."""

    checkpoint: Checkpoint
    anchor: Anchor
    finality: Finality


@dataclass(frozen=True, slots=True)
class Trouble:
    """What keeps the worker from anchoring, or from calling an anchor final, and since when."""

    told: str
    since: Seconds


@dataclass(frozen=True, slots=True)
class Spending:
    """What anchoring took from the writer's account since a moment, in wei, by so many transactions."""

    wei: int
    transactions: int


class LedgerStore:
    """What anybody may ask about the ledger, and its founding."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def identity(self) -> Identity | None:
        """The registry's identity; None before it was founded."""
        with self._database.read() as session:
            row = session.exec(select(IdentityRow)).first()
            return None if row is None else _identity(row)

    def found(self, genesis: Genesis, now: Seconds) -> Identity:
        """Writes the identity and entry 0, the genesis statement; where it was done before, returns what stands."""
        with self._database.write(alone=True) as session:
            there = session.exec(select(IdentityRow)).first()
            if there is not None:
                return _identity(there)
            statement = encode_statement(genesis)
            session.add(IdentityRow(log=genesis.log, genesis=statement, founded=now))
            session.add(LogEntryRow(log_index=0, entry=entry_of(statement), received=now))
            session.add(LogHeadRow(size=1, feed=0))
            return Identity(log=genesis.log, genesis=genesis, statement=statement)

    def entries(self, start: int, end: int) -> list[bytes]:
        """The log's entries `[start, end)`."""
        between = (col(LogEntryRow.log_index) >= start) & (col(LogEntryRow.log_index) < end)
        with self._database.read() as session:
            return list(session.exec(select(LogEntryRow.entry).where(between).order_by(col(LogEntryRow.log_index))))

    def received(self, index: int) -> Seconds | None:
        """When the entry at this index was received; None where the log isn't that long yet."""
        with self._database.read() as session:
            row = session.get(LogEntryRow, index)
            return None if row is None else row.received

    def size(self) -> int:
        """How many entries the log has."""
        with self._database.read() as session:
            return session.exec(select(LogHeadRow.size)).one()

    def last_checkpoint(self) -> Checkpoint | None:
        """The newest checkpoint that was made."""
        with self._database.read() as session:
            row = session.exec(select(CheckpointRow).order_by(col(CheckpointRow.size).desc()).limit(1)).first()
            return None if row is None else Checkpoint(size=row.size, root=row.root)

    def unanchored(self) -> list[Checkpoint]:
        """The checkpoints that were made and not found on the chain yet, the smallest first."""
        with self._database.read() as session:
            rows = session.exec(
                select(CheckpointRow)
                .where(col(CheckpointRow.size).not_in(select(AnchorRow.size)))
                .order_by(col(CheckpointRow.size))
            )
            return [Checkpoint(size=row.size, root=row.root) for row in rows]

    def watched(self) -> list[Anchored]:
        """The anchors that a reorg may still take away, the oldest first."""
        return self._anchors(AnchorRow.finality != Finality.FINAL)

    def spending(self, since: Seconds = 0) -> Spending:
        """What the transactions that were signed since then cost, as far as they are mined."""
        with self._database.read() as session:
            costs = session.exec(
                select(TransactionRow.cost).where(
                    col(TransactionRow.cost).is_not(None) & (TransactionRow.saved >= since)
                )
            ).all()
        return Spending(sum(int(cost) for cost in costs if cost is not None), len(costs))

    def trouble(self) -> Trouble | None:
        """What the worker that anchors, or did last, could not do."""
        with self._database.read() as session:
            row = session.get(WorkerRow, 1)
            if row is None or row.trouble is None or row.troubled is None:
                return None
            return Trouble(row.trouble, row.troubled)

    def covering(self, index: int) -> Anchored | None:
        """The first anchored checkpoint that has the entry at this index."""
        found = self._anchors(col(AnchorRow.size) > index, limit=1)
        return found[0] if found else None

    def last_anchored(self) -> Anchored | None:
        """The newest anchored checkpoint."""
        with self._database.read() as session:
            size: int | None = session.exec(select(func.max(AnchorRow.size))).one()
        return None if size is None else self._anchors(AnchorRow.size == size)[0]

    def _anchors(self, condition: ColumnElement[bool] | bool, limit: int | None = None) -> list[Anchored]:
        query = (
            select(CheckpointRow, AnchorRow).join(AnchorRow).where(condition).order_by(col(AnchorRow.size)).limit(limit)
        )
        with self._database.read() as session:
            return [anchored_of(made, row) for made, row in session.exec(query)]


def anchored_of(made: CheckpointRow, row: AnchorRow) -> Anchored:
    """A checkpoint and its anchor, from their rows."""
    return Anchored(
        checkpoint=Checkpoint(size=made.size, root=made.root),
        anchor=Anchor(
            writer=row.writer,
            transaction=row.transaction_hash,
            event_index=row.event_index,
            block_number=row.block_number,
            block_hash=row.block_hash,
            block_time=row.block_time,
        ),
        finality=Finality(row.finality),
    )


def _identity(row: IdentityRow) -> Identity:
    genesis = parse_statement(row.genesis)
    if not isinstance(genesis, Genesis):
        raise TypeError("the identity row holds no genesis statement")
    return Identity(log=row.log, genesis=genesis, statement=row.genesis)
