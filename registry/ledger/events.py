"""How far a log has come on its chain, and every checkpoint that was anchored: asked of the chain, not remembered.

The contract keeps a log's writer and size, and no root: roots stand in events. Events are scanned in stretches, which
are halved where a node refuses so wide a question and doubled where it answers, since every node draws that line
elsewhere.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from registry.errors import RpcRefused, RpcUnavailable
from registry.ledger.reader import JsonRpc
from registry.proof.certificate import Anchor, Checkpoint
from registry.proof.chain import CHECKPOINTED, ChainReader, ChainUnavailable, checkpoint_event
from registry.proof.statement import Genesis

HEAD = bytes.fromhex("f339e3b2")
"""The first four bytes of keccak-256 of `head(bytes32)`; tests/ledger compares it with the compiled contract's."""

FIRST_STRETCH = 2_000
LONGEST_STRETCH = 500_000

Progress = Callable[[int, int], None]
"""Told (blocks so far, blocks to look at)."""


@dataclass(frozen=True, slots=True)
class ChainHead:
    """What a log's contract says of it: who may write, and the size of its last checkpoint, 0 for none."""

    writer: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Found:
    """A checkpoint that the chain has, with its place."""

    checkpoint: Checkpoint
    anchor: Anchor


def head_by_call(request: JsonRpc, genesis: Genesis) -> ChainHead:
    """Asks the contract. Raises RpcUnavailable for no answer or one that makes no sense, RpcRefused for a refusal."""
    call = {"to": f"0x{genesis.contract.hex()}", "data": f"0x{(HEAD + genesis.log).hex()}"}
    answer = _octets(request("eth_call", [call, "latest"]))
    if len(answer) != 64:
        raise RpcUnavailable("The endpoint has no CheckpointLog where this registry's contract should be.")
    return ChainHead(writer=answer[12:32], size=int.from_bytes(answer[32:], "big"))


def head_by_events(request: JsonRpc, genesis: Genesis) -> ChainHead:
    """The same from the log's checkpoint events: for the embedded chain, whose events are read without an EVM."""
    latest = _number(request("eth_blockNumber", []))
    head = ChainHead(writer=genesis.writer, size=0)
    for event in _events(request, genesis, 0, latest, lambda _done, _of: None):
        writer, size, _root = _said(event)
        head = ChainHead(writer=writer, size=max(size, head.size))
    return head


def anchored_since(
    request: JsonRpc, reader: ChainReader, genesis: Genesis, first_block: int, progress: Progress
) -> Iterator[Found]:
    """Every checkpoint of the log that is anchored in this block or later, in the chain's order.

    Each is looked up in its transaction and its block, so that what is told here holds as a certificate's anchor does.
    """
    latest = _number(request("eth_blockNumber", []))
    for event in _events(request, genesis, first_block, latest, progress):
        writer, size, root = _said(event)
        yield _found(reader, genesis, writer, Checkpoint(size=size, root=root), _octets(event.get("transactionHash")))


def _found(reader: ChainReader, genesis: Genesis, writer: bytes, checkpoint: Checkpoint, transaction: bytes) -> Found:
    expected = checkpoint_event(genesis.contract, genesis.log, writer, checkpoint.size, checkpoint.root)
    try:
        mined = reader.transaction(transaction)
        block = None if mined is None else reader.block(mined.block_number)
    except ChainUnavailable as error:
        raise RpcUnavailable(str(error)) from error
    if mined is None or block is None or block.hash != mined.block_hash or expected not in mined.events:
        raise RpcUnavailable("The chain is being reorganised, or its node contradicts itself.")
    anchor = Anchor(
        writer=writer,
        transaction=transaction,
        event_index=mined.events.index(expected),
        block_number=block.number,
        block_hash=block.hash,
        block_time=block.time,
    )
    return Found(checkpoint=checkpoint, anchor=anchor)


def _events(
    request: JsonRpc, genesis: Genesis, first: int, latest: int, progress: Progress
) -> Iterator[dict[str, Any]]:
    topics = [f"0x{CHECKPOINTED.hex()}", f"0x{genesis.log.hex()}"]
    begin, stretch = first, FIRST_STRETCH
    while begin <= latest:
        end = min(begin + stretch - 1, latest)
        wanted = {"fromBlock": hex(begin), "toBlock": hex(end), "address": f"0x{genesis.contract.hex()}"}
        try:
            found = request("eth_getLogs", [{**wanted, "topics": topics}])
        except RpcRefused:
            if stretch == 1:
                raise
            stretch = max(stretch // 4, 1)
            continue
        if not isinstance(found, list):
            raise RpcUnavailable("The endpoint's list of events makes no sense.")
        for event in found:
            # Nodes have been seen to answer another question than they were asked.
            if not isinstance(event, dict) or event.get("topics", [])[:2] != topics:
                raise RpcUnavailable("The endpoint told of an event that nobody asked for.")
            yield event
        progress(end + 1 - first, latest + 1 - first)
        begin, stretch = end + 1, min(stretch * 2, LONGEST_STRETCH)


def _said(event: dict[str, Any]) -> tuple[bytes, int, bytes]:
    """Writer, size and root in a checkpoint's event."""
    topics, data = event["topics"], _octets(event.get("data"))
    if len(topics) != 3 or len(data) != 64:
        raise RpcUnavailable("The endpoint told of a checkpoint that makes no sense.")
    return _octets(topics[2])[-20:], int.from_bytes(data[:32], "big"), data[32:]


def _number(value: object) -> int:
    try:
        return int(str(value), 16)
    except ValueError as error:
        raise RpcUnavailable("The endpoint's answer is not a number.") from error


def _octets(value: object) -> bytes:
    try:
        return bytes.fromhex(str(value).removeprefix("0x"))
    except ValueError as error:
        raise RpcUnavailable("The endpoint's answer is not hex.") from error
