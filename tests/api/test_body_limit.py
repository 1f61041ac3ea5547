"""A body over the limit is refused before it is kept: by its told length, or at the byte that is one too many."""

import asyncio
import json
import re
import select
import socket
import time
from contextlib import suppress

import httpx
import psutil
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from api import limits
from api.limits import BodyLimit
from tests.api.house import House

MIB = 1 << 20
HUGE = 300 * MIB
LIMIT = 100


class Body:
    """A request's body in chunks; `read` counts what was taken of it."""

    def __init__(self, *chunks: bytes) -> None:
        self._chunks = list(chunks)
        self.read = 0

    async def __call__(self) -> Message:
        if not self._chunks:
            return {"type": "http.disconnect"}
        chunk = self._chunks.pop(0)
        self.read += len(chunk)
        return {"type": "http.request", "body": chunk, "more_body": bool(self._chunks)}


async def reader(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(f"{len(body)}")(scope, receive, send)


async def stubborn(scope: Scope, receive: Receive, send: Send) -> None:
    """Makes an answer of its own of whatever happens while it reads, as a form parser does."""
    try:
        await Request(scope, receive).body()
    except Exception:  # noqa: BLE001 - that is what it is for
        await PlainTextResponse("the form is broken", 400)(scope, receive, send)


def ask(app: object, body: Body, *, length: str | None = None) -> tuple[int, bytes]:
    headers = [] if length is None else [(b"content-length", length.encode())]
    scope: Scope = {"type": "http", "method": "POST", "path": "/", "headers": headers}
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(BodyLimit(app, limit=lambda path: LIMIT)(scope, body, send))  # type: ignore[arg-type]
    assert sent[-1].get("more_body", False) is False
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)


def test_a_told_length_over_the_limit_is_refused_before_the_app_sees_it() -> None:
    body = Body(bytes(LIMIT + 1))

    async def never(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("the app was asked")

    status, answer = ask(never, body, length=str(LIMIT + 1))
    assert status == 413
    told = json.loads(answer)
    assert (told["type"], told["limit"], told["actual"]) == ("/problems/body-too-large", LIMIT, LIMIT + 1)


@pytest.mark.parametrize("length", [None, "100", "nonsense", "9" * 5000])
def test_the_limit_itself_is_taken(length: str | None) -> None:
    status, answer = ask(reader, Body(bytes(60), bytes(40)), length=length)
    assert (status, answer) == (200, b"100")


@pytest.mark.parametrize("app", [reader, stubborn])
@pytest.mark.parametrize("length", [None, "7"])
def test_a_body_without_a_true_length_is_counted(app: object, length: str | None) -> None:
    body = Body(bytes(60), bytes(41), *[bytes(MIB)] * 5)
    status, answer = ask(app, body, length=length)
    assert status == 413
    assert json.loads(answer)["limit"] == LIMIT
    assert body.read <= 101 + limits.LINGER_BYTES


def test_whoever_goes_on_talking_is_listened_to_for_a_moment_only() -> None:
    body = Body(*[bytes(MIB // 4)] * 100)
    ask(reader, body, length=str(25 * MIB))
    assert body.read == limits.LINGER_BYTES


def test_300_mb_are_refused_at_once_and_hardly_read(house: House, server: str) -> None:
    """On a real connection: the client offers 300 MB and tells so."""
    before, memory = house.registry.ledger.size(), psutil.Process().memory_info().rss
    with connected(server) as connection:
        head = (
            f"POST /v1/works HTTP/1.1\r\nHost: x\r\nContent-Length: {HUGE}\r\nContent-Type: multipart/form-data\r\n\r\n"
        )
        started = time.monotonic()
        connection.sendall(head.encode())
        head, answer = listen(connection)
        assert time.monotonic() - started < 1, "the answer must not wait for the body"
        assert head.startswith("HTTP/1.1 413 ")
        assert "application/problem+json" in head
        assert "connection: close" in head
        assert answer["actual"] == HUGE
        sent = 0
        with suppress(OSError):
            while sent < HUGE:
                sent += connection.send(bytes(65536))
    # What the server read is at most this: some of it lay in the kernel's buffers when the connection was closed.
    assert sent < limits.LINGER_BYTES + 24 * MIB
    assert psutil.Process().memory_info().rss - memory < 64 * MIB
    assert house.registry.ledger.size() == before


@pytest.mark.parametrize("path", ["/v1/works", "/v1/checks", "/rpc"])
def test_300_mb_in_chunks_are_refused_too(house: House, server: str, path: str) -> None:
    """No length is told; the client sends until it hears something, as curl and browsers do."""
    before, memory = house.registry.ledger.size(), psutil.Process().memory_info().rss
    with connected(server) as connection:
        connection.sendall(
            f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {house.tokens['admin']}\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        connection.sendall(chunk(b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'))
        sent = 0
        while sent < HUGE and not select.select([connection], [], [], 0)[0]:
            connection.sendall(chunk(bytes(65536)))
            sent += 65536
        head, answer = listen(connection)
    assert head.startswith("HTTP/1.1 413 ")
    assert answer["type"] == "/problems/body-too-large"
    assert sent < 40 * MIB
    assert psutil.Process().memory_info().rss - memory < 64 * MIB
    assert house.registry.ledger.size() == before


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def listen(connection: socket.socket) -> tuple[str, dict[str, object]]:
    """A whole answer: its head, and what its JSON says."""
    with connection.makefile("rb") as stream:
        head = "".join(iter(lambda: stream.readline().decode(), "\r\n"))
        [length] = re.findall(r"content-length: (\d+)", head)
        return head, json.loads(stream.read(int(length)))


def connected(server: str) -> socket.socket:
    url = httpx.URL(server)
    return socket.create_connection((url.host, url.port), timeout=20)


def test_who_has_no_key_is_told_before_the_body_is_read(server: str) -> None:
    """The body never comes, and the answer does."""
    with connected(server) as connection:
        connection.sendall(
            b"POST /v1/works HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\n\r\n"
        )
        head, answer = listen(connection)
    assert head.startswith("HTTP/1.1 401 ")
    assert answer["type"] == "/problems/key-missing"
