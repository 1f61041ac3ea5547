"""Hostile files sent through a whole service, while good pictures are checked there by others."""

import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle
from typing import Self

from api.problems import PROBLEMS
from registry.errors import MediaError
from registry.media.sniff import is_draft
from tests.hostile.files import Case
from tests.hostile.service import ANSWERED_WITHIN, Answer, Service, send
from tests.journeys.pictures import Picture

WORKS, CHECKS = "/v1/works", "/v1/checks"

ERRORS: dict[str, type[MediaError]] = {
    problem.slug: error for error, problem in PROBLEMS.items() if issubclass(error, MediaError)
}
"""The error that a problem's name stands for."""


@dataclass(frozen=True)
class Sent:
    """A hostile file that was sent, and what was answered."""

    name: str
    path: str
    answer: Answer

    def wrong(self, case: Case, patience: float = 1.0) -> str | None:
        """What is wrong with the answer, if anything; `patience` is how many times ten seconds it may take."""
        answer = self.answer
        if not answer.in_form or not (answer.good or answer.slug in ERRORS):
            return f"{self.name} as {self.path}: {answer.status} {answer.body}"
        if not case.answered_by(None if answer.good else ERRORS[answer.slug]):
            return f"{self.name} as {self.path}: {answer.slug or 'read'}, {answer.body.get('detail')}"
        if answer.seconds >= patience * ANSWERED_WITHIN:
            return f"{self.name} as {self.path}: answered after {answer.seconds:.1f} s"
        return None


def send_all(service: Service, cases: Mapping[str, Case]) -> list[Sent]:
    """Each file as a work to register and as a listing's picture; one draft and one other file at a time.

    With no more under way than there are workers for, the client's seconds are the worker's, and a little more.
    """
    lanes: dict[bool, list[str]] = {True: [], False: []}
    for name, case in cases.items():
        lanes[_is_draft(name, case)].append(name)

    def one_by_one(names: list[str]) -> list[Sent]:
        found = []
        with service.client() as client:
            for name in names:
                data = cases[name].make()
                found += [Sent(name, path, send(client, path, data, name)) for path in (WORKS, CHECKS)]
        return found

    with ThreadPoolExecutor(2) as threads:
        drafts, others = threads.map(one_by_one, lanes.values())
    return drafts + others


def _is_draft(name: str, case: Case) -> bool:
    group = name.partition(":")[0]
    return group in ("svg", "pdf", "psd") or (group != "pixels" and is_draft(case.make()))


class Bystanders:
    """Honest clients who check pictures as long as hostile files come in: copies of works, and others.

    Each waits for `pause` seconds between two.
    `answered` is how many of their checks were; `wrong` says which weren't as they should be.
    """

    def __init__(self, service: Service, *, clients: int, pause: float = 0.0) -> None:
        self._service, self._clients, self._pause = service, clients, pause
        self._ended, self._threads = threading.Event(), list[threading.Thread]()
        self._files: list[tuple[str | None, bytes]] = []
        self._began = 0.0
        self.answered, self.wrong, self.rate = 0, list[str](), 0.0

    def prepare(self, works: int = 4) -> list[str]:
        """Registers some works and checks each picture once; returns the works' ids."""
        with self._service.client() as client:
            for seed in range(works):
                work = Picture(seed, (640, 480))
                known = send(client, WORKS, work.png(), f"good {seed}").body["work"]["id"]
                self._files += [(known, work.jpeg()), (None, Picture(1000 + seed, (640, 480)).jpeg())]
            for known, data in self._files:
                self._judge(known, send(client, CHECKS, data))
        return [known for known, _ in self._files if known is not None]

    def __enter__(self) -> Self:
        self.answered, self._began = 0, time.monotonic()
        self._ended.clear()
        self._threads = [threading.Thread(target=self._check, args=(first,)) for first in range(self._clients)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()
        self.rate = self.answered / (time.monotonic() - self._began)

    def _check(self, first: int) -> None:
        with self._service.client() as client:
            for known, data in cycle(self._files[first:] + self._files[:first]):
                if self._ended.wait(self._pause):
                    return
                self._judge(known, send(client, CHECKS, data))
                self.answered += 1

    def _judge(self, known: str | None, answer: Answer) -> None:
        matches = [match["work"]["id"] for match in answer.body.get("matches", [])]
        if not answer.good or matches != ([] if known is None else [known]):
            self.wrong.append(f"{known}: {answer.status} {answer.body}")
