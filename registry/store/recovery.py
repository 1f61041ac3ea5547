"""Filling a hole: entries at the log's end, the works that certificates tell of, and checkpoints with their anchors."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert
from sqlmodel import Session, col, select

from registry.clock import Seconds
from registry.errors import Busy
from registry.proof.certificate import Anchor, Checkpoint
from registry.proof.receipt import Receipt
from registry.proof.statement import Claim
from registry.proof.verify import Finality
from registry.store.database import Database
from registry.store.head import make_room
from registry.store.outbox import Signed, anchor_row, row_of
from registry.store.stretches import stretches
from registry.store.tables import (
    AccountRow,
    CheckpointRow,
    ClaimRow,
    CodeFeedRow,
    LogEntryRow,
    PartRow,
    TransactionRow,
    WorkRow,
)
from registry.works import Description, Detail, Kind, PartKind, Role, Visibility, WorkId

NO_CODES = 0
"""The version of no set of schemes: a work that was recovered has no codes, and is matched by its exact bytes."""

UNNAMED = "Recovered from its certificate"
"""A title isn't in a claim, so nothing proves what it was."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that was proven, with its place, and when it was received as far as anybody knows."""

    index: int
    entry: bytes
    received: Seconds


@dataclass(frozen=True, slots=True)
class Recovered:
    """A work as far as its certificate tells. Without a disclosure, manifest and salt are empty."""

    id: WorkId
    claim: Claim
    statement: bytes
    manifest: bytes
    manifest_salt: bytes
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Reanchored:
    """A checkpoint that the chain has, where, and the transaction that brought it there."""

    checkpoint: Checkpoint
    anchor: Anchor
    sent: Signed


class Recoveries:
    """Fills holes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def fill(
        self,
        size: int,
        entries: Sequence[Entry],
        works: Sequence[Recovered],
        anchors: Sequence[Reanchored],
        now: Seconds,
    ) -> list[Recovered]:
        """All of it in one transaction, onto a log of this size; returns the works that could not be given back.

        That is a work whose account holds the same bytes under another: it was withdrawn, or registered anew.
        Raises Busy where the log has grown since the size was asked for.
        """
        with self._database.write(alone=True) as session:
            room = make_room(session, entries=len(entries), events=0)
            if room.indices.start != size:
                raise Busy("The log has grown meanwhile.", remedy="Stop the server, and run it again.")
            execute = session.connection().execute
            for these in stretches(entries):
                execute(
                    insert(LogEntryRow),
                    [{"log_index": one.index, "entry": one.entry, "received": one.received} for one in these],
                )
            left = [work for work in sorted(works, key=_place) if not _add_work(session, work)]
            for one in anchors:
                _add_anchor(session, one, now)
            return left


def _place(work: Recovered) -> int:
    return work.receipt.index


def _add_work(session: Session, work: Recovered) -> bool:
    claim, receipt = work.claim, work.receipt
    owner = claim.claimant
    if claim.role not in set(Role):
        return False
    standing = col(WorkRow.account) == owner.account, col(WorkRow.sha256) == claim.file_sha256
    if session.exec(select(WorkRow.id).where(*standing, col(WorkRow.withdrawn).is_(None))).first() is not None:
        return False
    if session.get(AccountRow, owner.account) is None:
        taken = session.exec(select(AccountRow.id).where(AccountRow.name == owner.name)).first() is not None
        name = f"{owner.name} ({owner.account})" if taken else owner.name
        session.add(AccountRow(id=owner.account, name=name, created=receipt.received))
        session.flush()
    previous = None
    if claim.previous is not None:
        previous = session.exec(select(WorkRow.id).where(WorkRow.entry == claim.previous)).first()
    # Whether it was private isn't in the claim either: who may learn of it is its owner's to say.
    described = Description(UNNAMED, kind=Kind.IMAGE, visibility=Visibility.PRIVATE)
    execute = session.connection().execute
    execute(
        insert(WorkRow),
        {
            "id": work.id,
            "account": owner.account,
            "title": described.title,
            "kind": described.kind,
            "visibility": described.visibility,
            "role": claim.role,
            "previous": previous,
            "sha256": claim.file_sha256,
            "size": claim.file_size,
            "media_type": claim.media_type,
            "width": 0,
            "height": 0,
            "detail": Detail.FLAT,
            "codes_version": NO_CODES,
            "entry": receipt.entry,
            "log_index": receipt.index,
            "registered": receipt.received,
        },
    )
    execute(
        insert(ClaimRow),
        {
            "work": work.id,
            "statement": work.statement,
            "manifest": work.manifest,
            "manifest_salt": work.manifest_salt,
            "received": receipt.received,
            "anchor_by": receipt.anchor_by,
            "key": receipt.key,
            "signature": receipt.signature,
        },
    )
    whole = {"number": 0, "kind": PartKind.WHOLE, "name": "", "width": 0, "height": 0, "detail": Detail.FLAT}
    execute(insert(PartRow), {"work": work.id, **whole})
    (seq,) = make_room(session, entries=0, events=1).events
    execute(insert(CodeFeedRow), {"seq": seq, "op": "add", "work": work.id})
    return True


def _add_anchor(session: Session, one: Reanchored, now: Seconds) -> None:
    checkpoint, anchor, sent = one.checkpoint, one.anchor, one.sent
    if session.get(CheckpointRow, checkpoint.size) is None:
        session.add(CheckpointRow(size=checkpoint.size, root=checkpoint.root, made=now))
        session.flush()
    if session.exec(select(TransactionRow).where(TransactionRow.hash == sent.hash)).first() is None:
        session.add(row_of(f"checkpoint {checkpoint.size}", sent, now))
    session.merge(anchor_row(checkpoint, anchor, Finality.MINED))
    session.flush()
