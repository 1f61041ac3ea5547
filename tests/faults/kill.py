"""`kill -9` at seeded moments, of the server under four clients and of the command line; then the audit.

    python -m tests.faults.kill [--files 650] [--kills 20] [--seed 1]

After each restart every acknowledged work must be there; in the end the rest is registered, each entry is anchored
exactly once, and an auditor that shares no code with the product agrees.
"""

import argparse
import contextlib
import json
import os
import queue
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.faults.audit import Acknowledged, audit
from tests.journeys.pictures import Picture

CLIENTS = 4
PATIENCE = 120


def main() -> int:
    """Both forms, with what they found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=650)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    failed = False
    for name, run in (("server", kill_server), ("command line", kill_command_line)):
        with tempfile.TemporaryDirectory() as scratch:
            started = time.monotonic()
            told = run(Path(scratch), options.files, options.kills, options.seed)
            seconds = time.monotonic() - started
        failed |= bool(told.wrong)
        print(
            f"| {name} | {told.kills} kills, {told.while_registering} before the last file | {options.files} files "
            f"| {told.acknowledged} acknowledged | {told.wrong or 'nothing lost, nothing doubled'} | {seconds:.0f} s |"
        )
    return int(failed)


@dataclass
class Told:
    """What a run came to; `wrong` is empty if all went well."""

    kills: int
    while_registering: int
    acknowledged: int
    wrong: list[str]


@dataclass
class Clients:
    """Four clients that register files, and try again whatever happens to the server."""

    address: str
    token: str
    files: "queue.SimpleQueue[Path]"
    acknowledged: dict[str, Acknowledged] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def work(self) -> None:
        with httpx.Client(headers={"Authorization": f"Bearer {self.token}"}, timeout=30, trust_env=False) as client:
            while not self.done.is_set():
                try:
                    file = self.files.get(timeout=0.1)
                except queue.Empty:
                    continue
                try:
                    answer = client.post(
                        f"{self.address}/v1/works", files={"file": file.read_bytes()}, data={"title": file.stem}
                    )
                except httpx.HTTPError:
                    self.files.put(file)
                    time.sleep(0.05)
                    continue
                if answer.status_code not in (200, 201):
                    self.refused.append(f"{file.name}: {answer.status_code} {answer.text}")
                    continue
                body = answer.json()
                receipt = body["receipt"]
                work = body["work"]["id"]
                self.acknowledged[work] = Acknowledged(work, receipt["index"], receipt["entry"])


def kill_server(scratch: Path, files: int, kills: int, seed: int) -> Told:
    """Kills `originmark serve` while four clients register."""
    rng, data = random.Random(seed), scratch / "data"
    waiting: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for file in drawn(scratch / "files", files):
        waiting.put(file)
    with serving(data) as (first, _process):
        address, token, port = first["address"], first["key"], first["address"].rpartition(":")[2]
    clients = Clients(address, token, waiting)
    threads = [threading.Thread(target=clients.work) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    wrong: list[str] = []
    busy_kills = 0
    try:
        for _ in range(kills):
            with serving(data, port) as (_, process):
                wrong += missing(address, token, clients)
                time.sleep(rng.uniform(0.0, 0.6))
                busy_kills += not waiting.empty()
                os.killpg(process.pid, signal.SIGKILL)
        with serving(data, port):
            until(lambda: len(clients.acknowledged) + len(clients.refused) >= files, "the rest to be registered")
            wrong += missing(address, token, clients) + clients.refused
            until(lambda: anchored(address) == files + 1, "the log to be anchored")
    finally:
        clients.done.set()
        for thread in threads:
            thread.join()
    wrong += audit(data, clients.acknowledged.values())
    return Told(kills, busy_kills, len(clients.acknowledged), wrong)


def kill_command_line(scratch: Path, files: int, kills: int, seed: int) -> Told:
    """Kills `originmark register` on a folder, and runs it again until it's through."""
    rng, data, folder = random.Random(seed), scratch / "data", scratch / "files"
    drawn(folder, files)
    command = [*originmark(data), "register", "--json", str(folder)]
    acknowledged: dict[str, Acknowledged] = {}
    busy_kills = 0
    for _ in range(kills):
        # After so many lines, and then a moment more: in the middle of a file, between two, or while it anchors.
        lines, moment = rng.randint(0, files), rng.choice([0.0, 0.01, 0.3]) * rng.random()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        assert process.stdout is not None
        told = [line for line, _ in zip(process.stdout, range(lines), strict=False)]
        time.sleep(moment)
        os.killpg(process.pid, signal.SIGKILL)
        told += process.stdout
        process.wait()
        busy_kills += note(told, acknowledged) < files
    last = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    finished = note(last, acknowledged)
    wrong = [] if finished == files else [f"the last run told of {finished} files"]
    return Told(kills, busy_kills, len(acknowledged), wrong + audit(data, acknowledged.values()))


def note(lines: list[str], acknowledged: dict[str, Acknowledged]) -> int:
    """Keeps what a run of the command line acknowledged, whole lines only; returns how many."""
    count = 0
    for line in lines:
        with contextlib.suppress(json.JSONDecodeError):
            told = json.loads(line)
            if "work" in told:
                acknowledged[told["work"]] = Acknowledged(told["work"], told["index"], told["entry"])
                count += 1
    return count


def drawn(folder: Path, files: int) -> list[Path]:
    """So many small pictures, each of its own."""
    folder.mkdir()
    for number in range(files):
        (folder / f"{number:04}.png").write_bytes(Picture(number, (96, 72)).png())
    return sorted(folder.iterdir())


def originmark(data: Path) -> list[str]:
    """The command, on this data directory."""
    return [sys.executable, "-m", "registry.cli", "--data-dir", str(data)]


@contextlib.contextmanager
def serving(data: Path, port: str = "0") -> Iterator[tuple[dict[str, Any], "subprocess.Popen[str]"]]:
    """A server that answers, with what it said when it started."""
    process = subprocess.Popen(
        [*originmark(data), "serve", "--port", port, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        until(lambda: alive(told["address"]), "the server to answer")
        yield told, process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def alive(address: str) -> bool:
    """Whether the server answers at all."""
    try:
        return httpx.get(f"{address}/livez", timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def anchored(address: str) -> int:
    """The size of the newest anchored checkpoint."""
    answer = httpx.get(f"{address}/log/checkpoint", timeout=30, trust_env=False)
    return int(answer.text.splitlines()[1]) if answer.status_code == 200 else 0


def missing(address: str, token: str, clients: Clients) -> list[str]:
    """The acknowledged works that the server doesn't have."""
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=30, trust_env=False) as client:
        return [
            f"{work} is gone after a restart"
            for work in list(clients.acknowledged)
            if client.get(f"{address}/v1/works/{work}").status_code != 200
        ]


def until(holds: Any, what: str) -> None:
    """Waits for something."""
    give_up = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > give_up:
            raise TimeoutError(f"waited {PATIENCE} s for {what}")
        time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main())
