"""The methods of JSON-RPC that read the embedded chain."""

from collections.abc import Iterator
from typing import Any

import pytest

from registry.proof.chain import EMBEDDED_CHAIN_ID
from tests.ledger.rpc_world import WORD, WRITER, World
from tests.ledger.small_chain import COUNTER, START


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("rpc"))
    yield made
    made.close()


def test_who_it_is(world: World) -> None:
    assert world.result("eth_chainId") == hex(EMBEDDED_CHAIN_ID)
    assert world.result("net_version") == str(EMBEDDED_CHAIN_ID)
    assert world.result("web3_clientVersion") == "Originmark/1.2.3/embedded"
    assert world.result("eth_syncing") is False
    assert world.result("net_listening") is True


def test_blocks_by_every_name(world: World) -> None:
    assert world.result("eth_blockNumber") == "0x4"
    last = world.result("eth_getBlockByNumber", "0x4", False)
    for tag in ("latest", "pending", "safe", "finalized"):
        assert world.result("eth_getBlockByNumber", tag, False) == last
    assert world.result("eth_getBlockByHash", last["hash"], False) == last
    assert last["transactions"] == [world.sent]
    assert world.result("eth_getBlockByNumber", "0x4", True)["transactions"] == [
        world.result("eth_getTransactionByHash", world.sent)
    ]
    first = world.result("eth_getBlockByNumber", "earliest", False)
    assert (first["number"], first["timestamp"]) == ("0x0", hex(START))
    for absent in ("0x5", hex(2**64 - 1)):
        assert world.result("eth_getBlockByNumber", absent, False) is None
        assert world.result("eth_getBlockReceipts", absent) is None
    assert world.result("eth_getBlockByHash", WORD, False) is None
    assert world.result("eth_getBlockTransactionCountByNumber", "latest") == "0x1"
    assert world.result("eth_getBlockTransactionCountByHash", first["hash"]) == "0x0"
    assert world.result("eth_getBlockTransactionCountByHash", WORD) is None


def test_transactions_and_receipts(world: World) -> None:
    receipt = world.result("eth_getTransactionReceipt", world.sent)
    assert receipt["status"] == "0x1"
    assert receipt["logs"][0]["data"] == "0x" + b"more".hex()
    block = world.result("eth_getBlockByNumber", "latest", False)
    for name in ("latest", "0x4", block["hash"], {"blockHash": block["hash"]}, {"blockNumber": "0x4"}):
        assert world.result("eth_getBlockReceipts", name) == [receipt]
    assert world.result("eth_getTransactionReceipt", WORD) is None
    assert world.result("eth_getTransactionByHash", WORD) is None


def test_accounts_and_calls(world: World) -> None:
    writer = "0x" + WRITER.address.hex()
    assert world.result("eth_getTransactionCount", writer, "pending") == "0x4"
    assert world.result("eth_getTransactionCount", writer, "0x1") == "0x1"
    assert int(world.result("eth_getBalance", writer), 16) > 10**23
    assert world.result("eth_getCode", world.counter, "latest") == "0x" + COUNTER.hex()
    assert world.result("eth_getCode", world.counter, "earliest") == "0x"
    for slot in ("0x0", "0x" + "00" * 32):
        assert world.result("eth_getStorageAt", world.counter, slot, "latest") == "0x" + "00" * 32
    assert int(world.result("eth_call", {"to": world.counter}, "latest"), 16) == 1
    genesis = world.result("eth_getBlockByNumber", "0x0", False)["hash"]
    at_genesis = {"blockHash": genesis, "requireCanonical": True}
    assert world.result("eth_call", {"to": world.counter, "data": "0x"}, at_genesis) == "0x"
    assert world.error("eth_call", {"to": world.counter}, {"blockHash": WORD})[0] == -32001
    assert world.error("eth_call", {"to": world.counter}, "0x99")[0] == -32001
    refused = world.ask("eth_call", {"to": world.refuser, "input": "0xc0ffee"})["error"]
    assert refused == {"code": 3, "message": "execution reverted", "data": "0xc0ffee"}
    assert int(world.result("eth_estimateGas", {"to": world.counter, "from": writer}), 16) < 50_000
    assert world.error("eth_estimateGas", {"to": world.refuser})[0] == 3


def test_fees(world: World) -> None:
    history = world.result("eth_feeHistory", "0x3", "latest", [10, 50.5])
    assert history["oldestBlock"] == "0x2"
    assert [len(history[name]) for name in ("baseFeePerGas", "gasUsedRatio", "reward")] == [4, 3, 3]
    assert history["reward"] == [["0x3", "0x3"]] * 3
    fees = [int(fee, 16) for fee in history["baseFeePerGas"]]
    blocks = [world.result("eth_getBlockByNumber", hex(number), False) for number in (2, 3, 4)]
    assert fees[:3] == [int(block["baseFeePerGas"], 16) for block in blocks]
    assert world.result("eth_gasPrice") == hex(fees[3] + int(world.result("eth_maxPriorityFeePerGas"), 16))
    # The next block keeps what was foretold.
    WRITER.send(world.chain)
    block = world.result("eth_getBlockByNumber", "latest", False)
    assert int(block["baseFeePerGas"], 16) == fees[3]
    everything = world.result("eth_feeHistory", 1000, "0x4")
    assert (everything["oldestBlock"], len(everything["gasUsedRatio"])) == ("0x0", 5)
    assert "reward" not in everything


def test_logs(world: World) -> None:
    event = world.result("eth_getTransactionReceipt", world.sent)["logs"][0]
    everywhere: dict[str, Any] = {"fromBlock": "earliest", "toBlock": "latest"}
    matching: list[dict[str, Any]] = [
        everywhere,
        {"fromBlock": "0x0", "toBlock": "0xfffff"},
        {"blockHash": event["blockHash"]},
        everywhere | {"address": world.logger.upper().replace("0X", "0x")},
        everywhere | {"address": [world.counter, world.logger]},
        everywhere | {"topics": [WORD]},
        everywhere | {"topics": [None, [WORD, "0x" + "02" * 32]]},
        everywhere | {"topics": [[], None], "address": None},
    ]
    for wanted in matching:
        assert world.result("eth_getLogs", wanted) == [event]
    empty: list[dict[str, Any]] = [
        everywhere | {"address": world.counter},
        everywhere | {"topics": [None, None, None]},
        {"fromBlock": "0x500", "toBlock": "0x600"},
        {"fromBlock": "0x0", "toBlock": "0x1"},
    ]
    for wanted in empty:
        assert world.result("eth_getLogs", wanted) == []
    assert world.error("eth_getLogs", {"blockHash": WORD})[0] == -32001
    meaningless: list[object] = [
        {"blockHash": event["blockHash"], "fromBlock": "0x0"},
        {"fromBlock": "0x2", "toBlock": "0x1"},
        {"fromBlock": "0x0", "toBlock": "0xffffffff", "topic": []},
        everywhere | {"topics": WORD},
        everywhere | {"topics": [[[WORD]]]},
        everywhere | {"topics": [None] * 5},
        everywhere | {"address": "0x01"},
        everywhere | {"address": [world.logger] * 101},
        {"fromBlock": {"blockHash": event["blockHash"]}},
        [],
        None,
    ]
    for each in meaningless:
        assert world.error("eth_getLogs", each)[0] == -32602


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("eth_getBalance", []),
        ("eth_getBalance", ["0x" + "11" * 20, "latest", 1]),
        ("eth_getBalance", ["0x" + "11" * 19]),
        ("eth_getBalance", ["0x" + "1g" * 20]),
        ("eth_getBalance", ["0x" + "11" * 20 + "\n"]),
        ("eth_getBalance", [None]),
        ("eth_getBalance", ["0x" + "11" * 20, "newest"]),
        ("eth_getBalance", ["0x" + "11" * 20, 4]),
        ("eth_getBalance", ["0x" + "11" * 20, "0x04"]),
        ("eth_getBalance", ["0x" + "11" * 20, "0x1" + "0" * 16]),
        ("eth_getBalance", ["0x" + "11" * 20, {}]),
        ("eth_getBalance", ["0x" + "11" * 20, {"blockNumber": {"blockNumber": "0x1"}}]),
        ("eth_getBlockByNumber", ["0x1", "yes"]),
        ("eth_getBlockByHash", ["0x1", True]),
        ("eth_getStorageAt", ["0x" + "11" * 20, "0x1" + "0" * 64]),
        ("eth_call", ["0x"]),
        ("eth_call", [{"data": "0x0"}]),
        ("eth_call", [{"data": "0x00", "input": "0x01"}]),
        ("eth_call", [{"value": "0x1" + "0" * 64}]),
        ("eth_call", [{"chainId": "0x1"}]),
        ("eth_call", [{}, "latest", {}]),
        ("eth_call", [{"to": "0x" + "11" * 20, "authorizationList": []}]),
        ("eth_feeHistory", ["0x0", "latest"]),
        ("eth_feeHistory", [True, "latest"]),
        ("eth_feeHistory", ["0x1", "latest", [101]]),
        ("eth_feeHistory", ["0x1", "latest", [float("nan")]]),
    ],
)
def test_bad_parameters_are_told(world: World, method: str, params: list[object]) -> None:
    assert world.error(method, *params)[0] == -32602


def test_nothing_is_written(world: World) -> None:
    before = world.result("eth_blockNumber")
    raw = "0x" + WRITER.sign(world.chain.state.nonce(WRITER.address)).hex()
    for method in ("eth_sendRawTransaction", "eth_sendTransaction", "eth_sign", "personal_sign"):
        code, message = world.error(method, raw)
        assert code == -32601
        assert message.endswith("this endpoint is read-only")
    assert world.error("eth_mine")[0] == -32601
    assert world.error("x" * 10_000)[1] == f"the method '{'x' * 64}' is not available"
    assert world.result("eth_blockNumber") == before
