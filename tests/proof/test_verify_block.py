"""Verification by a block's hash alone: the certificate's own header and receipt, and every way to break them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import rlp
from eth_utils.crypto import keccak

from registry.proof.block_proof import BlockProof, open_block_proof, parse_header, parse_receipt
from registry.proof.certificate import Certificate, encode_certificate, parse_certificate
from registry.proof.chain import EMBEDDED_CHAIN_ID, Block, ChainUnavailable, Tag, Transaction, checkpoint_event
from registry.proof.errors import Malformed, ProofError
from registry.proof.on_chain import anchored_by_hash
from registry.proof.receipt import ed25519_valid
from registry.proof.statement import encode_statement
from registry.proof.trie import Keccak
from registry.proof.verify import Anchored, Answer, CouldNotCheck, Finality, No, NotChecked, Verification, Yes, verify
from tests.block_proofs import FAILED, NUMBER, TIME, header, proof_in, proven, receipt
from tests.certified import FILE, compare
from tests.fake_chain import FakeChain

IT = proven()


def _offline(certificate: Certificate, block_hash: bytes | None = IT.block_hash) -> Verification:
    return verify(certificate, FILE, None, IT.world.log, compare, ed25519_valid, keccak=keccak, block_hash=block_hash)


@pytest.mark.parametrize(
    ("receipts", "index"), [(1, 0), (2, 1), (17, 16), (130, 0), (130, 127), (130, 128), (300, 299)]
)
@pytest.mark.parametrize("kind", [0, 1, 2, 0x6A])
def test_the_blocks_hash_is_enough(receipts: int, index: int, kind: int) -> None:
    it = proven(receipts=receipts, index=index, kind=kind)
    certificate = parse_certificate(encode_certificate(it.certificate))
    assert certificate == it.certificate
    verification = _offline(certificate, it.block_hash)
    assert verification.accepted
    anchored = verification.anchored
    assert isinstance(anchored, Anchored)
    assert (anchored.time, anchored.block, anchored.chain_id) == (TIME, NUMBER, 11155111)
    assert anchored.finality is Finality.PINNED
    assert "rests on the hash that was given" in anchored.says
    assert [type(answer) for answer in verification.witnesses] == [Yes, Yes]


def test_without_keccak_it_is_not_checked_and_says_why() -> None:
    verification = verify(IT.certificate, FILE, None, IT.world.log, block_hash=IT.block_hash)
    for answer in (verification.anchored, verification.witnesses[1]):
        assert isinstance(answer, NotChecked)
        assert "keccak" in answer.why
    assert not verification.accepted


def test_without_a_proof_the_hash_shows_nothing() -> None:
    bare = replace(IT.certificate, witnesses=IT.certificate.witnesses[:1])
    assert isinstance(_offline(bare).anchored, NotChecked)
    assert not _offline(bare).accepted


def test_without_the_hash_the_proof_anchors_nothing() -> None:
    verification = _offline(IT.certificate, None)
    assert isinstance(verification.anchored, NotChecked)
    assert isinstance(verification.witnesses[1], Yes)
    assert not verification.accepted


def test_another_hash_is_refused_even_where_a_chain_would_accept() -> None:
    assert isinstance(_offline(IT.certificate, bytes(32)).anchored, No)
    world = IT.world
    assert verify(world.certificate, FILE, world.chain, world.log).accepted
    assert isinstance(verify(world.certificate, FILE, world.chain, world.log, block_hash=bytes(32)).anchored, No)


def test_a_failed_transaction_is_refused() -> None:
    it = proven(status=FAILED)
    verification = _offline(it.certificate, it.block_hash)
    assert isinstance(verification.anchored, No)
    assert isinstance(verification.witnesses[1], No)


@pytest.mark.parametrize(
    "change",
    [
        lambda it: replace(it, anchor=replace(it.anchor, event_index=1)),
        lambda it: replace(it, anchor=replace(it.anchor, event_index=2**53 - 1)),
        lambda it: replace(it, anchor=replace(it.anchor, block_time=TIME - 1)),
        lambda it: replace(it, anchor=replace(it.anchor, block_number=NUMBER + 1)),
        lambda it: replace(it, anchor=replace(it.anchor, transaction=bytes(32))),
        lambda it: replace(it, anchor=replace(it.anchor, writer=bytes(20))),
        lambda it: replace(it, genesis=encode_statement(replace(it.origin, contract=bytes(20)))),
        lambda it: _with(it, index=128),
        lambda it: _with(it, nodes=()),
        lambda it: _with(it, nodes=IT.proof.nodes[:-1]),
        lambda it: _with(it, nodes=(*IT.proof.nodes, IT.proof.nodes[-1])),
        lambda it: _with(it, header=header(bytes(32))),
    ],
)
def test_forged_certificates(change: Callable[[Certificate], Certificate]) -> None:
    verification = _offline(change(IT.certificate))
    assert isinstance(verification.anchored, No)
    assert not verification.accepted


def _with(certificate: Certificate, **fields: Any) -> Certificate:
    return replace(certificate, witnesses=(certificate.witnesses[0], replace(IT.proof, **fields)))


def test_of_several_proofs_one_that_fails_is_not_passed_over() -> None:
    false = replace(IT.proof, index=1)
    both = replace(IT.certificate, witnesses=(false, IT.proof))
    verification = _offline(both)
    assert isinstance(verification.anchored, Yes)
    assert not verification.accepted


def test_every_changed_byte_of_a_small_certificate_is_caught() -> None:
    it = proven(receipts=2, index=1)
    good = encode_certificate(it.certificate)
    assert _offline(parse_certificate(good), it.block_hash).accepted
    for place in range(len(good)):
        edited = bytearray(good)
        edited[place] = ord("1") if edited[place] == ord("0") else ord("0")
        try:
            certificate = parse_certificate(bytes(edited))
        except ProofError:
            continue
        assert not _offline(certificate, it.block_hash).accepted, (place, bytes(edited[max(0, place - 30) : place + 9]))


def test_every_changed_byte_of_the_proof_is_caught_without_its_digest() -> None:
    """As somebody who can hash would change it: the witness's digest fits."""
    it = proven(receipts=2, index=1)
    parts = [(None, it.proof.header), *enumerate(it.proof.nodes)]
    for which, part in parts:
        for place in range(len(part)):
            edited = part[:place] + bytes([part[place] ^ 1]) + part[place + 1 :]
            nodes = tuple(edited if number == which else node for number, node in enumerate(it.proof.nodes))
            forged = replace(it.proof, nodes=nodes, header=edited if which is None else it.proof.header)
            certificate = replace(it.certificate, witnesses=(forged,))
            assert isinstance(_offline(certificate, it.block_hash).anchored, No)


def test_a_local_chain_stays_no_independent_trust() -> None:
    genesis = replace(IT.certificate.origin, chain_id=EMBEDDED_CHAIN_ID)
    checkpoint = IT.certificate.checkpoint
    # The log's id has the chain's id in it, so the event is another, and so is all above it.
    writer = IT.certificate.anchor.writer
    event = checkpoint_event(genesis.contract, genesis.log, writer, checkpoint.size, checkpoint.root)
    root, nodes = proof_in([receipt(event)], 0)
    proof = BlockProof(IT.proof.transaction, header(root), 0, nodes)
    anchor = replace(IT.certificate.anchor, event_index=0, block_hash=keccak(proof.header))
    certificate = replace(IT.certificate, genesis=encode_statement(genesis), anchor=anchor, witnesses=(proof,))
    answer = anchored_by_hash(certificate, genesis, keccak)
    assert isinstance(answer, Anchored)
    assert answer.finality is Finality.LOCAL
    assert "no independent trust" in answer.says


@pytest.mark.parametrize("later", [[], [7], [7, bytes(32)], [7, bytes(32), 0, 0, bytes(32), bytes(32)]])
def test_headers_of_all_forks(later: list[object]) -> None:
    found = parse_header(header(b"\x05" * 32, later=later))
    assert (found.number, found.time, found.receipts_root) == (NUMBER, TIME, b"\x05" * 32)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc0",
        rlp.encode([b""] * 15),
        header(bytes(31)),
        header(bytes(32), later=[1] * 26),
        header(bytes(32)) + b"\0",
    ],
)
def test_what_is_no_header(data: bytes) -> None:
    with pytest.raises(Malformed):
        parse_header(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x02",
        b"\x80" + receipt(kind=0),
        b"\x00" + receipt(kind=0),
        rlp.encode([b"\x01", 1, bytes(256)]),
        rlp.encode([b"\x01", 1, bytes(256), [], []]),
        rlp.encode([b"\x02", 1, bytes(256), []]),
        rlp.encode([bytes(32), 1, bytes(256), []]),
        rlp.encode([b"\x01", 1, bytes(255), []]),
        rlp.encode([b"\x01", 1, bytes(256), [[bytes(20), []]]]),
        rlp.encode([b"\x01", 1, bytes(256), [[bytes(19), [], b""]]]),
        rlp.encode([b"\x01", 1, bytes(256), [[bytes(20), [bytes(31)], b""]]]),
        rlp.encode([b"\x01", 1, bytes(256), [[bytes(20), [bytes(32)] * 5, b""]]]),
    ],
)
def test_what_is_no_receipt(data: bytes) -> None:
    with pytest.raises(Malformed):
        parse_receipt(data)


def test_types_may_add_fields() -> None:
    assert parse_receipt(b"\x7e" + rlp.encode([b"\x01", 1, bytes(256), [], 4, 1])) == (True, ())


@pytest.mark.parametrize(
    "change",
    [
        {"header": b"\x00" * 16_385},
        {"nodes": (b"\x00" * 65_537,)},
        {"nodes": (b"\x00",) * 13},
        {"index": 2**24},
    ],
)
def test_sizes_are_bounded(change: dict[str, Any]) -> None:
    data = encode_certificate(_with(IT.certificate, **change))
    with pytest.raises(Malformed):
        parse_certificate(data)


def test_opening_tells_block_and_transaction() -> None:
    block, mined = open_block_proof(IT.proof, keccak)
    assert (block.number, block.hash, block.time) == (NUMBER, IT.block_hash, TIME)
    assert (mined.block_hash, mined.succeeded, len(mined.events)) == (IT.block_hash, True, 3)


class PrunedChain(FakeChain):
    """A node that dropped old receipts: it has the block `kept` in place of its own, and `refuses` or has nothing."""

    kept: Block | None = None
    refuses = False
    headers = True

    def transaction(self, transaction: bytes) -> Transaction | None:
        """Nothing, whatever was mined."""
        if self.refuses:
            raise ChainUnavailable("pruned history unavailable")
        return None

    def block(self, which: int | Tag) -> Block | None:
        """The block, unless it's old and the headers are pruned as well."""
        if which == 20 and not self.headers:
            return None
        return self.kept if which == 20 and self.kept is not None else super().block(which)


@pytest.fixture
def pruned() -> PrunedChain:
    chain = PrunedChain()
    chain.mine(30)
    chain.kept = Block(20, OLD.block_hash, TIME)
    return chain


OLD = proven(receipts=3, index=1, number=20)


def _asked(chain: PrunedChain, certificate: Certificate = OLD.certificate, keccak: Keccak | None = keccak) -> Answer:
    return verify(certificate, FILE, chain, OLD.world.log, keccak=keccak).anchored


@pytest.mark.parametrize("refuses", [False, True])
def test_the_proof_stands_in_for_a_receipt_that_the_node_forgot(pruned: PrunedChain, refuses: bool) -> None:
    pruned.refuses = refuses
    answer = _asked(pruned)
    assert isinstance(answer, Anchored)
    assert (answer.finality, answer.block, answer.time) == (Finality.FINAL, 20, TIME)
    assert "the certificate's own proof" in answer.says


def test_without_proof_or_keccak_a_forgotten_receipt_is_as_ever(pruned: PrunedChain) -> None:
    bare = replace(OLD.certificate, witnesses=())
    assert isinstance(_asked(pruned, bare), No)
    assert isinstance(_asked(pruned, keccak=None), No)
    pruned.refuses = True
    assert isinstance(_asked(pruned, bare), CouldNotCheck)
    assert isinstance(_asked(pruned, keccak=None), CouldNotCheck)


def test_a_chain_with_another_block_there_refuses_though_the_proof_holds(pruned: PrunedChain) -> None:
    pruned.kept = None
    assert isinstance(_asked(pruned), No)
    pruned.kept = Block(20, OLD.block_hash, TIME + 1)
    assert isinstance(_asked(pruned), No)


def test_a_node_without_the_header_either_cannot_tell(pruned: PrunedChain) -> None:
    pruned.headers = False
    answer = _asked(pruned)
    assert isinstance(answer, CouldNotCheck)
    assert "bring the block's hash" in answer.why


def test_a_proof_does_not_overrule_what_the_chain_does_tell() -> None:
    """A failed transaction of that hash is told by the chain, and nothing in the certificate makes it good."""
    chain = FakeChain()
    failed = chain.send(succeeded=False)
    chain.mine(30)
    proof = replace(OLD.proof, transaction=failed)
    anchor = replace(OLD.certificate.anchor, transaction=failed)
    answer = verify(
        replace(OLD.certificate, anchor=anchor, witnesses=(proof,)), FILE, chain, OLD.world.log, keccak=keccak
    ).anchored
    assert isinstance(answer, No)
