"""Works that left: what is handed over to take them out, and what must hold of a database whatever left it."""

import os
from collections.abc import Iterator
from pathlib import Path

from sqlmodel import SQLModel, col, select

from registry.findings import Check, CheckId, Decision, Match, MatchClass, Orientation, Signal, Verdict
from registry.ids import new_id
from registry.listings import Listing
from registry.match.placing import place
from registry.search.exact import ExactIndex
from registry.store.catalogue import Catalogue
from registry.store.database import Database
from registry.store.departures import Leaving
from registry.store.feed import CodeFeed
from registry.store.tables import (
    ClaimRow,
    CodeFeedRow,
    CodesRow,
    ErasureRow,
    FeaturesRow,
    LogEntryRow,
    LogHeadRow,
    PartRow,
    SightingRow,
    ThumbnailRow,
    WithdrawalRow,
    WorkRow,
)
from registry.works import Work, WorkId
from tests.store.examples import NOW

OF_A_WORK: tuple[type[SQLModel], ...] = (
    ClaimRow,
    CodesRow,
    FeaturesRow,
    PartRow,
    SightingRow,
    ThumbnailRow,
    WithdrawalRow,
    CodeFeedRow,
    ErasureRow,
)
"""Every table with a column `work`."""


def some_leaving() -> Leaving:
    """A withdrawal that nobody logged yet."""
    return Leaving(statement=os.urandom(200), entry=os.urandom(32), received=NOW + 50)


def signal() -> Signal:
    """A measurement of a match."""
    return Signal(scheme="pdq-raster-v1", distance=3, threshold=31, bits=256, false_match_rate=1e-7)


def a_match(work: Work, *, same_bytes: bool = False, reason: str = "It is near.") -> Match:
    """A match that says much of this work."""
    return Match(
        work=work.id,
        part=2,
        decision=Decision.BLOCK,
        kind=MatchClass.EXACT if same_bytes else MatchClass.PART_OF,
        orientation=Orientation.MIRRORED,
        placement=place((-0.5, 0, 0.6, 0, 0.5, 0.1), work=(640, 480), asked=(500, 500)),
        signals=(signal(),),
        false_match_rate=0 if same_bytes else 1e-7,
        reasons=(f"It shows {work.id}.", reason),
    )


def a_check(verdict: Verdict, sha256: bytes | None = None) -> Check:
    """A check that nobody kept yet."""
    return Check(
        id=CheckId(new_id("chk")),
        account=None,
        listing=Listing(seller="shop", listing="1"),
        sha256=sha256 or os.urandom(32),
        verdict=verdict,
        feed_position=3,
        log_size=4,
        checked=NOW,
    )


def rows_about(database: Database, work: WorkId) -> set[str]:
    """The tables that still name this work."""
    with database.read() as session:
        named = {
            str(table.__tablename__)
            for table in OF_A_WORK
            if session.exec(select(table).where(table.__table__.c.work == work)).first() is not None
        }
        if session.get(WorkRow, work) is not None:
            named.add("works")
        if session.exec(select(WorkRow).where(col(WorkRow.previous) == work)).first() is not None:
            named.add("works.previous")
        return named


def whole(database: Database, codes_version: int = 1) -> list[Work]:
    """Every work in the log's order: log and feed are dense, no row dangles, and an index finds those that stand."""
    with database.read() as session:
        head = session.exec(select(LogHeadRow)).one()
        assert sorted(session.exec(select(LogEntryRow.log_index))) == list(range(head.size))
        assert sorted(session.exec(select(CodeFeedRow.seq))) == list(range(1, head.feed + 1))
        there = set(session.exec(select(WorkRow.id)))
        for table in (ClaimRow, CodesRow, FeaturesRow, PartRow, SightingRow, ThumbnailRow, WithdrawalRow):
            assert set(session.exec(select(table.work))) <= there
        assert set(session.exec(select(WorkRow.previous))) <= {None, *there}
        claimed = set(session.exec(select(ClaimRow.work)))
        withdrawn = set(session.exec(select(WithdrawalRow.work)))
    works = Catalogue(database).page(account=None, after=-1, limit=1_000_000)
    assert claimed == {work.id for work in works}
    assert withdrawn == {work.id for work in works if work.withdrawn is not None}
    index = followed(database, codes_version)
    assert index.position == head.feed
    assert len(index) == sum(work.withdrawn is None for work in works)
    return works


def followed(database: Database, codes_version: int = 1, index: ExactIndex | None = None) -> ExactIndex:
    """An index brought up to the head of the feed, from the beginning unless one is given."""
    index = ExactIndex() if index is None else index
    feed = CodeFeed(database, codes_version)
    index.apply(feed.since(index.position, feed.head().feed_position))
    return index


def files_of(database: Path) -> Iterator[Path]:
    """The files that SQLite keeps a database in."""
    yield from (path for path in database.parent.glob(f"{database.name}*") if path.is_file())
