"""Verification on the chain: steps 4 to 8 broken on purpose."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from registry.proof.certificate import Anchor, Certificate, Checkpoint
from registry.proof.chain import EMBEDDED_CHAIN_ID, LOCAL_CHAINS, Block, Tag, Transaction, checkpoint_event
from registry.proof.merkle import leaf_hash
from registry.proof.statement import Genesis, encode_statement, entry_of
from registry.proof.verify import Anchored, Answer, Finality, No, Yes, verify
from tests.certified import CONTRACT, FILE, WRITER, Certified, certified, fully_verified
from tests.fake_chain import FakeChain

Place = dict[str, int | bytes]


def _anchored(world: Certified, **anchor: int | bytes) -> Answer:
    certificate = world.certificate
    changed = Anchor(**({name: getattr(certificate.anchor, name) for name in Anchor.__slots__} | anchor))
    verification = fully_verified(world, replace(certificate, anchor=changed))
    assert verification.accepted == isinstance(verification.anchored, Yes)
    return verification.anchored


# 4. the claim is an entry under the checkpoint's root


@pytest.mark.parametrize(
    "change",
    [
        lambda it: replace(it, path=()),
        lambda it: replace(it, path=it.path[1:]),
        lambda it: replace(it, path=it.path[:-1]),
        lambda it: replace(it, path=(*it.path, it.path[-1])),
        lambda it: replace(it, path=it.path[::-1]),
        lambda it: replace(it, index=it.index + 1),
        lambda it: replace(it, index=it.checkpoint.size),
        lambda it: replace(it, index=2**53 - 1),
        lambda it: replace(it, checkpoint=Checkpoint(0, it.checkpoint.root)),
        lambda it: replace(it, checkpoint=Checkpoint(2**53 - 1, it.checkpoint.root)),
        lambda it: replace(it, checkpoint=Checkpoint(it.checkpoint.size, bytes(32))),
        lambda it: replace(it, statement=encode_statement(replace(it.claim, role="holder"))),
    ],
)
def test_a_claim_that_is_not_under_the_root(change: Callable[[Certificate], Certificate]) -> None:
    world = certified()
    forged = change(world.certificate)
    for chain in (world.chain, None):
        verification = verify(forged, FILE, chain, world.log)
        assert verification.anchored == No("the claim is not an entry under the checkpoint's root")
        assert not verification.accepted


def test_a_tree_of_its_own_is_not_on_the_chain() -> None:
    world = certified()
    root = leaf_hash(entry_of(world.certificate.statement))
    for size in (1, world.certificate.checkpoint.size):
        forged = replace(world.certificate, index=0, path=(), checkpoint=Checkpoint(size, root))
        assert isinstance(fully_verified(world, forged).anchored, No)
        assert not fully_verified(world, forged).accepted


# 5. the chain is the one that the log is for


def test_another_chain_id() -> None:
    world = certified()
    elsewhere = FakeChain(chain_id=1)
    answer = verify(world.certificate, FILE, elsewhere, world.log).anchored
    assert answer == No("the endpoint serves another chain than 11155111, which the log is for")


def test_another_chain_of_the_same_id() -> None:
    world, other = certified(), certified(FakeChain(seed="another"))
    assert world.log != other.log, "block 0 is part of the id"
    assert isinstance(verify(world.certificate, FILE, other.chain, world.log).anchored, No)
    assert isinstance(verify(other.certificate, FILE, other.chain, world.log).anchored, Yes)


def test_a_certificate_whose_anchor_is_copied_from_another_chain_of_the_same_id() -> None:
    world, other = certified(), certified(FakeChain(seed="another"))
    forged = replace(world.certificate, genesis=other.certificate.genesis)
    assert isinstance(fully_verified(world, forged).anchored, No)
    assert not fully_verified(world, forged).accepted


# 6. the log's contract emitted this checkpoint, by this writer, in this block


@pytest.mark.parametrize("transaction", [bytes(32), b"\xff" * 32])
def test_no_such_transaction(transaction: bytes) -> None:
    assert isinstance(_anchored(certified(), transaction=transaction), No)


def test_a_failed_transaction() -> None:
    world = certified()
    checkpoint = world.certificate.checkpoint
    event = checkpoint_event(CONTRACT, world.log, WRITER, checkpoint.size, checkpoint.root)
    sent = {succeeded: world.chain.send(event, succeeded=succeeded) for succeeded in (True, False)}
    block = world.chain.mine()
    place: Place = {"event_index": 0, "block_number": block.number, "block_hash": block.hash, "block_time": block.time}
    assert isinstance(_anchored(world, transaction=sent[True], **place), Yes)
    assert isinstance(_anchored(world, transaction=sent[False], **place), No)


def test_a_transaction_that_is_not_mined_yet() -> None:
    world = certified()
    checkpoint = world.certificate.checkpoint
    waiting = world.chain.send(checkpoint_event(CONTRACT, world.log, WRITER, checkpoint.size, checkpoint.root))
    assert isinstance(_anchored(world, transaction=waiting, event_index=0), No)


def test_another_place_in_the_transaction() -> None:
    world = certified()
    assert world.certificate.anchor.event_index == 2
    for other in (0, 1, 3, 2**53 - 1):  # another contract's event, another log's, none, none
        assert isinstance(_anchored(world, event_index=other), No)


def test_another_writer() -> None:
    assert isinstance(_anchored(certified(), writer=bytes(20)), No)


def test_another_block() -> None:
    world = certified()
    anchor = world.certificate.anchor
    before = world.chain.block(anchor.block_number - 1)
    assert before is not None
    assert isinstance(_anchored(world, block_number=before.number), No)
    assert isinstance(_anchored(world, block_hash=before.hash), No)
    whole: Place = {"block_number": before.number, "block_hash": before.hash, "block_time": before.time}
    assert isinstance(_anchored(world, **whole), No)
    assert isinstance(_anchored(world, block_number=2**53 - 1), No)


@pytest.mark.parametrize(
    "change",
    [
        lambda genesis: replace(genesis, contract=bytes.fromhex("ee" * 20)),
        lambda genesis: replace(genesis, writer=bytes(20)),
        lambda genesis: replace(genesis, registry_key=bytes(32)),
        lambda genesis: replace(genesis, recovery_key=bytes(32)),
        lambda genesis: replace(genesis, chain_id=1),
    ],
)
def test_another_log(change: Callable[[Genesis], Genesis]) -> None:
    world = certified()
    forged = replace(world.certificate, genesis=encode_statement(change(world.certificate.origin)))
    verification = fully_verified(world, forged)
    assert isinstance(verification.anchored, No)
    assert isinstance(verification.declared, No)
    assert not verification.accepted


@pytest.mark.parametrize("size", [7, 10, 12])
def test_a_checkpoint_that_holds_and_is_not_the_events(size: int) -> None:
    world = certified(size=11)
    other = certified(size=size).certificate
    assert other.genesis == world.certificate.genesis
    forged = replace(other, anchor=world.certificate.anchor)
    answer = fully_verified(world, forged).anchored
    assert answer == No("the log's contract didn't emit this checkpoint, by this writer, in this transaction")


# 7. how final it is


@pytest.mark.parametrize(
    ("confirmations", "finality"),
    [(0, Finality.MINED), (1, Finality.MINED), (2, Finality.SAFE), (3, Finality.SAFE), (4, Finality.FINAL)],
)
def test_finality_is_what_the_chains_tags_say(confirmations: int, finality: Finality) -> None:
    answer = fully_verified(certified(confirmations=confirmations)).anchored
    assert isinstance(answer, Anchored)
    assert answer.finality is finality
    assert answer.says.endswith(f"finality: {finality}")


def test_a_chain_without_tags_says_mined() -> None:
    answer = fully_verified(certified(FakeChain(safe_lag=None, final_lag=None), confirmations=50)).anchored
    assert isinstance(answer, Anchored)
    assert answer.finality is Finality.MINED


@pytest.mark.parametrize("chain_id", sorted(LOCAL_CHAINS))
def test_a_local_chain_is_never_final_and_says_so(chain_id: int) -> None:
    verification = fully_verified(certified(FakeChain(chain_id=chain_id), confirmations=50))
    assert isinstance(verification.anchored, Anchored)
    assert verification.anchored.finality is Finality.LOCAL
    assert "local chain: no independent trust" in verification.anchored.says
    assert verification.accepted


def test_the_embedded_chain_is_a_local_one() -> None:
    assert EMBEDDED_CHAIN_ID == 478576472683
    assert EMBEDDED_CHAIN_ID in LOCAL_CHAINS


class _Turncoat(FakeChain):
    """Reorganises `depth` blocks, and has new ones become final, right after it was asked for a tag."""

    depth = 0

    def block(self, which: int | Tag) -> Block | None:
        """As it was when the question came."""
        found = super().block(which)
        if which == "finalized" and self.depth:
            depth, self.depth = self.depth, 0
            self.reorg(depth)
            self.mine(100)
        return found


def test_a_block_that_is_replaced_between_two_questions_is_not_called_final() -> None:
    chain = _Turncoat()
    world = certified(chain, confirmations=1)
    chain.depth = 2
    assert isinstance(fully_verified(world).anchored, No)


# 8. the block is on the chain still, and its time is T


@pytest.mark.parametrize("seconds", [-3600, -1, 1])
def test_another_time(seconds: int) -> None:
    world = certified()
    answer = _anchored(world, block_time=world.certificate.anchor.block_time + seconds)
    assert answer == No("the block is not, or no longer, on the chain with this time")


def test_a_block_that_was_reorganised_away() -> None:
    world = certified(confirmations=1)
    assert fully_verified(world).accepted
    world.chain.reorg(depth=2)
    assert isinstance(fully_verified(world).anchored, No)
    world.chain.mine(3)
    assert isinstance(fully_verified(world).anchored, No)


def test_a_transaction_that_was_mined_again_elsewhere() -> None:
    world = certified(confirmations=1)
    world.chain.reorg(depth=2, again=True)
    block = world.chain.mine()
    assert isinstance(fully_verified(world).anchored, No)
    place: Place = {"block_number": block.number, "block_hash": block.hash, "block_time": block.time}
    assert isinstance(_anchored(world, **place), Yes)


def test_a_node_that_still_names_the_lost_block() -> None:
    class Stale(FakeChain):
        """Knows the transaction's block of before the reorganisation, and the block of after it."""

        def block(self, which: int | Tag) -> Block | None:
            """The chain as it is now, but for the height of the anchor."""
            found = super().block(which)
            return replace(found, hash=bytes(32)) if found is not None and which == 4 else found

    world = certified(Stale())
    assert world.certificate.anchor.block_number == 4
    assert fully_verified(world).anchored == No("the block is not, or no longer, on the chain with this time")


@pytest.mark.parametrize("lie", [lambda it: replace(it, block_hash=bytes(32)), lambda it: replace(it, block_number=3)])
def test_a_node_whose_receipt_names_another_block_than_its_chain(lie: Callable[[Transaction], Transaction]) -> None:
    class Inconsistent(FakeChain):
        """Its receipts weren't brought up to date."""

        def transaction(self, transaction: bytes) -> Transaction | None:
            """With the block of before."""
            found = super().transaction(transaction)
            return None if found is None else lie(found)

    answer = fully_verified(certified(Inconsistent())).anchored
    assert answer == No("the transaction stands in another block than the certificate names")


def test_a_node_that_has_not_seen_the_block_yet() -> None:
    world = certified(confirmations=1)
    world.chain.lag = 2
    assert isinstance(fully_verified(world).anchored, No)
    world.chain.lag = 0
    assert isinstance(fully_verified(world).anchored, Yes)
