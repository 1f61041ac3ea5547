"""A pool of expendable worker processes: bytes go in, a small typed result comes out.

Every parser of foreign bytes runs here, where it can crash, hang or eat memory at the cost of one file:

    submit ──pictures──> lane (a thread) ──socket──> worker (a process, forked from the zygote)
                         lane (a thread) ──socket──> worker
    submit ──drafts────> lane (a thread) ──socket──> worker of lower priority
    watch (a thread): kills a worker that is over its wall clock or resident size

1. A lane takes a task, starts a worker if it has none, and sends it the job.
2. The worker answers: a result, a typed error, or a failure told as text. After `Limits.jobs` jobs, or anything but a
   result, it is replaced, before the next task is taken.
3. Or it doesn't: the watch kills it, the kernel does, or it crashes. The lane sees the socket close, asks the zygote
   how the worker ended, and the task fails with what that says; another worker is forked for the next.

A picture's cost is known from its header before it is decoded; that of a draft (SVG, PDF, PSD) only when it is paid.
So drafts have lanes of their own, whose workers give way to the others: a flood of slow drafts holds up drafts.

What workers are kept from, and by what, stands in `barriers`; each reports which of it holds (`Sandbox.confinement`).
Answers are unpickled with a list of allowed classes, so that a worker taken over by a hostile file can't make the
parent run anything. Nothing outlives the parent: zygote and workers end when their sockets close, a `kill -9`
included.
"""

import contextlib
import ctypes
import logging
import os
import pickle
import queue
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar, TypeVarTuple, Unpack

from registry.media.sandbox.confinement import Confinement
from registry.media.sandbox.lane import Lane, Limits, WorkerTraceback
from registry.media.sandbox.workers import Zygote
from registry.media.sandbox.zygote import Setup

__all__ = ["Limits", "Sandbox", "WorkerTraceback"]

logger = logging.getLogger(__name__)

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_WATCH_SECONDS = 0.1

_M_MMAP_THRESHOLD = -3
"""From malloc.h: the size from which a block is mapped by itself, and unmapped when it is freed."""

_DRAFT_NICENESS = 7
"""A worker at 7 has a fifth of the CPU time of one at 0 that wants the same core (Linux, sched(7)): enough that an
honest draft ends within its wall clock while pictures are read on every core, too little to hold these up."""


@dataclass(slots=True)
class _Task:
    request: bytes
    buffers: list[pickle.PickleBuffer]
    future: "Future[Any]"


_Tasks = queue.SimpleQueue[_Task | None]


class Sandbox:
    """Runs picklable top-level functions in worker processes; usable from any thread.

    `preload` names the modules imported once for all workers: those of the jobs and all that they need, since a worker
    can't open a file any more. `results` are the classes that answers are made of, besides the built-in ones and
    `registry.errors`. `workers` is the number of pictures read at once, one for each core unless told otherwise; half
    as many drafts are read besides, at least one. Nothing is started before `start` or the first job.
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
        self._zygote = Zygote(Setup(tuple(sys.path), preload, limits.address_space, limits.cpu_seconds))
        allowed: dict[tuple[str, str], type] = {(kind.__module__, kind.__qualname__): kind for kind in results}
        self._pictures: _Tasks = queue.SimpleQueue()
        self._drafts: _Tasks = queue.SimpleQueue()
        self._lanes: list[tuple[Lane, _Tasks]] = []
        for tasks, count, niceness in (
            (self._pictures, self.workers, 0),
            (self._drafts, max(self.workers // 2, 1), _DRAFT_NICENESS),
        ):
            self._lanes += ((Lane(self._zygote, limits, allowed, niceness, self._learn), tasks) for _ in range(count))
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._confinement: Confinement | None = None
        self._closing = False
        self._ended = threading.Event()

    @property
    def confinement(self) -> Confinement | None:
        """What keeps workers from files, network and other processes; None until the first of them has reported."""
        return self._confinement

    def start(self) -> None:
        """Starts all workers at once and doesn't wait for them: for a server, whose first request finds them ready."""
        _give_back_large_blocks()
        with self._lock:
            self._open(eagerly=True)

    def submit(self, job: Callable[[Unpack[Ts]], T], *arguments: *Ts, draft: bool = False) -> "Future[T]":
        """Queues a job, with the pictures unless it reads a `draft`.

        Its future holds the result, or one of the errors that `run` names.
        """
        buffers: list[pickle.PickleBuffer] = []
        # Bytes travel beside the pickle, so that a large file isn't copied into it.
        packed = [pickle.PickleBuffer(value) if type(value) is bytes else value for value in arguments]
        pickled = pickle.dumps((job, packed), protocol=5, buffer_callback=buffers.append)
        future: Future[T] = Future()
        with self._lock:
            self._open(eagerly=False)
            tasks = self._drafts if draft else self._pictures
            tasks.put(_Task(bytes([len(buffers)]) + pickled, buffers, future))
        return future

    def run(self, job: Callable[[Unpack[Ts]], T], *arguments: *Ts, draft: bool = False) -> T:
        """Runs a job and waits for it.

        Raises what the job raised from `registry.errors`, `MediaTooSlow` (CPU or wall clock), `MediaTooHungry` (memory
        refused, or a library that aborts for want of it and says so), `MediaTooDeep` (Python's recursion limit), or
        `WorkerDied`; the last also when the job raised something unforeseen, whose traceback is then its cause.
        """
        return self.submit(job, *arguments, draft=draft).result()

    def close(self) -> None:
        """Ends all processes and threads. Queued jobs are cancelled, running ones end with `WorkerDied`."""
        with self._lock:
            self._closing = True
            for tasks in (self._pictures, self._drafts):
                with contextlib.suppress(queue.Empty):
                    while (task := tasks.get_nowait()) is not None:
                        task.future.cancel()
            for lane, tasks in self._lanes:
                tasks.put(None)
                lane.close()
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

    def _open(self, *, eagerly: bool) -> None:
        if self._closing:
            raise RuntimeError("the sandbox is closed")
        if self._threads:
            return
        self._threads = [
            threading.Thread(target=self._feed, args=(lane, tasks, eagerly), name="sandbox lane", daemon=True)
            for lane, tasks in self._lanes
        ]
        for thread in self._threads:
            thread.start()
        threading.Thread(target=self._watch, name="sandbox watch", daemon=True).start()

    def _feed(self, lane: Lane, tasks: _Tasks, eagerly: bool) -> None:
        if eagerly:
            self._prepare(lane)
        while (task := tasks.get()) is not None:
            if not task.future.set_running_or_notify_cancel():
                continue
            try:
                result = lane.run(task.request, task.buffers)
            except Exception as error:  # noqa: BLE001 - it is raised again where the future is asked
                task.future.set_exception(error)
            else:
                task.future.set_result(result)
            del task
            self._prepare(lane)
        lane.retire()

    def _prepare(self, lane: Lane) -> None:
        """Has the lane's next worker forked before it is asked for; what goes wrong is told by the next job."""
        if not self._closing:
            with contextlib.suppress(Exception):
                lane.ready()

    def _watch(self) -> None:
        while not self._ended.wait(_WATCH_SECONDS):
            for lane, _ in self._lanes:
                lane.check()

    def _learn(self, confinement: Confinement) -> None:
        """Keeps the first worker's report: the others come from the same zygote, on the same kernel."""
        with self._lock:
            if self._confinement is not None:
                return
            self._confinement = confinement
        logger.log(logging.INFO if confinement.complete else logging.WARNING, "confinement of workers: %s", confinement)


def _give_back_large_blocks() -> None:
    """Has the memory of a file that was handed in go back to the system as soon as it is freed.

    glibc would learn from the first large file to keep blocks of up to 32 MB, in a heap for each thread: a server that
    has seen a few of 20 MB stays a hundred MB larger for good. Another C library has no such call.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, 1 << 20)
