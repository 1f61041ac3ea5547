"""What other processes do in the tests of the store, and how they are started.

A fork server that has the store imported already gives birth to them, so that one costs milliseconds and starts without
a connection of the test's.
"""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Barrier
from pathlib import Path

from registry.accounts import AccountId
from registry.clock import system_clock
from registry.errors import LeaseLost, LedgerHeld
from registry.keyring import open_keyring
from registry.store.database import Database
from registry.store.lease import Leases
from registry.store.outbox import Outbox
from registry.store.registration import Registrations
from tests.store.examples import add, seal, some_draft

PATIENCE = 60

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__])


@contextmanager
def running(
    count: int, target: Callable[..., None], *args: object, parties: int | None = None
) -> Iterator[list[BaseProcess]]:
    """So many processes that call `target(barrier, *args)`; whatever still runs at the end is killed.

    The barrier lets them all start at the same moment. It waits for as many `parties` as there are processes, if not
    told otherwise.
    """
    barrier = _context.Barrier(parties or count)
    processes = [_context.Process(target=target, args=(barrier, *args)) for _ in range(count)]
    for process in processes:
        process.start()
    try:
        yield list(processes)
    finally:
        for process in processes:
            process.kill()
            process.join()


def finish(processes: list[BaseProcess]) -> None:
    """Waits for all of them; each must end well."""
    for process in processes:
        process.join(PATIENCE)
    assert [process.exitcode for process in processes] == [0] * len(processes)


def tell(path: Path, line: str) -> None:
    """Appends a line in one write, so that lines of several processes don't mix and a killed one leaves whole lines."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, f"{line}\n".encode())
    os.close(descriptor)


def told(path: Path) -> list[str]:
    """The lines that were told so far."""
    return path.read_text().splitlines() if path.exists() else []


def open_database(barrier: Barrier, url: str) -> None:
    """Opens the database at the same moment as the others."""
    barrier.wait(PATIENCE)
    Database(url).close()


def register(barrier: Barrier, url: str, account: AccountId, count: int, acknowledged: Path) -> None:
    """Registers works one after the other and tells each one's index and id once it was acknowledged."""
    database = Database(url)
    registrations = Registrations(database)
    barrier.wait(PATIENCE)
    for _ in range(count):
        work = add(registrations, some_draft(account), seal)
        tell(acknowledged, f"{work.index} {work.id}")
    database.close()


def register_same(barrier: Barrier, url: str, account: AccountId, digests: list[bytes], acknowledged: Path) -> None:
    """Registers these bytes, as the others do at the same moment."""
    database = Database(url)
    registrations = Registrations(database)
    barrier.wait(PATIENCE)
    for digest in digests:
        work = add(registrations, some_draft(account, sha256=digest), seal)
        tell(acknowledged, f"{work.index} {work.id}")
    database.close()


def hold_lease(barrier: Barrier, url: str, held: Path) -> None:
    """Takes the lease, tells so, and keeps it until it is killed."""
    database = Database(url)
    with Leases(database, system_clock).held():
        tell(held, "held")
        barrier.wait()  # with one party more than come: for ever


_PAUSE = 0.5
"""Seconds between two writes: who is told of one can stop the process outside of any."""


def hold_lease_and_write(barrier: Barrier, url: str, held: Path, lost: Path) -> None:
    """Takes the lease and writes under it again and again, telling of each; tells the error, and waits to be killed."""
    database = Database(url)
    with Leases(database, system_clock).held() as fence:
        outbox = Outbox(database, fence)
        while True:
            try:
                outbox.tell(None, system_clock())
            except LeaseLost as error:
                tell(lost, type(error).__name__)
                barrier.wait()
            tell(held, "written")
            time.sleep(_PAUSE)


def contend_for_lease(barrier: Barrier, url: str, times: int, mark: Path, entered: Path) -> None:
    """Takes the lease so many times; fails where somebody else is inside at the same moment."""
    database = Database(url)
    barrier.wait(PATIENCE)
    while times:
        try:
            with Leases(database, system_clock).held():
                os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
                tell(entered, str(os.getpid()))
                mark.unlink()
                times -= 1
        except LedgerHeld:
            continue
    database.close()


def open_keys(barrier: Barrier, directory: Path, seen: Path) -> None:
    """Opens the keyring at the same moment as the others and tells what it holds."""
    barrier.wait(PATIENCE)
    keys = open_keyring(directory)
    secrets = keys.signer.private_bytes_raw() + keys.writer_secret
    tell(seen, (secrets + keys.recovery_public).hex())
