"""The lease: one holder, whoever dies, stands still or wakes."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from registry.clock import system_clock
from registry.errors import LeaseLost, LedgerHeld
from registry.store.database import Database
from registry.store.lease import LEASE_SECONDS, Leases
from tests.store import processes


def leases(database: Database, later: int = 0) -> Leases:
    return Leases(database, lambda: system_clock() + later)


def test_the_lease_has_one_holder(database: Database, database_url: str) -> None:
    with closing(Database(database_url)) as other:
        with leases(database).held():
            for second in (database, other):
                with pytest.raises(LedgerHeld), leases(second).held():
                    pass
        with leases(other).held():
            pass


def test_the_lease_passes_errors_and_is_given_back(database: Database) -> None:
    for error in (ZeroDivisionError(), TimeoutError()):
        with pytest.raises(type(error)), leases(database).held():
            raise error
    with leases(database).held():
        pass


def test_the_lease_can_be_given_back_by_another_thread(database: Database) -> None:
    lease = leases(database).held()
    lease.__enter__()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lease.__exit__, None, None, None).result()
    with leases(database).held():
        pass


def test_a_connection_lost_within_the_lease_hides_no_error(postgresql_url: str) -> None:
    def anchor() -> None:
        with leases(database).held():
            with other.write() as killer:
                killer.connection().execute(
                    text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
                )
            raise ZeroDivisionError

    with closing(Database(postgresql_url)) as database, closing(Database(postgresql_url)) as other:
        with pytest.raises(ZeroDivisionError):
            anchor()
        with leases(database).held():
            pass


def test_processes_that_contend_hold_the_lease_one_at_a_time(database_url: str, tmp_path: Path) -> None:
    Database(database_url).close()
    entered = tmp_path / "entered"
    with processes.running(4, processes.contend_for_lease, database_url, 10, tmp_path / "mark", entered) as contending:
        processes.finish(contending)
    assert len(processes.told(entered)) == 40


def test_a_killed_process_leaves_the_lease_at_once(database: Database, database_url: str, tmp_path: Path) -> None:
    held = tmp_path / "held"
    with processes.running(1, processes.hold_lease, database_url, held, parties=2) as holding:
        deadline = time.monotonic() + processes.PATIENCE
        while not processes.told(held):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        with pytest.raises(LedgerHeld), leases(database).held():
            pass
        holding[0].kill()
        holding[0].join()
        deadline = time.monotonic() + (0 if database.sqlite else 5)  # a server has to notice first
        while True:
            try:
                with leases(database).held():
                    return
            except LedgerHeld:
                assert time.monotonic() < deadline


def test_a_process_that_stands_still_is_passed_over_and_finds_out(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    held, lost = tmp_path / "held", tmp_path / "lost"
    with processes.running(1, processes.hold_lease_and_write, database_url, held, lost, parties=2) as holding:
        until(lambda: processes.told(held))
        pid = holding[0].pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        try:
            with pytest.raises(LedgerHeld), leases(database).held():
                pass
            with leases(database, LEASE_SECONDS + 1).held():
                assert leases(database, LEASE_SECONDS + 1).is_held()
                os.kill(pid, signal.SIGCONT)
                until(lambda: processes.told(lost))
        finally:
            os.kill(pid, signal.SIGCONT)
        assert processes.told(lost) == [LeaseLost.__name__]
        holding[0].kill()


def test_it_is_known_whether_somebody_anchors(database: Database, database_url: str) -> None:
    with closing(Database(database_url)) as other:
        assert not leases(other).is_held()
        with leases(database).held():
            assert leases(other).is_held()
        assert not leases(other).is_held()


def until(holds: object) -> None:
    deadline = time.monotonic() + processes.PATIENCE
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.01)
