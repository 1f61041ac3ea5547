"""What SQLite's files hold of deleted rows, and how nothing of them is left."""

import random
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlmodel import select

from registry.store.database import Database
from registry.store.tables import ErasureRow
from tests.store.departed import files_of
from tests.store.examples import NOW, founded


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "registry.sqlite"


@pytest.fixture
def lite(file: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{file}")
    yield opened
    opened.close()


def read_in(file: Path) -> bytes:
    """What all files of the database hold."""
    return b"".join(path.read_bytes() for path in files_of(file))


def names_in(file: Path) -> set[str]:
    """Whatever 16 characters could be the end of a work's name, in any file of the database."""
    runs = re.findall(rb"[a-z2-7]{16,}", read_in(file))
    return {run[start : start + 16].decode() for run in runs for start in range(len(run) - 15)}


def churned(lite: Database, chance: random.Random) -> tuple[list[str], list[str]]:
    """Rows that come and go in no order: the names of those that went, and of those that stay."""
    gone, stay = [], []
    with lite.write() as session:
        execute = session.connection().exec_driver_sql
        for _ in range(4_000):
            stay.append("wrk_" + "".join(chance.choices("abcdefghijklmnopqrstuvwxyz234567", k=20)))
            execute("INSERT INTO erasures VALUES (?, '', 0)", (stay[-1],))
            if chance.random() < 0.5:
                gone.append(stay.pop(chance.randrange(len(stay))))
                execute("DELETE FROM erasures WHERE work = ?", (gone[-1],))
    return gone, stay


def test_wiping_takes_the_copies_in_the_gaps_of_pages_too(lite: Database, file: Path) -> None:
    """Where SQLite moves a row to the next page, a copy of it stays in what counts as free room."""
    chance, gone, stay = random.Random(1), set[str](), set[str]()
    for _ in range(40):
        more = churned(lite, chance)
        gone |= {name[-16:] for name in more[0]}
        stay |= {name[-16:] for name in more[1]}
        assert lite.empty_log()
        if names_in(file) & gone:
            break
    else:
        pytest.fail("nothing was left to be wiped")
    assert lite.wipe()
    assert not names_in(file) & gone
    assert names_in(file) >= stay


def test_the_log_of_changes_keeps_deleted_rows_until_it_is_emptied(lite: Database, file: Path) -> None:
    with lite.write() as session:
        session.add(ErasureRow(work="wrk_in_the_log", blobs="", erased=NOW))
    with lite.write() as session:
        session.connection().execute(delete(ErasureRow))
    assert b"wrk_in_the_log" in read_in(file)
    assert lite.empty_log()
    assert b"wrk_in_the_log" not in read_in(file)
    assert file.with_name(f"{file.name}-wal").stat().st_size == 0


def test_a_reader_or_a_writer_is_not_waited_for_long_and_loses_nothing(lite: Database, file: Path) -> None:
    founded(lite)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        for begin in ("BEGIN", "BEGIN IMMEDIATE"):
            other.execute(begin)
            before = other.execute("SELECT size FROM log_head").fetchall()
            if begin == "BEGIN":
                with lite.write() as session:
                    session.add(ErasureRow(work="wrk_meanwhile", blobs="", erased=NOW))
            started = time.monotonic()
            assert not lite.wipe()
            assert time.monotonic() - started < 10
            assert other.execute("SELECT size FROM log_head").fetchall() == before
            other.execute("ROLLBACK")
            assert lite.wipe()
    with lite.read() as session:
        assert session.exec(select(ErasureRow.work)).all() == ["wrk_meanwhile"]


def test_waiting_is_as_long_as_ever_after_upkeep(lite: Database) -> None:
    lite.wipe()
    with lite.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 30_000
