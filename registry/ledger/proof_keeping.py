"""Proofs of blocks, made when an anchor is final and kept: nodes drop old receipts, and certificates outlive them.

Nothing waits for it. An anchor whose proof can't be made keeps its place in the queue while the endpoint is silent;
where the endpoint's answer is no, that's logged and tried again after a day, since another node may answer by then.
"""

from logging import getLogger

from registry.clock import Clock, Seconds
from registry.errors import NoBlockProof
from registry.ledger.reader import JsonRpc
from registry.proof.chain import checkpoint_event
from registry.store.block_proofs import BlockProofs
from registry.store.ledger import Anchored, Identity

AT_ONCE = 20
"""At most so many proofs are made at a time: each costs the endpoint one to a few thousand answers."""
AGAIN: Seconds = 24 * 3600

logger = getLogger(__name__)


def keep_block_proof(request: JsonRpc, identity: Identity, proofs: BlockProofs, anchored: Anchored) -> None:
    """Makes and keeps the proof of an anchor's block. Raises NoBlockProof, or RpcUnavailable where nothing answers."""
    # py-trie and keccak take a fifth of a second to import, and whoever only reads certificates does without them.
    from registry.ledger.block_proof import build_block_proof  # noqa: PLC0415

    genesis, checkpoint, anchor = identity.genesis, anchored.checkpoint, anchored.anchor
    event = checkpoint_event(genesis.contract, genesis.log, anchor.writer, checkpoint.size, checkpoint.root)
    proofs.keep(anchored, build_block_proof(request, anchor, event))


class ProofKeeping:
    """Keeps the proofs that are lacking; to be called again and again, by one thread at a time."""

    def __init__(self, *, identity: Identity, proofs: BlockProofs, request: JsonRpc, clock: Clock) -> None:
        self._identity, self._proofs, self._request, self._clock = identity, proofs, request, clock
        self._after, self._began = 0, clock()

    def __call__(self) -> int:
        """Makes a few of the proofs that are lacking, and returns how many. Raises RpcUnavailable."""
        now = self._clock()
        if now - self._began >= AGAIN:
            self._after, self._began = 0, now
        made = 0
        for anchored in self._proofs.lacking(after=self._after, most=AT_ONCE):
            size = anchored.checkpoint.size
            try:
                keep_block_proof(self._request, self._identity, self._proofs, anchored)
            except NoBlockProof as error:
                # What holds for one anchor of a chain may hold for all: one question a call is enough.
                logger.warning("no proof of the block of checkpoint %d: %s %s", size, error.message, error.remedy)
                self._after = size
                break
            # Crash here: this proof is kept, and the next run begins behind it.
            self._after, made = size, made + 1
        return made
