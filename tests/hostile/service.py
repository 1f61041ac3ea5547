"""A real server in a process of its own, what is sent to it, and what it takes meanwhile. Linux."""

import contextlib
import json
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.faults.kill import PATIENCE, alive, originmark, until

IDLE_AND_MORE = 100 << 20
"""Bytes that the serving process may take over what it takes when idle."""

ANSWERED_WITHIN = 10.0
"""Seconds, from when a worker takes a file up."""

OVERLOADED = 1.5
"""How much longer a machine may take that runs other tests meanwhile: a worker ends after 9 s of the wall clock, but
whoever is killed, and whoever asked, still has to come to the processor."""


@dataclass(frozen=True)
class Service:
    """A server that answers. `told` is the file that its log goes to."""

    address: str
    key: str
    data: Path
    told: Path
    process: psutil.Process

    def client(self) -> httpx.Client:
        """A client with a key for everything, which waits longer than any answer may take."""
        return httpx.Client(
            base_url=self.address, headers={"Authorization": f"Bearer {self.key}"}, timeout=120, trust_env=False
        )

    def zygote(self) -> psutil.Process:
        """The process that workers are forked from."""
        (zygote,) = (child for child in self.process.children() if "zygote.py" in " ".join(child.cmdline()))
        return zygote

    def works(self) -> dict[str, str]:
        """SHA-256 → id of all works in the catalogue."""
        found, cursor = dict[str, str](), ""
        with self.client() as client:
            while True:
                page = client.get(f"/v1/works?limit=200{cursor}").raise_for_status().json()
                found |= {work["sha256"]: work["id"] for work in page["works"]}
                if page["next"] is None:
                    return found
                cursor = f"&cursor={page['next']}"


@contextlib.contextmanager
def started(data: Path, under: Sequence[str] = ()) -> Iterator[Service]:
    """Serves a new registry at `data`, `under` another command if given, and ends it."""
    told = data.parent / f"{data.name}.log"
    with told.open("wb") as log:
        outer = subprocess.Popen(
            [*under, *originmark(data), "serve", "--port", "0", "--json"], stdout=subprocess.PIPE, stderr=log, text=True
        )
    assert outer.stdout is not None
    server = psutil.Process(outer.pid)
    try:
        first: dict[str, Any] = json.loads(outer.stdout.readline())
        if under:
            (server,) = server.children()
        until(lambda: alive(first["address"]), "the server to answer")
        yield Service(first["address"], first["key"], data, told, server)
    finally:
        server.terminate()
        outer.wait(PATIENCE)
        outer.stdout.close()


@dataclass(frozen=True)
class Answer:
    """What came back for a file: `slug` names the problem, empty if there is none. `seconds` are the client's."""

    status: int
    slug: str
    body: dict[str, Any] = field(repr=False)
    seconds: float

    @property
    def good(self) -> bool:
        return self.status in (200, 201)

    @property
    def in_form(self) -> bool:
        """Whether it is a problem as RFC 9457 has it, with a remedy, or a good answer."""
        said = {"type", "title", "status", "detail", "remedy"} <= self.body.keys() and self.body["status"]
        return self.good or (bool(self.slug) and said == self.status < 500)


def send(client: httpx.Client, path: str, data: bytes, title: str = "") -> Answer:
    """Posts a file to `/v1/works` or `/v1/checks`."""
    fields = {"title": title[:200]} if path.endswith("works") else {}
    start = time.monotonic()
    answer = client.post(path, files={"file": ("file", data)}, data=fields)
    seconds = time.monotonic() - start
    is_problem = answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    return Answer(answer.status_code, body["type"].rpartition("/")[2] if is_problem else "", body, seconds)


class Meter:
    """What a server takes while it is watched, in bytes: `rss` over what it took before, the peak of each process.

    The kernel keeps the server's peak, which is reset at the start; those of workers are looked at again and again,
    since they come and go.
    """

    def __init__(self, service: Service) -> None:
        self._server, self._zygote = service.process.pid, service.zygote().pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._idle = 0
        self.idle = self.rss_over_idle = self.worker_address_space = self.worker_rss = 0

    def __enter__(self) -> "Meter":
        Path(f"/proc/{self._server}/clear_refs").write_text("5")
        self.idle = _status(self._server)["VmRSS"]
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self.rss_over_idle = _status(self._server)["VmHWM"] - self.idle

    def _watch(self) -> None:
        children = Path(f"/proc/{self._zygote}/task/{self._zygote}/children")
        while not self._ended.wait(0.02):
            for worker in children.read_text().split():
                with contextlib.suppress(OSError, KeyError):  # it has ended
                    taken = _status(int(worker))
                    self.worker_address_space = max(self.worker_address_space, taken["VmPeak"])
                    self.worker_rss = max(self.worker_rss, taken["VmHWM"])


def _status(pid: int) -> dict[str, int]:
    """The sizes among what the kernel says of a process, in bytes."""
    lines = (line.split() for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {line[0][:-1]: int(line[1]) << 10 for line in lines if line[-1] == "kB"}
