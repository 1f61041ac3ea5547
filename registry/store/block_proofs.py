"""Proofs of anchors' blocks, kept for when nodes have forgotten the receipts."""

from sqlmodel import col, select

from registry.proof.block_proof import BlockProof, encode_block_proof, parse_block_proof
from registry.proof.canonical import decode, encode
from registry.proof.verify import Finality
from registry.store.database import Database
from registry.store.ledger import Anchored, anchored_of
from registry.store.tables import AnchorRow, BlockProofRow, CheckpointRow


class BlockProofs:
    """One proof for each anchor that is final, as far as there is one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, anchored: Anchored) -> BlockProof | None:
        """The proof of this anchor's block; None where there is none, or it's of another block."""
        with self._database.read() as session:
            row = session.get(BlockProofRow, anchored.checkpoint.size)
            if row is None or row.block_hash != anchored.anchor.block_hash:
                return None
            return parse_block_proof(decode(row.proof))

    def keep(self, anchored: Anchored, proof: BlockProof) -> None:
        """Keeps the proof of an anchor's block in the place of any that is there."""
        with self._database.write() as session:
            session.merge(
                BlockProofRow(
                    size=anchored.checkpoint.size,
                    block_hash=anchored.anchor.block_hash,
                    proof=encode(encode_block_proof(proof)),
                )
            )

    def lacking(self, *, after: int, most: int) -> list[Anchored]:
        """The anchors that were seen final and have no proof, beyond the checkpoint of size `after`, oldest first."""
        proven = select(BlockProofRow.size).where(BlockProofRow.block_hash == AnchorRow.block_hash)
        query = (
            select(CheckpointRow, AnchorRow)
            .join(AnchorRow)
            .where(col(AnchorRow.size) > after, AnchorRow.finality == Finality.FINAL)
            .where(~proven.where(BlockProofRow.size == AnchorRow.size).exists())
            .order_by(col(AnchorRow.size))
            .limit(most)
        )
        with self._database.read() as session:
            return [anchored_of(made, row) for made, row in session.exec(query)]
