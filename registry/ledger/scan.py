"""A log's events on its chain, from the chain alone: what an auditor reads, apart from everything that sends.

Nodes bound `eth_getLogs` differently: by blocks, by results, by time, and say so differently. So no error is read for
what it says: the range is halved where a node refuses and doubled where it answers, between one block and MAX_STEP.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from registry.errors import RpcRefused, RpcUnavailable
from registry.ledger.reader import JsonRpc
from registry.proof.chain import CHECKPOINTED

OPENED = bytes.fromhex("7d2d7598660cc34c77e3000b3932229f0c06b915daa1a845cfb21e82d275c2ea")
HANDED_OVER = bytes.fromhex("4326d9acc5f09e411dea9da81b52750a365f85523c471193b8d84f770e299898")
"""First topics, as `CHECKPOINTED` is one; tests/ledger compares them with the compiled contract's."""

FIRST_STEP = 4_096
MAX_STEP = 500_000
"""Blocks asked for at once. The embedded chain takes a million."""

MAX_FAILURES = 24
"""Answers in a row that may be no: enough to come from MAX_STEP to one block, and to try that a few times."""

WORD = 32


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event stands: block, transaction, and its number among the block's events."""

    block: int
    block_hash: bytes
    transaction: bytes
    position: int


@dataclass(frozen=True, slots=True)
class Opened:
    """`writer` opened the log for `registry`."""

    place: Place
    writer: bytes
    registry: bytes


@dataclass(frozen=True, slots=True)
class Checkpointed:
    """`writer` stated that the log's first `size` entries have this root."""

    place: Place
    writer: bytes
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The log passed from one writer to the next."""

    place: Place
    writer: bytes
    successor: bytes


LogEvent = Opened | Checkpointed | HandedOver
Progress = Callable[[int, int], None]
"""Told (blocks so far, blocks wanted) after each answer."""


def scan(
    request: JsonRpc, *, contract: bytes, log: bytes, first: int, last: int, progress: Progress = lambda _d, _t: None
) -> Iterator[LogEvent]:
    """The log's events in the blocks `first` to `last`, in the chain's order.

    Raises RpcRefused or RpcUnavailable where a node gives nothing even for one block, and RpcUnavailable for an answer
    that makes no sense: events of other blocks, another contract or log, or out of order.
    """
    wanted = {
        "address": f"0x{contract.hex()}",
        "topics": [[f"0x{topic.hex()}" for topic in (OPENED, CHECKPOINTED, HANDED_OVER)], f"0x{log.hex()}"],
    }
    step, failures, at = FIRST_STEP, 0, first
    newest = (first, -1)
    while at <= last:
        end = min(at + step - 1, last)
        try:
            found = request("eth_getLogs", [{**wanted, "fromBlock": hex(at), "toBlock": hex(end)}])
        except (RpcRefused, RpcUnavailable):
            failures += 1
            if failures > MAX_FAILURES or (step == 1 and failures > MAX_FAILURES // 4):
                raise
            step = max(1, min(step, end - at + 1) // 2)
            continue
        failures, step = 0, min(step * 2, MAX_STEP)
        for body in _list(found):
            event = _parsed(body, contract, log)
            where = (event.place.block, event.place.position)
            if not at <= event.place.block <= end or where <= newest:
                raise _senseless("it has events of other blocks than were asked for, or out of order")
            newest = where
            yield event
        at = end + 1
        progress(at - first, last - first + 1)


def _list(found: object) -> list[object]:
    if not isinstance(found, list):
        raise _senseless("it is no list of events")
    return found


def _parsed(body: Any, contract: bytes, log: bytes) -> LogEvent:
    try:
        topics = [_octets(topic, WORD) for topic in body["topics"]]
        data = bytes.fromhex(body["data"].removeprefix("0x"))
        words = [data[at : at + WORD] for at in range(0, len(data), WORD)]
        place = Place(
            block=int(body["blockNumber"], 16),
            block_hash=_octets(body["blockHash"], WORD),
            transaction=_octets(body["transactionHash"], WORD),
            position=int(body["logIndex"], 16),
        )
        if body.get("removed") is True or _octets(body["address"], 20) != contract or topics[1] != log:
            raise _senseless("it has events of another contract or log")
        writer = topics[2][-20:]
        match topics[0], words:
            case (kind, [registry]) if kind == OPENED:
                return Opened(place, writer, registry)
            case (kind, [size, root]) if kind == CHECKPOINTED:
                return Checkpointed(place, writer, int.from_bytes(size, "big"), root)
            case (kind, []) if kind == HANDED_OVER:
                return HandedOver(place, writer, topics[3][-20:])
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise _senseless(f"{type(error).__name__} in an event") from error
    raise _senseless("it has an event of a shape that the contract doesn't emit")


def _octets(text: str, length: int) -> bytes:
    octets = bytes.fromhex(text.removeprefix("0x"))
    if len(octets) != length:
        raise ValueError("another length")
    return octets


def _senseless(why: str) -> RpcUnavailable:
    return RpcUnavailable(
        f"The endpoint's answer to eth_getLogs makes no sense: {why}.",
        remedy="Ask another node of the same chain, with --rpc.",
    )
