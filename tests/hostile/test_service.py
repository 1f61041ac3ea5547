"""Every hostile file through a whole server, while others check good pictures there."""

import random
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from registry.media.sandbox.pool import Limits
from registry.settings import sqlite_path
from tests.hostile.files import CASES, HEAVY
from tests.hostile.sending import CHECKS, WORKS, Bystanders, send_all
from tests.hostile.service import IDLE_AND_MORE, OVERLOADED, Meter, started

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="what processes take is read from /proc"),
    pytest.mark.timeout(900),
]

SLOW = 2
"""So many of those that take a second or more are sent; tests.bench.hostile sends all."""


def chosen() -> list[str]:
    """All that are answered at once, and a few of the others."""
    slow = [name for name, case in CASES.items() if case.ended or name in HEAVY]
    return [name for name in CASES if name not in slow] + random.Random(3).sample(slow, SLOW)


@dataclass(frozen=True)
class Kept:
    """What a registry holds: its log's entries, its feed's events, its works, and how many blobs lie in its folder."""

    entries: list[bytes]
    feed: list[tuple[str, str]]
    works: list[str]
    blobs: int

    @classmethod
    def of(cls, data: Path) -> "Kept":
        with closing(sqlite3.connect(f"file:{sqlite_path(data)}?mode=ro", uri=True)) as database:
            return cls(
                [entry for (entry,) in database.execute("SELECT entry FROM log_entries ORDER BY log_index")],
                database.execute("SELECT op, work FROM code_feed ORDER BY seq").fetchall(),
                [work for (work,) in database.execute("SELECT id FROM works ORDER BY log_index")],
                sum(file.is_file() for file in (data / "blobs").rglob("*")),
            )


def test_every_hostile_file_through_a_whole_server(tmp_path: Path, subtests: pytest.Subtests) -> None:
    with started(tmp_path / "data") as service:
        bystanders = Bystanders(service, clients=1, pause=0.1)
        good = bystanders.prepare()
        before = Kept.of(service.data)
        with Meter(service) as meter, bystanders:
            sent = send_all(service, {name: CASES[name] for name in chosen()})
        registered = [one for one in sent if one.path == WORKS and one.answer.good]

        with subtests.test("each answer is typed and in time, as a work and as a listing"):
            assert [one.path for one in sent].count(CHECKS) == len(chosen()) == len(sent) / 2
            wrong = [told for one in sent if (told := one.wrong(CASES[one.name], OVERLOADED))]
            assert not wrong, "\n".join(wrong)

        with subtests.test("there was every sort of error"):
            slugs = {one.answer.slug for one in sent}
            assert {"malformed-media", "unsupported-media", "media-too-large", "media-too-deep"} < slugs

        with subtests.test("what was refused left nothing"):
            after = Kept.of(service.data)
            works = {one.answer.body["work"]["id"] for one in registered}
            assert set(after.works) == {*good, *works}
            assert after.entries[: len(before.entries)] == before.entries
            assert len(after.entries) == len(before.entries) + len(works)
            assert after.feed[: len(before.feed)] == before.feed
            assert {work for _, work in after.feed} <= set(after.works)
            assert after.blobs - before.blobs <= len(works)
            assert set(service.works()) >= {one.answer.body["work"]["sha256"] for one in registered}

        with subtests.test("the server stays small"):
            assert meter.rss_over_idle < IDLE_AND_MORE

        with subtests.test("workers stay under their limit"):
            limit = Limits().address_space
            assert limit is not None
            assert 0 < meter.worker_address_space <= limit

        with subtests.test("the others were answered rightly"):
            assert bystanders.answered
            assert not bystanders.wrong, "\n".join(bystanders.wrong)

        with subtests.test("the server is as it was"):
            told = service.told.read_text()
            assert "Traceback" not in told, told
            with service.client() as client:
                assert client.get("/readyz").json()["parts"]["sandbox"]["state"] != "failed"
