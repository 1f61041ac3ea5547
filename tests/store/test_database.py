"""Opening and upgrading, transactions, and the lease."""

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from registry.errors import Busy, SettingsError, StoreError
from registry.store.access import Accounts
from registry.store.database import HEAD_REVISION, UPGRADE_LOCK, Database
from registry.store.tables import AccountRow, ApiKeyRow
from tests.store import processes
from tests.store.examples import NOW, added_account


def _revision(database: Database) -> str:
    with database.engine.connect() as connection:
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


def test_processes_that_open_an_empty_database_at_once_all_find_it_upgraded(database_url: str) -> None:
    with processes.running(4, processes.open_database, database_url) as opening:
        processes.finish(opening)
    with closing(Database(database_url)) as database:
        assert _revision(database) == HEAD_REVISION
        assert Accounts(database).all() == []


def test_threads_that_open_an_empty_database_at_once_all_find_it_upgraded(database_url: str) -> None:
    barrier = threading.Barrier(4)

    def opened() -> Database:
        barrier.wait()
        return Database(database_url)

    with ThreadPoolExecutor(4) as pool:
        databases = [opening.result() for opening in [pool.submit(opened) for _ in range(4)]]
    for database in databases:
        assert _revision(database) == HEAD_REVISION
        database.close()


def test_an_up_to_date_database_opens_while_the_upgrade_lock_is_held(database: Database, database_url: str) -> None:
    with database.engine.connect().execution_options(originmark_write=True) as upgrading, upgrading.begin():
        if not database.sqlite:
            upgrading.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
        with ThreadPoolExecutor(1) as pool:
            pool.submit(Database, database_url).result(timeout=10).close()


def test_an_older_database_waits_for_the_upgrade_lock(database: Database, database_url: str) -> None:
    with database.write() as session:
        session.connection().execute(text("DELETE FROM alembic_version"))
    with ThreadPoolExecutor(1) as pool:
        with database.engine.connect().execution_options(originmark_write=True) as upgrading, upgrading.begin():
            if not database.sqlite:
                upgrading.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
            opening = pool.submit(Database, database_url)
            time.sleep(0.3)
            assert not opening.done()
            # Another process has done the upgrade meanwhile.
            upgrading.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD_REVISION})
        opening.result(timeout=10).close()


def test_a_newer_schema_is_refused(database: Database, database_url: str) -> None:
    with database.write() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="schema 9999, newer than"):
        Database(database_url)


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "registry.sqlite"
    path.write_text("Dear diary, " * 1000)
    with pytest.raises(StoreError, match="file is not a database"):
        Database(f"sqlite:///{path}")
    assert path.read_text() == "Dear diary, " * 1000


def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="can't be opened"):
        Database(f"sqlite:///{tmp_path}/file/registry.sqlite")


def test_a_server_that_is_not_there_is_told_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="can't be opened") as refused:
        Database(f"postgresql+psycopg://somebody:hunter2@/registry?host={tmp_path}")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    ["hunter2", "postgresql+psycopg://u:hunter2@host:port/registry", "oldql://u:hunter2@host/registry"],
)
def test_a_url_that_means_nothing_is_told_without_its_password(url: str) -> None:
    with pytest.raises(SettingsError, match="ORIGINMARK_DATABASE_URL") as refused:
        Database(url)
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_driver_that_is_not_installed_is_named() -> None:
    with pytest.raises(SettingsError, match="pymssql") as refused:
        Database("mssql+pymssql://user@host/registry")
    assert "postgres" in refused.value.remedy


def test_the_data_directory_is_for_its_owner_only(tmp_path: Path) -> None:
    Database(f"sqlite:///{tmp_path}/data/registry.sqlite").close()
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_every_sqlite_connection_is_durable_and_checks_references(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path}/registry.sqlite")) as database, ExitStack() as opened:
        connections = [opened.enter_context(database.engine.connect()) for _ in range(6)]
        assert len({id(connection.connection.dbapi_connection) for connection in connections}) == 6
        for connection in connections:
            pragmas = [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            ]
            assert pragmas == ["wal", 2, 1, 30_000]


def test_foreign_keys_are_enforced(database: Database) -> None:
    orphan = ApiKeyRow(id="key_x", account="acc_nobody", secret_sha256=b"", scopes="check", created=NOW)
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(orphan)


def test_a_write_that_raises_leaves_nothing(database: Database) -> None:
    def write() -> None:
        with database.write() as session:
            session.add(AccountRow(id="acc_1", name="one", created=NOW))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    assert Accounts(database).all() == []


def test_a_read_sees_one_moment(database: Database) -> None:
    count = text("SELECT count(*) FROM accounts")
    with database.read() as session:
        assert session.connection().scalar(count) == 0
        added_account(database, "meanwhile")
        assert session.connection().scalar(count) == 0
    with database.read() as session:
        assert session.connection().scalar(count) == 1


def test_a_transaction_that_reads_first_and_then_writes_waits_for_its_turn(database: Database) -> None:
    """With a plain BEGIN, SQLite would refuse the second of two such transactions at once."""
    barrier = threading.Barrier(8)

    def add(number: int) -> None:
        barrier.wait()
        with database.write() as session:
            session.connection().execute(text("SELECT count(*) FROM accounts"))
            session.add(AccountRow(id=f"acc_{number}", name=f"{number}", created=NOW))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(8)))
    assert len(Accounts(database).all()) == 8


def test_transactions_that_run_alone_see_what_the_one_before_wrote(database: Database) -> None:
    barrier = threading.Barrier(8)

    def add(_: int) -> None:
        barrier.wait()
        with database.write(alone=True) as session:
            there = session.connection().scalar(text("SELECT count(*) FROM accounts"))
            session.add(AccountRow(id=f"acc_{there}", name=f"{there}", created=NOW))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(8)))
    assert sorted(account.name for account in Accounts(database).all()) == [str(number) for number in range(8)]


def test_a_database_that_stays_locked_is_busy(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path}/registry.sqlite")) as database:
        database.close()
        event.listen(database.engine, "connect", _impatient)
        with closing(sqlite3.connect(tmp_path / "registry.sqlite", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(Busy):
                added_account(database, "late")


def _impatient(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA busy_timeout=20")


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    def write() -> None:
        with database.write() as session:
            connection = session.connection()
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
            connection.execute(text("INSERT INTO accounts VALUES ('acc_1', :name, 1)"), {"name": "x" * 100_000})

    with closing(Database(f"sqlite:///{tmp_path}/registry.sqlite")) as database:
        with pytest.raises(StoreError, match="full"):
            write()
        database.close()
        assert Accounts(database).all() == []


def test_a_lost_connection_is_told_and_the_next_transaction_has_another(postgresql_url: str) -> None:
    def write() -> None:
        with database.write() as session:
            pid = session.connection().scalar(text("SELECT pg_backend_pid()"))
            with other.write() as killer:
                killer.connection().execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            session.connection().execute(text("SELECT 1"))

    with closing(Database(postgresql_url)) as database, closing(Database(postgresql_url)) as other:
        with pytest.raises(StoreError, match="The database failed"):
            write()
        assert Accounts(database).all() == []
