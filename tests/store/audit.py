"""What must hold of every database that registers works, whatever happened to the processes that wrote to it."""

from sqlmodel import select

from registry.store.catalogue import Catalogue
from registry.store.database import Database
from registry.store.feed import CodeFeed
from registry.store.ledger import LedgerStore
from registry.store.tables import ClaimRow, CodeFeedRow, CodesRow, LogEntryRow, LogHeadRow, ThumbnailRow, WorkRow
from registry.works import Added, Detail, Work


def audited(database: Database) -> list[Work]:
    """Every work in the log's order, after a look at all that was written: dense, whole, and each part in its place."""
    with database.read() as session:
        head = session.exec(select(LogHeadRow)).one()
        indices = sorted(session.exec(select(LogEntryRow.log_index)))
        seqs = sorted(session.exec(select(CodeFeedRow.seq)))
        fed = sorted(session.exec(select(CodeFeedRow.work)))
        ids = sorted(session.exec(select(WorkRow.id)))
        claims = sorted(session.exec(select(ClaimRow.work)))
        thumbnails = sorted(session.exec(select(ThumbnailRow.work)))
        coded = set(session.exec(select(CodesRow.work)))
        signed = dict(session.exec(select(ClaimRow.work, ClaimRow.signature)).all())
    assert indices == list(range(head.size))
    assert seqs == list(range(1, head.feed + 1))
    assert ids == claims == thumbnails == fed
    works = Catalogue(database).page(account=None, after=0, limit=1_000_000)
    assert [work.index for work in works] == list(range(1, head.size))
    assert [work.entry for work in works] == LedgerStore(database).entries(1, head.size)
    assert coded == {work.id for work in works if work.detail is Detail.DISTINCT}
    assert all(int.from_bytes(signed[work.id], "big") == work.index for work in works)
    events = list(CodeFeed(database, 1).since(0, head.feed))
    assert [event.work for event in events if isinstance(event, Added)] == [work.id for work in works]
    return works
