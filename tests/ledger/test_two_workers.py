"""Two workers on one PostgreSQL, of which one stands still for longer than its lease and wakes: nothing twice."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from registry.clock import Clock, system_clock
from registry.errors import LedgerHeld
from registry.ledger.connect import remote_client
from registry.store.database import Database
from registry.store.lease import LEASE_SECONDS, Leases
from registry.store.ledger import LedgerStore
from registry.store.outbox import Outbox
from tests.anvil import Anvil
from tests.ledger.ledger_world import World, on_anvil

PATIENCE = 60
STEP_SECONDS = 0.05
PASSED_OVER, FAILED = 7, 1


@pytest.mark.parametrize("pause_after", [0, 1, 2])
def test_one_transaction_a_checkpoint(anvil: Anvil, tmp_path: Path, postgresql_url: str, pause_after: int) -> None:
    with on_anvil(anvil, tmp_path, database_url=postgresql_url) as founded:
        pass  # and gives the lease back
    first = _forked(founded, postgresql_url, anvil, system_clock)
    try:
        store = _Store(postgresql_url)
        for _ in range(pause_after):
            store.append_and_wait(founded)
        _until(store.is_held)
        os.kill(first, signal.SIGSTOP)
        second = _forked(founded, postgresql_url, anvil, lambda: system_clock() + LEASE_SECONDS + 1)
        try:
            store.append_and_wait(founded)
            os.kill(first, signal.SIGCONT)
            assert _ended(first) == PASSED_OVER
            store.append_and_wait(founded)
        finally:
            os.kill(second, signal.SIGKILL)
            os.waitpid(second, 0)
    finally:
        _end(first)
    on_chain = store.checkpoints(anvil, founded, tmp_path)
    assert on_chain == sorted(set(on_chain))
    assert on_chain[-1] == store.ledger.size()
    deploy_and_open = 2
    assert founded_nonce(anvil, founded) == deploy_and_open + len(on_chain)


class _Store:
    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.ledger = LedgerStore(self.database)

    def is_held(self) -> bool:
        return Leases(self.database, system_clock).is_held()

    def append_and_wait(self, world: World) -> None:
        """Appends some entries and waits until a worker has anchored them."""
        World.append(_with(world, self.database), 3)
        _until(lambda: (last := self.ledger.last_anchored()) is not None and last.checkpoint.size == self.ledger.size())

    def checkpoints(self, anvil: Anvil, world: World, directory: Path) -> list[int]:
        with remote_client([anvil.url], world.keyring.writer_secret) as client:
            return [size for size, _ in World.checkpoints_on_chain(_with(world, self.database, client))]


def founded_nonce(anvil: Anvil, world: World) -> int:
    return int(anvil.rpc("eth_getTransactionCount", f"0x{world.client.writer.hex()}", "latest"), 16)


def _with(world: World, database: Database, client: object = None) -> World:
    return World(
        directory=world.directory,
        database=database,
        store=LedgerStore(database),
        keyring=world.keyring,
        client=client or world.client,  # type: ignore[arg-type]
        identity=world.identity,
        clock=system_clock,
        outbox=world.outbox,
    )


def _forked(world: World, url: str, anvil: Anvil, clock: Clock) -> int:
    """A worker in a process of its own: takes the lease as soon as it can, and anchors until it is passed over."""
    pid = os.fork()
    if pid:
        return pid
    status = FAILED
    try:
        with _working(world, url, anvil, clock) as step:
            while True:
                step()
                time.sleep(STEP_SECONDS)
    except LedgerHeld:
        status = PASSED_OVER
    finally:
        os._exit(status)


@contextmanager
def _working(world: World, url: str, anvil: Anvil, clock: Clock) -> "Iterator[object]":  # type: ignore[type-arg]
    database = Database(url)
    leases = Leases(database, clock)
    give_up = time.monotonic() + PATIENCE
    with remote_client([anvil.url], world.keyring.writer_secret) as client:
        while leases.is_held() and time.monotonic() < give_up:
            time.sleep(STEP_SECONDS)
        with leases.held() as fence:
            mine = _with(world, database, client)
            mine.outbox = Outbox(database, fence)
            yield lambda: mine.anchoring().step(flush=True)


def _until(holds: object) -> None:
    give_up = time.monotonic() + PATIENCE
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < give_up
        time.sleep(STEP_SECONDS)


def _ended(pid: int) -> int:
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(STEP_SECONDS)
    raise AssertionError("the worker that was stopped never ended")


def _end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    except (ProcessLookupError, ChildProcessError):
        pass
