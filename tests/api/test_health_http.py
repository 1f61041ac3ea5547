"""`/livez` and `/readyz`: each part is asked, and named when it fails."""

from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest

from api.app import create_app
from registry.errors import IndexBehind, StoreError, WorkerDied
from registry.log.promise import PROMISE
from registry.refingerprint import Outstanding
from tests.api.house import House
from tests.api.pictures import drawing, png


@pytest.fixture(autouse=True)
def nothing_waits(house: House) -> None:
    """What other tests left to be anchored in the house that they share, however long ago, is anchored first."""
    house.anchor()


class Desk:
    """An intake desk whose workers end as they are told to."""

    workers = 2

    def __init__(self, *, error: BaseException | None = None) -> None:
        self._error = error

    def look_at_soon(self, data: bytes) -> "Future[Any]":
        future: Future[Any] = Future()
        if self._error is not None:
            future.set_exception(self._error)
        return future


class Broken:
    """Stands for a part that answers every question with an error."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        raise self._error


def ready(house: House, **changes: Any) -> tuple[int, dict[str, Any]]:
    answer = replace(house, app=create_app(replace(house.registry, **changes))).client().get("/readyz")
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, answer.json()


def states(told: dict[str, Any]) -> dict[str, str]:
    return {name: part["state"] for name, part in told["parts"].items()}


ALL_WELL = {
    "database": "ok",
    "index": "ok",
    "blobs": "ok",
    "sandbox": "ok",
    "anchoring": "ok",
    "chain": "ok",
    "registering": "ok",
}


def test_a_server_that_works_is_live_and_ready(house: House) -> None:
    assert house.client().get("/livez").json() == {"state": "ok"}
    status, told = ready(house)
    assert (status, told["state"], states(told)) == (200, "ok", ALL_WELL)


def test_an_index_that_is_behind_isn_t_ready(house: House) -> None:
    status, told = ready(house, follower=Broken(IndexBehind(position=3, head=9)))
    assert (status, told["state"]) == (503, "failed")
    assert states(told) == {**ALL_WELL, "index": "failed"}
    assert told["parts"]["index"]["told"] == "IndexBehind"


class OldCodes:
    """A registry where five works have codes of older schemes, and two of them keep no raster."""

    def outstanding(self) -> Outstanding:
        return Outstanding(works=5, without_raster=2)


def test_works_that_wait_for_newer_codes_are_told_and_keep_nobody_away(house: House) -> None:
    status, told = ready(house, refingerprinting=OldCodes())
    assert (status, states(told)) == (200, {**ALL_WELL, "index": "degraded"})
    assert "3 works match by their bytes only" in told["parts"]["index"]["told"]


def test_a_database_that_is_gone_is_named_and_its_words_are_not_told(house: House) -> None:
    status, told = ready(house, ledger=Broken(StoreError("no route to db.internal")))
    assert status == 503
    assert states(told) == {**ALL_WELL, "database": "failed", "anchoring": "failed", "chain": "failed"}
    assert "db.internal" not in str(told)


def test_a_sandbox_that_dies_isn_t_ready(house: House) -> None:
    status, told = ready(house, desk=Desk(error=WorkerDied("gone")))
    assert (status, states(told)) == (503, {**ALL_WELL, "sandbox": "failed"})
    assert told["parts"]["sandbox"]["told"] == "WorkerDied"


def test_a_sandbox_without_a_free_worker_is_degraded(house: House) -> None:
    status, told = ready(house, desk=Desk())
    assert (status, states(told)) == (200, {**ALL_WELL, "sandbox": "degraded"})


@pytest.mark.parametrize(("hours", "status", "state"), [(0, 200, "ok"), (1, 200, "degraded"), (25, 503, "failed")])
def test_late_anchoring_is_told_and_a_broken_promise_is_a_failure(
    house: House, hours: int, status: int, state: str
) -> None:
    file = {"file": ("a.png", png(drawing(f"waits for {hours} hours")))}
    assert house.client("register").post("/v1/works", files=file).status_code == 201
    got, told = ready(house, clock=lambda: house.registry.clock() + hours * 3600)
    assert (got, told["state"], states(told)) == (status, state, {**ALL_WELL, "anchoring": state})
    assert "has waited for" in told["parts"]["anchoring"]["told"]


def test_all_anchored_is_well_for_ever(house: House) -> None:
    house.anchor()
    got, told = ready(house, clock=lambda: house.registry.clock() + 2 * PROMISE)
    assert (got, states(told)) == (200, ALL_WELL)


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/", "/log", "/static/page.css", "/nowhere"])
def test_head_is_get_without_the_body(house: House, path: str) -> None:
    whole, head = house.client().get(path), house.client().head(path)
    assert head.status_code == whole.status_code
    assert head.content == b""
    assert head.headers["content-type"] == whole.headers["content-type"]
    assert head.headers["content-length"] == whole.headers["content-length"]
