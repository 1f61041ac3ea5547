"""The code feed: what search indexes follow. Nobody pushes into an index; it pulls, up to a head it read first."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import col, select

from registry.errors import FeedBroken
from registry.store.database import Database
from registry.store.tables import CodeFeedRow, CodesRow, LogHeadRow, WorkRow
from registry.works import Added, Codes, FeedEvent, Passed, Removed, WorkId

PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Head:
    """How far the registry has come: `log_size` entries, `feed_position` events."""

    log_size: int
    feed_position: int


class CodeFeed:
    """Reads the feed."""

    def __init__(self, database: Database, codes_version: int) -> None:
        """Reads codes of this version only: those of others can't be compared with them."""
        self._database, self._codes_version = database, codes_version

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
            codes: dict[str, list[tuple[int, Codes]]] = {}
            # A work that was brought to newer schemes is added twice: so it's asked for, not joined.
            added = select(CodeFeedRow.work).where(between, col(CodeFeedRow.op) == "add")
            for row in session.exec(
                select(CodesRow.work, CodesRow.part, CodesRow.pdq, CodesRow.phash)
                .join(WorkRow)
                .where(col(WorkRow.id).in_(added), col(WorkRow.codes_version) == self._codes_version)
                .order_by(col(CodesRow.work), col(CodesRow.part), col(CodesRow.ground))
            ):
                codes.setdefault(row[0], []).append((row[1], Codes(pdq=row[2], phash=row[3])))
            events = session.exec(
                select(CodeFeedRow.seq, CodeFeedRow.op, CodeFeedRow.work).where(between).order_by(col(CodeFeedRow.seq))
            )
            return [_event(seq, op, WorkId(work), codes) for seq, op, work in events]


def _event(seq: int, op: str, work: WorkId, codes: dict[str, list[tuple[int, Codes]]]) -> FeedEvent:
    match op:
        case "add":
            return Added(seq=seq, work=work, codes=tuple(codes.get(work, ())))
        case "remove":
            return Removed(seq=seq, work=work)
        case "pass":
            return Passed(seq=seq)
        case _:
            raise FeedBroken(f"At {seq:,} the code feed has an event `{op}`, which this program doesn't know.")
