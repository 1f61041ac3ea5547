"""Whatever comes in over JSON-RPC, an answer goes out, and it can be sent."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.ledger.rpc import MAX_BATCH, EmbeddedEndpoint
from registry.proof.chain import EMBEDDED_CHAIN_ID
from tests.ledger.rpc_world import WORD, World
from tests.ledger.small_chain import open_chain


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("rpc"))
    yield made
    made.close()


def _call(identity: object, method: object = "eth_chainId", **fields: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": identity, "method": method} | fields


def test_envelopes(world: World) -> None:
    dispatch = world.endpoint.dispatch
    ok = hex(EMBEDDED_CHAIN_ID)
    for identity in (1, "one", -(2**70), None):
        assert dispatch(_call(identity)) == {"jsonrpc": "2.0", "id": identity, "result": ok}
    notification = {"jsonrpc": "2.0", "method": "eth_chainId"}
    assert dispatch(notification) is None
    assert dispatch([notification, notification]) is None
    batch = dispatch([_call(1), notification, 5, _call(2, "nothing"), _call(3, params=None)])
    assert isinstance(batch, list)
    assert [(each["id"], each.get("error", {}).get("code")) for each in batch] == [
        (1, None),
        (None, -32600),
        (2, -32601),
        (3, None),
    ]
    whole = dispatch([_call(n) for n in range(MAX_BATCH)])
    assert isinstance(whole, list)
    assert len(whole) == MAX_BATCH
    for wrong in (
        [],
        [_call(1)] * (MAX_BATCH + 1),
        None,
        "eth_chainId",
        {},
        _call([1]),
        _call(True),
        _call(1.5),
        _call(float("nan")),
        _call("\ud800"),
        _call(1, jsonrpc="1.0"),
        _call(1, method=5),
    ):
        answer = dispatch(wrong)
        assert isinstance(answer, dict)
        assert answer["error"]["code"] == -32600
    by_name = dispatch(_call(1, "eth_getBlockByNumber", params={"block": "latest"}))
    assert isinstance(by_name, dict)
    assert by_name["error"]["code"] == -32602


def test_before_there_is_a_chain(tmp_path: Path) -> None:
    endpoint = EmbeddedEndpoint(tmp_path / "chain.sqlite", version="1.2.3")
    for method, params in (("eth_blockNumber", []), ("eth_getBalance", ["0x" + "11" * 20])):
        answer = endpoint.dispatch(_call(1, method, params=params))
        assert isinstance(answer, dict)
        assert answer["error"]["code"] == -32002
    with open_chain(tmp_path):
        answer = endpoint.dispatch(_call(1, "eth_blockNumber"))
        assert isinstance(answer, dict)
        assert answer["result"] == "0x0"


_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.just("\ud800"),
    st.sampled_from(["latest", "0x0", "0x4", "0x", WORD, "0x" + "11" * 20, hex(2**63), hex(2**64 - 1), hex(2**255)]),
)
_KEYS = st.sampled_from(
    ["to", "from", "data", "gas", "value", "address", "topics", "fromBlock", "blockHash", "x", "\ud800"]
)
_JSON = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4), max_leaves=12
)
_METHODS = st.sampled_from(
    [
        "eth_call",
        "eth_estimateGas",
        "eth_feeHistory",
        "eth_getBalance",
        "eth_getBlockByHash",
        "eth_getBlockByNumber",
        "eth_getBlockReceipts",
        "eth_getBlockTransactionCountByHash",
        "eth_getBlockTransactionCountByNumber",
        "eth_getCode",
        "eth_getLogs",
        "eth_getStorageAt",
        "eth_getTransactionByHash",
        "eth_getTransactionCount",
        "eth_getTransactionReceipt",
    ]
)


@settings(max_examples=400, deadline=None)
@given(method=_METHODS, params=st.lists(_JSON, max_size=4))
def test_no_parameters_raise(world: World, method: str, params: list[object]) -> None:
    response = world.endpoint.dispatch({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    assert isinstance(response, dict)
    _as_sent(response)
    assert ("result" in response) != (response.get("error", {}).get("code") in {-32602, -32001, -32000})


@settings(max_examples=200, deadline=None)
@given(request=_JSON)
def test_no_request_raises(world: World, request: object) -> None:
    _as_sent(world.endpoint.dispatch(request))
    _as_sent(world.endpoint.dispatch({"jsonrpc": "2.0", "id": request, "method": "eth_chainId"}))
    _as_sent(world.endpoint.dispatch({"jsonrpc": "2.0", "id": 1, "method": request, "params": request}))


def _as_sent(response: object) -> bytes:
    """The response in the strictest JSON that a server may write."""
    return json.dumps(response, ensure_ascii=False, allow_nan=False).encode()
