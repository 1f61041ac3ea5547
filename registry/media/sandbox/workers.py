"""Worker processes as their parent sees them: how they are asked for, ended, and listened to with caution."""

import contextlib
import dataclasses
import io
import pickle
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import psutil

from registry import errors
from registry.media.sandbox import zygote
from registry.media.sandbox.confinement import Confinement, Measure

_PATIENCE_SECONDS = 5.0

_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "PILLOW_BLOCKS_MAX": "16",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(128 << 20),
}
"""No secrets of ours; one thread in the linear algebra library, since forking needs that; and Pillow and glibc keep
some memory for the next picture: without that a fifth of a worker's time goes into page faults. A thread of a decoder
gets no heap of its own, since each would take 64 MiB of the address space that a worker may use."""

_REPORT: dict[tuple[str, str], type] = {(kind.__module__, kind.__qualname__): kind for kind in (Confinement, Measure)}


class Answer(pickle.Unpickler):
    """Reads an answer that may come from a worker under a hostile file's control: known classes only."""

    def __init__(self, body: bytes, allowed: dict[tuple[str, str], type]) -> None:
        super().__init__(io.BytesIO(body))
        self._allowed = allowed

    def find_class(self, module: str, name: str) -> Any:
        """Called by `load` for every class and function that the answer names."""
        if module == errors.__name__:
            # Errors and the functions that rebuild them; what errors.py itself imports is of another module.
            found = vars(errors).get(name)
            if getattr(found, "__module__", None) == errors.__name__:
                return found
        if (module, name) in self._allowed:
            return self._allowed[module, name]
        raise pickle.UnpicklingError(f"{module}.{name} is not among the results of a job")


@dataclass(frozen=True, slots=True)
class Ending:
    """How a worker ended: its wait status, and what it wrote to its standard error output, which may be anything."""

    status: int
    last_words: str


@dataclass(slots=True)
class Worker:
    """A worker process as its parent sees it. `control` is the socket of the zygote that forked it."""

    pid: int
    connection: Connection
    control: socket.socket
    process: psutil.Process | None
    jobs: int = 0

    def confinement(self) -> Confinement:
        """What the worker reports once, before its first job; raises EOFError or OSError when it is dead."""
        reported: Confinement = Answer(self.connection.recv_bytes(), _REPORT).load()
        return reported

    def resident(self) -> int:
        """Resident size in bytes; 0 when it is gone."""
        try:
            return self.process.memory_info().rss if self.process else 0
        except psutil.Error:
            return 0

    def kill(self) -> None:
        """Kills it, and never another process that was given the same id since."""
        if self.process:
            with contextlib.suppress(psutil.Error):
                self.process.kill()


class Zygote:
    """The parent's side of the zygote: started at the first fork, and again if it was lost."""

    def __init__(self, setup: zygote.Setup) -> None:
        self._setup = setup
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def fork(self, niceness: int) -> Worker:
        """Returns a new worker of that priority; raises RuntimeError when the zygote can't be started."""
        for _ in range(2):  # the zygote may have been lost since the last order: once more, with a new one
            ours, theirs = socket.socketpair()
            with self._lock, theirs, contextlib.suppress(EOFError, OSError):
                control = self._control = self._control or self._launch()
                socket.send_fds(control, [b"F" + niceness.to_bytes(8, "little")], [theirs.fileno()])
                pid = int.from_bytes(zygote.read_exactly(control, 8), "little")
                process = None
                with contextlib.suppress(psutil.Error):
                    process = psutil.Process(pid)
                return Worker(pid, Connection(ours.detach()), control, process)
            ours.close()
            self.close()
        raise RuntimeError("the sandbox can't start its workers; the reason stands on the standard error output")

    def reap(self, worker: Worker) -> Ending | None:
        """Kills and reaps a worker, and returns how it ended; None when the zygote that could tell is gone."""
        with self._lock, contextlib.suppress(EOFError, OSError):
            if worker.control is self._control:
                worker.control.sendall(b"R" + worker.pid.to_bytes(8, "little"))
                status, length = (int.from_bytes(zygote.read_exactly(worker.control, 8), "little") for _ in range(2))
                return Ending(status, zygote.read_exactly(worker.control, length).decode(errors="replace"))
        worker.kill()
        return None

    def close(self) -> None:
        """Ends the zygote and all of its workers."""
        with self._lock:
            if self._control is not None:
                self._control.close()
                self._control = None
            if self._process is not None:
                try:
                    self._process.wait(_PATIENCE_SECONDS)
                except subprocess.TimeoutExpired:
                    self._process.kill()
                    self._process.wait()
                self._process = None

    def _launch(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", zygote.__file__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=_ENVIRONMENT,
                start_new_session=True,  # Ctrl-C at the terminal is the parent's affair
            )
        setup = pickle.dumps(dataclasses.astuple(self._setup))
        ours.sendall(len(setup).to_bytes(8, "little") + setup)
        return ours
