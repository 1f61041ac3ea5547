"""`/rpc` over HTTP: the envelope that belongs to whoever reads the bytes; what is inside has its tests beside it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from api.app import create_app
from registry.proof.chain import EMBEDDED_CHAIN_ID
from tests.api.house import House


def ask(house: House, content: bytes | str) -> Any:
    return house.client().post("/rpc", content=content, headers={"Content-Type": "application/json"})


def call(method: str, *params: object, number: object = 1) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}


def test_a_call_and_a_batch_are_answered(house: House) -> None:
    answer = ask(house, json.dumps(call("eth_chainId")))
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"jsonrpc": "2.0", "id": 1, "result": hex(EMBEDDED_CHAIN_ID)}
    batch = ask(house, json.dumps([call("eth_chainId", number="a"), call("nonsense", number="b")])).json()
    assert [one["id"] for one in batch] == ["a", "b"]
    assert batch[1]["error"]["code"] == -32601


def test_it_only_reads(house: House) -> None:
    answer = ask(house, json.dumps(call("eth_sendRawTransaction", "0x00"))).json()
    assert answer["error"]["code"] == -32601
    assert "read-only" in answer["error"]["message"]


def test_notifications_have_no_answer(house: House) -> None:
    answer = ask(house, json.dumps({"jsonrpc": "2.0", "method": "eth_chainId"}))
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 33 + b"]" * 33,
        b'"' + b'\\"' * 500_000,
        b'"' + b"\\\\" * 400_000 + b"\\",
        b'{"id": NaN}',
        b'{"id": -Infinity}',
        b'{"id": 1e999}',
        b'{"id": ' + b"9" * 5000 + b"}",
    ],
    ids=[
        "nothing",
        "half",
        "no text",
        "deep lists",
        "deep objects",
        "a little too deep",
        "quotes",
        "backslashes",
        "NaN",
        "infinity",
        "too large a number",
        "too long a number",
    ],
)
def test_what_is_no_json_is_told_so(house: House, content: bytes) -> None:
    answer = ask(house, content)
    assert answer.status_code == 200
    assert answer.json() == {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "the body is not JSON"}}


def test_brackets_in_a_string_are_text(house: House) -> None:
    answer = ask(house, json.dumps(call("eth_chainId", number="[" * 1000 + '"' + "{" * 1000))).json()
    assert answer["result"] == hex(EMBEDDED_CHAIN_ID)


@pytest.mark.parametrize("number", ['"a"', "0", "null", '"ä"'])
def test_an_id_comes_back(house: House, number: str) -> None:
    answer = ask(house, f'{{"jsonrpc": "2.0", "id": {number}, "method": "eth_chainId"}}')
    assert json.loads(answer.content) == {**answer.json(), "id": json.loads(number), "result": hex(EMBEDDED_CHAIN_ID)}


@pytest.mark.parametrize("part", ['"\\ud800"', '"\\u0000"', "1.5", "true", "[]"])
@pytest.mark.parametrize(
    "request_",
    [
        '{"jsonrpc": "2.0", "id": %s, "method": "eth_chainId"}',
        '{"jsonrpc": "2.0", "id": 1, "method": %s}',
        '{"jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": [{%s: 1}, "latest"]}',
        "%s",
    ],
)
def test_strange_parts_are_answered_in_json(house: House, request_: str, part: str) -> None:
    answer = ask(house, request_ % part)
    assert answer.status_code == 200
    assert "error" in json.loads(answer.content)


def test_a_batch_may_be_a_megabyte_and_not_more(house: House) -> None:
    assert ask(house, b" " * ((1 << 20) - 2) + b"[]").status_code == 200
    refused = ask(house, b" " * (1 << 20) + b"[]")
    assert (refused.status_code, refused.json()["limit"]) == (413, 1 << 20)


def test_any_site_s_page_may_ask(house: House) -> None:
    headers = {
        "Origin": "https://wallet.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    asked = house.client().options("/rpc", headers=headers)
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == "*"
    assert "content-type" in asked.headers["access-control-allow-headers"].lower()
    answer = house.client().post("/rpc", json=call("eth_chainId"), headers={"Origin": "https://wallet.example"})
    assert answer.headers["access-control-allow-origin"] == "*"


def test_on_another_chain_there_is_no_rpc(house: House) -> None:
    elsewhere = create_app(replace(house.registry, endpoint=None))
    answer = replace(house, app=elsewhere).client().post("/rpc", json=call("eth_chainId"))
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")
    told = replace(house, app=elsewhere).client().get("/log").json()["chain"]
    assert (told["kind"], told["rpc"]) == ("evm", None)
    assert "local chain" not in told["trust"]
