"""Filters of events, held against a filter that looks at every event of every receipt."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import InvalidInput
from registry.ledger.blocks import MAX_ALTERNATIVES, MAX_RANGE, EmbeddedBlocks, EventFilter
from tests.ledger.small_chain import LOGGER, JumpingClock, Writer, emitting, open_chain

TOPICS = [bytes([n]) * 32 for n in range(1, 5)]
WRITER = Writer()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[EmbeddedBlocks, list[bytes]]]:
    """A chain of thirty blocks with events of none to four topics, from two contracts and some that came and went."""
    folder = tmp_path_factory.mktemp("events")
    with open_chain(folder, JumpingClock()) as chain:
        loggers = [WRITER.deploy(chain, LOGGER) for _ in range(2)]
        for n in range(20):
            WRITER.send(chain, to=loggers[n % 2], data=TOPICS[n % 4] + TOPICS[n // 4 % 4] + bytes([n]))
        for n in range(8):
            some = [([TOPICS[(n + k * place) % 4] for place in range(k)], bytes([n])) for k in range(5)]
            WRITER.send(chain, to=None, data=emitting(some[: n % 6]))
        strangers = [address for number in range(23, 31) if (address := _created(chain.blocks, number))]
        yield chain.blocks, [*loggers, *strangers[:3]]


def _created(blocks: EmbeddedBlocks, number: int) -> bytes:
    receipts = blocks.receipts(number)
    assert receipts
    return bytes.fromhex(receipts[0]["contractAddress"][2:])


def _naive(blocks: EmbeddedBlocks, wanted: EventFilter) -> list[dict[str, Any]]:
    found = []
    for number in range(wanted.first, min(wanted.last, blocks.head()) + 1):
        for receipt in blocks.receipts(number) or []:
            found += [event for event in receipt["logs"] if _matches(event, wanted)]
    return found


def _matches(event: dict[str, Any], wanted: EventFilter) -> bool:
    if wanted.addresses and bytes.fromhex(event["address"][2:]) not in wanted.addresses:
        return False
    if len(event["topics"]) < len(wanted.topics):
        return False
    pairs = zip(event["topics"], wanted.topics, strict=False)
    return all(not alternatives or bytes.fromhex(topic[2:]) in alternatives for topic, alternatives in pairs)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_filters_find_what_a_walk_finds(written: tuple[EmbeddedBlocks, list[bytes]], data: st.DataObject) -> None:
    blocks, addresses = written
    some = st.lists(st.sampled_from([*TOPICS, b"\xff" * 32]), max_size=3).map(tuple)
    first = data.draw(st.integers(0, 32))
    wanted = EventFilter(
        first=first,
        last=data.draw(st.integers(first, 40)),
        addresses=data.draw(st.lists(st.sampled_from([*addresses, b"\xee" * 20]), max_size=3).map(tuple)),
        topics=data.draw(st.lists(some, max_size=4).map(tuple)),
    )
    assert blocks.events(wanted) == _naive(blocks, wanted)


def test_the_walk_finds_something(written: tuple[EmbeddedBlocks, list[bytes]]) -> None:
    blocks, addresses = written
    assert len(_naive(blocks, EventFilter(0, 40))) == 20 + 0 + 1 + 2 + 3 + 4 + 5 + 0 + 1
    assert len(_naive(blocks, EventFilter(0, 40, addresses=(addresses[0],), topics=((TOPICS[0],),)))) == 5
    assert len(_naive(blocks, EventFilter(0, 40, topics=((), (), (), ())))) == 1


def test_bounds_are_told(written: tuple[EmbeddedBlocks, list[bytes]]) -> None:
    blocks, _ = written
    assert blocks.events(EventFilter(0, MAX_RANGE - 1)) == _naive(blocks, EventFilter(0, 40))
    for wanted in (
        EventFilter(0, MAX_RANGE),
        EventFilter(0, 1, topics=((),) * 5),
        EventFilter(0, 1, addresses=(b"\1" * 20,) * (MAX_ALTERNATIVES + 1)),
        EventFilter(0, 1, topics=((b"\1" * 32,) * (MAX_ALTERNATIVES + 1),)),
    ):
        with pytest.raises(InvalidInput):
            blocks.events(wanted)
