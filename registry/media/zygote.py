"""The process that workers are forked from: it imports the heavy libraries once, so that they start in milliseconds.

Run by path, in a fresh interpreter, never imported by it: `python zygote.py FD`. Standard library only, and one thread
only, so that forking is safe. `multiprocessing`'s own fork server isn't used because it imports the program's main
module again into its children (the whole command line, or the whole web server), and because its workers keep their
files open.

On the control socket, all integers 8 bytes little-endian:

    length, pickle of a tuple   once, from the parent: the fields of Setup
    b"F" with a socket          fork a worker that serves on it; the answer is its process id
    b"R", process id            kill the worker if it still lives and reap it; the answer is its wait status

On a worker's socket, `multiprocessing.connection` frames: a request is a ticket of 8 bytes, one byte that counts the
buffers, then the pickle of (job, arguments), then each buffer by itself; an answer is the same ticket, one byte that
says what follows (`DONE`, `REFUSED`, `NO_MEMORY` or `FAILED`), then its pickle.
"""

import contextlib
import gc
import importlib
import math
import os
import pickle
import resource
import signal
import socket
import sys
import time
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection

DONE, REFUSED, NO_MEMORY, FAILED = b"d", b"r", b"m", b"f"
"""A result; an error of ours; out of memory; a traceback."""

ERRORS = "registry.errors"
"""The module whose errors cross to the parent with their facts; any other exception crosses as text."""

TICKET_BYTES = 8
"""An answer carries its request's ticket, so that a late one is never taken for the next job's."""

_SERVING_FD = 3


@dataclass(frozen=True, slots=True)
class Setup:
    """What the zygote is told once: where to import from, what to import, and what each worker may use.

    `address_space` is in bytes, None for no limit; `cpu_seconds` counts for each job anew.
    """

    path: tuple[str, ...]
    preload: tuple[str, ...]
    address_space: int | None
    cpu_seconds: int


def read_exactly(control: socket.socket, count: int) -> bytes:
    """Reads `count` bytes; raises EOFError when the other side is gone."""
    data = b""
    while len(data) < count:
        piece = control.recv(count - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def main(control: socket.socket) -> None:
    """Serves the parent until it closes the control socket or dies; then no worker outlives it."""
    length = int.from_bytes(read_exactly(control, 8), "little")
    setup = Setup(*pickle.loads(read_exactly(control, length)))  # noqa: S301 - the parent's
    sys.path[:] = setup.path
    for name in setup.preload:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # what stands now stays shared with the workers: a collection in one of them copies none of it
    children: set[int] = set()
    try:
        while True:
            order, handles, _, _ = socket.recv_fds(control, 1, 1)
            if order == b"F":
                answer = fork_worker(control, handles[0], setup)
                children.add(answer)
            elif order == b"R":
                pid = int.from_bytes(read_exactly(control, 8), "little")
                answer = reap(pid)
                children.discard(pid)
            else:
                break
            control.sendall(answer.to_bytes(8, "little"))
    finally:
        for pid in children:
            reap(pid)


def reap(pid: int) -> int:
    """Kills a child and returns its wait status, which tells a death of its own from the kill."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return status


def fork_worker(control: socket.socket, handle: int, setup: Setup) -> int:
    """Forks a worker that serves on the socket `handle`, and returns its process id."""
    pid = os.fork()
    if pid:
        os.close(handle)
        return pid
    try:
        control.close()
        confine(handle, setup)
        serve(Connection(_SERVING_FD), setup)
    finally:
        os._exit(0)  # never back into the zygote's loop


def confine(handle: int, setup: Setup) -> None:
    """Takes from this process what reading a picture doesn't need: files, network, children, memory without end.

    With the descriptor limit at the serving socket's own, no file or socket can be opened any more. A limit that this
    system doesn't know is left out: the parent watches resident size and wall clock everywhere.
    """
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    os.dup2(handle, _SERVING_FD)
    os.closerange(_SERVING_FD + 1, 256)
    for limit, value in (
        (resource.RLIMIT_AS, resource.RLIM_INFINITY if setup.address_space is None else setup.address_space),
        (resource.RLIMIT_NOFILE, _SERVING_FD + 1),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, value))


def serve(connection: Connection, setup: Setup) -> None:
    """Does one job after another until the parent closes the socket or dies."""
    while True:
        try:
            request = connection.recv_bytes()
            buffers = [connection.recv_bytes() for _ in range(request[TICKET_BYTES])]
        except (EOFError, OSError):
            return
        spent = math.ceil(time.process_time())
        resource.setrlimit(resource.RLIMIT_CPU, (spent + setup.cpu_seconds, resource.RLIM_INFINITY))
        answer = request[:TICKET_BYTES] + do(request[TICKET_BYTES + 1 :], buffers)
        del request, buffers
        try:
            connection.send_bytes(answer)
        except OSError:
            return


def do(pickled: bytes, buffers: list[bytes]) -> bytes:
    """Runs the job and packs its result or its error."""
    try:
        job, arguments = pickle.loads(pickled, buffers=buffers)  # noqa: S301 - the parent's
        return DONE + pickle.dumps(job(*arguments), protocol=5)
    except MemoryError:
        return NO_MEMORY
    except Exception as error:  # noqa: BLE001 - whatever a job raises is told to the parent, which raises it there
        if type(error).__module__ == ERRORS:
            return REFUSED + pickle.dumps(error, protocol=5)
        return FAILED + pickle.dumps("".join(traceback.format_exception(error)), protocol=5)


if __name__ == "__main__":
    with contextlib.suppress(EOFError, ConnectionError):
        main(socket.socket(fileno=int(sys.argv[1])))
