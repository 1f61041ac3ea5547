"""A block's header and the proof of one receipt in it: what a transaction did, for whoever has the block's hash.

1. keccak-256 of the header is the block's hash; number, time and the root of its receipts stand in it
2. under that root, the receipt at the transaction's place: whether it succeeded, and its events in order

A receipt doesn't name its transaction, so `transaction` only says whose it is: nothing here proves that hash.
"""

from dataclasses import dataclass

from registry.proof.canonical import Json
from registry.proof.chain import Block, Event, Transaction
from registry.proof.errors import Malformed
from registry.proof.fields import Fields
from registry.proof.rlp import Rlp, decode, encode, encode_number, items, number, octets
from registry.proof.trie import HASH_BYTES, Keccak, value_in_trie

MAX_HEADER = 2**14
"""Bytes of a header: today's have 600, and chains with proof of authority add the names of hundreds of signers."""
MAX_NODE = 2**16
"""Bytes of a node: a branch has 532, and the last one holds the receipt, of some 500 for a checkpoint."""
MAX_NODES = 12
"""A place in a block takes at most five bytes as a key, ten half bytes."""
MAX_INDEX = 2**24
BLOOM_BYTES = 256
MAX_TOPICS = 4

_HASHES = {0: 32, 1: 32, 2: 20, 3: 32, 4: 32, 5: 32, 6: BLOOM_BYTES}
"""The lengths of a header's first fields: parent, uncles, producer, state, transactions, receipts, bloom."""
_RECEIPTS_ROOT, _NUMBER, _TIME, _EXTRA = 5, 8, 11, 12
_LEAST_FIELDS, _MOST_FIELDS = 15, 40
_MAX_TYPE = 0x7F


@dataclass(frozen=True, slots=True)
class BlockProof:
    """The header's RLP, the receipt's place among the block's, and the trie's nodes from the root down to it."""

    transaction: bytes
    header: bytes
    index: int
    nodes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """What a proof needs of a header; `time` in seconds since 1970."""

    number: int
    time: int
    receipts_root: bytes


def open_block_proof(proof: BlockProof, keccak: Keccak) -> tuple[Block, Transaction]:
    """The block, and the transaction in it, that this proves; raises Malformed where it proves nothing.

    Whether that block is on any chain is another question: its hash answers it.
    """
    # 1. the header
    block_hash, header = keccak(proof.header), parse_header(proof.header)
    # 2. the receipt
    key = encode(encode_number(proof.index))
    succeeded, events = parse_receipt(value_in_trie(header.receipts_root, key, proof.nodes, keccak))
    block = Block(number=header.number, hash=block_hash, time=header.time)
    return block, Transaction(block.number, block.hash, succeeded, events)


def parse_header(data: bytes) -> Header:
    """The header in these bytes, of any fork so far and of later ones that only add fields."""
    fields = items(decode(data), "the header")
    if not _LEAST_FIELDS <= len(fields) <= _MOST_FIELDS:
        raise Malformed(f"the header has {len(fields):,} fields")
    for place, length in _HASHES.items():
        octets(fields[place], f"field {place} of the header", length=length)
    octets(fields[_EXTRA], "the header's extra data")
    return Header(
        number=number(fields[_NUMBER], "the block's number"),
        time=number(fields[_TIME], "the block's time"),
        receipts_root=octets(fields[_RECEIPTS_ROOT], "the root of receipts", length=HASH_BYTES),
    )


def parse_receipt(data: bytes) -> tuple[bool, tuple[Event, ...]]:
    """Whether a transaction succeeded, and its events, from its receipt: legacy, or of a type (EIP-2718).

    Types may add fields behind the four that all have. Receipts from before 2017, which don't tell the outcome, are
    refused.
    """
    payload = data[1:] if data and 1 <= data[0] <= _MAX_TYPE else data
    fields = items(decode(payload), "the receipt")
    if len(fields) < 4 or (payload is data and len(fields) != 4):
        raise Malformed(f"the receipt has {len(fields):,} fields")
    status = number(fields[0], "the receipt's status", bits=8)
    if status > 1:
        raise Malformed("the receipt's status is neither 0 nor 1")
    number(fields[1], "the gas of the receipt")
    octets(fields[2], "the receipt's bloom", length=BLOOM_BYTES)
    return status == 1, tuple(_event(each) for each in items(fields[3], "the receipt's events"))


def encode_block_proof(proof: BlockProof) -> dict[str, Json]:
    """The fields, for canonical JSON."""
    return {
        "transaction": proof.transaction.hex(),
        "header": proof.header.hex(),
        "index": proof.index,
        "nodes": [node.hex() for node in proof.nodes],
    }


def parse_block_proof(value: Json) -> BlockProof:
    """The proof with these fields; raises Malformed for any others. Nothing of it is checked yet."""
    fields = Fields(value, "the block's proof")
    proof = BlockProof(
        transaction=fields.octets("transaction", 32),
        header=fields.octets_upto("header", MAX_HEADER),
        index=fields.number("index"),
        nodes=fields.octets_list_upto("nodes", MAX_NODE, most=MAX_NODES),
    )
    fields.done()
    if proof.index >= MAX_INDEX:
        raise Malformed(f"`index` of the block's proof is not below {MAX_INDEX:,}")
    return proof


def _event(value: Rlp) -> Event:
    fields = items(value, "an event")
    if len(fields) != 3:
        raise Malformed(f"an event has {len(fields):,} fields")
    topics = items(fields[1], "an event's topics")
    if len(topics) > MAX_TOPICS:
        raise Malformed(f"an event has {len(topics):,} topics")
    return Event(
        address=octets(fields[0], "an event's address", length=20),
        topics=tuple(octets(topic, "a topic", length=32) for topic in topics),
        data=octets(fields[2], "an event's data"),
    )
