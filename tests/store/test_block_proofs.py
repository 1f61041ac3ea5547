"""Proofs of blocks: one beside each final anchor, as far as there is one."""

import os
from dataclasses import replace

import pytest

from registry.proof.block_proof import BlockProof
from registry.proof.certificate import Anchor, Checkpoint
from registry.proof.verify import Finality
from registry.store.block_proofs import BlockProofs
from registry.store.database import Database
from registry.store.ledger import Anchored
from tests.store.examples import NOW, founded, outbox_of


class World:
    """A founded registry that anchors, with its store of proofs."""

    def __init__(self, database: Database) -> None:
        founded(database)
        self.outbox, self.proofs = outbox_of(database), BlockProofs(database)

    def anchor(self, size: int, *, final: bool = True) -> Anchored:
        checkpoint = Checkpoint(size=size, root=os.urandom(32))
        anchor = Anchor(os.urandom(20), os.urandom(32), 0, size, os.urandom(32), NOW)
        finality = Finality.FINAL if final else Finality.SAFE
        self.outbox.add_checkpoint(checkpoint, NOW)
        self.outbox.add_anchor(checkpoint, anchor, finality)
        return Anchored(checkpoint, anchor, finality)


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def _proof(anchored: Anchored) -> BlockProof:
    return BlockProof(anchored.anchor.transaction, os.urandom(600), 7, (os.urandom(532), os.urandom(500)))


def test_what_is_kept_comes_back(world: World) -> None:
    anchored = world.anchor(5)
    assert world.proofs.of(anchored) is None
    for proof in (_proof(anchored), _proof(anchored)):
        world.proofs.keep(anchored, proof)
        assert world.proofs.of(anchored) == proof


def test_final_anchors_lack_theirs_the_oldest_first(world: World) -> None:
    third, first, second = (world.anchor(size) for size in (9, 3, 6))
    world.anchor(12, final=False)
    assert world.proofs.lacking(after=0, most=10) == [first, second, third]
    assert world.proofs.lacking(after=0, most=2) == [first, second]
    assert world.proofs.lacking(after=3, most=10) == [second, third]
    world.proofs.keep(second, _proof(second))
    assert world.proofs.lacking(after=0, most=10) == [first, third]


def test_a_proof_is_for_one_block(world: World) -> None:
    anchored = world.anchor(5)
    world.proofs.keep(anchored, _proof(anchored))
    moved = replace(anchored.anchor, block_hash=os.urandom(32))
    world.outbox.drop_anchor(5)
    world.outbox.add_anchor(anchored.checkpoint, moved, Finality.FINAL)
    again = Anchored(anchored.checkpoint, moved, Finality.FINAL)
    assert world.proofs.of(again) is None
    assert world.proofs.lacking(after=0, most=1) == [again]
