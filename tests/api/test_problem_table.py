"""Every error has one problem, every problem a page, and nothing of the inside gets out."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api import errors as api_errors
from api.app import create_app
from api.problems import ALL, FRAMEWORK, PROBLEMS, UNEXPECTED, describe, of_status, problem_of
from registry import errors
from registry.errors import OriginmarkError
from tests.api.house import House

DOCS = Path(__file__).parents[2] / "docs" / "api.md"

SAMPLES: list[OriginmarkError] = [
    errors.MediaTooLarge(what="pixels", limit=10, actual=11),
    errors.MediaTooDeep(what="groups", limit=64),
    errors.MediaTooSlow(1.5),
    errors.MediaTooHungry(1 << 30),
    errors.InvalidInput("No.", field="title"),
    errors.KeyMissing(),
    errors.KeyRefused(),
    errors.ScopeMissing("check"),
    errors.NotFound("work", "wrk_x"),
    errors.Conflict("There.", differences={"title": ("a", "b")}),
    errors.IndexBehind(position=1, head=2),
    errors.ChainAhead(chain=9, known=4),
    errors.ClockBehind(3),
    errors.RpcRefused("node 10.0.0.7 says no", code=-32000),
    errors.ExecutionReverted("node 10.0.0.7 reverted", data=b""),
    errors.BlobLocked("0" * 64, key="1" * 16),
    errors.LogDiverged(what="the log", expected=bytes(32), actual=bytes(32)),
]
"""One of each error that takes more than a sentence."""


def kinds(of: type[OriginmarkError] = OriginmarkError) -> set[type[OriginmarkError]]:
    return {
        kind
        for child in of.__subclasses__()
        if child.__module__ == errors.__name__
        for kind in ({child} | kinds(child))
    }


def sample(kind: type[OriginmarkError]) -> OriginmarkError:
    return next((each for each in SAMPLES if type(each) is kind), None) or kind("What went wrong.")


@pytest.mark.parametrize("kind", sorted(kinds(), key=lambda kind: kind.__name__), ids=lambda kind: kind.__name__)
def test_every_error_has_a_problem(kind: type[OriginmarkError]) -> None:
    error = sample(kind)
    problem, body = describe(error)
    assert problem is not UNEXPECTED
    assert body["type"] == f"/problems/{problem.slug}"
    assert body["status"] == problem.status
    assert body["detail"]
    if problem.told:
        assert body["detail"] == error.message
        assert set(problem.facts) <= set(dir(error))
    else:
        assert error.message not in str(body)


def test_leaves_that_have_no_row_stand_under_a_parent_that_means_the_same() -> None:
    under_a_parent = {kind for kind in kinds() if kind not in PROBLEMS and not kind.__subclasses__()}
    assert under_a_parent == {
        errors.LeaseLost,
        errors.ClockBehind,
        errors.ExecutionReverted,
        errors.NoBlockProof,
        errors.WrongChain,
        errors.OutOfFunds,
        errors.Underpriced,
        errors.FeeCapReached,
        errors.NonceSpent,
        errors.NodeBehind,
        errors.NodesDisagree,
        errors.FeedBroken,
        errors.BackupDamaged,
        errors.BlobMissing,
        errors.BlobDamaged,
        errors.BlobLocked,
        errors.PublicLogUnavailable,
        errors.PublicLogRefused,
    }


def test_slugs_are_never_used_twice() -> None:
    assert len(ALL) == len(PROBLEMS) + len(FRAMEWORK) + 2


@pytest.mark.parametrize("slug", ALL)
def test_a_problem_s_type_answers_with_its_meaning(house: House, slug: str) -> None:
    problem = ALL[slug]
    page = house.client().get(problem.type)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert str(problem.status) in page.text
    assert "%" not in page.text
    assert f"| `{problem.type}` | {problem.status} | {problem.title} |" in DOCS.read_text()


def test_an_unknown_problem_is_a_problem(house: House) -> None:
    answer = house.client().get("/problems/<script>")
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/not-found"


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/nowhere", 404, "no-such-route"),
        ("GET", "/static/", 404, "no-such-route"),
        ("GET", "/static/..%2fapp.py", 404, "no-such-route"),
        ("GET", "/static/app.py", 404, "not-found"),
        ("GET", "/docs/__init__.py", 404, "not-found"),
        ("DELETE", "/log", 405, "method-not-allowed"),
        ("GET", "/rpc", 405, "method-not-allowed"),
        ("GET", "/log/proof/inclusion", 422, "invalid-input"),
        ("GET", "/log/proof/inclusion?index=x&size=1", 422, "invalid-input"),
    ],
)
def test_the_framework_s_own_refusals_are_problems(
    house: House, method: str, path: str, status: int, slug: str
) -> None:
    answer = house.client().request(method, path)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}")
    assert answer.json()["status"] == status
    if status == 405:
        assert answer.headers["allow"]


def test_a_status_that_nobody_foresaw_is_a_problem_too() -> None:
    assert of_status(418).status == 418
    assert of_status(507) is UNEXPECTED


def test_a_bare_error_is_unexpected() -> None:
    assert problem_of(OriginmarkError("?")) is UNEXPECTED
    assert "?" not in describe(OriginmarkError("?"))[1]["detail"]  # type: ignore[operator]


def broken(house: House, error: Exception) -> TestClient:
    app: FastAPI = create_app(house.registry)

    @app.get("/broken")
    def route() -> None:
        raise error

    return TestClient(app, raise_server_exceptions=False)


def test_a_fault_of_ours_is_logged_and_not_told(house: House, caplog: pytest.LogCaptureFixture) -> None:
    answer = broken(house, ZeroDivisionError("postgresql://user:secret@host")).get("/broken")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.json() == {
        "type": "/problems/unexpected",
        "title": UNEXPECTED.title,
        "status": 500,
        "detail": UNEXPECTED.meaning,
    }
    [record] = [record for record in caplog.records if record.name == api_errors.LOG.name]
    assert "GET /broken" in record.getMessage()
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError


def test_a_driver_s_words_stay_inside(house: House, caplog: pytest.LogCaptureFixture) -> None:
    error = errors.StoreError("The database can't be opened: no route to host db.internal.")
    answer = broken(house, error).get("/broken")
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/store-error")
    assert "db.internal" not in answer.text
    assert "db.internal" in caplog.text


@pytest.mark.parametrize(
    ("error", "after"),
    [(errors.Busy("Not now."), "1"), (errors.IndexBehind(position=1, head=2), "1"), (errors.RpcUnavailable("x"), "10")],
)
def test_busy_says_when_to_come_back(house: House, error: OriginmarkError, after: str) -> None:
    answer = broken(house, error).get("/broken")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, after)
    assert answer.headers["cache-control"] == "no-store"


def test_facts_are_told(house: House) -> None:
    too_large = broken(house, SAMPLES[0]).get("/broken").json()
    assert (too_large["what"], too_large["limit"], too_large["actual"]) == ("pixels", 10, 11)
    conflict = broken(house, errors.Conflict("There.", differences={"title": ("a", "b")})).get("/broken").json()
    assert conflict["differences"] == {"title": ["a", "b"]}
