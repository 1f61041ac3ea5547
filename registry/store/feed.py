"""The code feed: what search indexes follow. Nobody pushes into an index; it pulls, up to a head it read first."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import col, select

from registry.store.database import Database
from registry.store.tables import CodeFeedRow, CodesRow, LogHeadRow
from registry.works import Added, Codes, FeedEvent, Removed, WorkId

PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Head:
    """How far the registry has come: `log_size` entries, `feed_position` events."""

    log_size: int
    feed_position: int


class CodeFeed:
    """Reads the feed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def head(self) -> Head:
        """The newest committed state."""
        with self._database.read() as session:
            row = session.exec(select(LogHeadRow)).one()
            return Head(log_size=row.size, feed_position=row.feed)

    def since(self, position: int, head: int) -> Iterator[FeedEvent]:
        """The events after `position` and up to `head`, in order and without gaps."""
        while position < head:
            upto = min(head, position + PAGE)
            yield from self._page(position, upto)
            position = upto

    def _page(self, position: int, upto: int) -> list[FeedEvent]:
        between = (col(CodeFeedRow.seq) > position) & (col(CodeFeedRow.seq) <= upto)
        with self._database.read() as session:
            codes: dict[str, list[Codes]] = {}
            for row in session.exec(
                select(CodesRow.work, CodesRow.pdq, CodesRow.phash)
                .join(CodeFeedRow, col(CodeFeedRow.work) == col(CodesRow.work))
                .where(between)
                .order_by(col(CodesRow.work), col(CodesRow.ground))
            ):
                codes.setdefault(row[0], []).append(Codes(pdq=row[1], phash=row[2]))
            events = session.exec(
                select(CodeFeedRow.seq, CodeFeedRow.op, CodeFeedRow.work).where(between).order_by(col(CodeFeedRow.seq))
            )
            return [
                Added(seq=seq, work=WorkId(work), codes=tuple(codes.get(work, ())))
                if op == "add"
                else Removed(seq=seq, work=WorkId(work))
                for seq, op, work in events
            ]
