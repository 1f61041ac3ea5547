"""Who waits for whom: pictures and drafts, workers that are ready before they are asked, and ones that die."""

import builtins
import operator
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import wait

import psutil
import pytest

from registry.errors import MediaError, MediaTooSlow, WorkerDied
from registry.media.sandbox.pool import Limits, Sandbox

BURN = "while True: pass"
ANSWERED_WITHIN = 10.0


def processes() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.005)
    return False


@pytest.fixture
def alone() -> None:
    """Whatever a sandbox of another module has running is counted as before."""
    assert until(lambda: all(process.status() != psutil.STATUS_ZOMBIE for process in processes()))


@pytest.mark.usefixtures("alone")
def test_started_workers_wait_for_jobs() -> None:
    before = len(processes())
    with Sandbox(workers=4) as pool:
        pool.start()
        assert until(lambda: len(processes()) - before == 1 + 4 + 2)  # the zygote, picture lanes, draft lanes
        assert until(lambda: pool.confinement is not None)
        ready = {process.pid for process in processes()}
        assert {pool.run(os.getpid), pool.run(os.getpid, draft=True)} <= ready
        pool.start()
        assert len(processes()) - before == 7
    with pytest.raises(RuntimeError, match="closed"):
        pool.start()


@pytest.mark.usefixtures("alone")
def test_what_is_not_started_costs_a_worker_for_each_job_at_once() -> None:
    before = len(processes())
    with Sandbox(workers=4) as pool:
        pool.run(os.getpid)
        assert len(processes()) - before == 2


@pytest.mark.parametrize(("workers", "drafts"), [(1, 1), (2, 1), (3, 1), (4, 2)])
def test_half_as_many_drafts_as_pictures(workers: int, drafts: int) -> None:
    with Sandbox(workers=workers, limits=Limits(wall_seconds=600)) as pool:
        for draft, lanes in ((False, workers), (True, drafts)):
            sleeping = [pool.submit(time.sleep, 600, draft=draft) for _ in range(workers + 2)]
            assert until(lambda: sum(one.running() for one in sleeping) == lanes)  # noqa: B023 - called at once
            assert not until(lambda: sum(one.running() for one in sleeping) > lanes, seconds=0.2)  # noqa: B023


def test_drafts_give_way() -> None:
    with Sandbox(workers=1) as pool:
        pids = [pool.run(os.getpid, draft=draft) for draft in (False, True)]
        of_picture, of_draft = (psutil.Process(pid).nice() for pid in pids)
    assert of_draft > of_picture == psutil.Process().nice()


def test_a_flood_of_drafts_holds_up_no_picture() -> None:
    with Sandbox(workers=2) as pool:
        flood = [pool.submit(builtins.exec, BURN, {}, draft=True) for _ in range(20)]
        assert until(lambda: flood[0].running())
        pictures = [pool.submit(operator.add, number, 1) for number in range(200)]
        _, late = wait(pictures, timeout=5)
        assert not late
        assert not any(draft.done() for draft in flood[1:])


@pytest.mark.parametrize("hostile", [BURN, "__import__('time').sleep(600)"], ids=["burning", "sleeping"])
def test_the_wall_clock_is_kept_to_a_fraction_of_a_second(hostile: str) -> None:
    with Sandbox(workers=1, limits=Limits(wall_seconds=1)) as pool:
        pool.run(os.getpid, draft=True)
        started = time.monotonic()
        with pytest.raises(MediaTooSlow):
            pool.run(builtins.exec, hostile, {}, draft=True)
        assert time.monotonic() - started < 1 + 0.5
    assert Limits().wall_seconds + 0.5 < ANSWERED_WITHIN


def test_even_one_that_defends_itself() -> None:
    defence = "import signal; signal.signal(signal.SIGXCPU, signal.SIG_IGN)\n" + BURN
    with Sandbox(workers=1, limits=Limits(cpu_seconds=1, wall_seconds=3)) as pool:
        pool.run(os.getpid)
        started = time.monotonic()
        with pytest.raises(MediaTooSlow) as caught:
            pool.run(builtins.exec, defence, {})
        assert caught.value.seconds == 3
        assert time.monotonic() - started < 4


@pytest.mark.usefixtures("alone")
def test_a_dead_worker_is_replaced_before_it_is_missed() -> None:
    with Sandbox(workers=1) as pool:
        before = {pool.run(os.getpid)}
        there = {process.pid for process in processes()}
        with pytest.raises(WorkerDied):
            pool.run(signal.raise_signal, signal.SIGKILL)
        assert until(lambda: len({process.pid for process in processes()} - there) == 1)
        (replacement,) = {process.pid for process in processes()} - there
        started = time.monotonic()
        assert pool.run(os.getpid) == replacement not in before
        assert time.monotonic() - started < 1


def test_work_goes_on_when_a_replacement_can_not_be_had() -> None:
    with Sandbox(workers=1, limits=Limits(jobs=1)) as pool:
        zygote = psutil.Process(pool.run(os.getppid))
        zygote.kill()
        for _ in range(3):
            assert pool.run(operator.add, 1, 1) == 2


FAILING: list[Callable[[Sandbox], object]] = [
    lambda pool: pool.run(operator.truediv, 1, 0),
    lambda pool: pool.run(signal.raise_signal, signal.SIGSEGV),
    lambda pool: pool.run(os.abort, draft=True),
    lambda pool: pool.run(bytearray, 2 << 30),
    lambda pool: pool.run(builtins.exec, "raise SystemExit(3)"),
    lambda pool: pool.run(open, "/etc/passwd", draft=True),
]


def possessions() -> tuple[int, ...]:
    """Processes, descriptors, threads, and the zygotes' descriptors, once no worker is under replacement any more."""
    process = psutil.Process()
    seen: list[tuple[int, ...]] = []

    def steady() -> bool:
        seen.append(
            (
                len(processes()),
                process.num_fds(),
                process.num_threads(),
                sum(zygote.num_fds() for zygote in process.children()),
            )
        )
        return len(seen) >= 20 and len(set(seen[-20:])) == 1

    assert until(steady)
    return seen[-1]


@pytest.mark.usefixtures("alone")
def test_nothing_leaks() -> None:
    def jobs(pool: Sandbox, count: int) -> None:
        for number in range(count):
            if number % 10 == 0:
                with pytest.raises(MediaError):
                    FAILING[number // 10 % len(FAILING)](pool)
            assert pool.run(operator.add, number, 1) == number + 1

    outside = possessions()
    with Sandbox(workers=2, limits=Limits(jobs=20)) as pool:
        pool.start()
        jobs(pool, 60)
        at_work = possessions()
        assert at_work[0] == outside[0] + 4  # the zygote, two picture lanes, a draft lane
        jobs(pool, 600)
        assert possessions() == at_work
    assert possessions() == outside


def test_closing_waits_for_no_job_that_is_just_being_taken_up() -> None:
    pool = Sandbox(workers=1, limits=Limits(wall_seconds=600))
    taken_up = pool.submit(time.sleep, 600)
    assert until(taken_up.running)  # its worker is still to be forked, and the zygote to be started
    pool.close()
    with pytest.raises(WorkerDied):
        taken_up.result()
