"""Many writers at once, and writers that are killed: the log stays dense, whole and in commit order."""

import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from sqlmodel import func, select

from registry.store.catalogue import Catalogue
from registry.store.database import Database
from registry.store.feed import CodeFeed
from registry.store.ledger import LedgerStore
from registry.store.registration import Registrations
from registry.store.tables import CodeFeedRow, LogEntryRow, LogHeadRow
from registry.works import Work
from tests.store import processes
from tests.store.audit import audited
from tests.store.examples import add, founded, seal, some_draft

WRITERS = 8
WORKS_EACH = 40


class Reader:
    """Follows the feed and the log while others write, as an index and the anchor worker do."""

    def __init__(self, database: Database) -> None:
        self.seen: list[str] = []
        self.entries: list[bytes] = []
        self._database, self._feed, self._ledger = database, CodeFeed(database, 1), LedgerStore(database)
        self._catalogue = Catalogue(database)
        self._done = threading.Event()

    def follow(self) -> None:
        while not self._done.is_set():
            self.look()
        self.look()

    def look(self) -> None:
        """Reads up to a head and holds what is there against it: no gap, nothing beyond, nothing that came later."""
        head = self._feed.head()
        events = list(self._feed.since(len(self.seen), head.feed_position))
        assert [event.seq for event in events] == list(range(len(self.seen) + 1, head.feed_position + 1))
        self.seen += [event.work for event in events]
        self.entries += self._ledger.entries(len(self.entries), head.log_size)
        assert len(self.entries) == head.log_size
        works = self._catalogue.many([event.work for event in events])
        assert [works[event.work].index for event in events] == [event.seq for event in events]
        assert all(self.entries[work.index] == work.entry for work in works.values())
        with self._database.read() as session:
            row = session.exec(select(LogHeadRow)).one()
            assert session.exec(select(func.max(LogEntryRow.log_index))).one() == row.size - 1
            assert session.exec(select(func.count()).select_from(LogEntryRow)).one() == row.size
            assert session.exec(select(func.count()).select_from(CodeFeedRow)).one() == row.feed

    def stop(self) -> None:
        self._done.set()


def _write(database: Database, account_works: int, barrier: threading.Barrier, seed: Work) -> list[Work]:
    registrations = Registrations(database)
    barrier.wait()
    return [add(registrations, some_draft(seed.account), seal) for _ in range(account_works)]


def test_eight_threads_write_a_dense_log_in_commit_order(database: Database) -> None:
    account = founded(database)
    seed = add(Registrations(database), some_draft(account.id), seal)
    barrier = threading.Barrier(WRITERS)
    reader = Reader(database)
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        following = pool.submit(reader.follow)
        try:
            writing = [pool.submit(_write, database, WORKS_EACH, barrier, seed) for _ in range(WRITERS)]
            acknowledged = [future.result() for future in writing]
        finally:
            reader.stop()
        following.result()
    for works in acknowledged:
        assert all(earlier.index < later.index for earlier, later in pairwise(works))
    everything = sorted((work for works in acknowledged for work in works), key=lambda work: work.index)
    assert [work.index for work in everything] == list(range(2, WRITERS * WORKS_EACH + 2))
    assert audited(database) == [seed, *everything]
    assert reader.seen == [seed.id, *(work.id for work in everything)]


def test_eight_processes_write_a_dense_log_in_commit_order(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    account = founded(database)
    acknowledged = tmp_path / "acknowledged"
    reader = Reader(database)
    with (
        ThreadPoolExecutor(1) as pool,
        processes.running(WRITERS, processes.register, database_url, account.id, WORKS_EACH, acknowledged) as writing,
    ):
        following = pool.submit(reader.follow)
        try:
            processes.finish(writing)
        finally:
            reader.stop()
        following.result()
    works = audited(database)
    assert [work.index for work in works] == list(range(1, WRITERS * WORKS_EACH + 1))
    assert sorted(processes.told(acknowledged)) == sorted(f"{work.index} {work.id}" for work in works)
    assert reader.seen == [work.id for work in works]


def test_threads_that_register_the_same_bytes_all_get_one_work(database: Database) -> None:
    account = founded(database)
    barrier, digests = threading.Barrier(WRITERS), [os.urandom(32) for _ in range(10)]
    registrations = Registrations(database)

    def write(_: int) -> list[Work]:
        works = []
        for digest in digests:
            barrier.wait()
            works.append(add(registrations, some_draft(account.id, sha256=digest), seal))
        return works

    with ThreadPoolExecutor(WRITERS) as pool:
        acknowledged = list(pool.map(write, range(WRITERS)))
    assert all(works == acknowledged[0] for works in acknowledged)
    assert audited(database) == sorted(acknowledged[0], key=lambda work: work.index)


def test_processes_that_register_the_same_bytes_all_get_one_work(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    account = founded(database)
    acknowledged, digests = tmp_path / "acknowledged", [os.urandom(32) for _ in range(20)]
    arguments = (database_url, account.id, digests, acknowledged)
    with processes.running(4, processes.register_same, *arguments) as writing:
        processes.finish(writing)
    works = audited(database)
    assert len(works) == len(digests)
    assert sorted(processes.told(acknowledged)) == sorted(f"{work.index} {work.id}" for work in works for _ in range(4))


@pytest.mark.parametrize("seed", range(4))
def test_what_was_acknowledged_survives_the_kill_of_its_writers(database_url: str, tmp_path: Path, seed: int) -> None:
    """Two writers a round, killed at a moment that a seed draws; a third, in this process, is there in between."""
    chance = random.Random(seed)
    with closing(Database(database_url)) as database:
        account = founded(database)
    acknowledged = tmp_path / "acknowledged"
    for _ in range(3):
        enough = len(processes.told(acknowledged)) + chance.randint(1, 20)
        endless = 1_000_000
        with processes.running(2, processes.register, database_url, account.id, endless, acknowledged):
            deadline = time.monotonic() + processes.PATIENCE
            while len(processes.told(acknowledged)) < enough:
                assert time.monotonic() < deadline
            aim = time.perf_counter() + chance.random() / 100  # spread over the steps of one transaction
            while time.perf_counter() < aim:
                pass
        with closing(Database(database_url)) as database:
            works = audited(database)
            assert set(processes.told(acknowledged)) <= {f"{work.index} {work.id}" for work in works}
            # Each writer can have committed one work that it had no time to tell of.
            last = add(Registrations(database), some_draft(account.id), seal)
            assert last.index == len(works) + 1
            processes.tell(acknowledged, f"{last.index} {last.id}")
            assert audited(database)[-1] == last
