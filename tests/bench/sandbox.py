"""What the sandbox costs, against an unrestricted process pool, and what hostile files cost it.

    python -m tests.bench.sandbox DIR… [--pictures 500] [--workers 2] [--rounds 9] [--json]

- throughput: decoding and fingerprinting the same pictures by `concurrent.futures.ProcessPoolExecutor` and by the
  sandbox, with as many processes, in rounds by turns; also by CPU time, which a busy machine disturbs less
- recovery: from a worker's death to the next answer, at work (the job kills it), idle (killed from outside), and
  together with the process that workers are forked from, which has to import its libraries anew
- leaks: processes, descriptors and memory after 10,000 small jobs, one in twenty of which fails, each in another way
- flood: the rate of pictures alone, and while drafts that burn CPU and eat memory keep the draft lanes full, by turns
"""

import argparse
import builtins
import contextlib
import json
import operator
import os
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from itertools import cycle
from pathlib import Path
from statistics import median
from threading import Event, Thread

import psutil

from registry.errors import MediaError
from registry.media.sandbox.pool import Sandbox
from tests.bench.sandbox_jobs import burn, descend, eat, read

SUFFIXES = {".avif", ".bmp", ".gif", ".heic", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}
KILLS = 50
JOBS = 10_000
FAILING_EACH = 20
PHASE_SECONDS = 10.0

Row = dict[str, object]


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--pictures", type=int, default=500)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    pictures = _pictures(options.folders, options.pictures)
    with _sandbox(options.workers) as sandbox:
        sandbox.run(read, pictures[0])
        confinement = str(sandbox.confinement)
        rows = [
            _throughput(sandbox, pictures, options.workers, options.rounds),
            _recovery("recovery at work", sandbox, pictures[0], _dies_at_work),
            _recovery("recovery when idle", sandbox, pictures[0], _dies_idle),
            _recovery("recovery with the zygote lost", sandbox, pictures[0], _dies_with_the_zygote),
            _flood(sandbox, pictures, options.rounds),
            _leaks(sandbox),
        ]
    if options.json:
        print(json.dumps({"confinement": confinement, "rows": rows}, indent=2))
        return
    print(confinement, end="\n\n")
    print("| measured | figure | goal |")
    print("|---|---|---|")
    for row in rows:
        figures = ", ".join(
            f"{name.replace('_', ' ')} {_shown(figure)}" for name, figure in row.items() if name not in FACTS
        )
        print(f"| {row['measured']} | {figures} | {row['goal']} |")


FACTS = {"measured", "goal"}


def _shown(figure: object) -> str:
    return f"{figure:.3g}" if isinstance(figure, float) else f"{figure}"


def _pictures(folders: Sequence[Path], count: int) -> list[bytes]:
    files = sorted(file for folder in folders for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES)
    step = max(len(files) // count, 1)
    return [file.read_bytes() for file in files[::step][:count]]


def _sandbox(workers: int) -> Sandbox:
    sandbox = Sandbox(preload=("tests.bench.sandbox_jobs", "scipy.fftpack", "ctypes"), workers=workers)
    sandbox.start()
    return sandbox


def _timed(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def _costs(run: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of CPU in this process and all below it, also those that ended meanwhile."""
    before = _cpu_seconds()
    return _timed(run), _cpu_seconds() - before


def _cpu_seconds() -> float:
    process = psutil.Process()
    return sum(sum(one.cpu_times()[:4]) for one in (process, *process.children(recursive=True)))


def _throughput(sandbox: Sandbox, pictures: list[bytes], workers: int, rounds: int) -> Row:
    by_pool, by_sandbox = [], []
    with ProcessPoolExecutor(workers) as pool:
        everywhere = pictures[: 8 * workers]
        list(pool.map(read, everywhere))
        wait([sandbox.submit(read, data) for data in everywhere])
        for _ in range(rounds):
            by_pool.append(_costs(lambda: wait([pool.submit(read, data) for data in pictures])))
            by_sandbox.append(_costs(lambda: wait([sandbox.submit(read, data) for data in pictures])))
    ratios, cpu_ratios = (
        [one[which] / other[which] for one, other in zip(by_pool, by_sandbox, strict=True)] for which in (0, 1)
    )
    return {
        "measured": f"throughput, {len(pictures)} pictures, {workers} processes",
        "pool_per_s": len(pictures) / median(seconds for seconds, _ in by_pool),
        "sandbox_per_s": len(pictures) / median(seconds for seconds, _ in by_sandbox),
        "ratio": median(ratios),
        "worst_ratio": min(ratios),
        "ratio_by_CPU_time": median(cpu_ratios),
        "goal": "ratio ≥ 0.85",
    }


def _recovery(measured: str, sandbox: Sandbox, picture: bytes, die: Callable[[Sandbox], None]) -> Row:
    times = []
    for _ in range(KILLS):
        die(sandbox)
        times.append(_timed(lambda: sandbox.run(read, picture)))
    alone = median(_timed(lambda: sandbox.run(read, picture)) for _ in range(KILLS))
    return {
        "measured": f"{measured}, {KILLS} times",
        "median_s": median(times),
        "worst_s": max(times),
        "undisturbed_s": alone,
        "goal": "worst < 1 s",
    }


def _dies_at_work(sandbox: Sandbox) -> None:
    """Every picture lane's worker dies, so that the next answer comes from none that lived."""
    wait([sandbox.submit(signal.raise_signal, signal.SIGKILL) for _ in range(sandbox.workers)])


def _dies_idle(sandbox: Sandbox) -> None:
    workers = {sandbox.run(os.getpid) for _ in range(8 * sandbox.workers)}
    _kill([psutil.Process(worker) for worker in workers])


def _dies_with_the_zygote(sandbox: Sandbox) -> None:
    zygote = psutil.Process(sandbox.run(os.getppid))
    _kill([zygote, *zygote.children()])


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    with contextlib.suppress(psutil.NoSuchProcess):
        for process in processes:
            while process.status() != psutil.STATUS_ZOMBIE:
                time.sleep(0.001)


def _flood(sandbox: Sandbox, pictures: list[bytes], rounds: int) -> Row:
    alone, flooded, drafts = [], [], 0
    for _ in range(rounds):
        alone.append(_rate(sandbox, pictures))
        with _Flood(sandbox) as flood:
            flooded.append(_rate(sandbox, pictures))
        drafts += flood.ended
    ratios = [other / one for one, other in zip(alone, flooded, strict=True)]
    return {
        "measured": f"flood of drafts, {rounds} × {PHASE_SECONDS:g} s",
        "alone_per_s": median(alone),
        "flooded_per_s": median(flooded),
        "ratio": median(ratios),
        "worst_ratio": min(ratios),
        "drafts_ended": drafts,
        "slowest_draft_s": flood.slowest,
        "goal": "ratio ≥ 0.5, each draft < 10 s",
    }


def _rate(sandbox: Sandbox, pictures: list[bytes]) -> float:
    """Pictures read in a second, with two queued for each lane at any time."""
    source = cycle(pictures)
    started, count = time.perf_counter(), 0
    under_way = {sandbox.submit(read, next(source)) for _ in range(2 * sandbox.workers)}
    while time.perf_counter() - started < PHASE_SECONDS:
        done, under_way = wait(under_way, return_when="FIRST_COMPLETED")
        count += len(done)
        under_way |= {sandbox.submit(read, next(source)) for _ in done}
    seconds = time.perf_counter() - started
    wait(under_way)
    return count / seconds


class _Flood:
    """Keeps every draft lane at work on burners and eaters, by turns."""

    slowest = 0.0

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox, self._stopped, self.ended = sandbox, Event(), 0
        self._threads = [Thread(target=self._send, args=(jobs,)) for jobs in ((burn, eat), (eat, burn))]

    def __enter__(self) -> "_Flood":
        for thread in self._threads[: max(self._sandbox.workers // 2, 1)]:
            thread.start()
        time.sleep(1)  # until they burn
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    def _send(self, jobs: tuple[Callable[[], None], ...]) -> None:
        for job in cycle(jobs):
            if self._stopped.is_set():
                return
            started = time.perf_counter()
            error = self._sandbox.submit(job, draft=True).exception()
            if not isinstance(error, MediaError):
                raise SystemExit(f"a hostile draft ended with {error!r}")
            _Flood.slowest = max(_Flood.slowest, time.perf_counter() - started)
            self.ended += 1


def _leaks(sandbox: Sandbox) -> Row:
    _small_jobs(sandbox, 200)
    before = _possessions()
    failed = _small_jobs(sandbox, JOBS)
    after = _possessions()
    return {
        "measured": f"leaks, {JOBS:,} jobs of which {failed:,} failed",
        **{name: f"{before[name]} → {after[name]}" for name in before},
        "goal": "as before",
    }


def _possessions() -> dict[str, int]:
    time.sleep(1)  # until the last worker that failed is replaced
    process = psutil.Process()
    zygotes = process.children()
    return {
        "processes": len(process.children(recursive=True)),
        "descriptors": process.num_fds(),
        "zygote_descriptors": sum(zygote.num_fds() for zygote in zygotes),
        "threads": process.num_threads(),
        "MiB": process.memory_info().rss >> 20,
        "zygote_MiB": sum(zygote.memory_info().rss for zygote in zygotes) >> 20,
    }


def _small_jobs(sandbox: Sandbox, count: int) -> int:
    """Runs jobs, every twentieth of which fails, in each way by turns; returns how many failed."""
    fail = cycle(
        (
            lambda: sandbox.submit(operator.truediv, 1, 0),
            lambda: sandbox.submit(signal.raise_signal, signal.SIGSEGV),
            lambda: sandbox.submit(os.abort, draft=True),
            lambda: sandbox.submit(bytearray, 2 << 30),
            lambda: sandbox.submit(descend, 0, draft=True),
            lambda: sandbox.submit(builtins.exec, "raise SystemExit(3)"),
            lambda: sandbox.submit(open, "/etc/passwd"),
        )
    )
    failed = 0
    for start in range(0, count, 100):
        futures = [
            sandbox.submit(operator.add, number, 1) if number % FAILING_EACH else next(fail)()
            for number in range(start, start + 100)
        ]
        failed += sum(future.exception() is not None for future in futures)
    return failed


if __name__ == "__main__":
    main()
