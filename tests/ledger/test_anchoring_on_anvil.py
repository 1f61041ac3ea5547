"""Anchoring on a real EVM node: one transaction for each checkpoint, whatever is lost on the way."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.clock import system_clock
from registry.errors import LedgerError, OutOfFunds, RpcUnavailable, WrongChain
from registry.ledger.client import Client
from registry.ledger.connect import remote_client
from registry.ledger.founding import check_chain, found
from registry.ledger.reader import JsonRpcReader, http_json_rpc
from registry.ledger.sender import Sender
from registry.store.lease import Leases
from registry.store.ledger import LedgerStore
from registry.store.outbox import Outbox, Saved
from tests.anvil import Anvil, started
from tests.contracts.toolchain import Toolchain
from tests.ledger.ledger_world import World, fund, on_anvil

MOST_GAS = 30_000


@pytest.fixture
def world(anvil: Anvil, tmp_path: Path) -> Iterator[World]:
    with on_anvil(anvil, tmp_path) as made:
        yield made


class Unreliable:
    """Stands before a client and loses what it's told to: a request on its way, or the answer to it."""

    def __init__(self, client: Client, *, lose: str) -> None:
        self._client, self._lose = client, lose

    def __getattr__(self, name: str) -> object:
        return getattr(self._client, name)

    def send(self, saved: Saved) -> None:
        if self._lose == "request":
            raise RpcUnavailable("the request was lost")
        self._client.send(saved)
        raise RpcUnavailable("the answer was lost")


def test_every_checkpoint_costs_one_transaction_of_at_most_30_000_gas(world: World, anvil: Anvil) -> None:
    for entries in (1, 500, 3):
        world.append(entries)
        (anchored,) = world.anchor()
        receipt = anvil.rpc("eth_getTransactionReceipt", f"0x{anchored.anchor.transaction.hex()}")
        assert int(receipt["gasUsed"], 16) <= MOST_GAS
    assert [size for size, _root in world.checkpoints_on_chain()] == [2, 502, 505]
    assert world.anchoring().step(flush=True) == []


def test_nothing_is_due_before_its_time_or_number(world: World) -> None:
    assert world.anchoring().step() == []
    world.append(2, received=world.clock() - 2_000_000)
    assert world.anchoring().step() == [], "the genesis entry is the oldest, and new"


@pytest.mark.parametrize("lose", ["request", "answer"])
def test_a_lost_message_is_made_good_by_the_same_bytes(world: World, lose: str) -> None:
    world.append(10)
    with pytest.raises(RpcUnavailable):
        world.anchoring(Unreliable(world.client, lose=lose)).step(flush=True)  # type: ignore[arg-type]
    (kept,) = world.outbox.saved("checkpoint 11")
    (anchored,) = world.anchor()
    assert anchored.anchor.transaction == kept.hash
    assert len(world.checkpoints_on_chain()) == 1


def test_what_waits_is_anchored_when_it_is_mined(toolchain: Toolchain, tmp_path: Path) -> None:
    with started(toolchain.anvil, automine=False) as anvil, on_anvil(anvil, tmp_path) as world:
        world.append(10)
        assert world.anchoring().step(flush=True) == []
        world.append(10)
        assert world.anchoring().step(flush=True) == [], "one checkpoint is under way at a time"
        anvil.mine()
        assert [one.checkpoint.size for one in world.anchoring().step()] == [11]
        assert world.anchoring().step(flush=True) == []
        anvil.mine()
        assert [one.checkpoint.size for one in world.anchoring().step()] == [21]
        assert [size for size, _root in world.checkpoints_on_chain()] == [11, 21]


@pytest.mark.parametrize("depth", range(1, 9))
def test_a_reorg_makes_the_checkpoint_pending_and_the_same_transaction_is_sent_again(
    world: World, anvil: Anvil, depth: int
) -> None:
    world.append(10)
    (first,) = world.anchor()
    anvil.mine(depth - 1)
    anvil.reorg(depth)
    assert world.checkpoints_on_chain() == []
    (again,) = world.anchor()
    assert again.anchor.transaction == first.anchor.transaction
    assert again.anchor.block_hash != first.anchor.block_hash
    assert len(world.checkpoints_on_chain()) == 1
    assert world.store.covering(5) == again


def test_an_anchor_is_watched_until_the_chain_calls_it_final(world: World, anvil: Anvil) -> None:
    world.append(1)
    world.anchor()
    assert world.store.watched()
    anvil.mine(12)
    world.anchoring().step()
    assert world.store.watched() == []


def test_founding_goes_on_where_it_stopped(anvil: Anvil, tmp_path: Path) -> None:
    with on_anvil(anvil, tmp_path) as world:
        sender = Sender(world.outbox, world.client, world.clock, world.most_gwei)
        again = found(world.store, sender, world.client, world.keyring, None, world.clock, lambda _seconds: None)
        assert again == world.identity
        assert world.client.mined_nonce() == 2, "one deployment and one opening"


def test_another_chain_is_refused(world: World, toolchain: Toolchain) -> None:
    elsewhere = started(toolchain.anvil, options=["--timestamp", "1700000000"])
    with elsewhere as other, pytest.raises(WrongChain, match="founded on"):
        check_chain(world.identity, [world.reader, JsonRpcReader(http_json_rpc(other.url))])
    check_chain(world.identity, [world.reader])


def test_a_contract_that_is_none_is_refused(anvil: Anvil, tmp_path: Path) -> None:
    from registry.keyring import open_keyring
    from registry.store.database import Database

    keyring = open_keyring(tmp_path / "keys")
    database = Database(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    store = LedgerStore(database)
    with Leases(database, system_clock).held() as fence, remote_client([anvil.url], keyring.writer_secret) as client:
        fund(anvil, client)
        sender = Sender(Outbox(database, fence), client, system_clock, most_gwei=200)
        with pytest.raises(WrongChain, match="no CheckpointLog"):
            found(store, sender, client, keyring, b"\x11" * 20, lambda: 0, lambda _seconds: None)
        assert store.identity() is None


def test_no_funds_and_no_node_are_told_apart(world: World, anvil: Anvil, tmp_path: Path) -> None:
    world.append(1)
    anvil.rpc("anvil_setBalance", f"0x{world.client.writer.hex()}", "0x0")
    with pytest.raises(OutOfFunds):
        world.anchoring().step(flush=True)
    with remote_client(["http://127.0.0.1:9"], world.keyring.writer_secret) as nobody, pytest.raises(RpcUnavailable):
        world.anchoring(nobody).step()
    fund(anvil, world.client)
    assert [one.checkpoint.size for one in world.anchor()] == [2]


def test_a_chain_that_knows_more_than_the_database_stops_everything(world: World) -> None:
    world.append(5)
    world.anchor()
    ahead = world.client.calling(world.identity.genesis.contract, "checkpoint", world.identity.log, 100, b"\x01" * 32)
    stranger = world.client.sign(ahead, world.client.price(ahead), world.client.mined_nonce())
    world.client.send(stranger)
    world.append(5)
    with pytest.raises(LedgerError):
        world.anchoring().step(flush=True)


def test_another_key_than_the_founders_is_refused(world: World, anvil: Anvil) -> None:
    with remote_client([anvil.url], b"\x22" * 32) as other, pytest.raises(LedgerError, match="writer's key"):
        world.anchoring(other)
