"""The one transaction that registers works: work, claim, codes, the entry at the next index, a row in the feed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from registry.accounts import AccountId
from registry.proof.receipt import Receipt
from registry.store.catalogue import work_of
from registry.store.database import Database
from registry.store.head import make_room
from registry.store.tables import (
    ClaimRow,
    CodeFeedRow,
    CodesRow,
    FeaturesRow,
    LogEntryRow,
    PartRow,
    ThumbnailRow,
    WorkRow,
)
from registry.works import Codes, Description, Detail, Ground, Part, TakenPart, Work, WorkId

_ENTRY, _WORK, _CLAIM, _PART, _CODES, _FEATURES, _THUMBNAIL, _FEED = (
    insert(table)
    for table in (LogEntryRow, WorkRow, ClaimRow, PartRow, CodesRow, FeaturesRow, ThumbnailRow, CodeFeedRow)
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
    codes_version: int
    parts: tuple[TakenPart, ...]
    raster: str | None
    original: str | None
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
    query = select(WorkRow).where(
        col(WorkRow.sha256).in_({draft.sha256 for draft in drafts}), col(WorkRow.withdrawn).is_(None)
    )
    return {(work.account, work.sha256): work for work in map(work_of, session.exec(query))}


def _append(
    session: Session, drafts: Sequence[Draft], seal: Callable[[Draft, int], Receipt]
) -> dict[tuple[AccountId, bytes], Work]:
    # Plain inserts: the unit of work would cost as much again as the rows themselves.
    execute = session.connection().execute
    # The head is locked until the commit, so that indices are dense and in commit order. It's asked for as late as the
    # foreign keys allow, and everything slow was done before.
    room = make_room(session, entries=len(drafts), events=len(drafts))
    drafts = _without_erased(session, drafts)
    placed = list(zip(room.indices, room.events, drafts, strict=True))
    execute(_ENTRY, [{"log_index": index, "entry": one.entry, "received": one.registered} for index, _, one in placed])
    execute(_WORK, [_work_row(index, draft) for index, _, draft in placed])
    execute(_CLAIM, [_claim_row(draft, seal(draft, index)) for index, _, draft in placed])
    parts = [(draft.id, taken) for draft in drafts for taken in draft.parts]
    execute(_PART, [{"work": work, **_part_row(taken.part)} for work, taken in parts])
    if codes := codes_rows((work, taken.part.number, taken.codes) for work, taken in parts):
        execute(_CODES, codes)
    if features := features_rows((work, taken.part.number, taken.features) for work, taken in parts):
        execute(_FEATURES, features)
    thumbnails = [{"work": work, "part": taken.part.number, "picture": taken.thumbnail} for work, taken in parts]
    execute(_THUMBNAIL, thumbnails)
    execute(_FEED, [{"seq": seq, "op": "add", "work": draft.id} for _, seq, draft in placed])
    return {draft.owned_bytes: _work(index, draft) for index, _, draft in placed}


def _without_erased(session: Session, drafts: Sequence[Draft]) -> Sequence[Draft]:
    """The drafts as they would stand if an earlier version that was erased since had been erased just after.

    To be called with the head locked, under which no work is erased.
    """
    named = {draft.description.previous for draft in drafts if draft.description.previous is not None}
    if not named:
        return drafts
    there = set(session.exec(select(WorkRow.id).where(col(WorkRow.id).in_(named))))
    return [
        draft
        if draft.description.previous is None or draft.description.previous in there
        else replace(draft, description=replace(draft.description, previous=None))
        for draft in drafts
    ]


def codes_rows(parts: Iterable[tuple[WorkId, int, Mapping[Ground, Codes]]]) -> list[dict[str, object]]:
    """The rows of the codes of parts of works: work, number of the part, and its codes for each ground."""
    return [
        {"work": work, "part": part, "ground": ground, "pdq": both.pdq, "phash": both.phash}
        for work, part, codes in parts
        for ground, both in codes.items()
    ]


def features_rows(parts: Iterable[tuple[WorkId, int, bytes]]) -> list[dict[str, object]]:
    """The rows of the packed features of parts of works: work, number of the part, and they, empty for none."""
    return [{"work": work, "part": part, "packed": packed} for work, part, packed in parts if packed]


def _part_row(part: Part) -> dict[str, object]:
    return {
        "number": part.number,
        "kind": part.kind,
        "name": part.name,
        "width": part.width,
        "height": part.height,
        "detail": part.detail,
    }


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
        "codes_version": draft.codes_version,
        "raster": draft.raster,
        "original": draft.original,
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
        raster=draft.raster,
        original=draft.original,
    )
