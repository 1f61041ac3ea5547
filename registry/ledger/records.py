"""A mined block of py-evm, written into the tables that are read.

The bodies follow the Ethereum execution API specification, with the fields that web3.py, ethers and viem ask for.
"""

import json
import sqlite3
from collections.abc import Sequence
from itertools import count
from typing import Any

from eth.abc import BlockAPI, LogAPI, ReceiptAPI, SignedTransactionAPI
from eth.constants import CREATE_CONTRACT_ADDRESS
from eth_utils.crypto import keccak
from rlp import encode  # type: ignore[import-untyped]

from registry.ledger.blocks import JsonObject
from registry.ledger.quantities import data, quantity

DYNAMIC_FEE = 2
"""The transaction type of EIP-1559."""


def record(connection: sqlite3.Connection, block: BlockAPI, receipts: Sequence[ReceiptAPI]) -> None:
    """Insert the rows of a block, its transactions, receipts and events; the caller commits."""
    connection.execute(
        "INSERT INTO blocks (number, hash, body) VALUES (?, ?, ?)", (block.number, block.hash, _json(_block(block)))
    )
    used, positions = 0, count()
    for position, (transaction, receipt) in enumerate(zip(block.transactions, receipts, strict=True)):
        place = {
            "blockHash": data(block.hash),
            "blockNumber": quantity(block.number),
            "transactionHash": data(transaction.hash),
            "transactionIndex": quantity(position),
        }
        connection.execute(
            "INSERT INTO transactions (hash, block, position, body, receipt) VALUES (?, ?, ?, ?, ?)",
            (
                transaction.hash,
                block.number,
                position,
                _json(_transaction(block, transaction, position)),
                _json(place | _receipt(block, transaction, receipt, gas_used=receipt.gas_used - used)),
            ),
        )
        used = receipt.gas_used
        for log, event_position in zip(receipt.logs, positions, strict=False):
            topics = [topic.to_bytes(32, "big") for topic in log.topics]
            body = place | _event(block, log, topics, event_position)
            connection.execute(
                "INSERT INTO events (block, position, tx_position, address, topic0, topic1, topic2, topic3, body)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (block.number, event_position, position, log.address, *(topics + [None] * 4)[:4], _json(body)),
            )


def effective_gas_price(block: BlockAPI, transaction: SignedTransactionAPI) -> int:
    """What a unit of gas cost the sender, in wei: the base fee and the tip, under the sender's cap."""
    base_fee = _header(block).base_fee_per_gas
    return int(min(transaction.max_fee_per_gas, base_fee + transaction.max_priority_fee_per_gas))


def _header(block: BlockAPI) -> Any:
    # py-evm's abstract header lacks the fields that later forks brought.
    return block.header


def _json(body: JsonObject) -> str:
    return json.dumps(body, separators=(",", ":"))


def _block(block: BlockAPI) -> JsonObject:
    header = _header(block)
    return {
        "number": quantity(header.block_number),
        "hash": data(header.hash),
        "parentHash": data(header.parent_hash),
        "nonce": data(header.nonce),
        "sha3Uncles": data(header.uncles_hash),
        "logsBloom": _bloom(header.bloom),
        "transactionsRoot": data(header.transaction_root),
        "stateRoot": data(header.state_root),
        "receiptsRoot": data(header.receipt_root),
        "miner": data(header.coinbase),
        "difficulty": quantity(header.difficulty),
        "extraData": data(header.extra_data),
        "size": quantity(len(encode(block))),
        "gasLimit": quantity(header.gas_limit),
        "gasUsed": quantity(header.gas_used),
        "timestamp": quantity(header.timestamp),
        "mixHash": data(header.mix_hash),
        "baseFeePerGas": quantity(header.base_fee_per_gas),
        "withdrawalsRoot": data(header.withdrawals_root),
        "withdrawals": [],
        "blobGasUsed": quantity(header.blob_gas_used),
        "excessBlobGas": quantity(header.excess_blob_gas),
        "parentBeaconBlockRoot": data(header.parent_beacon_block_root),
        "requestsHash": data(header.requests_hash),
        "transactions": [data(transaction.hash) for transaction in block.transactions],
        "uncles": [],
    }


def _transaction(block: BlockAPI, transaction: SignedTransactionAPI, position: int) -> JsonObject:
    kind = transaction.type_id or 0
    body: JsonObject = {
        "type": quantity(kind),
        "hash": data(transaction.hash),
        "blockHash": data(block.hash),
        "blockNumber": quantity(block.number),
        "transactionIndex": quantity(position),
        "nonce": quantity(transaction.nonce),
        "from": data(transaction.sender),
        "to": _recipient(transaction),
        "value": quantity(transaction.value),
        "gas": quantity(transaction.gas),
        "gasPrice": quantity(effective_gas_price(block, transaction)),
        "input": data(transaction.data),
        "chainId": quantity(transaction.chain_id or 0),
        "r": quantity(transaction.r),
        "s": quantity(transaction.s),
    }
    if kind == 0:
        # A legacy signature's v carries the chain id (EIP-155).
        return body | {"v": quantity((transaction.chain_id or 0) * 2 + 35 + transaction.y_parity)}
    body |= {"v": quantity(transaction.y_parity), "yParity": quantity(transaction.y_parity)}
    body["accessList"] = [
        {"address": data(address), "storageKeys": [data(slot.to_bytes(32, "big")) for slot in slots]}
        for address, slots in transaction.access_list
    ]
    if kind == DYNAMIC_FEE:
        body["maxFeePerGas"] = quantity(transaction.max_fee_per_gas)
        body["maxPriorityFeePerGas"] = quantity(transaction.max_priority_fee_per_gas)
    return body


def _receipt(block: BlockAPI, transaction: SignedTransactionAPI, receipt: ReceiptAPI, *, gas_used: int) -> JsonObject:
    created = keccak(encode([transaction.sender, transaction.nonce]))[-20:]
    return {
        "type": quantity(transaction.type_id or 0),
        # Since Byzantium this field says whether it went well, in one byte or none.
        "status": quantity(int.from_bytes(receipt.state_root, "big")),
        "from": data(transaction.sender),
        "to": _recipient(transaction),
        "contractAddress": data(created) if transaction.to == CREATE_CONTRACT_ADDRESS else None,
        "gasUsed": quantity(gas_used),
        "cumulativeGasUsed": quantity(receipt.gas_used),
        "effectiveGasPrice": quantity(effective_gas_price(block, transaction)),
        "logsBloom": _bloom(receipt.bloom),
    }


def _event(block: BlockAPI, log: LogAPI, topics: Sequence[bytes], position: int) -> JsonObject:
    return {
        "blockTimestamp": quantity(_header(block).timestamp),
        "logIndex": quantity(position),
        "address": data(log.address),
        "topics": [data(topic) for topic in topics],
        "data": data(log.data),
        "removed": False,
    }


def _recipient(transaction: SignedTransactionAPI) -> str | None:
    return data(transaction.to) if transaction.to != CREATE_CONTRACT_ADDRESS else None


def _bloom(bloom: int) -> str:
    return data(bloom.to_bytes(256, "big"))
