"""docs/api.md says who may do what; here every route is asked by everybody, and must do as it says."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts
from httpx import Response
from starlette.testclient import TestClient

from api.app import create_app
from registry.works import Description
from tests.api.found import a_match, asked_picture, kept
from tests.api.house import House
from tests.api.pictures import drawing, png

DOCS = Path(__file__).parents[2] / "docs" / "api.md"
COLUMNS = ("no key", "page", "register", "check", "admin", "another's key")
ALIKE = ("expired", "revoked", "unknown", "nonsense")
"""Keys that are answered alike: with 401 where one is needed, and not looked at where none is."""


@dataclass(frozen=True)
class Row:
    method: str
    path: str
    about: str
    expected: dict[str, str]

    @property
    def route(self) -> tuple[str, str]:
        return self.method, self.path.partition("?")[0]


def table() -> list[Row]:
    heading, *lines = re.findall(
        r"^\| .*$", DOCS.read_text().partition("## Who may do what")[2].partition("## ")[0], re.M
    )
    assert tuple(cell.strip("` ") for cell in heading.strip("| ").split("|"))[2:] == COLUMNS
    rows = []
    for line in lines:
        route, about, *answers = (cell.strip() for cell in line.strip("|").split("|"))
        method, path = route.strip("`").split()
        rows.append(Row(method, path, about, dict(zip(COLUMNS, answers, strict=True))))
    return rows


ROWS = table()


def test_every_route_stands_in_the_table(house: House) -> None:
    served = {
        (method, (context.path or "").replace(":path}", "}"))
        for context in iter_route_contexts(create_app(house.registry).routes)
        for method in context.methods or ()
        if method != "HEAD"
    }
    assert served == {row.route for row in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path} {row.about}")
@pytest.mark.parametrize("caller", [*COLUMNS, *ALIKE])
def test_everybody_gets_what_the_table_says(house: House, row: Row, caller: str) -> None:
    expected = row.expected["no key" if caller in ALIKE else caller]
    response = ask(house, row, client_of(house, caller))
    if expected == "yes":
        assert response.status_code in (200, 201), response.text
    else:
        assert response.status_code == int(expected), response.text
        assert response.headers["content-type"] == "application/problem+json"
    if response.status_code == 401:
        assert response.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["", "/certificate", "/thumbnail", "/parts/0/thumbnail", "/original", "/history"])
def test_a_private_work_looks_exactly_like_none(house: House, path: str) -> None:
    stranger = house.client("another's key")
    known, unknown = house.private.id, "wrk_" + "a" * 20
    answers = [stranger.get(f"/v1/works/{work}{path}") for work in (known, unknown)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text.replace(known, unknown) == answers[1].text
    assert answers[0].headers.items() - answers[1].headers.items() == set()


def client_of(house: House, caller: str) -> TestClient:
    if caller == "page":
        return house.page()
    return house.client(None if caller == "no key" else caller)


def ask(house: House, row: Row, client: TestClient) -> Response:
    return REQUESTS[row.route](house, row, client)


def _get(path: str) -> Callable[[House, Row, TestClient], Response]:
    return lambda house, row, client: client.get(path)


def _work(house: House, row: Row, client: TestClient) -> Response:
    work = house.private if "private" in row.about else house.public
    return client.get(row.path.replace("{work}", work.id))


def _part(house: House, row: Row, client: TestClient) -> Response:
    work = house.private if "private" in row.about else house.public
    return client.get(f"/v1/works/{work.id}/parts/0/thumbnail")


def _own_work(house: House) -> str:
    """A work of the studio's that the asker may take away."""
    data = png(drawing(f"to be taken away {secrets.token_hex(8)}"))
    return house.registry.registering.register(data, Description(title="Going"), house.studio).work.id


def _withdraw(house: House, row: Row, client: TestClient) -> Response:
    return client.post(f"/v1/works/{_own_work(house)}/withdrawal")


def _erase(house: House, row: Row, client: TestClient) -> Response:
    return client.delete(f"/v1/works/{_own_work(house)}")


def _register(house: House, row: Row, client: TestClient) -> Response:
    return client.post("/v1/works", files={"file": ("scopes.png", png(drawing("scopes")))})


def _check(house: House, row: Row, client: TestClient) -> Response:
    return client.post("/v1/checks", files={"file": ("scopes.png", png(drawing("scopes")))})


def _kept_check(house: House, row: Row, client: TestClient) -> Response:
    made = house.client("check").post("/v1/checks", files={"file": ("scopes.png", png(drawing("scopes")))})
    return client.get(f"/v1/checks/{made.json()['id']}")


def _picture(house: House, row: Row, client: TestClient) -> Response:
    made = kept(house.registry, house.studio.id, a_match(house.public), picture=asked_picture("public"))
    return client.get(f"/v1/checks/{made.id}/picture")


def _overlay(house: House, row: Row, client: TestClient) -> Response:
    work = house.private if "private" in row.about else house.public
    asker = None if "nobody's check" in row.about else house.studio.id
    made = kept(house.registry, asker, a_match(work), picture=asked_picture("public"))
    return client.get(f"/v1/checks/{made.id}/matches/{work.id}/overlay")


def _rpc(house: House, row: Row, client: TestClient) -> Response:
    return client.post("/rpc", json={"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber"})


REQUESTS: dict[tuple[str, str], Callable[[House, Row, TestClient], Response]] = {
    ("POST", "/v1/works"): _register,
    ("GET", "/v1/works"): _get("/v1/works"),
    ("GET", "/v1/works/{work}"): _work,
    ("GET", "/v1/works/{work}/certificate"): _work,
    ("GET", "/v1/works/{work}/thumbnail"): _work,
    ("GET", "/v1/works/{work}/parts/{part}/thumbnail"): _part,
    ("GET", "/v1/works/{work}/original"): _work,
    ("GET", "/v1/works/{work}/history"): _work,
    ("POST", "/v1/works/{work}/withdrawal"): _withdraw,
    ("DELETE", "/v1/works/{work}"): _erase,
    ("POST", "/v1/checks"): _check,
    ("GET", "/v1/checks/{check_id}"): _kept_check,
    ("GET", "/v1/checks/{check_id}/picture"): _picture,
    ("GET", "/v1/checks/{check_id}/matches/{work}/overlay"): _overlay,
    ("GET", "/log"): _get("/log"),
    ("GET", "/log/genesis.json"): _get("/log/genesis.json"),
    ("GET", "/log/checkpoint"): _get("/log/checkpoint"),
    ("GET", "/log/tile/{path}"): _get("/log/tile/0/000.p/1"),
    ("GET", "/log/proof/inclusion"): _get("/log/proof/inclusion?index=1&size=3"),
    ("GET", "/log/proof/consistency"): _get("/log/proof/consistency?from=1&to=3"),
    ("POST", "/rpc"): _rpc,
    ("GET", "/livez"): _get("/livez"),
    ("GET", "/readyz"): _get("/readyz"),
    ("GET", "/metrics"): _get("/metrics"),
    ("GET", "/problems/{slug}"): _get("/problems/not-found"),
    ("GET", "/"): _get("/"),
    ("GET", "/static/{name}"): _get("/static/page.css"),
    ("GET", "/favicon.ico"): _get("/favicon.ico"),
    ("GET", "/docs"): _get("/docs"),
    ("GET", "/docs/{name}"): _get("/docs/swagger-ui.css"),
    ("GET", "/openapi.json"): _get("/openapi.json"),
}
