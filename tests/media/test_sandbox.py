"""The pool at work: what a worker's death, delay, hunger or lie costs is one job."""

import builtins
import copy
import ctypes
import fractions
import operator
import os
import resource
import signal
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor, wait
from pathlib import Path

import psutil
import pytest

from registry.errors import MediaTooDeep, MediaTooHungry, MediaTooLarge, MediaTooSlow, WorkerDied
from registry.media.budget import within
from registry.media.sandbox.pool import Limits, Sandbox, WorkerTraceback

evaluate = builtins.eval  # a job that can be anything: workers import nothing from tests


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(preload=("ctypes", "fractions", "registry.media.budget"), workers=2) as pool:
        yield pool


def until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.01)
    return False


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_bytes_go_in_and_a_result_comes_out(sandbox: Sandbox) -> None:
    data = bytes(range(256)) * 40_000
    assert sandbox.run(zlib.crc32, data) == zlib.crc32(data)
    assert sandbox.run(operator.concat, b"one", b"other") == b"oneother"
    assert sandbox.run(os.getpid) not in (os.getpid(), os.getppid())


def test_typed_errors_cross_with_their_facts(sandbox: Sandbox) -> None:
    with pytest.raises(MediaTooLarge) as caught:
        sandbox.run(within, "bytes", 6, 5)
    assert (caught.value.what, caught.value.limit, caught.value.actual) == ("bytes", 5, 6)
    assert "at most 5 bytes" in caught.value.remedy


def test_an_unforeseen_error_is_told_with_its_traceback(sandbox: Sandbox) -> None:
    with pytest.raises(WorkerDied, match="ZeroDivisionError") as caught:
        sandbox.run(operator.truediv, 1, 0)
    assert isinstance(caught.value.__cause__, WorkerTraceback)
    assert "Traceback" in str(caught.value.__cause__)


@pytest.mark.parametrize(
    ("job", "argument", "told"),
    [
        (signal.raise_signal, signal.SIGKILL, "SIGKILL"),
        (signal.raise_signal, signal.SIGSEGV, "SIGSEGV"),
        (ctypes.string_at, 1, "SIGSEGV"),
        (os._exit, 3, "exit 3"),
    ],
)
def test_a_dead_worker_costs_one_job(sandbox: Sandbox, job: Callable[[int], object], argument: int, told: str) -> None:
    before = [sandbox.submit(operator.add, n, n) for n in range(10)]
    fatal = sandbox.submit(job, argument)
    after = [sandbox.submit(operator.add, n, n) for n in range(10)]
    with pytest.raises(WorkerDied, match=told):
        fatal.result()
    assert [future.result() for future in before + after] == [2 * n for n in range(10)] * 2
    assert [child.pid for child in psutil.Process().children(recursive=True) if gone(child.pid)] == []


def test_a_worker_that_dies_idle_costs_no_job() -> None:
    with Sandbox(workers=1) as pool:
        worker = pool.run(os.getpid)
        os.kill(worker, signal.SIGKILL)
        assert until(lambda: gone(worker))
        assert pool.run(operator.add, 1, 1) == 2


def test_a_slow_job_is_killed_and_holds_up_nobody() -> None:
    with Sandbox(workers=2, limits=Limits(wall_seconds=1.0)) as pool:
        pool.run(os.getpid)
        slow = pool.submit(time.sleep, 600)
        quick = [pool.submit(operator.add, n, 1) for n in range(50)]
        wait(quick)
        assert not slow.done()
        with pytest.raises(MediaTooSlow) as caught:
            slow.result(timeout=30)
        assert caught.value.seconds == 1.0
        assert pool.run(operator.add, 1, 1) == 2


def test_cpu_time_counts_for_each_job_anew() -> None:
    with Sandbox(workers=1, limits=Limits(cpu_seconds=1)) as pool:
        worker = pool.run(os.getpid)
        for _ in range(6):
            assert pool.run(sum, range(30_000_000)) > 0
        assert pool.run(time.process_time) > 1
        assert pool.run(os.getpid) == worker
        with pytest.raises(MediaTooSlow) as caught:
            pool.run(sum, range(10**12))
        assert caught.value.seconds == 1
        assert pool.run(os.getpid) != worker


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel bounds the address space on Linux only")
def test_memory_is_refused_by_the_kernel(sandbox: Sandbox) -> None:
    worker_limit, _ = sandbox.run(resource.getrlimit, resource.RLIMIT_AS)
    assert worker_limit == Limits().address_space
    with pytest.raises(MediaTooHungry) as caught:
        sandbox.run(bytearray, 2 << 30)
    assert caught.value.limit == worker_limit


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("memory allocation of 40000000000 bytes failed", MediaTooHungry),
        ("terminate called after throwing an instance of 'std::bad_alloc'", MediaTooHungry),
        ("assertion failed", WorkerDied),
    ],
)
def test_an_abort_is_hunger_if_it_says_so(sandbox: Sandbox, words: str, told: type[Exception]) -> None:
    with pytest.raises(told) as caught:
        sandbox.run(evaluate, f"(__import__('os').write(2, {words.encode()!r}), __import__('os').abort())")
    if told is WorkerDied:
        assert "SIGABRT" in str(caught.value)
        assert words in str(caught.value.__cause__)


def test_last_words_have_an_end(sandbox: Sandbox) -> None:
    flood = "[os.write(2, b'x' * 4096) for _ in range(1000)]"
    with pytest.raises(WorkerDied, match="BlockingIOError"):
        sandbox.run(evaluate, flood.replace("os.", "__import__('os')."))
    assert sandbox.run(operator.add, 1, 1) == 2


def test_a_crash_says_where(sandbox: Sandbox) -> None:
    with pytest.raises(WorkerDied, match="SIGSEGV") as caught:
        sandbox.run(ctypes.string_at, 1)
    assert "in string_at" in str(caught.value.__cause__)


def test_nesting_without_end_is_too_deep(sandbox: Sandbox) -> None:
    nested = "(lambda itself: itself(itself))(lambda itself: [itself(itself)])"
    with pytest.raises(MediaTooDeep) as caught:
        sandbox.run(evaluate, nested)
    assert (caught.value.what, caught.value.limit) == ("elements", None)
    assert "too deep to be followed" in str(copy.copy(caught.value))


def test_memory_is_watched_where_the_kernel_does_not() -> None:
    with Sandbox(workers=1, limits=Limits(address_space=None, resident=300 << 20)) as pool:
        worker = pool.run(os.getpid)
        with pytest.raises(MediaTooHungry) as caught:
            pool.run(evaluate, "(bytearray(b'x') * (600 << 20), __import__('time').sleep(60))[1]")
        assert caught.value.limit == 300 << 20
        assert pool.run(os.getpid) != worker


def test_workers_are_recycled() -> None:
    with Sandbox(workers=1, limits=Limits(jobs=3)) as pool:
        pids = [pool.run(os.getpid) for _ in range(7)]
    assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [3, 3, 1]


def test_a_worker_knows_no_secret(sandbox: Sandbox) -> None:
    names = sandbox.run(evaluate, "sorted(__import__('os').environ)")
    assert set(names) <= {
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "PILLOW_BLOCKS_MAX",
        "MALLOC_ARENA_MAX",
        "MALLOC_MMAP_THRESHOLD_",
        "MALLOC_TRIM_THRESHOLD_",
        "LC_CTYPE",
        "__CF_USER_TEXT_ENCODING",
    }
    assert sandbox.run(resource.getrlimit, resource.RLIMIT_CORE) == (0, 0)


def test_answers_hold_only_what_jobs_return(sandbox: Sandbox, tmp_path: Path) -> None:
    assert sandbox.run(evaluate, "{'a': (1, 2.5, None, True, b'x', [set()])}") == {
        "a": (1, 2.5, None, True, b"x", [set()])
    }
    with pytest.raises(WorkerDied):
        sandbox.run(fractions.Fraction, 1, 2)
    with Sandbox(preload=("fractions",), results=(fractions.Fraction,), workers=1) as pool:
        assert pool.run(fractions.Fraction, 1, 2) == fractions.Fraction(1, 2)


@pytest.mark.parametrize("lie", ["(__import__('os').mkdir, ({path!r},))", "(eval, ({act!r},))"])
def test_an_answer_can_not_make_the_parent_act(sandbox: Sandbox, tmp_path: Path, lie: str) -> None:
    trap = tmp_path / "sprung"
    act = f"__import__('os').mkdir({str(trap)!r})"
    answer = f"type('Lie', (), {{'__reduce__': lambda self: {lie.format(path=str(trap), act=act)}}})()"
    with pytest.raises(WorkerDied, match="no job gives"):
        sandbox.run(evaluate, answer)
    assert not trap.exists()
    assert sandbox.run(operator.add, 1, 1) == 2


def test_an_answer_that_is_no_answer(sandbox: Sandbox) -> None:
    for junk in (b"", b"short", bytes(8) + b"d\x80\x05N.", bytes(8) + b"dnot a pickle", bytes(8) + b"?"):
        with pytest.raises(WorkerDied, match="no job gives"):
            sandbox.run(evaluate, f"__import__('os').write(3, len({junk!r}).to_bytes(4, 'big') + {junk!r})")
        assert sandbox.run(operator.add, 1, 1) == 2


def test_many_threads_share_it(sandbox: Sandbox) -> None:
    with ThreadPoolExecutor(8) as threads:
        sums = list(threads.map(lambda n: sandbox.run(operator.mul, n, n), range(200)))
    assert sums == [n * n for n in range(200)]


def test_a_lost_zygote_is_replaced() -> None:
    with Sandbox(workers=1, limits=Limits(jobs=1)) as pool:
        before = set(psutil.Process().children())
        pool.run(os.getpid)
        (zygote,) = set(psutil.Process().children()) - before
        zygote.kill()
        assert pool.run(operator.add, 1, 1) == 2


def test_a_preload_that_fails_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    with Sandbox(preload=("no_such_module",), workers=1) as pool, pytest.raises(RuntimeError, match="can't start"):
        pool.run(os.getpid)
    assert "no_such_module" in capfd.readouterr().err


def test_closing_ends_everything() -> None:
    pool = Sandbox(workers=2)
    pids = {pool.run(os.getpid) for _ in range(20)}
    running = [pool.submit(time.sleep, 600) for _ in range(2)]
    assert until(lambda: all(future.running() for future in running))
    queued = pool.submit(os.getpid)
    pool.close()
    for future in running:
        with pytest.raises(WorkerDied):
            future.result()
    with pytest.raises(CancelledError):
        queued.result()
    assert all(gone(pid) for pid in pids)
    assert not any("sandbox" in thread.name for thread in threading.enumerate() if pool in vars(thread).values())
    with pytest.raises(RuntimeError, match="closed"):
        pool.submit(os.getpid)
    pool.close()


def test_nothing_is_started_before_the_first_job() -> None:
    before = len(psutil.Process().children(recursive=True))
    with Sandbox(workers=2):
        assert len(psutil.Process().children(recursive=True)) == before
