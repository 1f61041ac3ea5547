"""A log's events from nodes that bound, refuse, fail and lie."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from eth_utils.crypto import keccak

from contracts import checkpoint_log
from registry.errors import LedgerError, RpcRefused, RpcUnavailable
from registry.ledger.scan import HANDED_OVER, MAX_STEP, OPENED, Checkpointed, HandedOver, LogEvent, Opened, scan
from registry.proof.certificate import Checkpoint
from registry.proof.chain import CHECKPOINTED
from tests.log.public_world import CONTRACT, SUCCESSOR, WRITER, Node, PublicWorld

ROOT = b"r" * 32


@pytest.fixture
def world(tmp_path: Path) -> Iterator[PublicWorld]:
    made = PublicWorld(tmp_path)
    yield made
    made.close()


def scanned(world: PublicWorld, first: int = 0) -> list[LogEvent]:
    node = world.node
    return list(scan(node, contract=CONTRACT, log=world.log_id, first=first, last=node.height))


def test_the_topics_are_those_of_the_compiled_contract() -> None:
    events = {each["name"]: each for each in checkpoint_log().abi if each["type"] == "event"}
    for name, topic in (("Opened", OPENED), ("Checkpointed", CHECKPOINTED), ("HandedOver", HANDED_OVER)):
        kinds = ",".join(parameter["type"] for parameter in events[name]["inputs"])
        assert keccak(f"{name}({kinds})".encode()) == topic


def test_every_event_is_told_in_the_chain_s_order(world: PublicWorld) -> None:
    world.checkpointed(Checkpoint(1, ROOT), blocks=5)
    world.hand_over(SUCCESSOR)
    world.checkpointed(Checkpoint(9, ROOT), blocks=40_000)
    opened, first, handed, second = scanned(world)
    assert isinstance(opened, Opened)
    assert (opened.writer, opened.place.block) == (WRITER, 7)
    assert isinstance(first, Checkpointed)
    assert (first.writer, first.size, first.root, first.place.block) == (WRITER, 1, ROOT, 12)
    assert isinstance(handed, HandedOver)
    assert (handed.writer, handed.successor) == (WRITER, SUCCESSOR)
    assert isinstance(second, Checkpointed)
    assert (second.writer, second.place.block) == (SUCCESSOR, 40_013)


@pytest.mark.parametrize(("most_blocks", "most_events"), [(1, 99), (100, 99), (1_000_000, 1), (3, 2)])
def test_a_node_s_bounds_are_found_and_no_block_is_missed(
    world: PublicWorld, most_blocks: int, most_events: int
) -> None:
    for size in range(1, 60):
        world.checkpointed(Checkpoint(size, ROOT), blocks=1 + size % 7)
    whole = scanned(world)
    world.node.most_blocks, world.node.most_events = most_blocks, most_events
    world.node.asked.clear()
    assert scanned(world) == whole
    assert len(whole) == 60
    # Each block is answered for once: no gap between ranges, and a range that was refused is asked again, smaller.
    answered = [
        (first, last)
        for (first, last), (following, _) in zip(world.node.asked, [*world.node.asked[1:], (-1, 0)], strict=True)
        if following != first
    ]
    assert answered[0][0] == 0
    assert all(last + 1 == first for (_, last), (first, _) in pairwise(answered))
    assert answered[-1][1] == world.node.height


def test_the_range_grows_where_the_chain_is_quiet(world: PublicWorld) -> None:
    world.checkpointed(Checkpoint(1, ROOT), blocks=20_000_000)
    assert len(scanned(world)) == 2
    widths = [last - first + 1 for first, last in world.node.asked]
    assert max(widths) == MAX_STEP
    assert len(widths) < 60


def test_a_log_of_another_contract_or_name_is_not_looked_at(world: PublicWorld) -> None:
    stranger = world.checkpointed(Checkpoint(5, ROOT))
    stranger["topics"][1] = "0x" + "99" * 32
    elsewhere = world.checkpointed(Checkpoint(6, ROOT))
    elsewhere["address"] = "0x" + "ee" * 20
    assert [type(event) for event in scanned(world)] == [Opened]


class Failing:
    """A node that fails `times` times before each answer."""

    def __init__(self, node: Node, times: int, error: LedgerError) -> None:
        self._node, self._times, self._error, self.failed = node, times, error, 0

    def __call__(self, method: str, params: Any) -> Any:
        if self.failed < self._times:
            self.failed += 1
            raise self._error
        self.failed = 0
        return self._node(method, params)


@pytest.mark.parametrize("error", [RpcUnavailable("time-out"), RpcRefused("too many requests", code=-32005)])
def test_a_node_that_fails_now_and_then_is_asked_again(world: PublicWorld, error: LedgerError) -> None:
    world.checkpointed(Checkpoint(1, ROOT), blocks=40)
    node = Failing(world.node, 4, error)
    events = list(scan(node, contract=CONTRACT, log=world.log_id, first=0, last=world.node.height))
    assert len(events) == 2


@pytest.mark.parametrize("error", [RpcUnavailable("gone"), RpcRefused("not here", code=-32601)])
def test_a_node_that_never_answers_is_given_up(world: PublicWorld, error: LedgerError) -> None:
    node = Failing(world.node, 1_000_000, error)
    with pytest.raises(type(error)):
        list(scan(node, contract=CONTRACT, log=world.log_id, first=0, last=world.node.height))
    assert node.failed < 40


@pytest.mark.parametrize(
    "change",
    [
        {"blockNumber": "0x999999"},
        {"address": "0x" + "ee" * 20},
        {"data": "0x"},
        {"data": "0x" + "00" * 96},
        {"data": 7},
        {"topics": []},
        {"topics": None},
        {"topics": ["0x" + "11" * 32] * 4},
        {"removed": True},
        {"logIndex": "three"},
        {"blockHash": "0x00"},
        {"transactionHash": None},
    ],
    ids=str,
)
def test_an_answer_that_makes_no_sense_is_no_answer(world: PublicWorld, change: dict[str, Any]) -> None:
    event = world.checkpointed(Checkpoint(1, ROOT))
    (first, *_), lying = world.node.events, {**event, **change}

    def node(method: str, params: Any) -> Any:
        return [first, lying]

    with pytest.raises(RpcUnavailable, match="no sense"):
        list(scan(node, contract=CONTRACT, log=world.log_id, first=0, last=world.node.height))


@pytest.mark.parametrize("answer", [None, {}, "0x", 3])
def test_what_is_no_list_is_no_answer(world: PublicWorld, answer: object) -> None:
    with pytest.raises(RpcUnavailable, match="no list"):
        list(scan(lambda _m, _p: answer, contract=CONTRACT, log=world.log_id, first=0, last=9))


def test_events_twice_or_backwards_are_no_answer(world: PublicWorld) -> None:
    world.checkpointed(Checkpoint(1, ROOT))
    for events in (world.node.events[::-1], [*world.node.events, world.node.events[-1]]):
        with pytest.raises(RpcUnavailable, match="out of order"):
            list(
                scan(
                    lambda _m, _p, events=events: events,  # type: ignore[misc]
                    contract=CONTRACT,
                    log=world.log_id,
                    first=0,
                    last=world.node.height,
                )
            )
