"""One lane of the sandbox: a worker at a time, replaced when it is used up, and buried when it dies.

A lane's own thread calls `run`, `ready` and `retire`; `check` and `close` are for others.
"""

import os
import pickle
import secrets
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from registry.errors import MediaTooDeep, MediaTooHungry, MediaTooSlow, OriginmarkError, WorkerDied
from registry.media.sandbox.confinement import Confinement
from registry.media.sandbox.workers import Answer, Ending, Worker, Zygote
from registry.media.sandbox.zygote import DONE, NO_MEMORY, REFUSED, TICKET_BYTES, TOO_DEEP

_LARGEST_ANSWER = 64 << 20
_NONSENSE = "The process that read the file gave an answer that no job gives."

_OUT_OF_MEMORY = ("memory allocation of ", "bad_alloc")
"""What Rust's and C++'s run-time say before they abort for want of memory. Other libraries abort without a word."""


_MAPPED = 192 << 20
"""What a worker's libraries map before they have read anything: OpenCV alone 174 MiB, next to none of which is used."""


class WorkerTraceback(Exception):
    """What the worker said of its end, the cause of a `WorkerDied`: text, which a hostile file may have written."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one job may use; `jobs` is after how many of them a worker is replaced.

    Both kinds of memory are in bytes. The kernel refuses more `address_space` where it can (Linux; None for no limit),
    and the parent kills a worker whose resident size is over `resident` everywhere. CPU time is the fair bound, because
    a busy machine doesn't use it up; the wall clock is the firm one, so that every file has an answer within 10 s of
    being taken up.
    """

    wall_seconds: float = 8.5
    cpu_seconds: int = 6
    address_space: int | None = _MAPPED + (1 << 30)
    resident: int = 1 << 30
    jobs: int = 500


class Lane:
    """Runs one job after another, in a worker of the given `niceness`.

    `report` is called with what each new worker says of its confinement.
    """

    def __init__(
        self,
        zygote: Zygote,
        limits: Limits,
        allowed: dict[tuple[str, str], type],
        niceness: int,
        report: Callable[[Confinement], None],
    ) -> None:
        self._zygote, self._limits, self._allowed = zygote, limits, allowed
        self._niceness, self._report = niceness, report
        self._lock = threading.Lock()  # held while the worker is signalled or reaped, so that no other process is hit
        self._worker: Worker | None = None
        self._used_up = False
        self._closed = False
        self._deadline: float | None = None
        self._killed_for: Exception | None = None

    def ready(self) -> Worker:
        """Has a worker for the next job, a new one if need be.

        Raises RuntimeError when none can be started, and `WorkerDied` or `MediaTooSlow` when it ends before its report.
        """
        if self._worker is not None:
            if not self._used_up and not self._worker.connection.poll():
                return self._worker
            self.retire()  # or it died while it had nothing to do, or speaks unasked: no file's fault
        worker = self._zygote.fork(self._niceness)
        self._expect(worker)
        try:
            confinement = worker.confinement()
        except (EOFError, OSError, pickle.UnpicklingError):
            died = self._bury()
            raise died from died.__cause__
        with self._lock:
            self._deadline = None
        self._report(confinement)
        return worker

    def run(self, request: bytes, buffers: list[pickle.PickleBuffer]) -> object:
        """Runs a job and returns its result, or raises what `Sandbox.run` names. Call `ready` at leisure afterwards."""
        worker = self.ready()
        self._expect(worker)
        ticket = secrets.token_bytes(TICKET_BYTES)
        try:
            worker.connection.send_bytes(ticket + request)
            for buffer in buffers:
                worker.connection.send_bytes(buffer)
            answer = worker.connection.recv_bytes(_LARGEST_ANSWER)
        except (EOFError, OSError):
            died = self._bury()
            raise died from died.__cause__
        with self._lock:
            self._deadline = None
        worker.jobs += 1
        self._used_up = True  # what makes one file fail may leave its mark
        result = self._read(answer, ticket)
        self._used_up = worker.jobs >= self._limits.jobs or self._killed_for is not None
        return result

    def retire(self) -> Ending | None:
        """Ends the worker, if there is one, and returns how it ended; None when that can't be known."""
        with self._lock:
            worker, self._worker, self._deadline, self._killed_for = self._worker, None, None, None
            self._used_up = False
            if worker is None:
                return None
            worker.connection.close()
            return self._zygote.reap(worker)

    def check(self) -> None:
        """Kills the worker if its job is over the wall clock or the memory."""
        with self._lock:
            if self._worker is None or self._deadline is None or self._killed_for is not None:
                return
            if time.monotonic() > self._deadline:
                self._killed_for = MediaTooSlow(self._limits.wall_seconds)
            elif self._worker.resident() > self._limits.resident:
                self._killed_for = MediaTooHungry(self._limits.resident)
            else:
                return
            self._worker.kill()

    def close(self) -> None:
        """Ends the worker, whatever it does, and one that is being forked just now as well."""
        with self._lock:
            self._closed = True
            if self._worker is not None:
                self._worker.kill()

    def _expect(self, worker: Worker) -> None:
        """An answer is due from now on: the watch has an eye on the worker."""
        with self._lock:
            self._worker = worker
            self._deadline = time.monotonic() + self._limits.wall_seconds
            if self._closed:
                worker.kill()

    def _bury(self) -> Exception:
        """Reaps a dead worker and returns what it died of."""
        killed_for = self._killed_for
        ending = self.retire()
        if killed_for is not None:
            return killed_for
        if ending is None:
            return WorkerDied("The process that read the file is gone.")
        how = f"ended by itself (exit {os.waitstatus_to_exitcode(ending.status)})"
        if os.WIFSIGNALED(ending.status):
            number = os.WTERMSIG(ending.status)
            if number == signal.SIGXCPU:
                return MediaTooSlow(self._limits.cpu_seconds)
            if number == signal.SIGABRT and any(sign in ending.last_words for sign in _OUT_OF_MEMORY):
                return self._too_hungry()
            how = f"died ({signal.Signals(number).name})"
        died = WorkerDied(f"The process that read the file {how}.")
        if ending.last_words:
            died.__cause__ = WorkerTraceback(ending.last_words)
        return died

    def _read(self, answer: bytes, ticket: bytes) -> object:
        kind, body = answer[TICKET_BYTES : TICKET_BYTES + 1], answer[TICKET_BYTES + 1 :]
        if answer[:TICKET_BYTES] != ticket:
            raise WorkerDied(_NONSENSE)
        if kind == NO_MEMORY:
            raise self._too_hungry()
        if kind == TOO_DEEP:
            raise MediaTooDeep(what="elements", limit=None)
        try:
            value = Answer(body, self._allowed).load()
        except Exception as error:
            raise WorkerDied(_NONSENSE) from error
        if kind == DONE:
            return value
        if kind == REFUSED and isinstance(value, OriginmarkError):
            raise value
        *_, last = str(value).strip().splitlines() or [""]
        raise WorkerDied(f"Reading the file failed: {last}") from WorkerTraceback(value)

    def _too_hungry(self) -> MediaTooHungry:
        return MediaTooHungry(self._limits.address_space or self._limits.resident)
