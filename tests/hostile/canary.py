"""A file and a listening socket that nobody may touch, and that know it when somebody does. Linux."""

import contextlib
import ctypes
import os
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.media.drawn import encoded, scene

_IN_ACCESS, _IN_OPEN = 0x01, 0x20
_IN_NONBLOCK = os.O_NONBLOCK


@dataclass(frozen=True)
class Canary:
    """`file` is a picture that anyone may read; `address` is where nothing is answered."""

    file: Path
    address: str
    _watch: int
    _listener: socket.socket

    def opened(self) -> bool:
        """Whether the file was opened since the last time this was asked."""
        with contextlib.suppress(BlockingIOError):
            return bool(os.read(self._watch, 1 << 16))
        return False

    def called(self) -> bool:
        """Whether somebody connected since the last time this was asked."""
        with contextlib.suppress(BlockingIOError):
            self._listener.accept()[0].close()
            return True
        return False


@contextlib.contextmanager
def canary() -> Iterator[Canary]:
    """Watches until the end; the folder is open to all, since workers of a root process are nobody."""
    libc = ctypes.CDLL(None, use_errno=True)
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listener:
        file = Path(folder) / "canary.png"
        file.write_bytes(encoded(scene(), "PNG"))
        for path, mode in ((Path(folder), 0o755), (file, 0o644)):
            path.chmod(mode)
        watch = libc.inotify_init1(_IN_NONBLOCK)
        if watch < 0 or libc.inotify_add_watch(watch, os.fsencode(file), _IN_ACCESS | _IN_OPEN) < 0:
            raise OSError(ctypes.get_errno(), "inotify")
        listener.setblocking(False)
        try:
            yield Canary(file, f"http://127.0.0.1:{listener.getsockname()[1]}/", watch, listener)
        finally:
            os.close(watch)
