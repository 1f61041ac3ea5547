"""The page's session: what it takes to have it, one condition after the other, and what it is good for."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from starlette.requests import HTTPConnection

from api.app import create_app
from api.session import COOKIE, LIFETIME, LocalSession
from registry.errors import AccessDenied, KeyMissing, OriginRefused
from tests.api.house import House
from tests.api.pictures import drawing, png

HOST = "127.0.0.1:8000"
ORIGIN = f"http://{HOST}"


class Hours:
    """A clock that stands until it's moved."""

    now = 1_795_000_000

    def __call__(self) -> int:
        return self.now


def request(
    method: str = "POST",
    *,
    client: str | None = "127.0.0.1",
    host: str | None = HOST,
    origin: str | None = ORIGIN,
    cookie: str | None = None,
    port: int = 8000,
    scheme: str = "http",
    more: Mapping[str, str] | None = None,
) -> HTTPConnection:
    headers = {"host": host, "origin": origin, "cookie": cookie and f"{COOKIE}={cookie}", **(more or {})}
    return HTTPConnection(
        {
            "type": "http",
            "method": method,
            "scheme": scheme,
            "server": ("127.0.0.1", port),
            "client": client and (client, 50000),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items() if value is not None],
        }
    )


@pytest.fixture
def clock() -> Hours:
    return Hours()


@pytest.fixture
def session(clock: Hours) -> LocalSession:
    return LocalSession(clock)


@pytest.fixture
def cookie(session: LocalSession) -> str:
    issued = session.issue(request("GET", origin=None))
    assert issued is not None
    return issued


@pytest.mark.parametrize(
    ("client", "host", "port"),
    [
        ("127.0.0.1", "127.0.0.1:8000", 8000),
        ("127.5.5.5", "localhost:8000", 8000),
        ("::1", "[::1]:8000", 8000),
        ("::ffff:127.0.0.1", "LOCALHOST:8000", 8000),
        ("127.0.0.1", "localhost", 80),
    ],
)
def test_whoever_opens_the_page_here_may_check(session: LocalSession, client: str, host: str, port: int) -> None:
    issued = session.issue(request("GET", client=client, host=host, port=port, origin=None))
    session.admit(request(client=client, host=host, port=port, origin=f"http://{host}", cookie=issued))
    session.admit(request("GET", client=client, host=host, port=port, origin=None, cookie=issued))


@pytest.mark.parametrize("client", ["192.168.1.7", "10.0.0.1", "::2", "::ffff:8.8.8.8", "0.0.0.0", "testclient", None])
def test_from_another_machine_there_is_no_session(session: LocalSession, cookie: str, client: str | None) -> None:
    assert session.issue(request("GET", client=client)) is None
    with pytest.raises(KeyMissing):
        session.admit(request(client=client, cookie=cookie))


@pytest.mark.parametrize("header", ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"])
def test_behind_a_proxy_there_is_no_session(session: LocalSession, cookie: str, header: str) -> None:
    assert session.issue(request("GET", more={header: "203.0.113.9"})) is None
    with pytest.raises(KeyMissing):
        session.admit(request(cookie=cookie, more={header: "203.0.113.9"}))


@pytest.mark.parametrize(
    "host",
    ["evil.example:8000", "127.0.0.1.evil.example:8000", "localhost:9000", "127.0.0.1", "[::2]:8000", "[::1", "", None],
)
def test_a_foreign_host_is_refused(session: LocalSession, cookie: str, host: str | None) -> None:
    """DNS rebinding: the browser believes that it talks to somebody else's name."""
    assert session.issue(request("GET", host=host, origin=None)) is None
    for sent in (cookie, None):
        with pytest.raises(OriginRefused):
            session.admit(request(host=host, origin=f"http://{host}", cookie=sent))


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "http://127.0.0.1:9000", "https://127.0.0.1:8000", "http://localhost:8000", "null", ""],
)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_another_site_s_page_is_refused(session: LocalSession, cookie: str, origin: str, method: str) -> None:
    for sent in (cookie, None):
        with pytest.raises(OriginRefused):
            session.admit(request(method, origin=origin, cookie=sent))


def test_a_post_that_hides_its_origin_is_refused(session: LocalSession, cookie: str) -> None:
    with pytest.raises(OriginRefused):
        session.admit(request(origin=None, cookie=cookie))


def test_without_a_cookie_a_key_is_needed(session: LocalSession) -> None:
    with pytest.raises(KeyMissing):
        session.admit(request(origin=None))
    with pytest.raises(KeyMissing):
        session.admit(request())


def test_every_change_of_the_cookie_ends_it(session: LocalSession, cookie: str) -> None:
    expires, _, mac = cookie.partition(".")
    forged = [
        f"{int(expires) + 1}.{mac}",
        f"{expires}.{'0' * len(mac)}",
        f"{expires}.",
        f".{mac}",
        "",
        "x",
        f"-{expires}.{mac}",
        f"{'9' * 5000}.{mac}",
        cookie + "0",
    ]
    for each in forged:
        with pytest.raises(KeyMissing):
            session.admit(request(cookie=each))


def test_a_cookie_is_good_for_its_host_its_process_and_twelve_hours(
    session: LocalSession, clock: Hours, cookie: str
) -> None:
    with pytest.raises(KeyMissing):
        session.admit(request(host="localhost:8000", origin="http://localhost:8000", cookie=cookie))
    with pytest.raises(KeyMissing):
        LocalSession(clock).admit(request(cookie=cookie))
    clock.now += LIFETIME - 1
    session.admit(request(cookie=cookie))
    clock.now += 1
    with pytest.raises(AccessDenied):
        session.admit(request(cookie=cookie))


def test_the_page_gives_the_cookie_safely(house: House) -> None:
    answer = house.client().get("/")
    assert 'data-session="yes"' in answer.text
    attributes = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")}
    assert {"httponly", "samesite=strict", "path=/", f"max-age={LIFETIME}"} <= attributes


@pytest.mark.parametrize(("address", "host"), [("192.168.1.7", "127.0.0.1:8000"), ("127.0.0.1", "evil.example:8000")])
def test_anybody_else_s_page_asks_for_a_key(house: House, address: str, host: str) -> None:
    answer = house.client(address=address, host=host).get("/")
    assert answer.status_code == 200
    assert 'data-session="no"' in answer.text
    assert "set-cookie" not in answer.headers


def test_a_session_that_is_switched_off_is_off(house: House) -> None:
    without = replace(house, app=create_app(house.registry, page_session=False))
    answer = without.client().get("/")
    assert 'data-session="no"' in answer.text
    assert "set-cookie" not in answer.headers
    assert without.page().post("/v1/checks", files={"file": ("a.png", house.public_file)}).status_code == 401


def test_a_cross_site_post_is_a_403_over_http(house: House) -> None:
    page = house.page()
    page.headers["Origin"] = "http://evil.example"
    answer = page.post("/v1/checks", files={"file": ("a.png", png(drawing("a")))})
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/origin-refused")


def test_a_rebound_name_is_a_403_over_http(house: House) -> None:
    answer = house.client(host="evil.example:8000").post("/v1/checks", headers={"Origin": "http://evil.example:8000"})
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/origin-refused")


def test_the_page_checks_as_nobody(house: House) -> None:
    answer = house.page().post("/v1/checks", files={"file": ("a.png", house.private_file)})
    assert answer.status_code == 201
    assert answer.json()["verdict"] == "clear"


def test_a_bad_key_isn_t_made_good_by_the_session(house: House) -> None:
    page = house.page()
    page.headers["Authorization"] = f"Bearer {house.tokens['revoked']}"
    assert page.post("/v1/checks", files={"file": ("a.png", house.public_file)}).status_code == 401
