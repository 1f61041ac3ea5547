"""What a worker can't do, even one that a hostile file has taken over: each act is shown to work outside of one."""

import builtins
import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.errors import WorkerDied
from registry.media.sandbox.confinement import Confinement, Measure
from registry.media.sandbox.pool import Sandbox

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp are Linux's: limits are all there is")

REFUSED = "Operation not permitted|Permission denied|Too many open files|not allowed to raise maximum limit"

BY_DESCRIPTOR = {
    "read a file": "open('/etc/passwd').read()",
    "list a folder": "import os; os.scandir('/')",
    "make a file": "open('{file}', 'x')",
    "open a socket": "import socket; socket.socket()",
    "open a datagram socket": "import socket; socket.socket(type=socket.SOCK_DGRAM)",
    "open a local socket": "import socket; socket.socketpair()",
    "connect": "import socket; socket.create_connection(('127.0.0.1', {port}), timeout=5)",
    "open a pipe": "import os; os.pipe()",
}
"""Acts that take a descriptor."""

BY_CALL = {
    "fork": "import os; os.fork() or os._exit(0)",
    "spawn": "import os; os.posix_spawn('/bin/true', ['true'], {{}})",
    "execute": "import os; os.execv('/bin/true', ['true'])",
    "look for a file": "import os; os.stat('/etc/passwd')",
    "change a file": "import os; os.utime('{file}')",
    "remove a file": "import os; os.remove('{file}')",
    "signal the zygote": "import os; os.kill(os.getppid(), 0)",
    "have more descriptors": "import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (64, 64))",
}
"""Acts that take none."""

MAKE_ROOM = "import os; os.close(0); os.close(1); os.close(2)\n"

MODULES = ("socket", "threading", "encodings.idna")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(preload=MODULES, workers=1) as pool:
        pool.run(os.getpid)
        yield pool


@pytest.fixture(scope="module")
def confinement(sandbox: Sandbox) -> Confinement:
    assert sandbox.confinement is not None
    return sandbox.confinement


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def outside(code: str) -> int:
    """The exit code of a process that isn't confined and does the same."""
    return subprocess.run([sys.executable, "-c", code], check=False, stderr=subprocess.DEVNULL).returncode


@pytest.mark.parametrize("room", ["", MAKE_ROOM], ids=["at once", "after making room"])
@pytest.mark.parametrize("act", BY_DESCRIPTOR)
def test_no_file_and_no_socket_is_opened(sandbox: Sandbox, act: str, room: str, port: int, tmp_path: Path) -> None:
    file = tmp_path / "file"
    code = room + BY_DESCRIPTOR[act].format(port=port, file=file)
    assert outside(code) == 0
    file.unlink(missing_ok=True)
    with pytest.raises(WorkerDied, match=REFUSED):
        sandbox.run(builtins.exec, code, {})


@LINUX
@pytest.mark.parametrize("act", BY_CALL)
def test_nothing_else_is_reached(sandbox: Sandbox, confinement: Confinement, act: str, tmp_path: Path) -> None:
    if Measure.SECCOMP not in confinement.processes:
        pytest.skip(f"seccomp doesn't hold here: {confinement}")
    file = tmp_path / "file"
    file.touch()
    code = BY_CALL[act].format(file=file)
    assert outside(code) == 0
    file.touch()
    with pytest.raises(WorkerDied, match=REFUSED):
        sandbox.run(builtins.exec, code, {})


@LINUX
def test_a_worker_is_nobody_in_particular(sandbox: Sandbox) -> None:
    assert sandbox.run(os.getuid) != 0
    with pytest.raises(WorkerDied, match=REFUSED):
        sandbox.run(os.setuid, 0)


def test_threads_are_left_since_decoders_need_them(sandbox: Sandbox) -> None:
    started = "threading.Thread(target=done.append, args=(1,))"
    code = f"import threading; done = []; one = {started}; one.start(); one.join(); assert done"
    sandbox.run(builtins.exec, code, {})


def test_confinement_is_told_once_by_the_first_worker(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="registry.media.sandbox"), Sandbox(workers=2) as pool:
        assert pool.confinement is None
        with pytest.raises(WorkerDied):
            pool.run(os._exit, 1)
        pool.run(os.getpid, draft=True)
        assert pool.confinement is not None
    (record,) = caplog.records
    assert record.getMessage() == f"confinement of workers: {pool.confinement}"
    assert record.levelno == (logging.INFO if pool.confinement.complete else logging.WARNING)


def on_a_kernel_without(*measures: str) -> dict[str, object]:
    program = [sys.executable, "-m", "tests.media.kernel_without", *measures]
    done = subprocess.run(program, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    told = f"confinement of workers: {report['told']}"
    assert (told in done.stderr) is not report["complete"]  # a warning goes to the terminal, information doesn't
    return dict(report)


@pytest.fixture
def full(confinement: Confinement) -> None:
    if not confinement.complete:
        pytest.skip(f"nothing can be taken away where something lacks: {confinement}")


@LINUX
@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(
    ("without", "holding", "reason", "error"),
    [
        ("landlock", ["seccomp", "resource limit"], "Landlock (Function not implemented)", "Operation not permitted"),
        ("seccomp", ["Landlock", "resource limit"], "seccomp (Operation canceled)", "Too many open files"),
        ("limit", ["seccomp", "Landlock"], "resource limit (set, and refuses nothing)", "Operation not permitted"),
    ],
)
def test_each_measure_stands_without_another(without: str, holding: list[str], reason: str, error: str) -> None:
    report = on_a_kernel_without(without)
    assert (report["files"], report["network"], report["missing"]) == (holding, holding, [reason])
    assert report["processes"] == [measure for measure in holding if measure == "seccomp"]
    assert reason in str(report["told"])
    attempts = report["attempts"]
    assert isinstance(attempts, dict)
    assert all(error in told for told in attempts.values())


@LINUX
@pytest.mark.usefixtures("full")
def test_landlock_alone_stops_files_and_tcp() -> None:
    report = on_a_kernel_without("seccomp", "limit")
    assert (report["files"], report["network"], report["processes"]) == (["Landlock"], ["Landlock"], [])
    attempts = report["attempts"]
    assert isinstance(attempts, dict)
    assert "Permission denied" in attempts["open"]
    assert "Permission denied" in attempts["bind"]
    assert attempts["socket"] == ""


@LINUX
@pytest.mark.usefixtures("full")
def test_a_limit_that_stands_alone_is_called_so() -> None:
    told = on_a_kernel_without("landlock", "seccomp")["told"]
    assert str(told).startswith("files: resource limit only; network: resource limit only; processes: nothing;")


@LINUX
@pytest.mark.usefixtures("full")
def test_where_nothing_holds_files_are_read_and_it_is_told() -> None:
    report = on_a_kernel_without("landlock", "seccomp", "limit")
    assert (report["files"], report["network"], report["processes"]) == ([], [], [])
    assert report["attempts"] == {"open": "", "socket": "", "bind": ""}
    assert str(report["told"]).startswith("files: nothing; network: nothing; processes: nothing; without Landlock (")
