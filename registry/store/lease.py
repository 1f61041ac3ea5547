"""One anchor worker at a time, whoever stops, stands still or comes back.

A row names the worker by a token that rises with each. Whatever a worker writes, it writes under its token, in the same
transaction: once another has taken over, the old one's writes are refused, however late it wakes. (Kleppmann, How to do
distributed locking, 2016.) What it may still send to the chain are bytes that the new one sends as well.

Who may take over:

    at once                     where the holder had the lock and has it no more: it is dead
    when the lease ran out      where the holder lives and has said nothing for so long: it stands still
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread

from sqlmodel import Session, select

from registry.clock import Clock, Seconds
from registry.errors import LeaseLost, LedgerHeld, OriginmarkError
from registry.store.database import Database
from registry.store.tables import WorkerRow

LEASE_SECONDS: Seconds = 30
_HEARTBEAT = LEASE_SECONDS / 3


@dataclass(frozen=True, slots=True)
class Fence:
    """A worker's right to write. `token` rises with each worker."""

    token: int

    def check(self, session: Session) -> None:
        """Raises LeaseLost where another worker has taken over; until the transaction ends, none can."""
        row = session.exec(select(WorkerRow).with_for_update()).one()
        if row.token != self.token:
            raise LeaseLost("Another process anchors since this one stood still.")


class Leases:
    """The lease over one database's anchoring. The clocks of several machines may differ: the token decides."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    @contextmanager
    def held(self) -> Iterator[Fence]:
        """The lease, for as long as the block lasts, with a thread that keeps it alive; raises LedgerHeld."""
        with self._database.worker_lock() as locked:
            fence = self._taken(locked)
            over = Event()
            heartbeat = Thread(target=self._beat, args=(fence, over), daemon=True, name="lease")
            heartbeat.start()
            try:
                yield fence
            finally:
                over.set()
                heartbeat.join()
                self._set(fence, expires=0)

    def is_held(self) -> bool:
        """Whether somebody anchors now."""
        with self._database.worker_lock() as locked, self._database.read() as session:
            row = session.get(WorkerRow, 1)
            return row is not None and not self._free(row, locked)

    def _taken(self, locked: bool) -> Fence:
        with self._database.write(alone=True) as session:
            row = session.exec(select(WorkerRow).with_for_update()).first()
            if row is None:
                row = WorkerRow(token=0, expires=0, locked=False)
            elif not self._free(row, locked):
                raise LedgerHeld("Another process is anchoring for this database.")
            row.token, row.expires, row.locked = row.token + 1, self._clock() + LEASE_SECONDS, locked
            session.add(row)
            return Fence(row.token)

    def _free(self, row: WorkerRow, locked: bool) -> bool:
        return row.expires <= self._clock() or (row.locked and locked)

    def _beat(self, fence: Fence, over: Event) -> None:
        while not over.wait(_HEARTBEAT):
            try:
                if not self._set(fence, expires=self._clock() + LEASE_SECONDS):
                    return
            except OriginmarkError:
                # A database that is away for a moment: the next beat tries again, and the fence decides.
                continue

    def _set(self, fence: Fence, *, expires: Seconds) -> bool:
        """Sets when the lease ends; False where another worker has it."""
        with self._database.write(promised=False) as session:
            row = session.exec(select(WorkerRow).with_for_update()).one()
            if row.token != fence.token:
                return False
            row.expires = expires
            session.add(row)
            return True
