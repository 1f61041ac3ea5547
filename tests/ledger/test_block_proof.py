"""Proofs of receipts, made from what py-evm and anvil tell of their blocks; py-trie and py-evm hold them as well."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
import rlp
from eth.constants import ZERO_HASH32
from eth.vm.forks.prague.blocks import PragueBlockHeader
from eth.vm.forks.prague.transactions import PragueTransactionBuilder
from eth_utils.crypto import keccak
from trie import HexaryTrie

from registry.errors import NoBlockProof, RpcRefused
from registry.ledger.block_proof import build_block_proof, encode_header, encode_receipt
from registry.ledger.blocks import SCHEMA
from registry.ledger.embedded import GAS_LIMIT
from registry.ledger.evm import EmbeddedRules, KeyValue
from registry.ledger.reader import JsonRpc, embedded_json_rpc, http_json_rpc
from registry.ledger.records import record
from registry.ledger.rpc import EmbeddedEndpoint
from registry.proof.block_proof import open_block_proof, parse_receipt
from registry.proof.certificate import Anchor
from registry.proof.chain import Event
from tests.anvil import Anvil, started
from tests.contracts.toolchain import Toolchain
from tests.ledger.small_chain import FUNDS, REFUSER, START, Writer, deploying, emitting

WRITER = Writer()
TOPIC, DATA = b"\x07" * 32, b"of the checkpoint"


class CrowdedChain:
    """py-evm with blocks of several transactions, as a real chain's are; `request` asks it over JSON-RPC."""

    def __init__(self, folder: Path) -> None:
        path = folder / "chain.sqlite"
        self._connection = sqlite3.connect(path, isolation_level=None)
        for statement in SCHEMA.split(";"):
            self._connection.execute(statement)
        genesis = {
            "difficulty": 0,
            "extra_data": b"crowded",
            "gas_limit": GAS_LIMIT,
            "parent_beacon_block_root": ZERO_HASH32,
            "timestamp": START,
        }
        funded = {WRITER.address: {"balance": FUNDS, "nonce": 0, "code": b"", "storage": {}}}
        self._rules = EmbeddedRules.from_genesis(KeyValue(self._connection), cast(Any, genesis), cast(Any, funded))
        self._endpoint = EmbeddedEndpoint(path, version="1")
        self.request: JsonRpc = embedded_json_rpc(self._endpoint)
        self._nonce = 0

    def sign(self, **fields: Any) -> bytes:
        """The next transaction's bytes."""
        self._nonce += 1
        return WRITER.sign(self._nonce - 1, gas=300_000, **fields)

    def mine(self, raws: Sequence[bytes]) -> list[bytes]:
        """Mines them all in one block; their hashes."""
        head = self._rules.get_canonical_head()
        self._rules.header = self._rules.create_header_from_parent(
            head, timestamp=head.timestamp + 12, gas_limit=head.gas_limit, parent_beacon_block_root=ZERO_HASH32
        )
        transactions = [PragueTransactionBuilder.decode(raw) for raw in raws]
        result, receipts, _ = self._rules.mine_all(transactions)
        record(self._connection, result.imported_block, receipts)
        return [transaction.hash for transaction in transactions]

    def close(self) -> None:
        self._endpoint.close()
        self._connection.close()


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[CrowdedChain]:
    made = CrowdedChain(tmp_path)
    yield made
    made.close()


def _legacy(**fields: Any) -> dict[str, Any]:
    return {"gasPrice": 2 * 10**9, **fields}


def _crowd(chain: CrowdedChain, size: int) -> list[bytes]:
    """A block of all sorts: types 0 and 2, events and none, creations, and one that fails; the last emits."""
    kinds: list[Callable[[], bytes]] = [
        lambda: chain.sign(),
        lambda: chain.sign(**_legacy()),
        lambda: chain.sign(to=None, data=emitting([([b"\x01" * 32], b"noise"), ([], b"")])),
        lambda: chain.sign(to=None, data=b"\xfe"),
        lambda: chain.sign(**_legacy(to=None, data=deploying(REFUSER))),
        lambda: chain.sign(accessList=[]),
    ]
    raws = [kinds[number % len(kinds)]() for number in range(size - 1)]
    return chain.mine([*raws, chain.sign(to=None, data=emitting([([], b"first"), ([TOPIC], DATA)]))])


def _anchor(request: JsonRpc, transaction: bytes, event_index: int = 1) -> tuple[Anchor, Event]:
    """The anchor of a mined transaction and its event there, as the node tells."""
    receipt = request("eth_getTransactionReceipt", ["0x" + transaction.hex()])
    block = request("eth_getBlockByNumber", [receipt["blockNumber"], False])
    events = receipt["logs"]
    told = events[event_index] if event_index < len(events) else {"address": "0x", "topics": [], "data": "0x"}
    event = Event(
        address=bytes.fromhex(told["address"][2:]),
        topics=tuple(bytes.fromhex(topic[2:]) for topic in told["topics"]),
        data=bytes.fromhex(told["data"][2:]),
    )
    anchor = Anchor(
        writer=WRITER.address,
        transaction=transaction,
        event_index=event_index,
        block_number=int(block["number"], 16),
        block_hash=bytes.fromhex(block["hash"][2:]),
        block_time=int(block["timestamp"], 16),
    )
    return anchor, event


def _check(request: JsonRpc, anchor: Anchor, event: Event) -> None:
    """Our proof holds for us, and for py-trie and py-evm."""
    proof = build_block_proof(request, anchor, event)
    block, mined = open_block_proof(proof, keccak)
    assert (block.number, block.hash, block.time) == (anchor.block_number, anchor.block_hash, anchor.block_time)
    assert mined.succeeded
    assert mined.events[anchor.event_index] == event
    header = rlp.decode(proof.header)
    value = HexaryTrie.get_from_proof(header[5], rlp.encode(proof.index), [rlp.decode(node) for node in proof.nodes])
    assert parse_receipt(value) == (True, mined.events)


@pytest.mark.parametrize("size", [1, 2, 7, 18, 130])
def test_a_receipt_among_others_in_a_block_of_py_evm(chain: CrowdedChain, size: int) -> None:
    anchor, event = _anchor(chain.request, _crowd(chain, size)[-1])
    assert (event.topics, event.data) == ((TOPIC,), DATA)
    _check(chain.request, anchor, event)


def test_py_evm_reads_the_header_as_its_own(chain: CrowdedChain) -> None:
    anchor, event = _anchor(chain.request, _crowd(chain, 3)[-1])
    header = build_block_proof(chain.request, anchor, event).header
    theirs: Any = rlp.decode(header, PragueBlockHeader)
    assert (theirs.hash, theirs.block_number, theirs.timestamp) == (
        anchor.block_hash,
        anchor.block_number,
        anchor.block_time,
    )


def test_a_node_that_gives_receipts_only_one_by_one(chain: CrowdedChain) -> None:
    anchor, event = _anchor(chain.request, _crowd(chain, 7)[-1])
    asked: list[str] = []

    def request(method: str, params: Sequence[Any]) -> Any:
        asked.append(method)
        if method == "eth_getBlockReceipts":
            raise RpcRefused("the method does not exist", code=-32601)
        return chain.request(method, params)

    assert build_block_proof(request, anchor, event) == build_block_proof(chain.request, anchor, event)
    assert asked.count("eth_getTransactionReceipt") == 7


Change = Callable[[str, Any], Any]


def _lost(method: str, answer: Any) -> Any:
    return None if "Receipt" in method else answer


def _cut(method: str, answer: Any) -> Any:
    return answer[:-1] if method == "eth_getBlockReceipts" else answer


def _swapped(method: str, answer: Any) -> Any:
    return answer[::-1] if method == "eth_getBlockReceipts" else answer


def _in_block(**fields: Any) -> Change:
    return lambda method, answer: answer | fields if method == "eth_getBlockByHash" else answer


def _in_receipt(**fields: Any) -> Change:
    return lambda method, answer: [answer[0] | fields, *answer[1:]] if method == "eth_getBlockReceipts" else answer


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_lost, "doesn't have all its receipts"),
        (_cut, "doesn't have all its receipts"),
        (_swapped, "not in the order"),
        (lambda method, answer: None if method == "eth_getBlockByHash" else answer, "no such block"),
        (lambda method, answer: "nonsense", "makes no sense"),
        (lambda method, answer: [], "makes no sense"),
        (_in_block(mixHash="0x" + "01" * 32), "don't give its hash"),
        (_in_block(baseFeePerGas=None), "lacks a field"),
        (_in_block(requestsHash=None), "don't give its hash"),
        (_in_block(timestamp="0x01"), "timestamp is not a quantity"),
        (_in_block(transactions=[]), "isn't in it"),
        (_in_receipt(cumulativeGasUsed="0x1"), "receipts don't give its root"),
        (_in_receipt(type="0x1"), "receipts don't give its root"),
        (_in_receipt(status="0x0"), "receipts don't give its root"),
        (_in_receipt(type="0x80"), "no type 128"),
        (_in_receipt(status=None), "status is not a quantity"),
        (_in_receipt(logs=[{}]), "makes no sense"),
        (_in_receipt(logsBloom="0x00"), "logsBloom is not 256 bytes"),
    ],
)
def test_what_makes_no_proof_is_told(chain: CrowdedChain, change: Change, why: str) -> None:
    anchor, event = _anchor(chain.request, _crowd(chain, 3)[-1])

    def request(method: str, params: Sequence[Any]) -> Any:
        return change(method, json.loads(json.dumps(chain.request(method, params))))

    with pytest.raises(NoBlockProof, match=why):
        build_block_proof(request, anchor, event)


def test_a_refusal_is_told(chain: CrowdedChain) -> None:
    anchor, event = _anchor(chain.request, _crowd(chain, 1)[-1])

    def request(method: str, params: Sequence[Any]) -> Any:
        raise RpcRefused("pruned history unavailable", code=4444)

    with pytest.raises(NoBlockProof, match="pruned history"):
        build_block_proof(request, anchor, event)


def test_an_anchor_that_is_not_there_has_no_proof(chain: CrowdedChain) -> None:
    transactions = _crowd(chain, 7)
    anchor, event = _anchor(chain.request, transactions[-1])
    failed = _anchor(chain.request, transactions[3], 0)[0]
    for wrong in (
        (anchor, Event(event.address, event.topics, b"another")),
        (Anchor(**{**_fields(anchor), "event_index": 2}), event),
        (Anchor(**{**_fields(anchor), "transaction": bytes(32)}), event),
        (Anchor(**{**_fields(anchor), "block_time": 1}), event),
        (Anchor(**{**_fields(anchor), "block_hash": bytes(32)}), event),
        (failed, event),
    ):
        with pytest.raises(NoBlockProof):
            build_block_proof(chain.request, *wrong)


def _fields(anchor: Anchor) -> dict[str, Any]:
    return {name: getattr(anchor, name) for name in Anchor.__slots__}


def test_deposits_of_the_op_stack_have_two_fields_more() -> None:
    receipt = {
        "type": "0x7e",
        "status": "0x1",
        "cumulativeGasUsed": "0xb44c",
        "logsBloom": "0x" + "00" * 256,
        "logs": [],
    }
    assert encode_receipt(receipt) == b"\x7e" + rlp.encode([1, 0xB44C, bytes(256), []])
    canyon = receipt | {"depositNonce": "0x5", "depositReceiptVersion": "0x1"}
    assert encode_receipt(canyon) == b"\x7e" + rlp.encode([1, 0xB44C, bytes(256), [], 5, 1])


def test_the_first_block_of_ethereum_has_its_known_hash() -> None:
    """A header without a base fee, with a difficulty and a nonce: from before every fork."""
    block = {
        "parentHash": "0x" + "00" * 32,
        "sha3Uncles": "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
        "miner": "0x" + "00" * 20,
        "stateRoot": "0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544",
        "transactionsRoot": "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
        "receiptsRoot": "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
        "logsBloom": "0x" + "00" * 256,
        "difficulty": "0x400000000",
        "number": "0x0",
        "gasLimit": "0x1388",
        "gasUsed": "0x0",
        "timestamp": "0x0",
        "extraData": "0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa",
        "mixHash": "0x" + "00" * 32,
        "nonce": "0x0000000000000042",
    }
    known = "d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3"
    assert keccak(encode_header(block)).hex() == known


@pytest.mark.parametrize("hardfork", ["london", "shanghai", "cancun", "prague", "osaka"])
def test_several_transactions_in_one_block_of_anvil(toolchain: Toolchain, hardfork: str) -> None:
    with started(toolchain.anvil, automine=False, options=["--hardfork", hardfork]) as anvil:
        transactions = _sent(anvil)
        anvil.mine()
        request = http_json_rpc(anvil.url)
        receipts = [request("eth_getTransactionReceipt", [transaction]) for transaction in transactions]
        assert len({receipt["blockHash"] for receipt in receipts}) == 1
        assert {receipt["status"] for receipt in receipts} == {"0x0", "0x1"}
        assert {receipt["type"] for receipt in receipts} == {"0x0", "0x1", "0x2"}
        for transaction, receipt in zip(transactions, receipts, strict=True):
            if receipt["logs"]:
                _check(request, *_anchor(request, bytes.fromhex(transaction[2:])))


def _sent(anvil: Anvil) -> list[str]:
    senders = anvil.rpc("eth_accounts")
    noise = "0x" + emitting([([], b"first"), ([TOPIC], DATA)]).hex()
    sorts: list[dict[str, Any]] = [
        {"to": senders[0], "value": "0x1"},
        {"data": noise},
        {"data": noise, "gasPrice": "0x77359400"},
        {"data": "0xfe"},
        {"data": noise, "gasPrice": "0x77359400", "accessList": []},
    ]
    return [
        anvil.rpc("eth_sendTransaction", {"from": senders[number % 10], "gas": "0x30d40", **sorts[number % len(sorts)]})
        for number in range(20)
    ]
