"""From sent to mined to final: finding checkpoints on the chain, and noticing when a reorg takes one away."""

from registry.errors import LedgerError, RpcUnavailable
from registry.proof.certificate import Anchor, Checkpoint
from registry.proof.chain import ChainReader, ChainUnavailable, Transaction, checkpoint_event
from registry.store.ledger import Anchored, Identity, LedgerStore, Saved


class Watcher:
    """Keeps the anchors of one log true to the chain."""

    def __init__(self, store: LedgerStore, identity: Identity, writer: bytes, reader: ChainReader) -> None:
        self._store, self._identity, self._writer, self._reader = store, identity, writer, reader

    def record(self, checkpoint: Checkpoint, saved: Saved, mined: Transaction) -> Anchor:
        """Keeps where a checkpoint's transaction was mined."""
        genesis = self._identity.genesis
        event = checkpoint_event(genesis.contract, genesis.log, self._writer, checkpoint.size, checkpoint.root)
        if event not in mined.events:
            raise LedgerError(
                f"The transaction {saved.hash.hex()} doesn't hold the checkpoint of size {checkpoint.size}."
            )
        try:
            block = self._reader.block(mined.block_number)
        except ChainUnavailable as error:
            raise RpcUnavailable(str(error)) from error
        if block is None or block.hash != mined.block_hash:
            raise RpcUnavailable("The chain is being reorganised.")
        anchor = Anchor(
            writer=self._writer,
            transaction=saved.hash,
            event_index=mined.events.index(event),
            block_number=block.number,
            block_hash=block.hash,
            block_time=block.time,
        )
        self._store.add_anchor(checkpoint, anchor)
        return anchor

    def review(self) -> None:
        """Looks again at each anchor that isn't final: settles it, or makes its checkpoint pending again."""
        try:
            for anchored in self._store.watched():
                self._review(anchored)
        except ChainUnavailable as error:
            raise RpcUnavailable(str(error)) from error

    def _review(self, anchored: Anchored) -> None:
        anchor = anchored.anchor
        block = self._reader.block(anchor.block_number)
        if block is None or block.hash != anchor.block_hash:
            self._store.drop_anchor(anchored.checkpoint.size)
            return
        final = self._reader.block("finalized")
        if final is not None and final.number >= anchor.block_number:
            self._store.settle_anchor(anchored.checkpoint.size)
