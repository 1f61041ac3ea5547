"""Opening the database, upgrading it under a lock, and its two kinds of transaction.

SQLite runs in WAL mode with `synchronous=FULL`, so what was committed survives the power cord. A transaction that
writes takes the write lock at once (`BEGIN IMMEDIATE`): one that starts by reading and then writes fails at once under
concurrency, whatever the busy timeout says.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from registry.errors import Busy, SettingsError, StoreError

HEAD_REVISION = "0002"
"""The newest migration. Known here, so that an up-to-date database opens without reading the scripts."""

OLDEST_REVISION = "0002"
"""The first migration of all: before the first release the schema was made anew, not migrated."""

_SYNC = {True: "FULL", False: "NORMAL"}
"""SQLite's `synchronous` for what is promised and for what isn't. In WAL mode both survive the end of the process."""

BUSY_TIMEOUT_MS = 30_000
_STANDING_MS = 15_000
_UPKEEP_PATIENCE_MS = 1_000
_LOG_EMPTIED = "PRAGMA wal_checkpoint(TRUNCATE)"
UPGRADE_LOCK = 0x6F6D_0001
LEASE_LOCK = 0x6F6D_0002
ALONE_LOCK = 0x6F6D_0003


class Database:
    """A registry's database, SQLite or PostgreSQL. Safe to share between threads."""

    def __init__(self, url: str) -> None:
        """Opens and upgrades it; SettingsError where the URL means nothing, StoreError where it can't be used."""
        self.engine = _engine(url)
        self._path = self.engine.url.database
        self.sqlite = self.engine.dialect.name == "sqlite"
        try:
            if self.sqlite and self._path:
                Path(self._path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._upgrade()
        except (DatabaseError, OSError) as error:
            self.close()
            why = error.orig if isinstance(error, DatabaseError) else error
            raise StoreError(
                f"The database can't be opened: {why}.", remedy="Check ORIGINMARK_DATABASE_URL and the disk."
            ) from error
        except StoreError:
            self.close()
            raise

    def close(self) -> None:
        """Closes every connection."""
        self.engine.dispose()

    @contextmanager
    def write(self, *, alone: bool = False, promised: bool = True) -> Iterator[Session]:
        """A transaction that may write: committed when the block ends, rolled back when it raises.

        `alone` ones run one after the other, so that what one has read holds until its commit. On SQLite all do. What
        isn't `promised` survives `kill -9` as everything does, but perhaps not the power cord: it doesn't wait for the
        disk.
        """
        with (
            _told(),
            self.engine.connect().execution_options(originmark_write=_SYNC[promised]) as connection,
            Session(connection, expire_on_commit=False) as session,
        ):
            if not self.sqlite:
                # A process that stands still in the middle must not keep others from their rows.
                session.connection().execute(text(f"SET LOCAL idle_in_transaction_session_timeout = {_STANDING_MS}"))
            if not promised and not self.sqlite:
                session.connection().execute(text("SET LOCAL synchronous_commit = off"))
            if alone and not self.sqlite:
                session.connection().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ALONE_LOCK})
            yield session
            session.commit()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that only reads, and sees one moment of the database."""
        snapshot = self.engine if self.sqlite else self.engine.execution_options(isolation_level="REPEATABLE READ")
        with _told(), Session(snapshot, expire_on_commit=False) as session:
            yield session

    def empty_log(self) -> bool:
        """Takes older versions of pages out of SQLite's write-ahead log; False where somebody reads one just now.

        PostgreSQL's log is its administrator's.
        """
        return not self.sqlite or self._maintain(_LOG_EMPTIED)

    def wipe(self) -> bool:
        """Leaves nothing of deleted rows in the database's files; False where somebody is in the way just now.

        SQLite overwrites a row with zeros where it stands (`secure_delete`), but when it moved rows from page to page
        it left copies in the gaps, of a few works in a thousand. So the file is written anew, which takes about 15 s a
        gigabyte; meanwhile others read, and whoever writes waits. PostgreSQL is asked to vacuum, indexes included; what
        stays in its pages' gaps, its write-ahead log and backups are its administrator's.
        """
        if self.sqlite:
            # The log is emptied first: under a reader it would take the whole file again at each attempt.
            return self._maintain(_LOG_EMPTIED, "VACUUM", _LOG_EMPTIED)
        with _told(), self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (INDEX_CLEANUP ON)"))
        return True

    def _maintain(self, *statements: str) -> bool:
        """Runs SQLite's upkeep; False at the first statement that others keep from being done."""
        # Below SQLAlchemy, which would begin a transaction, and none of these can be run in one.
        with _told(), closing(self.engine.raw_connection()) as raw, closing(raw.cursor()) as cursor:
            # While a checkpoint waits for readers, whoever writes waits for it.
            cursor.execute(f"PRAGMA busy_timeout={_UPKEEP_PATIENCE_MS}")
            try:
                for statement in statements:
                    busy, *_ = cursor.execute(statement).fetchone() or (0,)
                    if busy:
                        return False
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                    return False
                raise StoreError(
                    f"The database's file can't be written anew: {error}.",
                    remedy="Check its disk: as much again as the file itself has to be free.",
                ) from error
            finally:
                cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        return True

    @contextmanager
    def worker_lock(self) -> Iterator[bool]:
        """Whether the caller got the lock that one anchor worker at a time can have, and keeps while the block lasts.

        Held by the operating system or the database server: after a crash it is free at once. A process that only
        stands still keeps it, so that `registry.store.lease` doesn't rest on it alone.
        """
        with ExitStack() as held:
            if not self.sqlite:
                yield held.enter_context(self._server_lock())
                return
            lock = FileLock(f"{self._path}.worker.lock", blocking=False, mode=0o600, thread_local=False)
            try:
                held.enter_context(lock)
            except Timeout:
                yield False
            else:
                yield True

    @contextmanager
    def _server_lock(self) -> Iterator[bool]:
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            locked = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": LEASE_LOCK}))
            try:
                yield locked
            finally:
                # A connection that was lost has taken the lock with it.
                with suppress(OperationalError):
                    if locked:
                        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LEASE_LOCK})

    def _upgrade(self) -> None:
        with self.engine.connect() as connection:
            current = _revision(connection)
        if current == HEAD_REVISION:
            return
        if current is not None and current < OLDEST_REVISION:
            raise StoreError(
                f"The database has schema {current}, from before the first release, which nothing can read any more.",
                remedy="Start with a new data directory, and register the works again.",
            )
        if current is not None and current > HEAD_REVISION:
            raise StoreError(
                f"The database has schema {current}, newer than {HEAD_REVISION}, the newest this program knows.",
                remedy="Run the version of Originmark that last opened it, or a newer one.",
            )
        # Whoever has the lock upgrades; the others wait, and then find the work done.
        with self.engine.connect().execution_options(originmark_write=_SYNC[True]) as connection, connection.begin():
            if not self.sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
            from registry.store.upgrading import upgrade  # noqa: PLC0415 - alembic is slow to import, and seldom needed

            upgrade(connection)


def _revision(connection: Connection) -> str | None:
    """The newest migration that was applied, as alembic notes it in its one row; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


@contextmanager
def _told() -> Iterator[None]:
    """The database's own failures in our words; what the rows themselves forbid (IntegrityError) passes."""
    try:
        yield
    except PoolTimeout as error:
        raise Busy("Every connection to the database is in use.", remedy="Try again in a moment.") from error
    except OperationalError as error:
        if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            raise Busy(
                f"The database was locked for {BUSY_TIMEOUT_MS // 1000} s.", remedy="Try again in a moment."
            ) from error
        raise StoreError(
            f"The database failed: {error.orig}.", remedy="Check that the database runs and that its disk isn't full."
        ) from error


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite":
            return create_engine(parsed, pool_pre_ping=True)
    except (ArgumentError, ValueError):
        # The reason could quote the URL, and with it a password.
        raise SettingsError(
            "ORIGINMARK_DATABASE_URL is no URL of a database.",
            remedy="It looks like postgresql://user:password@host:5432/name.",
        ) from None
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"The driver of this database, {error.name}, isn't installed.",
            remedy="Install Originmark with its extra `postgres`.",
        ) from error
    engine = create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})

    @event.listens_for(engine, "connect")
    def _prepare(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        # sqlite3's own transaction handling is off: we begin by hand, below. (SQLAlchemy's pysqlite page, "Serializable
        # isolation / Savepoints / Transactional DDL")
        connection.isolation_level = None
        cursor = connection.cursor()
        _log_ahead(cursor)
        for pragma in (
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        synchronous = connection.get_execution_options().get("originmark_write")
        if synchronous is not None:
            connection.exec_driver_sql(f"PRAGMA synchronous={synchronous}")
        connection.exec_driver_sql("BEGIN" if synchronous is None else "BEGIN IMMEDIATE")

    return engine


def _log_ahead(cursor: DBAPICursor) -> None:
    """Sets WAL mode: of several that open a new file at once all but one are refused, whatever their busy timeout."""
    until = monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > until:
                raise
            sleep(_SHORTLY)
        else:
            return


_SHORTLY = 0.02
