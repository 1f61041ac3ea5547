"""The code feed: what search indexes follow. Nobody pushes into an index; it pulls, up to a head it read first.

One feed is read in two ways, since an index of codes needs no features and a process that only registers needs none
at all.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from registry.errors import FeedBroken
from registry.store.database import Database
from registry.store.tables import CodeFeedRow, CodesRow, FeaturesRow, LogHeadRow, WorkRow
from registry.works import Added, Codes, FeedEvent, Passed, Removed, WorkId


@dataclass(frozen=True, slots=True)
class Head:
    """How far the registry has come: `log_size` entries, `feed_position` events."""

    log_size: int
    feed_position: int


class Feed(ABC):
    """The feed, read for one kind of index."""

    page: ClassVar[int]
    """So many events are read at a time."""

    def __init__(self, database: Database, codes_version: int) -> None:
        """Tells codes and features of this version only: those of others can't be compared with them."""
        self._database, self._codes_version = database, codes_version

    def head(self) -> Head:
        """The newest committed state."""
        with self._database.read() as session:
            row = session.exec(select(LogHeadRow)).one()
            return Head(log_size=row.size, feed_position=row.feed)

    def since(self, position: int, head: int) -> Iterator[FeedEvent]:
        """The events after `position` and up to `head`, in order and without gaps."""
        while position < head:
            upto = min(head, position + self.page)
            yield from self._page(position, upto)
            position = upto

    def _page(self, position: int, upto: int) -> list[FeedEvent]:
        between = (col(CodeFeedRow.seq) > position) & (col(CodeFeedRow.seq) <= upto)
        with self._database.read() as session:
            added = self._added(session, self._standing(between))
            events = session.exec(
                select(CodeFeedRow.seq, CodeFeedRow.op, CodeFeedRow.work).where(between).order_by(col(CodeFeedRow.seq))
            )
            return [_event(seq, op, WorkId(work), added) for seq, op, work in events]

    def _standing(self, between: ColumnElement[bool]) -> ColumnElement[bool]:
        """Works of these events, as long as they are of this version.

        A work that was brought to newer schemes is added twice: so it's asked for, not joined.
        """
        added = select(CodeFeedRow.work).where(between, col(CodeFeedRow.op) == "add")
        return col(WorkRow.id).in_(added) & (col(WorkRow.codes_version) == self._codes_version)

    @abstractmethod
    def _added(self, session: Session, standing: ColumnElement[bool]) -> Callable[[int, WorkId], Added]:
        """How to tell that one of these works is added."""


class CodeFeed(Feed):
    """The feed with the codes of whole pictures."""

    page = 10_000

    def _added(self, session: Session, standing: ColumnElement[bool]) -> Callable[[int, WorkId], Added]:
        codes: dict[str, list[tuple[int, Codes]]] = {}
        for row in session.exec(
            select(CodesRow.work, CodesRow.part, CodesRow.pdq, CodesRow.phash)
            .join(WorkRow)
            .where(standing)
            .order_by(col(CodesRow.work), col(CodesRow.part), col(CodesRow.ground))
        ):
            codes.setdefault(row[0], []).append((row[1], Codes(pdq=row[2], phash=row[3])))
        return lambda seq, work: Added(seq=seq, work=work, codes=tuple(codes.get(work, ())))


class FeatureFeed(Feed):
    """The feed with the features that regional matching knows."""

    page = 2_000

    def _added(self, session: Session, standing: ColumnElement[bool]) -> Callable[[int, WorkId], Added]:
        features: dict[str, list[tuple[int, bytes]]] = {}
        for row in session.exec(
            select(FeaturesRow.work, FeaturesRow.part, FeaturesRow.packed)
            .join(WorkRow)
            .where(standing)
            .order_by(col(FeaturesRow.work), col(FeaturesRow.part))
        ):
            features.setdefault(row[0], []).append((row[1], row[2]))
        return lambda seq, work: Added(seq=seq, work=work, features=tuple(features.get(work, ())))


def _event(seq: int, op: str, work: WorkId, added: Callable[[int, WorkId], Added]) -> FeedEvent:
    match op:
        case "add":
            return added(seq, work)
        case "remove":
            return Removed(seq=seq, work=work)
        case "pass":
            return Passed(seq=seq)
        case _:
            raise FeedBroken(f"At {seq:,} the code feed has an event `{op}`, which this program doesn't know.")
