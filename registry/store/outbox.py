"""What the anchor worker writes: checkpoints, the outbox of signed transactions, anchors. All of it under its fence.

A purpose names what a transaction is for ("deploy", "open", "checkpoint 1501"). It has one nonce and may have several
transactions with it, each at higher fees than the one before: the chain takes one of them. Only where somebody else is
known to have spent the nonce does a purpose get another.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from registry.clock import Seconds
from registry.proof.certificate import Anchor, Checkpoint
from registry.proof.verify import Finality
from registry.store.database import Database
from registry.store.lease import Fence
from registry.store.tables import AnchorRow, CheckpointRow, TransactionRow, WorkerRow


@dataclass(frozen=True, slots=True)
class Fees:
    """What a transaction offers, in wei for a unit of gas: at `most` in all, of it `tip` to the block's producer.

    `tip` is None on a chain without a base fee, where `most` is the price.
    """

    most: int
    tip: int | None


@dataclass(frozen=True, slots=True)
class Signed:
    """A transaction's bytes, their hash, and what they offer."""

    nonce: int
    hash: bytes
    raw: bytes
    fees: Fees


@dataclass(frozen=True, slots=True)
class Saved(Signed):
    """A transaction of the outbox: stored, perhaps sent. `saved` is when."""

    saved: Seconds


Sign = Callable[[int], Signed]
"""The transaction with this nonce. It asks the chain nothing: it is called within a transaction of the database."""


class Outbox:
    """The worker's store. Every method that writes raises LeaseLost where another worker has taken over."""

    def __init__(self, database: Database, fence: Fence) -> None:
        self._database, self._fence = database, fence

    @contextmanager
    def _write(self, *, alone: bool = False) -> Iterator[Session]:
        with self._database.write(alone=alone) as session:
            self._fence.check(session)
            yield session

    def saved(self, purpose: str) -> list[Saved]:
        """The transactions for this purpose, the first one first."""
        with self._database.read() as session:
            return _saved(session, purpose)

    def save(self, purpose: str, first_nonce: int, sign: Sign, now: Seconds) -> Saved:
        """Signs a transaction with the next nonce and stores it, in one transaction of the database.

        `first_nonce` counts where the outbox is empty. Where the purpose has one already, the newest is returned.
        """
        with self._write(alone=True) as session:
            there = _saved(session, purpose)
            if there:
                return there[-1]
            last: int | None = session.exec(select(func.max(TransactionRow.nonce))).one()
            return _add(session, purpose, sign(first_nonce if last is None else last + 1), now)

    def replace(self, purpose: str, sign: Sign, now: Seconds) -> Saved:
        """Signs one more transaction for the purpose, with the nonce that it has, and stores it."""
        with self._write(alone=True) as session:
            return _add(session, purpose, sign(_saved(session, purpose)[-1].nonce), now)

    def renew(self, purpose: str, least_nonce: int, sign: Sign, now: Seconds) -> Saved:
        """Signs one more transaction for the purpose with a new nonce: the one it had was spent by somebody else."""
        with self._write(alone=True) as session:
            last = session.exec(select(func.max(TransactionRow.nonce))).one()
            return _add(session, purpose, sign(max(least_nonce, last + 1)), now)

    def add_cost(self, transaction: bytes, wei: int) -> None:
        """Keeps what a mined transaction took from the account."""
        with self._write() as session:
            row = session.exec(select(TransactionRow).where(TransactionRow.hash == transaction)).one()
            row.cost = str(wei)
            session.add(row)

    def add_checkpoint(self, checkpoint: Checkpoint, now: Seconds) -> None:
        """Keeps a checkpoint that is going to be anchored."""
        with self._write() as session:
            session.add(CheckpointRow(size=checkpoint.size, root=checkpoint.root, made=now))

    def add_anchor(self, checkpoint: Checkpoint, anchor: Anchor, finality: Finality) -> None:
        """Keeps where a checkpoint was found; a second call for it changes the place."""
        with self._write() as session:
            session.merge(anchor_row(checkpoint, anchor, finality))

    def drop_anchor(self, size: int) -> None:
        """Forgets an anchor that a reorg took away: its checkpoint is pending again."""
        with self._write() as session:
            row = session.get(AnchorRow, size)
            if row is not None:
                session.delete(row)

    def set_finality(self, size: int, finality: Finality) -> None:
        """Keeps how final an anchor was seen to be."""
        with self._write() as session:
            row = session.get_one(AnchorRow, size)
            row.finality = finality
            session.add(row)

    def tell(self, trouble: str | None, now: Seconds) -> None:
        """Keeps what troubles the worker, for whoever asks how it is; None once nothing does."""
        with self._write() as session:
            row = session.exec(select(WorkerRow)).one()
            if row.trouble != trouble:
                row.trouble, row.troubled = trouble, None if trouble is None else now
                session.add(row)


def _saved(session: Session, purpose: str) -> list[Saved]:
    rows = session.exec(
        select(TransactionRow).where(TransactionRow.purpose == purpose).order_by(col(TransactionRow.id))
    )
    return [
        Saved(row.nonce, row.hash, row.raw, Fees(int(row.most), None if row.tip is None else int(row.tip)), row.saved)
        for row in rows
    ]


def _add(session: Session, purpose: str, signed: Signed, now: Seconds) -> Saved:
    session.add(row_of(purpose, signed, now))
    return Saved(signed.nonce, signed.hash, signed.raw, signed.fees, now)


def anchor_row(checkpoint: Checkpoint, anchor: Anchor, finality: Finality) -> AnchorRow:
    """The row of an anchor."""
    return AnchorRow(
        size=checkpoint.size,
        writer=anchor.writer,
        transaction_hash=anchor.transaction,
        event_index=anchor.event_index,
        block_number=anchor.block_number,
        block_hash=anchor.block_hash,
        block_time=anchor.block_time,
        finality=finality,
    )


def row_of(purpose: str, signed: Signed, now: Seconds) -> TransactionRow:
    """The outbox's row of a transaction."""
    most, tip = signed.fees.most, signed.fees.tip
    return TransactionRow(
        purpose=purpose,
        nonce=signed.nonce,
        hash=signed.hash,
        raw=signed.raw,
        most=str(most),
        tip=None if tip is None else str(tip),
        saved=now,
    )
