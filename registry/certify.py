"""Certify: a work's whole proof, for whoever doesn't trust us.

1. the first anchored checkpoint that has the claim; none yet: pending, with the time by which to expect it
2. the inclusion path, from tiles that give the checkpoint's very root
3. the certificate: statement, genesis, path, checkpoint, anchor, our signed receipt, once the anchor is final the proof
   of its block; fingerprints only when asked for
"""

from collections.abc import Callable
from dataclasses import dataclass

from registry.clock import Seconds
from registry.errors import MediaError, NotFound
from registry.fingerprint.manifest import parse_manifest
from registry.intake.taken import Query
from registry.log.log import Log
from registry.match.thresholds import BLOCK, FALSE_BY_PDQ, PDQ_BITS, PDQ_SCHEME, false_match_rate
from registry.proof.certificate import Certificate, Disclosure, Promise, Witness
from registry.proof.errors import ProofError
from registry.proof.verify import Codes, Likeness
from registry.store.block_proofs import BlockProofs
from registry.store.catalogue import Catalogue, StoredClaim
from registry.store.ledger import Identity, LedgerStore
from registry.works import Work, differing_bits


@dataclass(frozen=True, slots=True)
class Pending:
    """Registered, and not anchored yet; `expected` is when it should be, `anchor_by` the receipt's promise."""

    expected: Seconds
    anchor_by: Seconds


class Certification:
    """The journey of certifying."""

    def __init__(
        self,
        *,
        identity: Identity,
        ledger: LedgerStore,
        block_proofs: BlockProofs,
        catalogue: Catalogue,
        log: Log,
        usual_wait: Seconds,
    ) -> None:
        self._identity, self._ledger, self._catalogue, self._log = identity, ledger, catalogue, log
        self._block_proofs, self._usual_wait = block_proofs, usual_wait

    def certificate(self, work: Work, *, with_fingerprints: bool = False) -> Certificate | Pending:
        """The work's certificate, or how long it is to wait for it."""
        claim = self._claim(work)
        if with_fingerprints and not claim.manifest_salt:
            # A work that was recovered from a certificate without them.
            raise NotFound(
                "fingerprint manifest of work", work.id, remedy="Ask for a certificate without fingerprints."
            )
        # 1. the first anchored checkpoint that has the claim
        found = self._ledger.covering(work.index)
        if found is None:
            return Pending(expected=claim.received + self._usual_wait, anchor_by=claim.anchor_by)
        # 2. the inclusion path, from tiles that give the checkpoint's very root
        checkpoint = found.checkpoint
        self._log.extend(checkpoint.size, expected=checkpoint.root)
        # 3. the certificate
        promise = Promise(received=claim.received, anchor_by=claim.anchor_by, signature=claim.signature)
        proof = self._block_proofs.of(found)
        witnesses: tuple[Witness, ...] = (promise,) if proof is None else (promise, proof)
        return Certificate(
            statement=claim.statement,
            genesis=self._identity.statement,
            index=work.index,
            path=tuple(self._log.inclusion(work.index, checkpoint.size)),
            checkpoint=checkpoint,
            anchor=found.anchor,
            disclosure=Disclosure(salt=claim.manifest_salt, manifest=claim.manifest) if with_fingerprints else None,
            witnesses=witnesses,
        )

    def anchored(self, work: Work) -> Seconds | None:
        """The time of the block that proves the claim; None before it's anchored."""
        found = self._ledger.covering(work.index)
        return None if found is None else found.anchor.block_time

    def _claim(self, work: Work) -> StoredClaim:
        claim = self._catalogue.claim(work.id)
        if claim is None:
            raise NotFound("claim of work", work.id)
        return claim


def compare_codes(look_at: Callable[[bytes], Query]) -> Codes:
    """How a verifier compares a file with a disclosed manifest: the nearest pair of PDQ codes, in any orientation."""

    def compare(file: bytes, manifest: bytes) -> Likeness:
        registered = [kept.code for kept in parse_manifest(manifest) if kept.scheme == PDQ_SCHEME]
        try:
            query = look_at(file)
        except MediaError as error:
            raise ProofError(f"the file can't be read as a picture: {error.message}") from error
        if not registered or not query.variants:
            whose = "file has too little detail" if registered else "certificate has no fingerprint"
            raise ProofError(f"the {whose} to be compared by {PDQ_SCHEME}")
        return Likeness(
            scheme=PDQ_SCHEME,
            distance=min(differing_bits(codes.pdq, code) for _, codes in query.variants for code in registered),
            threshold=BLOCK.pdq,
            bits=PDQ_BITS,
            false_match_rate=false_match_rate(FALSE_BY_PDQ[BLOCK.pdq]),
        )

    return compare
