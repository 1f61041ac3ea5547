"""The one transaction that registers works: work, claim, codes, the entry at the next index, a row in the feed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from registry.accounts import AccountId
from registry.proof.receipt import Receipt
from registry.store.catalogue import work_of
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

_SIZE, _FEED_SIZE = col(LogHeadRow.size), col(LogHeadRow.feed)
_MOVE_HEAD = update(LogHeadRow).returning(_SIZE, _FEED_SIZE)
_ENTRY, _WORK, _CLAIM, _CODES, _THUMBNAIL, _FEED = (
    insert(table) for table in (LogEntryRow, WorkRow, ClaimRow, CodesRow, ThumbnailRow, CodeFeedRow)
)

_ATTEMPTS = 5


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

    @property
    def owned_bytes(self) -> tuple[AccountId, bytes]:
        """What an account can register once."""
        return self.account, self.sha256


class Registrations:
    """Adds works."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_all(self, drafts: Sequence[Draft], seal: Callable[[Draft, int], Receipt]) -> list[Work]:
        """Adds works at the log's next indices, in this order; `seal` signs the receipt of a draft for its index.

        Where an account has registered the same bytes, that work is returned in the draft's place and nothing is added:
        whoever asks sees by the id. All or nothing; when this returns, it survives the power cord.
        """
        for _ in range(_ATTEMPTS):
            try:
                with self._database.write() as session:
                    return _add_all(session, drafts, seal)
            except IntegrityError as error:
                # On PostgreSQL another transaction may have registered the same bytes since this one looked.
                refused = error
        raise refused


def _add_all(session: Session, drafts: Sequence[Draft], seal: Callable[[Draft, int], Receipt]) -> list[Work]:
    works = _there_already(session, drafts)
    fresh: dict[tuple[AccountId, bytes], Draft] = {}
    for draft in drafts:
        if draft.owned_bytes not in works:
            fresh.setdefault(draft.owned_bytes, draft)
    if fresh:
        works |= _append(session, list(fresh.values()), seal)
    return [works[draft.owned_bytes] for draft in drafts]


def _there_already(session: Session, drafts: Sequence[Draft]) -> dict[tuple[AccountId, bytes], Work]:
    query = select(WorkRow).where(col(WorkRow.sha256).in_({draft.sha256 for draft in drafts}))
    return {(work.account, work.sha256): work for work in map(work_of, session.exec(query))}


def _append(
    session: Session, drafts: Sequence[Draft], seal: Callable[[Draft, int], Receipt]
) -> dict[tuple[AccountId, bytes], Work]:
    # Plain inserts: the unit of work would cost as much again as the rows themselves.
    execute = session.connection().execute
    # The head is locked until the commit, so that indices are dense and in commit order. It's asked for as late as the
    # foreign keys allow, and everything slow was done before.
    count = len(drafts)
    size, feed = execute(_MOVE_HEAD.values(size=_SIZE + count, feed=_FEED_SIZE + count)).one()
    placed = list(zip(range(size - count, size), range(feed - count + 1, feed + 1), drafts, strict=True))
    execute(_ENTRY, [{"log_index": index, "entry": one.entry, "received": one.registered} for index, _, one in placed])
    execute(_WORK, [_work_row(index, draft) for index, _, draft in placed])
    execute(_CLAIM, [_claim_row(draft, seal(draft, index)) for index, _, draft in placed])
    codes = [
        {"work": draft.id, "ground": ground, "pdq": both.pdq, "phash": both.phash}
        for draft in drafts
        for ground, both in draft.codes.items()
    ]
    if codes:
        execute(_CODES, codes)
    execute(_THUMBNAIL, [{"work": draft.id, "picture": draft.thumbnail} for draft in drafts])
    execute(_FEED, [{"seq": seq, "op": "add", "work": draft.id} for _, seq, draft in placed])
    return {draft.owned_bytes: _work(index, draft) for index, _, draft in placed}


def _work_row(index: int, draft: Draft) -> dict[str, object]:
    description = draft.description
    return {
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
    }


def _claim_row(draft: Draft, receipt: Receipt) -> dict[str, object]:
    return {
        "work": draft.id,
        "statement": draft.statement,
        "manifest": draft.manifest,
        "manifest_salt": draft.manifest_salt,
        "received": receipt.received,
        "anchor_by": receipt.anchor_by,
        "key": receipt.key,
        "signature": receipt.signature,
    }


def _work(index: int, draft: Draft) -> Work:
    return Work(
        id=draft.id,
        account=draft.account,
        description=draft.description,
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
