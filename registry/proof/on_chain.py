"""Steps 5 to 8 of verification: a checkpoint's event and its block, asked of a chain or shown by the certificate.

A chain forgets: nodes drop old receipts (EIP-4444), and some old headers too. What the certificate's own proof of its
block shows stands in for the receipt; the block's hash then comes from the chain, or from the verifier.
"""

from registry.proof.answers import Anchored, Answer, CouldNotCheck, Finality, No, NotChecked, Yes
from registry.proof.block_proof import BlockProof, open_block_proof
from registry.proof.certificate import Anchor, Certificate
from registry.proof.chain import (
    LOCAL_CHAINS,
    Block,
    ChainReader,
    ChainUnavailable,
    Tag,
    Transaction,
    checkpoint_event,
)
from registry.proof.errors import Malformed
from registry.proof.statement import Genesis
from registry.proof.trie import Keccak

FINALITY_OF_TAG: tuple[tuple[Tag, Finality], ...] = (("finalized", Finality.FINAL), ("safe", Finality.SAFE))


def anchored_on(chain: ChainReader, certificate: Certificate, genesis: Genesis, keccak: Keccak | None) -> Answer:
    """Whether and when this chain has the certificate's checkpoint; raises ChainUnavailable."""
    anchor = certificate.anchor
    # 5. the chain is the one that the log is for
    first = chain.block(0)
    if chain.chain_id() != genesis.chain_id or first is None or first.hash != genesis.chain_genesis:
        return No(f"the endpoint serves another chain than {genesis.chain_id}, which the log is for")
    # 6. the log's contract emitted this checkpoint, by this writer, in this block
    mined = _remembered(chain, certificate, genesis, keccak)
    if isinstance(mined, Transaction):
        if not mined.succeeded:
            return No("the chain has no such transaction, or it failed")
        if (mined.block_number, mined.block_hash) != (anchor.block_number, anchor.block_hash):
            return No("the transaction stands in another block than the certificate names")
        if not _emitted(mined, certificate, genesis):
            return No("the log's contract didn't emit this checkpoint, by this writer, in this transaction")
    elif not isinstance(mined, Yes):
        return No("the chain has no such transaction, or it failed")
    # 7. how final it is. Asked before 8: a block that is there when its height is known to be final stays there; the
    # other way round, it could be replaced between the two questions
    finality = _finality(anchor, genesis.chain_id, chain)
    # 8. the block is on the chain still, and its time is T
    block = chain.block(anchor.block_number)
    if block is None and isinstance(mined, Yes):
        return CouldNotCheck(
            f"the endpoint has neither the transaction nor block {anchor.block_number:,}, which the certificate's own "
            "proof is of: ask another, or bring the block's hash"
        )
    if block is None or (block.hash, block.time) != (anchor.block_hash, anchor.block_time):
        return No("the block is not, or no longer, on the chain with this time")
    rests = ", the event shown by the certificate's own proof" if isinstance(mined, Yes) else ""
    return _anchored(certificate, genesis, finality, rests)


def anchored_by_hash(certificate: Certificate, genesis: Genesis, keccak: Keccak | None) -> Answer:
    """Whether and when the block that the anchor names, whose hash the verifier vouches for, has the checkpoint."""
    shown = proof_of_block(certificate, genesis, keccak)
    if not isinstance(shown, Yes):
        return shown
    finality = Finality.LOCAL if genesis.chain_id in LOCAL_CHAINS else Finality.PINNED
    rests = ", no chain was asked: that this block is one of that chain's rests on the hash that was given"
    return _anchored(certificate, genesis, finality, rests)


def proof_of_block(certificate: Certificate, genesis: Genesis, keccak: Keccak | None) -> Answer:
    """What the certificate's own proof of its block shows; of several, one that holds is enough."""
    proofs = [witness for witness in certificate.witnesses if isinstance(witness, BlockProof)]
    answers = [check_block_proof(proof, certificate, genesis, keccak) for proof in proofs]
    holding = [answer for answer in answers if isinstance(answer, Yes)]
    if not answers:
        return NotChecked("the certificate carries no proof of its block, so a block's hash alone shows nothing")
    return (holding or answers)[0]


def check_block_proof(
    proof: BlockProof, certificate: Certificate, genesis: Genesis, keccak: Keccak | None
) -> Yes | No | NotChecked:
    """Whether this proof shows the certificate's checkpoint in its anchor's block."""
    anchor = certificate.anchor
    if proof.transaction != anchor.transaction:
        return No("the proof of the block is for another transaction")
    if keccak is None:
        return NotChecked("nothing here computes keccak-256, which the proof of the block takes")
    try:
        block, mined = open_block_proof(proof, keccak)
    except Malformed as error:
        return No(f"the proof of the block doesn't hold: {error}")
    if block != Block(number=anchor.block_number, hash=anchor.block_hash, time=anchor.block_time):
        return No("the header in the certificate is not that of the anchor's block")
    if not mined.succeeded or not _emitted(mined, certificate, genesis):
        return No("the proven receipt doesn't hold this checkpoint, by this writer, of the log's contract")
    return Yes(
        f"block {block.number:,} holds the checkpoint, as header and receipt show: only its hash need be trusted"
    )


def _remembered(
    chain: ChainReader, certificate: Certificate, genesis: Genesis, keccak: Keccak | None
) -> Transaction | Answer:
    """The transaction, as the chain tells; where it has none, or can't say, what the certificate's proof shows."""
    try:
        mined = chain.transaction(certificate.anchor.transaction)
    except ChainUnavailable:
        shown = proof_of_block(certificate, genesis, keccak)
        if not isinstance(shown, Yes):
            raise
        return shown
    return proof_of_block(certificate, genesis, keccak) if mined is None else mined


def _emitted(mined: Transaction, certificate: Certificate, genesis: Genesis) -> bool:
    anchor, checkpoint = certificate.anchor, certificate.checkpoint
    expected = checkpoint_event(genesis.contract, genesis.log, anchor.writer, checkpoint.size, checkpoint.root)
    return anchor.event_index < len(mined.events) and mined.events[anchor.event_index] == expected


def _finality(anchor: Anchor, chain_id: int, chain: ChainReader) -> Finality:
    if chain_id in LOCAL_CHAINS:
        return Finality.LOCAL
    for tag, finality in FINALITY_OF_TAG:
        reached = chain.block(tag)
        if reached is not None and reached.number >= anchor.block_number:
            return finality
    return Finality.MINED


def _anchored(certificate: Certificate, genesis: Genesis, finality: Finality, rests: str) -> Anchored:
    anchor, chain_id = certificate.anchor, genesis.chain_id
    where = f"block {anchor.block_number:,} of chain {chain_id}, whose producer states the time {anchor.block_time}"
    trust = "; local chain: no independent trust" if finality is Finality.LOCAL else ""
    return Anchored(
        says=f"the claim was anchored in {where}; finality: {finality}{rests}{trust}",
        time=anchor.block_time,
        chain_id=chain_id,
        block=anchor.block_number,
        finality=finality,
    )
