"""A pool of expendable worker processes: bytes go in, a small typed result comes out.

Every parser of foreign bytes runs here, where it can crash, hang or eat memory at the cost of one file:

    submit ──queue──> lane (a thread) ──socket──> worker (a process, forked from the zygote)
                      lane (a thread) ──socket──> worker
    watch (a thread): kills a worker that is over its wall clock or resident size

1. A lane takes a task, starts a worker if it has none, and sends it the job.
2. The worker answers: a result, a typed error, or a failure told as text. After `Limits.jobs` jobs, or anything but a
   result, it is replaced.
3. Or it doesn't: the watch kills it, the kernel does, or it crashes. The lane sees the socket close, asks the zygote
   how the worker ended, and the task fails with what that says; the next task gets a new worker.

Answers are unpickled with a list of allowed classes, so that a worker taken over by a hostile file can't make the
parent run anything. Nothing outlives the parent: zygote and workers end when their sockets close, a `kill -9`
included.
"""

import contextlib
import os
import pickle
import queue
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar, TypeVarTuple, Unpack

from registry.errors import MediaTooHungry, MediaTooSlow, OriginmarkError, WorkerDied
from registry.media.workers import Answer, Worker, Zygote
from registry.media.zygote import DONE, NO_MEMORY, REFUSED, TICKET_BYTES, Setup

__all__ = ["Limits", "Sandbox", "WorkerTraceback"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_WATCH_SECONDS = 0.1
_LARGEST_ANSWER = 64 << 20
_NONSENSE = "The process that read the file gave an answer that no job gives."


class WorkerTraceback(Exception):
    """The worker's own traceback as text: the cause of a `WorkerDied` when a job raised something unforeseen."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one job may use; `jobs` is after how many of them a worker is replaced.

    Both kinds of memory are in bytes. The kernel refuses more `address_space` where it can (Linux; None for no limit),
    and the parent kills a worker whose resident size is over `resident` everywhere. CPU time is the fair bound, because
    a busy machine doesn't use it up; the wall clock is the firm one.
    """

    wall_seconds: float = 30.0
    cpu_seconds: int = 15
    address_space: int | None = 1 << 30
    resident: int = 1 << 30
    jobs: int = 500


@dataclass(slots=True)
class _Task:
    request: bytes
    buffers: list[pickle.PickleBuffer]
    future: "Future[Any]"


class Sandbox:
    """Runs picklable top-level functions in worker processes; usable from any thread.

    `preload` names the modules imported once for all workers: those of the jobs and all that they need, since a worker
    can't open a file any more. `results` are the classes that answers are made of, besides the built-in ones and
    `registry.errors`. Nothing is started before the first job.
    """

    def __init__(
        self,
        *,
        preload: tuple[str, ...] = (),
        results: tuple[type, ...] = (),
        workers: int | None = None,
        limits: Limits | None = None,
    ) -> None:
        limits = limits or Limits()
        self.workers = workers or os.cpu_count() or 1
        self._allowed: dict[tuple[str, str], type] = {(kind.__module__, kind.__qualname__): kind for kind in results}
        self._zygote = Zygote(Setup(tuple(sys.path), preload, limits.address_space, limits.cpu_seconds))
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._lanes = [_Lane(self._zygote, limits, self._allowed) for _ in range(self.workers)]
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._closing = False
        self._ended = threading.Event()

    def submit(self, job: Callable[[Unpack[Ts]], T], *arguments: *Ts) -> "Future[T]":
        """Queues a job. Its future holds the result, or one of the errors that `run` names."""
        buffers: list[pickle.PickleBuffer] = []
        # Bytes travel beside the pickle, so that a large file isn't copied into it.
        packed = [pickle.PickleBuffer(value) if type(value) is bytes else value for value in arguments]
        pickled = pickle.dumps((job, packed), protocol=5, buffer_callback=buffers.append)
        future: Future[T] = Future()
        with self._lock:
            if self._closing:
                raise RuntimeError("the sandbox is closed")
            if not self._threads:
                self._start()
            self._tasks.put(_Task(bytes([len(buffers)]) + pickled, buffers, future))
        return future

    def run(self, job: Callable[[Unpack[Ts]], T], *arguments: *Ts) -> T:
        """Runs a job and waits for it.

        Raises what the job raised from `registry.errors`, `MediaTooSlow`, `MediaTooHungry`, or `WorkerDied`; the last
        also when the job raised something unforeseen, whose traceback is then its cause.
        """
        return self.submit(job, *arguments).result()

    def close(self) -> None:
        """Ends all processes and threads. Queued jobs are cancelled, running ones end with `WorkerDied`."""
        with self._lock:
            self._closing = True
            with contextlib.suppress(queue.Empty):
                while (task := self._tasks.get_nowait()) is not None:
                    task.future.cancel()
            for lane in self._lanes:
                self._tasks.put(None)
                lane.kill()
        for thread in self._threads:
            thread.join()
        self._ended.set()
        self._zygote.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> None:
        self._threads = [
            threading.Thread(target=self._feed, args=(lane,), name="sandbox lane", daemon=True) for lane in self._lanes
        ]
        for thread in self._threads:
            thread.start()
        threading.Thread(target=self._watch, name="sandbox watch", daemon=True).start()

    def _feed(self, lane: "_Lane") -> None:
        while (task := self._tasks.get()) is not None:
            if not task.future.set_running_or_notify_cancel():
                continue
            try:
                result = lane.run(task.request, task.buffers)
            except Exception as error:  # noqa: BLE001 - it is raised again where the future is asked
                task.future.set_exception(error)
            else:
                task.future.set_result(result)
            del task
        lane.retire()

    def _watch(self) -> None:
        while not self._ended.wait(_WATCH_SECONDS):
            for lane in self._lanes:
                lane.check()


class _Lane:
    """One worker at a time. `run` and `retire` are called by the lane's own thread, `check` and `kill` by others."""

    def __init__(self, zygote: Zygote, limits: Limits, allowed: dict[tuple[str, str], type]) -> None:
        self._zygote, self._limits, self._allowed = zygote, limits, allowed
        self._lock = threading.Lock()  # held while the worker is signalled or reaped, so that no other process is hit
        self._worker: Worker | None = None
        self._deadline: float | None = None
        self._killed_for: Exception | None = None

    def run(self, request: bytes, buffers: list[pickle.PickleBuffer]) -> object:
        if self._worker is not None and self._worker.connection.poll():
            self.retire()  # it died while it had nothing to do, or speaks unasked: no file's fault
        worker = self._worker
        if worker is None:
            worker = self._zygote.fork()
            with self._lock:
                self._worker = worker
        with self._lock:
            self._deadline = time.monotonic() + self._limits.wall_seconds
        ticket = secrets.token_bytes(TICKET_BYTES)
        try:
            worker.connection.send_bytes(ticket + request)
            for buffer in buffers:
                worker.connection.send_bytes(buffer)
            answer = worker.connection.recv_bytes(_LARGEST_ANSWER)
        except (EOFError, OSError):
            raise self._bury() from None
        with self._lock:
            self._deadline = None
        worker.jobs += 1
        used_up = worker.jobs >= self._limits.jobs or self._killed_for is not None
        try:
            return self._read(answer, ticket)
        except Exception:
            used_up = True  # what made one file fail may have left its mark
            raise
        finally:
            if used_up:
                self.retire()

    def retire(self) -> int | None:
        """Ends the worker, if there is one, and returns its wait status; None when that can't be known."""
        with self._lock:
            worker, self._worker, self._deadline, self._killed_for = self._worker, None, None, None
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

    def kill(self) -> None:
        """Ends the worker from another thread, whatever it does."""
        with self._lock:
            if self._worker is not None:
                self._worker.kill()

    def _bury(self) -> Exception:
        killed_for = self._killed_for
        status = self.retire()
        if killed_for is not None:
            return killed_for
        if status is None:
            return WorkerDied("The process that read the file is gone.")
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            if number == signal.SIGXCPU:
                return MediaTooSlow(self._limits.cpu_seconds)
            return WorkerDied(f"The process that read the file died ({signal.Signals(number).name}).")
        return WorkerDied(f"The process that read the file ended by itself (exit {os.WEXITSTATUS(status)}).")

    def _read(self, answer: bytes, ticket: bytes) -> object:
        kind, body = answer[TICKET_BYTES : TICKET_BYTES + 1], answer[TICKET_BYTES + 1 :]
        if answer[:TICKET_BYTES] != ticket:
            raise WorkerDied(_NONSENSE)
        if kind == NO_MEMORY:
            raise MediaTooHungry(self._limits.address_space or self._limits.resident)
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
