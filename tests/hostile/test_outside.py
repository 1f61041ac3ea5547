"""No worker opens a file or a socket, whatever a file says: watched from outside, and in the kernel's own words."""

import os
import shutil
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.hostile import trace
from tests.hostile.canary import canary
from tests.hostile.good import good_files
from tests.hostile.outside import pointing
from tests.hostile.sending import CHECKS, WORKS
from tests.hostile.service import Answer, send, started

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify and strace are Linux's")


def test_no_worker_reaches_outside(tmp_path: Path, subtests: pytest.Subtests) -> None:
    under = trace.command(tmp_path / "strace")
    answers: dict[str, Answer] = {}
    with canary() as bird, started(tmp_path / "data", under or ()) as service, service.client() as client:
        files = [*pointing(str(bird.file), bird.address)]
        files += [(f"good {kind.label} {at}", data) for kind, of in good_files().items() for at, data in enumerate(of)]
        for name, data in files:
            for path in (WORKS, CHECKS):
                answers[f"{name} {path}"] = send(client, path, data, name)
        zygote = service.zygote().pid
        opened, called = bird.opened(), bird.called()

    with subtests.test("each is read or refused"):
        assert len(answers) == 2 * len(files) > 100
        assert [name for name, answer in answers.items() if not answer.in_form] == []
        assert all(answer.good for name, answer in answers.items() if name.startswith("good"))

    with subtests.test("the file was never opened"):
        assert not opened

    with subtests.test("nobody was called"):
        assert not called

    with subtests.test("no worker got a file, a socket or a process"):
        if under is None:
            there = shutil.which("strace") or not os.environ.get("CI")  # noqa: TID251 - no setting of ours
            assert there, "strace is missing: apt-get install strace"
            pytest.skip("strace isn't installed, or may not trace here: what workers asked of the kernel is not known")
        seen = trace.read(tmp_path / "strace", zygote)
        assert seen.confined
        assert seen.got == []


def test_a_canary_knows_when_it_is_touched() -> None:
    with canary() as bird:
        assert not bird.opened()
        assert not bird.called()
        bird.file.read_bytes()
        assert bird.opened()
        assert not bird.opened()
        with pytest.raises(OSError, match="timed out"):
            urlopen(bird.address, timeout=0.1)
        assert bird.called()
        assert not bird.called()


LOG = """\
10 clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f) = 20
20 openat(AT_FDCWD, "/dev/null", O_RDWR) = 5
20 openat(AT_FDCWD, "/dev/null", O_RDONLY|O_CLOEXEC) = -1 EACCES (Permission denied)
20 write(3, "\\\\0\\\\0\\\\1", 3) = 3
10 openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 7
20 openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = -1 EPERM (Operation not permitted)
20 clone(child_stack=0x7f, flags=CLONE_VM|CLONE_THREAD <unfinished ...>
10 write(1, "x", 1) = 1
20 <... clone resumed>, parent_tid=[21]) = 21
20 --- SIGXCPU {si_signo=SIGXCPU} ---
"""
"""A worker (20) of a zygote (10) with a thread (21), as strace tells of them."""


@pytest.mark.parametrize(
    "line",
    [
        '20 openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 4',
        "21 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 4",
        "20 clone(child_stack=NULL, flags=SIGCHLD) = 30",
        '21 execve("/bin/sh", ["sh"], 0x7f) = 0',
    ],
)
def test_a_trace_knows_what_a_worker_got(tmp_path: Path, line: str) -> None:
    (tmp_path / "log").write_text(LOG)
    assert trace.read(tmp_path / "log", 10) == trace.Trace({20, 21}, [])
    (tmp_path / "log").write_text(f"{LOG}{line}\n")
    assert len(trace.read(tmp_path / "log", 10).got) == 1
