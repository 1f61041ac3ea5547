"""What the chain says of a log, asked in two ways, and transactions put together again: on a real EVM node."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from eth_utils.crypto import keccak

from registry.errors import RpcRefused, RpcUnavailable
from registry.ledger.events import HEAD, ChainHead, anchored_since, head_by_call, head_by_events
from registry.ledger.signed import signed_bytes
from registry.standing import Ahead, Level, Unknown, Watch, compare
from registry.store.outbox import Signed
from tests.anvil import Anvil
from tests.ledger.ledger_world import World, on_anvil


@pytest.fixture
def world(anvil: Anvil, tmp_path: Path) -> Iterator[World]:
    with on_anvil(anvil, tmp_path) as made:
        yield made


def nobody(_done: int, _total: int) -> None:
    """Nobody is told."""


def test_the_selector_is_the_contract_s() -> None:
    assert keccak(b"head(bytes32)")[:4] == HEAD


def test_the_head_grows_with_each_checkpoint_and_both_ways_say_the_same(world: World) -> None:
    genesis, request = world.identity.genesis, world.client.request
    assert head_by_call(request, genesis) == head_by_events(request, genesis) == ChainHead(genesis.writer, 0)
    for size in (11, 21):
        world.append(10)
        world.anchor()
        assert head_by_call(request, genesis) == head_by_events(request, genesis) == ChainHead(genesis.writer, size)


def test_every_checkpoint_is_found_as_it_was_anchored(world: World) -> None:
    anchored = []
    for _ in range(3):
        world.append(5)
        anchored += world.anchor()
    genesis, request = world.identity.genesis, world.client.request
    found = list(anchored_since(request, world.reader, genesis, 0, nobody))
    assert [(one.checkpoint, one.anchor) for one in found] == [(one.checkpoint, one.anchor) for one in anchored]
    later = list(anchored_since(request, world.reader, genesis, anchored[1].anchor.block_number, nobody))
    assert later == found[1:]


def test_a_node_that_takes_narrow_questions_only_is_asked_narrow_ones(world: World, anvil: Anvil) -> None:
    world.append(5)
    world.anchor()
    anvil.mine(40)
    asked = list[int]()

    def narrow(method: str, params: Sequence[Any]) -> Any:
        if method == "eth_getLogs":
            width = int(params[0]["toBlock"], 16) - int(params[0]["fromBlock"], 16) + 1
            if width > 7:
                raise RpcRefused("block range too wide", code=-32005)
            asked.append(width)
        return world.client.request(method, params)

    found = list(anchored_since(narrow, world.reader, world.identity.genesis, 0, nobody))
    assert [one.checkpoint.size for one in found] == [6]
    assert len(asked) > 5


def test_sent_transactions_are_put_together_again(world: World) -> None:
    world.append(5)
    world.anchor()
    for purpose in ("deploy", "open", "checkpoint 6"):
        (saved,) = world.outbox.saved(purpose)
        told = signed_bytes(world.client.request, saved.hash)
        assert told == Signed(saved.nonce, saved.hash, saved.raw, saved.fees)


def test_a_node_that_lies_about_a_transaction_or_an_event_is_found_out(world: World) -> None:
    world.append(5)
    (anchored,) = world.anchor()

    def lying(method: str, params: Sequence[Any]) -> Any:
        answer = world.client.request(method, params)
        if method == "eth_getTransactionByHash":
            return {**answer, "nonce": "0x63"}
        if method == "eth_getLogs":
            return [{**one, "data": one["data"][:-1] + ("0" if one["data"][-1] != "0" else "1")} for one in answer]
        return answer

    with pytest.raises(RpcUnavailable, match="hash"):
        signed_bytes(lying, anchored.anchor.transaction)
    with pytest.raises(RpcUnavailable, match="contradicts"):
        list(anchored_since(lying, world.reader, world.identity.genesis, 0, nobody))


def test_standing_is_two_facts_compared() -> None:
    head = ChainHead(writer=bytes(20), size=7)
    assert compare(None, 3) == Unknown()
    assert compare(head, 6) == Ahead(chain=7, known=6)
    assert compare(head, 7) == compare(head, 9) == Level(chain=7)


def test_a_chain_that_is_away_leaves_what_was_known_and_is_asked_once_a_minute(tmp_path: Path) -> None:
    asked, now, known, size = list[int](), [1_000], [3], [5]

    def ask() -> ChainHead:
        asked.append(now[0])
        if size[0] < 0:
            raise RpcUnavailable("away")
        return ChainHead(writer=bytes(20), size=size[0])

    def opened() -> Watch:
        note = tmp_path / "head.json"
        return Watch(log=bytes(32), note=note, ask=ask, known=lambda: known[0], clock=lambda: now[0])

    assert opened().standing() == Unknown()
    assert opened().ask() == Ahead(chain=5, known=3)
    size[0] = -1
    watch = opened()
    assert watch.look() == watch.look() == Ahead(chain=5, known=3)
    now[0] += 61
    watch.look()
    assert asked == [1_000, 1_000, 1_061]
    known[0] = 5
    assert watch.standing() == Level(chain=5)
    assert (
        Watch(log=b"o" * 32, note=tmp_path / "head.json", ask=ask, known=lambda: 0, clock=lambda: 0).look() == Unknown()
    )
