"""The one transaction that registers a work: work, claim, codes, the entry at the next index, a row in the feed."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from registry.accounts import AccountId
from registry.proof.receipt import Receipt
from registry.store.catalogue import find_of_account
from registry.store.database import Database
from registry.store.tables import (
    ClaimRow,
    CodeFeedRow,
    CodesRow,
    LogEntryRow,
    LogHeadRow,
    ThumbnailRow,
    WorkRow,
)
from registry.works import Codes, Description, Detail, Ground, Work, WorkId

_MOVE_HEAD = (
    update(LogHeadRow)
    .values(size=col(LogHeadRow.size) + 1, feed=col(LogHeadRow.feed) + 1)
    .returning(col(LogHeadRow.size), col(LogHeadRow.feed))
)
_ENTRY, _WORK, _CLAIM, _CODES, _THUMBNAIL, _FEED = (
    insert(table) for table in (LogEntryRow, WorkRow, ClaimRow, CodesRow, ThumbnailRow, CodeFeedRow)
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A work that is ready to be added and has no place in the log yet."""

    id: WorkId
    account: AccountId
    description: Description
    sha256: bytes
    size: int
    media_type: str
    width: int
    height: int
    detail: Detail
    codes: dict[Ground, Codes]
    thumbnail: bytes
    statement: bytes
    manifest: bytes
    manifest_salt: bytes
    entry: bytes
    registered: int


class Registrations:
    """Adds works."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, draft: Draft, seal: Callable[[int], Receipt]) -> Work:
        """Adds the work at the log's next index; `seal` signs the receipt for that index, inside the transaction.

        Where the account has registered the same bytes, that work is returned and nothing is added: whoever asks sees
        by the id. All or nothing; when this returns, it survives the power cord.
        """
        try:
            with self._database.write() as session:
                there = find_of_account(session, draft.account, draft.sha256)
                return there if there is not None else _append(session, draft, seal)
        except IntegrityError:
            # On PostgreSQL another transaction may have registered the same bytes since we looked.
            with self._database.read() as session:
                there = find_of_account(session, draft.account, draft.sha256)
            if there is None:
                raise
            return there


def _append(session: Session, draft: Draft, seal: Callable[[int], Receipt]) -> Work:
    # Plain inserts: the unit of work would cost as much again as the rows themselves.
    execute = session.connection().execute
    # The head is locked until the commit, so that indices are dense and in commit order. It's asked for as late as the
    # foreign keys allow, and everything slow was done before.
    size, seq = execute(_MOVE_HEAD).one()
    index = size - 1
    receipt = seal(index)
    execute(_ENTRY, {"log_index": index, "entry": draft.entry, "received": draft.registered})
    description = draft.description
    execute(
        _WORK,
        {
            "id": draft.id,
            "account": draft.account,
            "title": description.title,
            "kind": description.kind,
            "visibility": description.visibility,
            "role": description.role,
            "previous": description.previous,
            "sha256": draft.sha256,
            "size": draft.size,
            "media_type": draft.media_type,
            "width": draft.width,
            "height": draft.height,
            "detail": draft.detail,
            "entry": draft.entry,
            "log_index": index,
            "registered": draft.registered,
        },
    )
    execute(
        _CLAIM,
        {
            "work": draft.id,
            "statement": draft.statement,
            "manifest": draft.manifest,
            "manifest_salt": draft.manifest_salt,
            "received": receipt.received,
            "anchor_by": receipt.anchor_by,
            "key": receipt.key,
            "signature": receipt.signature,
        },
    )
    if draft.codes:
        execute(
            _CODES,
            [
                {"work": draft.id, "ground": ground, "pdq": codes.pdq, "phash": codes.phash}
                for ground, codes in draft.codes.items()
            ],
        )
    execute(_THUMBNAIL, {"work": draft.id, "picture": draft.thumbnail})
    execute(_FEED, {"seq": seq, "op": "add", "work": draft.id})
    return Work(
        id=draft.id,
        account=draft.account,
        description=description,
        sha256=draft.sha256,
        size=draft.size,
        media_type=draft.media_type,
        width=draft.width,
        height=draft.height,
        detail=draft.detail,
        entry=draft.entry,
        index=index,
        registered=draft.registered,
    )
