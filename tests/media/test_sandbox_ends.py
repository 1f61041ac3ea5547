"""However its parent ends, no process of the sandbox stays behind, and none of them talks to the terminal."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

Host = tuple["subprocess.Popen[str]", list[int]]


@pytest.fixture
def host() -> Iterator[Host]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.media.sandbox_host"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    pids = [int(pid) for pid in process.stdout.readline().split()]
    yield process, pids
    process.kill()
    process.communicate()


def all_gone(pids: list[int]) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        # Adopted by whoever adopts orphans here, which may be slow to read their end.
        if all(not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE for pid in pids):
            return True
        time.sleep(0.02)
    return False


def test_a_killed_parent_leaves_nothing_behind(host: Host) -> None:
    process, pids = host
    assert len(pids) == 3  # the zygote, the sleeper, and the one that told its id
    process.kill()
    process.wait()
    assert all_gone(pids)


def test_ctrl_c_is_the_parents_affair(host: Host) -> None:
    process, pids = host
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert all_gone(pids)
    assert told.count("Traceback") == 1  # the host's own: it doesn't catch KeyboardInterrupt
    assert told.strip().endswith("KeyboardInterrupt")
    assert "zygote" not in told


def test_a_terminated_parent_leaves_nothing_behind(host: Host) -> None:
    process, pids = host
    process.terminate()
    process.wait(timeout=30)
    assert all_gone(pids)
