"""The embedded chain held against itself: what is read, made anew into what was hashed."""

import sqlite3
from pathlib import Path
from typing import Any

import rlp  # type: ignore[import-untyped]
from eth.db.trie import make_trie_root_and_nodes
from eth.rlp.logs import Log
from eth.rlp.receipts import Receipt
from eth.vm.forks.prague.receipts import PragueReceiptBuilder
from eth_utils.crypto import keccak

from registry.ledger.blocks import EmbeddedBlocks, EventFilter
from registry.ledger.evm import EmbeddedRules, KeyValue

_HEADER = (
    *("parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "difficulty"),
    *("number", "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce", "baseFeePerGas"),
    *("withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash"),
)
_NUMBERS = {"difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas", "blobGasUsed", "excessBlobGas"}


class _Encoded:
    """Bytes as py-evm's trie wants them: something that encodes."""

    def __init__(self, encoded: bytes) -> None:
        self._encoded = encoded

    def encode(self) -> bytes:
        return self._encoded


def audit(path: Path) -> int:
    """Compare every block that is read with its hash, its roots and what py-evm keeps; the number of the last one."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    rules = EmbeddedRules(KeyValue(connection))
    head = rules.get_canonical_head()
    with EmbeddedBlocks(path) as blocks:
        assert blocks.head() == head.block_number
        times = []
        for number in range(head.block_number + 1):
            block = blocks.block(number, full=True)
            assert block is not None
            _audit_block(blocks, block)
            assert block["hash"] == "0x" + rules.get_canonical_block_hash(number).hex()  # type: ignore[arg-type]
            times.append(int(block["timestamp"], 16))
        assert times == sorted(set(times))
    # Nothing is left over that belongs to no block.
    counts = [
        connection.execute(f"SELECT max({column}) FROM {table}").fetchone()[0] or 0 for table, column in _NUMBERED
    ]
    assert max(counts) == head.block_number
    connection.close()
    return head.block_number


_NUMBERED = [("blocks", "number"), ("transactions", "block"), ("events", "block")]


def _audit_block(blocks: EmbeddedBlocks, block: dict[str, Any]) -> None:
    header = [_number(block[name]) if name in _NUMBERS else _bytes(block[name]) for name in _HEADER]
    assert keccak(rlp.encode(header)) == _bytes(block["hash"])
    transactions = [transaction_bytes(transaction) for transaction in block["transactions"]]
    assert [keccak(raw) for raw in transactions] == [_bytes(each["hash"]) for each in block["transactions"]]
    assert _root(transactions) == _bytes(block["transactionsRoot"])
    whole = [header, [raw if raw[0] < 0xC0 else rlp.decode(raw) for raw in transactions], [], []]
    assert len(rlp.encode(whole)) == _number(block["size"])
    receipts = blocks.receipts(_number(block["number"]))
    assert receipts is not None
    assert _root([_receipt_bytes(receipt) for receipt in receipts]) == _bytes(block["receiptsRoot"])
    bloom = 0
    for receipt in receipts:
        assert receipt["blockHash"] == block["hash"]
        assert blocks.receipt(_bytes(receipt["transactionHash"])) == receipt
        bloom |= _number(receipt["logsBloom"])
    assert bloom == _number(block["logsBloom"])
    events = [event for receipt in receipts for event in receipt["logs"]]
    assert [_number(event["logIndex"]) for event in events] == list(range(len(events)))
    assert blocks.events(EventFilter(first=_number(block["number"]), last=_number(block["number"]))) == events


def transaction_bytes(transaction: dict[str, Any]) -> bytes:
    """The signed bytes of a transaction, from JSON-RPC's fields."""
    kind = _number(transaction["type"])
    to = _bytes(transaction["to"]) if transaction["to"] else b""
    middle = [_number(transaction["gas"]), to, _number(transaction["value"]), _bytes(transaction["input"])]
    signature = [_number(transaction[name]) for name in ("v", "r", "s")]
    if kind == 0:
        return bytes(rlp.encode([_number(transaction["nonce"]), _number(transaction["gasPrice"]), *middle, *signature]))
    access = [
        [_bytes(each["address"]), [_bytes(key) for key in each["storageKeys"]]] for each in transaction["accessList"]
    ]
    fees = ["gasPrice"] if kind == 1 else ["maxPriorityFeePerGas", "maxFeePerGas"]
    numbers = [_number(transaction[name]) for name in ("chainId", "nonce", *fees)]
    return bytes([kind]) + bytes(rlp.encode([*numbers, *middle, access, *signature]))


def _receipt_bytes(receipt: dict[str, Any]) -> bytes:
    logs = [
        Log(_bytes(log["address"]), [_number(topic) for topic in log["topics"]], _bytes(log["data"]))  # type: ignore[arg-type]
        for log in receipt["logs"]
    ]
    # py-evm computes the bloom from the logs again.
    made = Receipt(b"\x01" if receipt["status"] == "0x1" else b"", _number(receipt["cumulativeGasUsed"]), logs)
    assert made.bloom == _number(receipt["logsBloom"])
    kind = _number(receipt["type"])
    return bytes(made.encode() if kind == 0 else PragueReceiptBuilder.typed_receipt_class(kind, made).encode())


def _root(items: list[bytes]) -> bytes:
    return bytes(make_trie_root_and_nodes([_Encoded(item) for item in items])[0])  # type: ignore[arg-type]


def _number(text: str) -> int:
    return int(text, 16)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])
