"""A public log read over HTTP from servers that stumble, ramble, send elsewhere and never end."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import httpx
import pytest

from registry.errors import InvalidInput, PublicLogRefused, PublicLogUnavailable
from registry.log.names import BundleName, TileName
from registry.log.public import ATTEMPTS, PublicLog, ServedPrefix, open_prefix, parse_log_id

Answer = Callable[[BaseHTTPRequestHandler, int], None]
"""Told the handler, and how many requests came before."""


@contextmanager
def serving(answer: Answer) -> Iterator[tuple[str, list[str]]]:
    """A server's address, and the paths that were asked for."""
    asked: list[str] = []
    numbers = count()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            answer(self, next(numbers))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nobody reads a test's access log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/log", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def reply(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def reading(answer: Answer) -> Iterator[tuple[ServedPrefix, list[str], list[float]]]:
    waited: list[float] = []
    with serving(answer) as (url, asked), httpx.Client(timeout=5) as client:
        yield ServedPrefix(f"{url}/", client, waited.append), asked, waited


def test_a_server_that_stumbles_is_asked_again() -> None:
    with reading(lambda handler, number: reply(handler, 503 if number < 2 else 200, b"there")) as (
        prefix,
        asked,
        waited,
    ):
        assert prefix.read("checkpoint", 100) == b"there"
    assert asked == ["/log/checkpoint"] * 3
    assert waited == sorted(waited)
    assert len(waited) == 2


@pytest.mark.parametrize("status", [500, 502, 429])
def test_a_server_that_goes_on_stumbling_is_given_up(status: int) -> None:
    with reading(lambda handler, _number: reply(handler, status)) as (prefix, asked, _waited):
        with pytest.raises(PublicLogUnavailable, match=str(status)):
            prefix.read("checkpoint", 100)
        assert len(asked) == ATTEMPTS


@pytest.mark.parametrize("status", [302, 400, 401, 403])
def test_refusals_and_redirects_are_no_answer_and_not_followed(status: int) -> None:
    with reading(lambda handler, _n: reply(handler, status, Location="http://127.0.0.1:9/")) as (
        prefix,
        asked,
        _waited,
    ):
        with pytest.raises(PublicLogUnavailable, match=str(status)):
            prefix.read("checkpoint", 100)
        assert len(asked) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_what_isn_t_there_isn_t_there(status: int) -> None:
    with reading(lambda handler, _number: reply(handler, status, b"x" * 9_999)) as (prefix, _asked, waited):
        assert prefix.read("checkpoint", 100) is None
        assert waited == []


def test_a_body_is_read_no_further_than_is_wanted() -> None:
    def endless(handler: BaseHTTPRequestHandler, _number: int) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(bytes(1 << 16))
        except OSError:
            pass

    with reading(endless) as (prefix, _asked, _waited), pytest.raises(PublicLogRefused, match="more than 100 bytes"):
        prefix.read("checkpoint", 100)


def test_a_bomb_is_not_unpacked_further_either() -> None:
    import gzip

    bomb = gzip.compress(bytes(64 << 20))

    with (
        reading(lambda handler, _n: reply(handler, 200, bomb, **{"Content-Encoding": "gzip"})) as (prefix, _asked, _w),
        pytest.raises(PublicLogRefused, match="more than"),
    ):
        prefix.read("checkpoint", 100)


def test_a_server_that_isn_t_there_is_told() -> None:
    with httpx.Client(timeout=1) as client:
        prefix = ServedPrefix("http://127.0.0.1:9/log", client, lambda _seconds: None)
        with pytest.raises(PublicLogUnavailable, match="ConnectError"):
            prefix.read("checkpoint", 100)


def test_a_full_tile_stands_in_for_a_partial_one_that_is_gone() -> None:
    full = bytes(range(256)) * 32

    def answer(handler: BaseHTTPRequestHandler, _number: int) -> None:
        if handler.path == f"/log/{TileName(0, 5).path}":
            reply(handler, 200, full)
        else:
            reply(handler, 404)

    with reading(answer) as (prefix, asked, _waited):
        assert PublicLog(prefix).tile(0, 5, 3) == [full[:32], full[32:64], full[64:96]]
        assert PublicLog(prefix).entries(5, 3) is None
    assert asked[:2] == [f"/log/{TileName(0, 5, 3).path}", f"/log/{TileName(0, 5).path}"]


def test_entries_of_another_length_are_refused() -> None:
    body = (31).to_bytes(2, "big") + bytes(32)
    with reading(lambda handler, _number: reply(handler, 200, body)) as (prefix, _asked, _waited):
        with pytest.raises(PublicLogRefused, match="not of 32 bytes"):
            PublicLog(prefix).entries(0, 1)
        with pytest.raises(PublicLogRefused, match=BundleName(0, 2).path):
            PublicLog(prefix).entries(0, 2)


def test_a_url_is_a_server_and_anything_else_a_folder(tmp_path: object) -> None:
    with serving(lambda handler, _number: reply(handler, 200, b"here")) as (url, _asked), open_prefix(url) as prefix:
        assert prefix.read("checkpoint", 9) == b"here"
    with pytest.raises(PublicLogUnavailable), open_prefix("ftp://example.org/log"):
        pass


@pytest.mark.parametrize("text", ["", "0x", "ab", "zz" * 32, "ab" * 33])
def test_what_is_no_log_s_id(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_log_id(text)
    assert parse_log_id("0x" + "ab" * 32) == bytes.fromhex("ab" * 32)
