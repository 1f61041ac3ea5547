"""The process that workers are forked from: it imports the heavy libraries once, so that they start in milliseconds.

Run by path, in a fresh interpreter, never imported by it: `python zygote.py FD`. Standard library only, and one thread
only, so that forking is safe. `multiprocessing`'s own fork server isn't used because it imports the program's main
module again into its children (the whole command line, or the whole web server), and because its workers keep their
files open.

On the control socket, all integers 8 bytes little-endian:

    length, pickle of a tuple      once, from the parent: the fields of Setup
    b"F" with a socket, niceness   fork a worker that serves on it; the answer is its process id
    b"R", process id               kill the worker if it still lives and reap it; the answer is its wait status, the
                                   length of its last words, and these: what it wrote to its standard error output

On a worker's socket, `multiprocessing.connection` frames: first the worker's pickled `Confinement`, unasked. Then a
request is a ticket of 8 bytes, one byte that counts the buffers, then the pickle of (job, arguments), then each buffer
by itself; an answer is the same ticket, one byte that says what follows (`DONE`, `REFUSED`, `NO_MEMORY`, `TOO_DEEP` or
`FAILED`), then its pickle.
"""

import contextlib
import faulthandler
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

DONE, REFUSED, NO_MEMORY, TOO_DEEP, FAILED = b"d", b"r", b"m", b"n", b"f"
"""A result; an error of ours; out of memory; calls nested too deep; a traceback."""

ERRORS = "registry.errors"
"""The module whose errors cross to the parent with their facts; any other exception crosses as text."""

BARRIERS = "registry.media.sandbox.barriers"
"""The module that confines a worker."""

TICKET_BYTES = 8
"""An answer carries its request's ticket, so that a late one is never taken for the next job's."""

_SERVING_FD = 3
_LAST_WORDS = 64 << 10  # as much as a pipe holds


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
    for name in (BARRIERS, *setup.preload):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # what stands now stays shared with the workers: a collection in one of them copies none of it
    children: dict[int, int] = {}
    try:
        while True:
            order, handles, _, _ = socket.recv_fds(control, 1, 1)
            if order not in (b"F", b"R"):
                break
            number = int.from_bytes(read_exactly(control, 8), "little")
            if order == b"F":
                pid, words = fork_worker(control, handles[0], number, setup)
                children[pid] = words
                control.sendall(pid.to_bytes(8, "little"))
            else:
                status, last = reap(number, children.pop(number))
                control.sendall(status.to_bytes(8, "little") + len(last).to_bytes(8, "little") + last)
    finally:
        for pid, words in children.items():
            reap(pid, words)


def reap(pid: int, words: int) -> tuple[int, bytes]:
    """Kills a child and returns its wait status, which tells a death of its own from the kill, and its last words."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    last = b""
    with contextlib.suppress(BlockingIOError):
        last = os.read(words, _LAST_WORDS)
    os.close(words)
    return status, last


def fork_worker(control: socket.socket, handle: int, niceness: int, setup: Setup) -> tuple[int, int]:
    """Forks a worker that serves on the socket `handle`; returns its process id and where its last words can be read.

    The pipe never blocks: a worker that fills it goes on, and what it says further is lost.
    """
    words, standard_error = os.pipe()
    os.set_blocking(words, False)
    os.set_blocking(standard_error, False)
    pid = os.fork()
    if pid:
        os.close(handle)
        os.close(standard_error)
        return pid, words
    try:
        control.close()
        os.nice(niceness)
        keep_only(handle, standard_error)
        faulthandler.enable()  # a crash says where in Python it happened
        connection = Connection(_SERVING_FD)
        # Known by name, since this file is run before anything of ours can be imported.
        confinement = sys.modules[BARRIERS].confine(setup.address_space)
        connection.send_bytes(pickle.dumps(confinement, protocol=5))
        serve(connection, setup)
    except Exception:  # noqa: BLE001 - told as its last words
        traceback.print_exc()
    finally:
        os._exit(0)  # never back into the zygote's loop


def keep_only(handle: int, standard_error: int) -> None:
    """Closes every file and socket of this process but the one it serves on and the pipe for its last words."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard, kept in ((0, nothing), (1, nothing), (2, standard_error), (_SERVING_FD, handle)):
        os.dup2(kept, standard)
    os.closerange(_SERVING_FD + 1, 1024)


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
    except RecursionError:
        return TOO_DEEP
    except Exception as error:  # noqa: BLE001 - whatever a job raises is told to the parent, which raises it there
        if type(error).__module__ == ERRORS:
            return REFUSED + pickle.dumps(error, protocol=5)
        return FAILED + pickle.dumps("".join(traceback.format_exception(error)), protocol=5)


if __name__ == "__main__":
    with contextlib.suppress(EOFError, ConnectionError):
        main(socket.socket(fileno=int(sys.argv[1])))
