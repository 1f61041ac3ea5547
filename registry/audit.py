"""Audit: a public log held against everything that was ever said of it on its chain.

1. whose log it is: the genesis statement hashes to the id that the auditor expects, and the chain is the one it names
2. its head: the newest checkpoint, signed by the registry
3. the chain's events, one after the other: opened as the genesis statement has it, each checkpoint by whoever was the
   writer then, sizes that only grow
4. the entries up to each checkpoint, each read once: entry 0 is the genesis statement, and the tree over them has the
   root that was anchored
5. the log's own tiles, as the entries fill them, and its list of anchors, where it has one
6. the head: the same tree

The first lie ends it. What can't be read is an error and no lie: whoever audits asks again, or asks why. Memory
stays small whatever the log's size: the tree's right edge, one bundle, and the list of anchors.

It shares the tree's arithmetic with the log and nothing with what makes, signs, sends or watches transactions.
"""

from collections.abc import Callable
from dataclasses import dataclass

from registry.errors import LedgerError, PublicLogRefused, RpcUnavailable, WrongChain
from registry.ledger.reader import JsonRpc, JsonRpcReader
from registry.ledger.scan import Checkpointed, HandedOver, LogEvent, Opened, Place, scan
from registry.log.anchors import AnchorList, Listed
from registry.log.head import read_head
from registry.log.lies import Caught, Lie, LieKind
from registry.log.public import PublicLog
from registry.log.recount import Recount
from registry.proof.certificate import Checkpoint
from registry.proof.chain import LOCAL_CHAINS, ChainReader, ChainUnavailable
from registry.proof.receipt import ed25519_valid
from registry.proof.statement import Genesis, entry_of, registry_id

Progress = Callable[[str, int, int], None]
"""Told ("blocks" or "entries", so many, of so many) now and then."""


@dataclass(frozen=True, slots=True)
class Honest:
    """All of it holds: `checkpoints` were anchored up to `block`, and `unanchored` entries of the head not yet."""

    head: Checkpoint
    checkpoints: int
    writers: int
    unanchored: int
    chain_id: int
    block: int
    local: bool


def audit(
    public: PublicLog,
    request: JsonRpc,
    log: bytes,
    *,
    first_block: int = 0,
    progress: Progress = lambda _what, _done, _total: None,
) -> Honest | Lie:
    """Audits the log of this id (32 bytes) against the chain that `request` asks.

    `first_block` spares a search of what came before the log was opened; it is too late where it misses that.
    Raises PublicLogUnavailable and PublicLogRefused where there is no such log to be read, WrongChain, RpcUnavailable
    and RpcRefused for the chain.
    """
    # 1. whose log it is
    genesis, statement = public.genesis(log)
    reader = JsonRpcReader(request)
    last = _last_block(reader, genesis)
    # 2. its head
    try:
        head = _head(public, genesis)
        audited = _Audit(public, reader, genesis, entry_of(statement), head, progress)
        # 3. the chain's events, one after the other
        for event in scan(
            request,
            contract=genesis.contract,
            log=log,
            first=first_block,
            last=last,
            progress=lambda done, total: progress("blocks", done, total),
        ):
            # 4. and 5. at each checkpoint
            audited.take(event, first_block)
        # 6. the head
        audited.finish(first_block)
    except Caught as caught:
        return caught.lie
    except PublicLogRefused as refused:
        return Lie(LieKind.MALFORMED, refused.message.rstrip("."))
    return Honest(
        head=audited.head,
        checkpoints=audited.checkpoints,
        writers=audited.writers,
        unanchored=max(audited.head.size - audited.anchored, 0),
        chain_id=genesis.chain_id,
        block=last,
        local=genesis.chain_id in LOCAL_CHAINS,
    )


class _Audit:
    """How far one audit has come."""

    def __init__(
        self,
        public: PublicLog,
        reader: ChainReader,
        genesis: Genesis,
        first: bytes,
        head: Checkpoint,
        progress: Progress,
    ) -> None:
        self._reader = reader
        self._public, self._genesis = public, genesis
        self.head, self._head_seen = head, False
        self._tree = Recount(public, first, head.size, lambda done, total: progress("entries", done, total))
        self._list = AnchorList(public)
        self.writer: bytes | None = None
        self.writers = self.checkpoints = self.anchored = 0

    def take(self, event: LogEvent, first_block: int) -> None:
        """The next event of the chain. Raises LedgerError where the search began after the log was opened."""
        at = event.place.block
        if self.writer is None and first_block and not isinstance(event, Opened):
            raise _too_late(first_block)
        match event:
            case Opened():
                genesis = self._genesis
                expected = registry_id(genesis.registry_key, genesis.recovery_key, genesis.chain_genesis)
                if self.writer is not None or (event.writer, event.registry) != (genesis.writer, expected):
                    raise Caught(
                        LieKind.CHAIN, f"the log was opened at block {at:,} otherwise than its genesis says", block=at
                    )
                self.writer, self.writers = event.writer, 1
            case HandedOver():
                self._check_writer(event.writer, at)
                self.writer, self.writers = event.successor, self.writers + 1
            case Checkpointed():
                self._check_writer(event.writer, at)
                self._checkpoint(event)

    def _check_writer(self, writer: bytes, block: int) -> None:
        if self.writer is None:
            raise Caught(LieKind.CHAIN, f"the log was written to at block {block:,} before it was opened", block=block)
        if writer != self.writer:
            raise Caught(
                LieKind.CHAIN,
                f"0x{writer.hex()} wrote to the log at block {block:,}, and its writer was 0x{self.writer.hex()}",
                block=block,
            )

    def _checkpoint(self, event: Checkpointed) -> None:
        at, size = event.place.block, event.size
        if size <= self.anchored:
            raise Caught(
                LieKind.CHAIN,
                f"the checkpoint of {size:,} entries at block {at:,} follows one of {self.anchored:,}",
                size=size,
                block=at,
            )
        if size > self.head.size:
            self._look_again(size)
        if not self._head_seen and self.head.size <= size:
            self._check_head()
        # 4. the entries up to this checkpoint
        self._tree.read_to(size, at)
        if self._tree.edge.root() != event.root:
            raise Caught(
                LieKind.ENTRIES,
                f"entries {self.anchored:,} to {size - 1:,} are not those, or the ones before are not in that order, "
                f"that the checkpoint of {size:,} was anchored for at block {at:,}: its root is {event.root.hex()}, "
                f"and theirs {self._tree.edge.root().hex()}",
                first=self.anchored,
                last=size - 1,
                size=size,
                block=at,
            )
        # 5. the log's list of anchors
        wrong = self._list.contradiction(
            lambda: Listed(
                size, event.root, event.place.transaction, at, event.place.block_hash, _time(self._reader, event.place)
            )
        )
        if wrong is not None:
            raise Caught(LieKind.ANCHORS, wrong, size=size, block=at)
        self.anchored = size
        self.checkpoints += 1

    def finish(self, first_block: int) -> None:
        """The head, when the chain has no more. Raises as `take` does."""
        if self.writer is None:
            if first_block:
                raise _too_late(first_block)
            raise Caught(LieKind.CHAIN, f"the chain knows no log {self._genesis.log.hex()}: it was never opened there")
        # 6. the head: the same tree. It may be older than the newest anchor, which is found a moment after it was
        # mined; the entries up to that were there, or else it would have been told
        if not self._head_seen:
            self._check_head()
        if surplus := self._list.surplus(self.anchored):
            raise Caught(LieKind.ANCHORS, surplus)
        if self._tree.edge.size == self.head.size:
            self._tree.check_partial_tiles()

    def _look_again(self, size: int) -> None:
        """A log grows while it is audited: its head is asked for once more before it is said to stop short."""
        newer = _head(self._public, self._genesis)
        if newer.size > self.head.size:
            if not self._head_seen:
                # The old head was signed, too, and is on the way to the new one.
                self._check_head()
            self.head, self._head_seen = newer, False
        self._tree.total = max(self._tree.total, newer.size, size)

    def _check_head(self) -> None:
        self._tree.read_to(self.head.size)
        self._head_seen = True
        if self._tree.edge.root() != self.head.root:
            raise Caught(
                LieKind.HEAD,
                f"entries {self.anchored:,} to {self.head.size - 1:,} don't give the root that the registry signed for "
                f"its head of {self.head.size:,}",
                first=self.anchored,
                last=self.head.size - 1,
                size=self.head.size,
            )


def _head(public: PublicLog, genesis: Genesis) -> Checkpoint:
    key = genesis.registry_key
    return read_head(public.head(), genesis.log, key, lambda signature, message: ed25519_valid(key, signature, message))


def _last_block(reader: JsonRpcReader, genesis: Genesis) -> int:
    try:
        first, chain_id, last = reader.block(0), reader.chain_id(), reader.block("latest")
    except ChainUnavailable as error:
        raise RpcUnavailable(f"The chain can't be asked: {error}.") from error
    if first is None or last is None:
        raise RpcUnavailable("The chain has no blocks, or its node doesn't show them.")
    if (chain_id, first.hash) != (genesis.chain_id, genesis.chain_genesis):
        raise WrongChain(
            f"The endpoint serves another chain than {genesis.chain_id}, which the log is anchored on.",
            remedy="Name an endpoint of that chain with --rpc.",
        )
    return last.number


def _time(reader: ChainReader, place: Place) -> int:
    """The time of an event's block, which must be on the chain still."""
    try:
        block = reader.block(place.block)
    except ChainUnavailable as error:
        raise RpcUnavailable(f"The chain can't be asked: {error}.") from error
    if block is None or block.hash != place.block_hash:
        raise RpcUnavailable(
            f"Block {place.block:,} was replaced during the audit, or the node contradicts itself.",
            remedy="Audit again; if it stays so, ask another node with --rpc.",
        )
    return block.time


def _too_late(first_block: int) -> LedgerError:
    return LedgerError(
        f"The log wasn't opened at block {first_block:,} or after.", remedy="Search from an earlier block."
    )
