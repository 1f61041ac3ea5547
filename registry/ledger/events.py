"""How far a log has come on its chain, and every checkpoint that was anchored: asked of the chain, not remembered.

The contract keeps a log's writer and size, and no root: roots stand in events, which `scan` reads.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from registry.errors import RpcUnavailable
from registry.ledger.reader import JsonRpc
from registry.ledger.scan import Checkpointed, HandedOver, LogEvent, Opened, Progress, scan
from registry.proof.certificate import Anchor, Checkpoint
from registry.proof.chain import ChainReader, ChainUnavailable, checkpoint_event
from registry.proof.statement import Genesis

HEAD = bytes.fromhex("f339e3b2")
"""The first four bytes of keccak-256 of `head(bytes32)`; tests/ledger compares it with the compiled contract's."""


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
    head = ChainHead(writer=genesis.writer, size=0)
    for event in _events(request, genesis, 0, lambda _done, _of: None):
        match event:
            case Checkpointed(writer=writer, size=size):
                head = ChainHead(writer=writer, size=max(size, head.size))
            case HandedOver(successor=successor):
                head = ChainHead(writer=successor, size=head.size)
            case Opened():
                pass
    return head


def anchored_since(
    request: JsonRpc, reader: ChainReader, genesis: Genesis, first_block: int, progress: Progress
) -> Iterator[Found]:
    """Every checkpoint of the log that is anchored in this block or later, in the chain's order.

    Each is looked up in its transaction and its block, so that what is told here holds as a certificate's anchor does.
    """
    for event in _events(request, genesis, first_block, progress):
        if isinstance(event, Checkpointed):
            checkpoint = Checkpoint(size=event.size, root=event.root)
            yield _found(reader, genesis, event.writer, checkpoint, event.place.transaction)


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


def _events(request: JsonRpc, genesis: Genesis, first: int, progress: Progress) -> Iterator[LogEvent]:
    latest = _number(request("eth_blockNumber", []))
    return scan(request, contract=genesis.contract, log=genesis.log, first=first, last=latest, progress=progress)


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
