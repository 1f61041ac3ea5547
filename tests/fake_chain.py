"""A chain in memory that behaves: blocks, transactions with events, reorganisations, lagging tags, silence."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from registry.proof.chain import Block, ChainUnavailable, Event, Tag, Transaction

SEPOLIA = 11155111
"""No chain that somebody runs for themselves, so that finality is asked for."""


@dataclass(frozen=True)
class _Sent:
    hash: bytes
    events: tuple[Event, ...]
    succeeded: bool


class FakeChain:
    """Implements `ChainReader`, as a node shows it. Nothing happens by itself: a test sends, mines and reorganises.

    `safe_lag` and `final_lag` are how many blocks these tags are behind the tip, None on a chain without them. `lag` is
    how many blocks this node is behind the others. While `available` is false, every question raises ChainUnavailable.
    Two chains of different `seed` share no block, not even the first.
    """

    def __init__(
        self,
        *,
        chain_id: int = SEPOLIA,
        seed: str = "",
        time: int = 1_795_000_000,
        safe_lag: int | None = 2,
        final_lag: int | None = 4,
    ) -> None:
        self._chain_id = chain_id
        self._seed = seed
        self._blocks: list[Block] = []
        self._contents: list[tuple[_Sent, ...]] = []
        self._pool: list[_Sent] = []
        self._sent = self._forks = 0
        self.safe_lag, self.final_lag = safe_lag, final_lag
        self.lag = 0
        self.available = True
        self._seal(time, ())

    @property
    def height(self) -> int:
        """The number of the last block, whatever this node has seen of it."""
        return len(self._blocks) - 1

    def send(self, *events: Event, succeeded: bool = True) -> bytes:
        """A transaction that will emit these events, by its hash; it waits until somebody mines."""
        self._sent += 1
        sent = _Sent(self._hash(f"transaction {self._sent}"), events, succeeded)
        self._pool.append(sent)
        return sent.hash

    def mine(self, blocks: int = 1, *, seconds_apart: int = 12) -> Block:
        """Mines so many blocks, with what waits in the first of them, and returns the last."""
        for _ in range(blocks):
            waiting, self._pool = self._pool, []
            self._seal(self._blocks[-1].time + seconds_apart, waiting)
        return self._blocks[-1]

    def reorg(self, depth: int, *, again: bool = False) -> None:
        """Replaces the last `depth` blocks by as many empty ones of the same times.

        Their transactions are gone, or, with `again`, wait to be mined once more.
        """
        if not 0 < depth <= self.height:
            raise ValueError(f"no {depth} blocks to replace")
        lost, contents = self._blocks[-depth:], self._contents[-depth:]
        del self._blocks[-depth:], self._contents[-depth:]
        self._forks += 1
        for block in lost:
            self._seal(block.time, ())
        if again:
            self._pool = [sent for content in contents for sent in content] + self._pool

    def chain_id(self) -> int:
        """EIP-155's id."""
        self._ask()
        return self._chain_id

    def block(self, which: int | Tag) -> Block | None:
        """The block with this number or tag, as far as this node has seen the chain."""
        self._ask()
        tip = self.height - self.lag
        match which:
            case "latest":
                number = tip
            case "safe" | "finalized":
                behind = self.safe_lag if which == "safe" else self.final_lag
                if behind is None:
                    return None
                number = max(tip - behind, 0)
            case int():
                number = which
        return self._blocks[number] if 0 <= number <= tip else None

    def transaction(self, transaction: bytes) -> Transaction | None:
        """The mined transaction with this hash, as far as this node has seen the chain."""
        self._ask()
        for block, content in zip(self._blocks[: self.height - self.lag + 1], self._contents, strict=False):
            for sent in content:
                if sent.hash == transaction:
                    return Transaction(block.number, block.hash, sent.succeeded, sent.events)
        return None

    def _ask(self) -> None:
        if not self.available:
            raise ChainUnavailable("the connection was refused")

    def _seal(self, time: int, content: Sequence[_Sent]) -> None:
        number, parent = len(self._blocks), self._blocks[-1].hash.hex() if self._blocks else ""
        of = " ".join(sent.hash.hex() for sent in content)
        self._blocks.append(Block(number, self._hash(f"block {number} {parent} {time} {self._forks} {of}"), time))
        self._contents.append(tuple(content))

    def _hash(self, of: str) -> bytes:
        return sha256(f"{self._chain_id} {self._seed} {of}".encode()).digest()
