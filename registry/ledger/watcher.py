"""From sent to mined to safe to final: finding checkpoints on the chain, and noticing when a reorg takes one away.

Every node is asked about every anchor that isn't final yet:

    one tells of another block at that height, and one of ours      they disagree: nothing is decided
    some tell of another block, and none of ours                    a reorg: the checkpoint is pending again
    more than half of all nodes tell of ours, and of its finality   so final it is
    the others don't reach that height, or don't answer             nothing is decided

How final a block is the chain's own tags say; where it has none, the depth below its tip.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.errors import LedgerError, NodeBehind, NodesDisagree, RpcUnavailable
from registry.ledger.sender import Mined
from registry.proof.certificate import Anchor, Checkpoint
from registry.proof.chain import ChainReader, ChainUnavailable, checkpoint_event
from registry.proof.verify import Finality
from registry.store.ledger import Anchored, Identity, LedgerStore
from registry.store.outbox import Outbox


@dataclass(frozen=True, slots=True)
class _Marks:
    """The numbers of the last block that a node calls final, and safe; -1 for none."""

    final: int
    safe: int

    def finality(self, number: int) -> Finality:
        """How final the block with this number is."""
        if number <= self.final:
            return Finality.FINAL
        return Finality.SAFE if number <= self.safe else Finality.MINED


_RANKS = (Finality.MINED, Finality.SAFE, Finality.FINAL)


@dataclass(frozen=True, slots=True)
class _Same:
    """A node has the anchor's block, and says how final it is."""

    finality: Finality


@dataclass(frozen=True, slots=True)
class _Other:
    """A node has another block at its height."""


@dataclass(frozen=True, slots=True)
class _Behind:
    """A node doesn't reach its height."""


@dataclass(frozen=True, slots=True)
class _Silent:
    """A node gives no answer."""

    why: str


_View = _Same | _Other | _Behind | _Silent


class Watcher:
    """Keeps the anchors of one log true to the chain, as `readers` tell of it. `depth` is in blocks."""

    def __init__(
        self,
        store: LedgerStore,
        outbox: Outbox,
        identity: Identity,
        writer: bytes,
        readers: Sequence[ChainReader],
        depth: int,
    ) -> None:
        self._store, self._outbox, self._identity, self._writer = store, outbox, identity, writer
        self._readers, self._depth = readers, depth

    def record(self, checkpoint: Checkpoint, mined: Mined) -> Anchored:
        """Keeps where a checkpoint's transaction was mined, as the first node that has the block tells."""
        genesis, saved, transaction = self._identity.genesis, mined.saved, mined.transaction
        event = checkpoint_event(genesis.contract, genesis.log, self._writer, checkpoint.size, checkpoint.root)
        if event not in transaction.events:
            raise LedgerError(
                f"The transaction {saved.hash.hex()} doesn't hold the checkpoint of size {checkpoint.size}."
            )
        for reader in self._readers:
            try:
                block = reader.block(transaction.block_number)
            except ChainUnavailable:
                continue
            if block is not None and block.hash == transaction.block_hash:
                anchor = Anchor(
                    writer=self._writer,
                    transaction=saved.hash,
                    event_index=transaction.events.index(event),
                    block_number=block.number,
                    block_hash=block.hash,
                    block_time=block.time,
                )
                self._outbox.add_anchor(checkpoint, anchor, Finality.MINED)
                return Anchored(checkpoint, anchor, Finality.MINED)
        raise RpcUnavailable("The chain is being reorganised.")

    def review(self) -> list[LedgerError]:
        """Looks again at each anchor that isn't final; returns what keeps it from deciding, each trouble once."""
        watched = self._store.watched()
        marks = [self._marks(reader) for reader in self._readers] if watched else []
        troubles = {
            type(trouble): trouble for anchored in watched if (trouble := self._review(anchored, marks)) is not None
        }
        return list(troubles.values())

    def _review(self, anchored: Anchored, marks: Sequence[_Marks | _Silent]) -> LedgerError | None:
        anchor, size = anchored.anchor, anchored.checkpoint.size
        views = [_view(reader, mark, anchor) for reader, mark in zip(self._readers, marks, strict=True)]
        same = [view.finality for view in views if isinstance(view, _Same)]
        others = sum(isinstance(view, _Other) for view in views)
        if same and others:
            return NodesDisagree(f"Of {len(views)} nodes {others} tell of another block {anchor.block_number:,}.")
        if others:
            self._outbox.drop_anchor(size)
            return None
        agreed = self._agreed(same)
        if same and agreed is not anchored.finality:
            self._outbox.set_finality(size, agreed)
        if len(same) == len(views):
            return None
        behind = sum(isinstance(view, _Behind) for view in views)
        if behind:
            return NodeBehind(f"Of {len(views)} nodes {behind} don't reach block {anchor.block_number:,}.")
        silent = next(view.why for view in views if isinstance(view, _Silent))
        return RpcUnavailable(silent if len(views) == 1 else f"One of {len(views)} nodes is away: {silent}")

    def _agreed(self, told: Sequence[Finality]) -> Finality:
        """How final more than half of all nodes say that it is."""
        ranks = sorted((_RANKS.index(each) for each in told), reverse=True)
        half = len(self._readers) // 2
        return _RANKS[ranks[half]] if len(ranks) > half else Finality.MINED

    def _marks(self, reader: ChainReader) -> _Marks | _Silent:
        """By the chain's own tags, or by depth where it has none."""
        try:
            final, safe = reader.block("finalized"), reader.block("safe")
            if final is None and safe is None:
                latest = reader.block("latest")
                return _Marks(-1 if latest is None else latest.number - self._depth, -1)
        except ChainUnavailable as error:
            return _Silent(str(error))
        return _Marks(-1 if final is None else final.number, -1 if safe is None else safe.number)


def _view(reader: ChainReader, marks: _Marks | _Silent, anchor: Anchor) -> _View:
    if isinstance(marks, _Silent):
        return marks
    try:
        block = reader.block(anchor.block_number)
    except ChainUnavailable as error:
        return _Silent(str(error))
    if block is None:
        return _Behind()
    return _Same(marks.finality(anchor.block_number)) if block.hash == anchor.block_hash else _Other()
