"""What verification needs to see of a chain: plain values, and a reader that somebody brings."""

from dataclasses import dataclass
from typing import Literal, Protocol

CHECKPOINTED = bytes.fromhex("7ce892353fecc33f6a2864695c4f18db0df1981b3e4aaf240ce4c6bd523a1120")
"""keccak-256 of `Checkpointed(bytes32,address,uint64,bytes32)`: the event's first topic. A constant, since the standard
library has no keccak; tests/contracts compares it with the compiled contract's."""

EMBEDDED_CHAIN_ID = int.from_bytes(b"omark", "big")
"""The id of every embedded chain, 478576472683. They differ in their genesis hash."""

LOCAL_CHAINS = frozenset({EMBEDDED_CHAIN_ID, 1337, 31337, 131277322940537})
"""Chains that somebody runs for themselves (ours, ganache and geth --dev, anvil and hardhat, eth-tester): whoever runs
one can write any time into its blocks, so an anchor there is no evidence to anyone else."""

Tag = Literal["latest", "safe", "finalized"]


class ChainUnavailable(Exception):
    """The chain couldn't be asked; nothing is known, which is not the same as no."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block's header, as far as proofs need it; `time` in seconds since 1970."""

    number: int
    hash: bytes
    time: int


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a transaction: the contract's address, 32-byte topics, data."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Transaction:
    """A mined transaction: in which block, whether it succeeded, and its events in order."""

    block_number: int
    block_hash: bytes
    succeeded: bool
    events: tuple[Event, ...]


class ChainReader(Protocol):
    """A chain, read. Every method raises ChainUnavailable when it can't be asked."""

    def chain_id(self) -> int:
        """EIP-155's id."""
        ...

    def block(self, which: int | Tag) -> Block | None:
        """The block with this number or tag on the canonical chain; None where there is none."""
        ...

    def transaction(self, transaction: bytes) -> Transaction | None:
        """The mined transaction with this hash; None where it isn't (any more)."""
        ...


def checkpoint_event(contract: bytes, log: bytes, writer: bytes, size: int, root: bytes) -> Event:
    """The event that `CheckpointLog.checkpoint(log, size, root)` emits when `writer` calls it."""
    return Event(
        address=contract,
        topics=(CHECKPOINTED, log, writer.rjust(32, b"\0")),
        data=size.to_bytes(32, "big") + root,
    )
