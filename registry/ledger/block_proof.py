"""The proof of a receipt in its block, made from what any JSON-RPC endpoint tells of the block.

1. the header, from its fields: it must hash to the block's hash
2. all receipts of the block, serialised as the chain does: their trie must have the header's root
3. the trie's nodes down to the transaction's receipt, held against the frozen room's own check

Nothing is believed: a proof that wouldn't verify is not returned. The fields are those of Ethereum up to Osaka, and of
Amsterdam as drafted; receipts may be of any type (EIP-2718) with Ethereum's four fields, and deposits of the OP Stack
with their two more. A chain that hashes otherwise has no such proof, and NoBlockProof says so.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from eth_utils.crypto import keccak
from trie.hexary import HexaryTrie

from registry.errors import InvalidInput, NoBlockProof, RpcRefused
from registry.ledger.quantities import parse_data, parse_quantity
from registry.ledger.reader import JsonRpc
from registry.proof.block_proof import (
    MAX_HEADER,
    MAX_INDEX,
    MAX_NODE,
    MAX_NODES,
    BlockProof,
    open_block_proof,
    parse_header,
)
from registry.proof.certificate import Anchor
from registry.proof.chain import Block, Event
from registry.proof.errors import Malformed
from registry.proof.rlp import Rlp, encode, encode_number
from registry.proof.trie import HASH_BYTES

_QUANTITIES = frozenset(
    {
        "difficulty",
        "number",
        "gasLimit",
        "gasUsed",
        "timestamp",
        "baseFeePerGas",
        "blobGasUsed",
        "excessBlobGas",
        "slotNumber",
    }
)
_HEADER = (
    "parentHash",
    "sha3Uncles",
    "miner",
    "stateRoot",
    "transactionsRoot",
    "receiptsRoot",
    "logsBloom",
    "difficulty",
    "number",
    "gasLimit",
    "gasUsed",
    "timestamp",
    "extraData",
    "mixHash",
    "nonce",
)
_LATER = (
    "baseFeePerGas",
    "withdrawalsRoot",
    "blobGasUsed",
    "excessBlobGas",
    "parentBeaconBlockRoot",
    "requestsHash",
    "blockAccessListHash",
    "slotNumber",
)
"""What forks added, each behind the one before: a chain has the first few of them."""

_DEPOSIT = 0x7E
_MAX_TYPE = 0x7F


def build_block_proof(request: JsonRpc, anchor: Anchor, event: Event) -> BlockProof:
    """The proof that the anchor's block holds this event at the anchor's place.

    Raises:
        NoBlockProof: the endpoint has forgotten the block or a receipt, or this chain's hashes are made otherwise.
        RpcUnavailable: the endpoint gave no answer.
    """
    try:
        return _build(request, anchor, event)
    except (Malformed, InvalidInput) as error:
        raise NoBlockProof(f"Block {anchor.block_number:,} has no proof: {error}.") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NoBlockProof(
            f"Block {anchor.block_number:,} has no proof: the endpoint's answer makes no sense, {error!r}."
        ) from error
    except RpcRefused as error:
        raise NoBlockProof(f"The endpoint doesn't tell of block {anchor.block_number:,}: {error.message}") from error


def encode_header(block: Mapping[str, Any]) -> bytes:
    """A header's RLP, from a block as JSON-RPC has it."""
    present = [name for name in _LATER if block.get(name) is not None]
    if present != list(_LATER[: len(present)]):
        raise Malformed("the header lacks a field that it must have with a later one")
    return encode([_field(block, name) for name in (*_HEADER, *present)])


def encode_receipt(receipt: Mapping[str, Any]) -> bytes:
    """A receipt as the chain's trie has it, from one as JSON-RPC has it."""
    kind = parse_quantity(receipt.get("type", "0x0"), "type", bits=8)
    if kind > _MAX_TYPE:
        raise Malformed(f"receipts have no type {kind}")
    events: list[Rlp] = [
        [
            parse_data(event["address"], "address", size=20),
            [parse_data(topic, "topic", size=32) for topic in event["topics"]],
            parse_data(event["data"], "data"),
        ]
        for event in receipt["logs"]
    ]
    fields: list[Rlp] = [
        encode_number(parse_quantity(receipt["status"], "status", bits=1)),
        encode_number(parse_quantity(receipt["cumulativeGasUsed"], "cumulativeGasUsed", bits=64)),
        parse_data(receipt["logsBloom"], "logsBloom", size=256),
        events,
    ]
    if kind == _DEPOSIT and receipt.get("depositReceiptVersion") is not None:
        more = ("depositNonce", "depositReceiptVersion")
        fields += [encode_number(parse_quantity(receipt[name], name, bits=64)) for name in more]
    return encode(fields) if kind == 0 else bytes([kind]) + encode(fields)


def _build(request: JsonRpc, anchor: Anchor, event: Event) -> BlockProof:
    # 1. the header
    block = request("eth_getBlockByHash", ["0x" + anchor.block_hash.hex(), False])
    if block is None:
        raise Malformed("it has no such block")
    header = encode_header(block)
    if keccak(header) != anchor.block_hash or len(header) > MAX_HEADER:
        raise Malformed("its header's fields don't give its hash, so this chain makes it in a way of its own")
    # 2. all receipts of the block
    transactions = [parse_data(each, "transaction", size=32) for each in block["transactions"]]
    if anchor.transaction not in transactions or len(transactions) > MAX_INDEX:
        raise Malformed("the transaction isn't in it")
    trie = HexaryTrie({}, prune=True)
    for index, receipt in enumerate(_receipts(request, block["number"], transactions)):
        trie[_key(index)] = encode_receipt(receipt)
    if trie.root_hash != parse_header(header).receipts_root:
        raise Malformed("its receipts don't give its root, so this chain writes them in a way of its own")
    # 3. the nodes down to the transaction's receipt
    index = transactions.index(anchor.transaction)
    nodes = [encode(node) for node in trie.get_proof(_key(index))]  # type: ignore[no-untyped-call]
    # Shorter nodes stand in their parents already.
    named = tuple(node for place, node in enumerate(nodes) if place == 0 or len(node) >= HASH_BYTES)
    if len(named) > MAX_NODES or max(map(len, named)) > MAX_NODE:
        raise Malformed("the receipt is too long for a certificate")
    proof = BlockProof(transaction=anchor.transaction, header=header, index=index, nodes=named)
    proven, mined = open_block_proof(proof, keccak)
    if proven != Block(anchor.block_number, anchor.block_hash, anchor.block_time) or not mined.succeeded:
        raise Malformed("the anchor is of another block or of a failed transaction")
    if mined.events[anchor.event_index : anchor.event_index + 1] != (event,):
        raise Malformed("the transaction doesn't hold the checkpoint")
    return proof


def _receipts(request: JsonRpc, number: object, transactions: Sequence[bytes]) -> Sequence[Mapping[str, Any]]:
    """The block's receipts in order, one for each transaction."""
    try:
        found = request("eth_getBlockReceipts", [number])
    except RpcRefused:
        found = None  # not every node knows the method, and some don't allow it
    if found is None:
        found = [request("eth_getTransactionReceipt", ["0x" + transaction.hex()]) for transaction in transactions]
    if len(found) != len(transactions) or None in found:
        raise Malformed("the endpoint doesn't have all its receipts any more")
    if [parse_data(receipt["transactionHash"], "transactionHash") for receipt in found] != list(transactions):
        raise Malformed("the receipts are not in the order of its transactions")
    return list(found)


def _field(block: Mapping[str, Any], name: str) -> bytes:
    if name in _QUANTITIES:
        return encode_number(parse_quantity(block[name], name))
    return parse_data(block[name], name)


def _key(index: int) -> bytes:
    return encode(encode_number(index))
