"""Works that leave: withdrawn ones are matched no more, and of erased ones nothing is left but an entry.

Erasing takes the work's rows at once. What it can't take in the same transaction has a row in `erasures` until it's
done, and each step is safe to repeat:

    erase     the rows are gone            noted: the work's name, its blobs
    cleared   the blobs are gone           noted: the work's name
    forget    the feed names it no more    noted: that the files are to be wiped, under a name that means nothing
    wiped     nothing is left              the note is gone
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, update
from sqlmodel import Session, SQLModel, col, func, select

from registry.clock import Seconds
from registry.findings import Matched
from registry.ids import new_id
from registry.proof.receipt import Receipt
from registry.store.database import Database
from registry.store.head import make_room
from registry.store.stretches import stretches
from registry.store.tables import (
    AskedPictureRow,
    CheckRow,
    ClaimRow,
    CodeFeedRow,
    CodesRow,
    ErasureRow,
    FeaturesRow,
    IdentityRow,
    LogEntryRow,
    PartRow,
    SightingRow,
    ThumbnailRow,
    WithdrawalRow,
    WorkRow,
)
from registry.store.verdicts import decode_verdict, encode_verdict, shows_nothing, without_erased
from registry.works import Work, WorkId

_UNNAMED = "era"
"""The prefix of a row in `erasures` that names no work any more."""

_DEPENDENT: tuple[type[SQLModel], ...] = (
    CodesRow,
    FeaturesRow,
    ThumbnailRow,
    PartRow,
    SightingRow,
    ClaimRow,
    WithdrawalRow,
)


@dataclass(frozen=True, slots=True)
class Leaving:
    """A withdrawal that is ready to be logged and has no place in the log yet."""

    statement: bytes
    entry: bytes
    received: Seconds


@dataclass(frozen=True, slots=True)
class Erasure:
    """What is left to do for an erased work: blobs to delete if there are any, and the feed's events that name it."""

    work: WorkId
    blobs: tuple[str, ...]
    erased: Seconds


class Departures:
    """Takes works out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def withdraw(self, work: WorkId, leaving: Leaving, seal: Callable[[int], Receipt]) -> Receipt | None:
        """Logs a withdrawal and returns its receipt, the earlier one if it was done before; None without such a work.

        `seal` signs the receipt for the index that the statement gets.
        """
        with self._database.write(alone=True) as session:
            row = session.get(WorkRow, work)
            if row is None:
                return None
            if row.withdrawn is not None:
                return self._receipt(session, work)
            room = make_room(session, entries=1, events=1)
            receipt = seal(room.indices[0])
            execute = session.connection().execute
            execute(
                insert(LogEntryRow),
                {"log_index": receipt.index, "entry": leaving.entry, "received": leaving.received},
            )
            execute(
                insert(WithdrawalRow),
                {
                    "work": work,
                    "statement": leaving.statement,
                    "entry": leaving.entry,
                    "log_index": receipt.index,
                    "received": receipt.received,
                    "anchor_by": receipt.anchor_by,
                    "key": receipt.key,
                    "signature": receipt.signature,
                },
            )
            execute(update(WorkRow).where(col(WorkRow.id) == work).values(withdrawn=leaving.received))
            execute(insert(CodeFeedRow), {"seq": room.events[0], "op": "remove", "work": work})
            return receipt

    def erase(self, work: Work, now: Seconds) -> bool:
        """Takes away every row about the work; False where another call was first."""
        with self._database.write(alone=True) as session:
            row = session.get(WorkRow, work.id)
            if row is None:
                return False
            room = make_room(session, entries=0, events=1 if row.withdrawn is None else 0)
            # A check that is about to be kept and names the work holds this row: it's kept first, and then wiped.
            session.refresh(row, with_for_update=True)
            execute = session.connection().execute
            for seq in room.events:
                execute(insert(CodeFeedRow), {"seq": seq, "op": "remove", "work": work.id})
            for table in _DEPENDENT:
                execute(delete(table).where(table.__table__.c.work == work.id))  # type: ignore[attr-defined]
            execute(update(WorkRow).where(col(WorkRow.previous) == work.id).values(previous=None))
            _wipe_checks(session, work)
            execute(delete(WorkRow).where(col(WorkRow.id) == work.id))
            blobs = " ".join(blob for blob in (row.raster, row.original) if blob is not None)
            execute(insert(ErasureRow), {"work": work.id, "blobs": blobs, "erased": now})
            return True

    def erasures(self) -> list[Erasure]:
        """The erased works whose names are still there, the longest erased first."""
        named = ~col(ErasureRow.work).startswith(_UNNAMED, autoescape=True)
        with self._database.read() as session:
            rows = session.exec(select(ErasureRow).where(named).order_by(col(ErasureRow.erased)))
            return [Erasure(WorkId(row.work), tuple(row.blobs.split()), row.erased) for row in rows]

    def cleared(self, work: WorkId) -> None:
        """Notes that an erased work's blobs are gone."""
        with self._database.write() as session:
            session.connection().execute(update(ErasureRow).where(col(ErasureRow.work) == work).values(blobs=""))

    def forget(self, works: Sequence[WorkId]) -> None:
        """Takes the names of erased works, whose blobs are gone, out of the feed and out of the notes."""
        for these in stretches(works):
            with self._database.write() as session:
                execute = session.connection().execute
                execute(update(CodeFeedRow).where(col(CodeFeedRow.work).in_(these)).values(op="pass", work=""))
                for work in these:
                    unnamed = update(ErasureRow).where(col(ErasureRow.work) == work)
                    execute(unnamed.values(work=new_id(_UNNAMED), blobs=""))

    def unwiped(self) -> list[str]:
        """The notes of erasures that only want the files to be wiped."""
        unnamed = col(ErasureRow.work).startswith(_UNNAMED, autoescape=True)
        with self._database.read() as session:
            return list(session.exec(select(ErasureRow.work).where(unnamed)))

    def wiped(self, notes: Sequence[str]) -> None:
        """Ends these erasures: the files were wiped since the notes were read."""
        for these in stretches(notes):
            with self._database.write() as session:
                session.connection().execute(delete(ErasureRow).where(col(ErasureRow.work).in_(these)))

    def left(self) -> int:
        """How many erasures aren't done yet."""
        with self._database.read() as session:
            return session.exec(select(func.count()).select_from(ErasureRow)).one()

    def empty_log(self) -> bool:
        """Empties the database's log of changes, which has the rows as they were; False where somebody reads there."""
        return self._database.empty_log()

    def wipe(self) -> bool:
        """Leaves nothing of deleted rows in the database's files; False where somebody is in the way just now."""
        return self._database.wipe()

    @staticmethod
    def _receipt(session: Session, work: WorkId) -> Receipt:
        row, identity = session.get_one(WithdrawalRow, work), session.exec(select(IdentityRow)).one()
        return Receipt(
            log=identity.log,
            entry=row.entry,
            index=row.log_index,
            received=row.received,
            anchor_by=row.anchor_by,
            key=row.key,
            signature=row.signature,
        )


def _wipe_checks(session: Session, work: Work) -> None:
    """Answers that were given stay, with their decisions; what they say of the work goes.

    So does the picture that was asked about, where it shows no other work, and where it is the erased work's own file.
    """
    pictures = list[str]()
    for row in session.exec(select(CheckRow).where(col(CheckRow.verdict).contains(work.id))):
        verdict = decode_verdict(row.verdict)
        if isinstance(verdict, Matched):
            left = without_erased(verdict, {work.id})
            row.verdict = encode_verdict(left)
            session.add(row)
            if shows_nothing(left):
                pictures.append(row.id)
    for row in session.exec(select(CheckRow).where(col(CheckRow.sha256) == work.sha256)):
        row.sha256 = None
        session.add(row)
        pictures.append(row.id)
    session.flush()
    for these in stretches(pictures):
        session.connection().execute(delete(AskedPictureRow).where(col(AskedPictureRow.id).in_(these)))
