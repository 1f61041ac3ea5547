"""Blocks with receipts, made by py-trie and rlp, and certificates that carry the proof of theirs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import rlp
from eth_utils.crypto import keccak
from trie import HexaryTrie

from registry.proof.block_proof import BlockProof
from registry.proof.certificate import Certificate
from registry.proof.chain import Event, checkpoint_event
from tests.certified import Certified, certified

NUMBER, TIME = 23_456_789, 1_795_000_123
SUCCEEDED, FAILED = b"\x01", b""


@dataclass(frozen=True)
class Proven:
    """A certificate with the proof of its block, and the hash that a verifier would bring."""

    certificate: Certificate
    proof: BlockProof
    block_hash: bytes
    world: Certified


def receipt(*events: Event, kind: int = 2, status: bytes = SUCCEEDED, gas: int = 21_000) -> bytes:
    """A receipt's bytes as the trie has them."""
    logs = [[event.address, list(event.topics), event.data] for event in events]
    payload: bytes = rlp.encode([status, gas, bytes(256), logs])
    return payload if kind == 0 else bytes([kind]) + payload


def header(receipts_root: bytes, *, number: int = NUMBER, time: int = TIME, later: Sequence[object] = ()) -> bytes:
    """A header's bytes; `later` are the fields of forks after Paris."""
    hashes = [bytes([place]) * 32 for place in range(4)]
    first = [hashes[0], hashes[1], b"\x0c" * 20, hashes[2], hashes[3], receipts_root, bytes(256)]
    encoded: bytes = rlp.encode([*first, 0, number, 30_000_000, 21_000, time, b"extra", bytes(32), bytes(8), *later])
    return encoded


def proof_in(receipts: Sequence[bytes], index: int) -> tuple[bytes, tuple[bytes, ...]]:
    """The root over these receipts, and the nodes down to one of them."""
    trie = HexaryTrie({})
    for place, each in enumerate(receipts):
        trie[rlp.encode(place)] = each
    nodes = [rlp.encode(node) for node in trie.get_proof(rlp.encode(index))]
    return trie.root_hash, tuple(node for place, node in enumerate(nodes) if place == 0 or len(node) >= 32)


def proven(
    *, receipts: int = 130, index: int = 129, kind: int = 2, status: bytes = SUCCEEDED, number: int = NUMBER
) -> Proven:
    """A certificate whose event is the third of receipt `index` of so many in its block."""
    world = certified()
    certificate, genesis = world.certificate, world.certificate.origin
    checkpoint, anchor = certificate.checkpoint, certificate.anchor
    event = checkpoint_event(genesis.contract, genesis.log, anchor.writer, checkpoint.size, checkpoint.root)
    other = replace(event, address=b"\xee" * 20)
    of_block = [receipt(other, gas=place) for place in range(receipts)]
    of_block[index] = receipt(other, other, event, kind=kind, status=status)
    root, nodes = proof_in(of_block, index)
    head = header(root, number=number)
    proof = BlockProof(transaction=anchor.transaction, header=head, index=index, nodes=nodes)
    block_hash = keccak(head)
    placed = replace(anchor, block_number=number, block_time=TIME, block_hash=block_hash)
    carrying = replace(certificate, anchor=placed, witnesses=(*certificate.witnesses, proof))
    return Proven(carrying, proof, block_hash, world)
