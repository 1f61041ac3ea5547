"""An embedded chain small enough for a test: a clock that jumps, a writer with funds, contracts of a few bytes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount

from registry.ledger.embedded import EmbeddedChain
from registry.proof.chain import EMBEDDED_CHAIN_ID

START = 1_800_000_000
FUNDS = 10**24

LOGGER = bytes.fromhex("6040360360405f37 602035 5f35 60403603 5f a2 00".replace(" ", ""))
"""A contract that emits an event: its topics are the first two words it is called with, its data the rest."""

COUNTER = bytes.fromhex("5f54 6001 01 80 5f55 5f52 6020 5ff3".replace(" ", ""))
"""A contract that counts its calls in slot 0, and returns the count."""

REFUSER = bytes.fromhex("36 5f 5f 37 36 5f fd".replace(" ", ""))
"""A contract that reverts with what it was called with."""


def deploying(runtime: bytes) -> bytes:
    """The code that creates a contract whose own code is `runtime`."""
    return bytes([0x60, len(runtime), 0x80, 0x60, 0x09, 0x5F, 0x39, 0x5F, 0xF3]) + runtime


def emitting(events: Sequence[tuple[Sequence[bytes], bytes]]) -> bytes:
    """The code that emits events of (topics, at most 32 bytes of data) as it creates a contract that is empty."""
    code = b""
    for topics, data in events:
        code += b"\x7f" + data.ljust(32, b"\0") + bytes([0x5F, 0x52])
        code += b"".join(b"\x7f" + topic for topic in reversed(topics))
        code += bytes([0x60, len(data), 0x5F, 0xA0 + len(topics)])
    return code + b"\x00"


@dataclass
class JumpingClock:
    """A clock that stands still but for those who wait for it."""

    now: float = START
    waits: list[float] = field(default_factory=list)

    def __call__(self) -> int:
        return int(self.now)

    def wait(self, seconds: float) -> None:
        """What `time.sleep` is to the wall clock."""
        self.waits.append(seconds)
        self.now += seconds


@dataclass
class Writer:
    """An account that signs."""

    account: LocalAccount = field(default_factory=lambda: Account.from_key(b"\x11" * 32))

    @property
    def address(self) -> bytes:
        return bytes.fromhex(self.account.address[2:])

    def sign(self, nonce: int, **fields: Any) -> bytes:
        """A transaction of type 2 unless the fields say otherwise."""
        transaction: dict[str, Any] = {
            "nonce": nonce,
            "chainId": EMBEDDED_CHAIN_ID,
            "gas": 500_000,
            "value": 0,
            "to": b"\x22" * 20,
        }
        if "gasPrice" not in fields:
            transaction |= {"type": 2, "maxFeePerGas": 2 * 10**9, "maxPriorityFeePerGas": 3}
        transaction |= fields
        if transaction["to"] is None:
            del transaction["to"]
        return bytes(self.account.sign_transaction(transaction).raw_transaction)

    def send(self, chain: EmbeddedChain, **fields: Any) -> bytes:
        """Send with the next nonce; the transaction's hash."""
        return chain.send_raw_transaction(self.sign(chain.state.nonce(self.address), **fields))

    def deploy(self, chain: EmbeddedChain, runtime: bytes) -> bytes:
        """Create a contract; its address."""
        receipt = chain.blocks.receipt(self.send(chain, to=None, data=deploying(runtime)))
        assert receipt is not None
        return bytes.fromhex(receipt["contractAddress"][2:])


def open_chain(folder: Path, clock: JumpingClock | None = None) -> EmbeddedChain:
    """The chain in a folder, with `Writer`'s account in funds if it is a new one."""
    clock = clock or JumpingClock()
    return EmbeddedChain.open(folder / "chain.sqlite", clock=clock, funded={Writer().address: FUNDS}, wait=clock.wait)
