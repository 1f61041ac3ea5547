"""The watcher over one node and over several: what is mined, safe, final, taken away, and what nobody can tell."""

from collections.abc import Sequence

import pytest

from registry.errors import LedgerError, NodeBehind, NodesDisagree, RpcUnavailable
from registry.ledger.sender import Mined
from registry.ledger.watcher import Watcher
from registry.proof.certificate import Checkpoint
from registry.proof.chain import Block, Tag, Transaction, checkpoint_event
from registry.proof.verify import Finality
from registry.store.database import Database
from registry.store.ledger import LedgerStore
from registry.store.outbox import Fees, Saved
from tests.fake_chain import FakeChain
from tests.store.examples import NOW, outbox_of, some_genesis

SIZE, ROOT = 7, b"\x07" * 32


class World:
    """A checkpoint that was mined on every node, and the watcher over them."""

    def __init__(self, database: Database, nodes: Sequence[FakeChain], depth: int = 5) -> None:
        self.nodes, self.store, self.outbox = nodes, LedgerStore(database), outbox_of(database)
        identity = self.store.found(some_genesis(), NOW)
        writer, genesis = identity.genesis.writer, identity.genesis
        self.event = checkpoint_event(genesis.contract, identity.log, writer, SIZE, ROOT)
        self.watcher = Watcher(self.store, self.outbox, identity, writer, nodes, depth)
        self.checkpoint = Checkpoint(SIZE, ROOT)
        self.outbox.add_checkpoint(self.checkpoint, NOW)
        (self.hash,) = {node.send(self.event) for node in nodes}
        for node in nodes:
            node.mine()

    def record(self) -> None:
        transaction = self.nodes[0].transaction(self.hash)
        assert transaction is not None
        self.watcher.record(self.checkpoint, Mined(Saved(0, self.hash, b"", Fees(1, None), NOW), transaction))

    def mine(self, blocks: int) -> None:
        for node in self.nodes:
            node.mine(blocks)

    def review(self) -> list[type[LedgerError]]:
        return [type(trouble) for trouble in self.watcher.review()]

    @property
    def finality(self) -> Finality | None:
        """How final the anchor is; None where there is none."""
        anchored = self.store.last_anchored()
        return None if anchored is None else anchored.finality


def test_mined_then_safe_then_final_by_the_chain_s_own_tags(database: Database) -> None:
    world = World(database, [FakeChain()])
    world.record()
    told = []
    for _ in range(6):
        assert world.review() == []
        told.append(world.finality)
        world.mine(1)
    assert told == [*[Finality.MINED] * 2, *[Finality.SAFE] * 2, *[Finality.FINAL] * 2]
    assert world.store.watched() == []


def test_by_depth_where_the_chain_has_no_tags(database: Database) -> None:
    world = World(database, [FakeChain(safe_lag=None, final_lag=None)], depth=3)
    world.record()
    world.mine(2)
    assert (world.review(), world.finality) == ([], Finality.MINED)
    world.mine(1)
    assert (world.review(), world.finality) == ([], Finality.FINAL)


@pytest.mark.parametrize("depth", range(1, 9))
def test_a_reorg_at_the_finality_line_takes_away_what_was_not_final(database: Database, depth: int) -> None:
    world = World(database, [FakeChain(safe_lag=3, final_lag=5)])
    world.record()
    world.mine(depth - 1)
    assert world.review() == []
    was_final = world.finality is Finality.FINAL
    assert was_final == (depth - 1 >= 5)
    world.nodes[0].reorg(depth)
    world.mine(1)
    assert world.review() == []
    if was_final:
        assert world.finality is Finality.FINAL, "what was final is not watched: the chain has broken its word"
    else:
        assert (world.finality, world.store.unanchored()) == (None, [world.checkpoint])


def test_a_node_that_is_behind_is_no_reorg(database: Database) -> None:
    world = World(database, [FakeChain()])
    world.mine(3)
    world.record()
    world.nodes[0].lag = 5
    assert (world.review(), world.finality) == ([NodeBehind], Finality.MINED)
    world.nodes[0].lag = 0
    assert (world.review(), world.finality) == ([], Finality.SAFE)


def test_of_three_nodes_one_that_lies_keeps_all_from_being_final_and_is_told(database: Database) -> None:
    world = World(database, [FakeChain(), FakeChain(), FakeChain()])
    world.record()
    world.mine(8)
    world.nodes[2].reorg(9)
    assert (world.review(), world.finality) == ([NodesDisagree], Finality.MINED)
    assert world.store.unanchored() == []


@pytest.mark.parametrize("trouble", [NodeBehind, RpcUnavailable])
def test_of_three_nodes_one_may_lag_or_be_away(database: Database, trouble: type[LedgerError]) -> None:
    world = World(database, [FakeChain(), FakeChain(), FakeChain()])
    world.record()
    world.mine(8)
    for node in world.nodes[1:2]:
        node.lag, node.available = (20, True) if trouble is NodeBehind else (0, False)
    assert (world.review(), world.finality) == ([trouble], Finality.FINAL)


def test_of_two_nodes_both_must_tell(database: Database) -> None:
    world = World(database, [FakeChain(), FakeChain()])
    world.record()
    world.mine(8)
    world.nodes[1].available = False
    assert (world.review(), world.finality) == ([RpcUnavailable], Finality.MINED)
    world.nodes[1].available, world.nodes[1].final_lag = True, 100
    assert (world.review(), world.finality) == ([], Finality.SAFE)
    world.nodes[1].final_lag = 4
    assert (world.review(), world.finality) == ([], Finality.FINAL)


def test_a_reorg_is_one_when_no_node_has_the_block_any_more(database: Database) -> None:
    world = World(database, [FakeChain(), FakeChain()])
    world.record()
    for node in world.nodes:
        node.reorg(1)
    world.nodes[1].available = False
    assert (world.review(), world.finality) == ([], None)


class Counting:
    """A node that counts what it is asked."""

    def __init__(self, node: FakeChain) -> None:
        self._node, self.asked = node, list[object]()

    def chain_id(self) -> int:
        return self._node.chain_id()

    def block(self, which: int | Tag) -> Block | None:
        self.asked.append(which)
        return self._node.block(which)

    def transaction(self, transaction: bytes) -> Transaction | None:
        return self._node.transaction(transaction)


def test_a_node_s_tags_are_asked_for_once_whatever_is_watched(database: Database) -> None:
    world = World(database, [FakeChain()])
    world.record()
    other = Checkpoint(SIZE + 1, ROOT)
    anchored = world.store.last_anchored()
    assert anchored is not None
    world.outbox.add_checkpoint(other, NOW)
    world.outbox.add_anchor(other, anchored.anchor, Finality.MINED)
    identity = world.store.identity()
    assert identity is not None
    node = Counting(world.nodes[0])
    assert Watcher(world.store, world.outbox, identity, identity.genesis.writer, [node], 5).review() == []
    assert node.asked == ["finalized", "safe", *[anchored.anchor.block_number] * 2]
    world.outbox.set_finality(SIZE, Finality.FINAL)
    world.outbox.set_finality(SIZE + 1, Finality.FINAL)
    node.asked.clear()
    assert Watcher(world.store, world.outbox, identity, identity.genesis.writer, [node], 5).review() == []
    assert node.asked == [], "and nothing where nothing is watched"


def test_silence_alone_changes_nothing(database: Database) -> None:
    world = World(database, [FakeChain()])
    world.record()
    world.nodes[0].available = False
    assert (world.review(), world.finality) == ([RpcUnavailable], Finality.MINED)
