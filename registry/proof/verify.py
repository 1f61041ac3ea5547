"""Verification: four separate answers about one certificate, in numbered steps.

    same bytes   1. the file hashes to what the claim names
    looks alike  2. the manifest is the one that the claim commits to   3. the file's own codes are near to it
    anchored     4. the claim is an entry under the checkpoint's root   5. the chain is the one that the log is for
                 6. the log's contract emitted this checkpoint, by this writer, in this block
                 7. how final it is  8. the block is on the chain still, and its time is T
                 Without a chain, 6 is shown by the certificate's own proof of its block (12), and 8 by whoever brings
                 the block's hash
    declared     9. the log is the one the verifier expects            10. the claim is for this log
    witnesses   11. the registry's signature, where there is one
                12. the block's header and receipt hold the checkpoint, where they are there

Neither the chain's endpoint nor the block's hash nor the expected registry ever comes from the certificate. A
certificate proves that these bytes existed no later than T, as stated by the producer of block N on chain C, and that X
declared them. Never that X owns them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from registry.proof.answers import Anchored, Answer, CouldNotCheck, Finality, No, NotChecked, Yes
from registry.proof.block_proof import BlockProof
from registry.proof.certificate import Certificate, Promise, Witness
from registry.proof.chain import ChainReader, ChainUnavailable
from registry.proof.errors import ProofError, shown
from registry.proof.merkle import check_inclusion, leaf_hash
from registry.proof.on_chain import anchored_by_hash, anchored_on, check_block_proof
from registry.proof.signing import promise_message
from registry.proof.statement import Claim, Genesis, entry_of, manifest_commitment
from registry.proof.trie import Keccak

__all__ = [
    "Anchored",
    "Answer",
    "Codes",
    "CouldNotCheck",
    "Finality",
    "Likeness",
    "No",
    "NotChecked",
    "Signatures",
    "Verification",
    "Yes",
    "verify",
]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How near two pictures' codes are: never equality, always with the rate of chance matches at this threshold."""

    scheme: str
    distance: int
    threshold: int
    bits: int
    false_match_rate: float


class Codes(Protocol):
    """Computes a file's codes and compares them with a manifest's; raises ProofError where it can't read either."""

    def __call__(self, file: bytes, manifest: bytes) -> Likeness:
        """The nearest likeness of the two."""
        ...


Signatures = Callable[[bytes, bytes, bytes], bool]
"""(public key, signature, message) -> whether Ed25519 holds; `receipt.ed25519_valid` is one."""


@dataclass(frozen=True, slots=True)
class Verification:
    """The four answers, and one more for each further witness."""

    same_bytes: Answer
    looks_alike: Answer
    anchored: Answer
    declared: Answer
    witnesses: tuple[Answer, ...]

    @property
    def accepted(self) -> bool:
        """Whether anchor and declaration hold and nothing that was checked fails. Nothing checked is not accepted.

        Where no file was given it's said of the claim alone: `same_bytes` tells.
        """
        answers = (self.same_bytes, self.looks_alike, self.anchored, self.declared, *self.witnesses)
        if any(isinstance(answer, No | CouldNotCheck) for answer in answers):
            return False
        return isinstance(self.anchored, Anchored) and isinstance(self.declared, Yes)


def verify(
    certificate: Certificate,
    file: bytes | None,
    chain: ChainReader | None,
    pinned: bytes | None,
    codes: Codes | None = None,
    signatures: Signatures | None = None,
    keccak: Keccak | None = None,
    block_hash: bytes | None = None,
) -> Verification:
    """Checks a certificate against a file, a chain and the log id that the verifier expects (`pinned`, 32 bytes).

    `block_hash` (32 bytes) is the hash of the anchor's block from a place that the verifier trusts: where the
    certificate carries a proof of that block, it takes the place of a chain. What isn't given is answered with
    NotChecked. Raises ProofError where the certificate's statements are malformed.
    """
    claim, genesis = certificate.claim, certificate.origin
    return Verification(
        same_bytes=_same_bytes(claim, file),
        looks_alike=_looks_alike(certificate, claim, file, codes),
        anchored=_anchored(certificate, genesis, chain, keccak, block_hash),
        declared=_declared(claim, genesis, pinned),
        witnesses=tuple(
            _witnessed(certificate, genesis, witness, signatures, keccak) for witness in certificate.witnesses
        ),
    )


def _same_bytes(claim: Claim, file: bytes | None) -> Answer:
    if file is None:
        return NotChecked("no file was given")
    # 1. the file hashes to what the claim names
    if len(file) != claim.file_size or sha256(file).digest() != claim.file_sha256:
        return No("the file is not the one that was registered, byte for byte")
    return Yes(f"the file is the one that was registered, byte for byte: SHA-256 {claim.file_sha256.hex()}")


def _looks_alike(certificate: Certificate, claim: Claim, file: bytes | None, codes: Codes | None) -> Answer:
    disclosure = certificate.disclosure
    if disclosure is None:
        return NotChecked("the certificate doesn't disclose its fingerprints")
    # 2. the manifest is the one that the claim commits to
    if manifest_commitment(disclosure.salt, disclosure.manifest) != claim.fingerprints:
        return No("the disclosed fingerprints are not those that the claim commits to")
    if file is None or codes is None:
        return NotChecked("no file was given" if file is None else "nothing here computes fingerprints")
    # 3. the file's own codes are near to it
    try:
        near = codes(file, disclosure.manifest)
    except ProofError as error:
        return CouldNotCheck(str(error))
    measured = f"{near.distance} of {near.bits} bits differ by {near.scheme}"
    if near.distance > near.threshold:
        return No(f"the pictures don't look alike: {measured}, and at most {near.threshold} may")
    rate = f"{near.false_match_rate:.0e} of pairs of different works are as near"
    return Yes(f"the pictures look alike: {measured}; {rate}")


def _anchored(
    certificate: Certificate,
    genesis: Genesis,
    chain: ChainReader | None,
    keccak: Keccak | None,
    block_hash: bytes | None,
) -> Answer:
    # 4. the claim is an entry under the checkpoint's root
    checkpoint, leaf = certificate.checkpoint, leaf_hash(entry_of(certificate.statement))
    if not check_inclusion(leaf, certificate.index, checkpoint.size, certificate.path, checkpoint.root):
        return No("the claim is not an entry under the checkpoint's root")
    if block_hash is not None and block_hash != certificate.anchor.block_hash:
        return No(f"the block's hash that was given is not the certificate's, {certificate.anchor.block_hash.hex()}")
    # 5. to 8. the checkpoint on the chain
    if chain is None:
        if block_hash is not None:
            return anchored_by_hash(certificate, genesis, keccak)
        return NotChecked("the claim is in the log's checkpoint, but no chain was asked for its time")
    try:
        return anchored_on(chain, certificate, genesis, keccak)
    except ChainUnavailable as error:
        return CouldNotCheck(f"the chain can't be asked: {error}")


def _declared(claim: Claim, genesis: Genesis, pinned: bytes | None) -> Answer:
    if pinned is None:
        return NotChecked("no registry id was given to expect")
    # 9. the log is the one the verifier expects
    if genesis.log != pinned:
        return No(f"the certificate is from another registry: its log is {genesis.log.hex()}")
    # 10. the claim is for this log
    if claim.log != pinned:
        return No("the claim was made for another log")
    who = f"{shown(claim.claimant.name)} (account {shown(claim.claimant.account)})"
    terms = f"as {shown(claim.role)}, under declaration {shown(claim.declaration)}"
    return Yes(f"declared by {who} {terms}, according to the registry")


def _witnessed(
    certificate: Certificate,
    genesis: Genesis,
    witness: Witness,
    signatures: Signatures | None,
    keccak: Keccak | None,
) -> Answer:
    match witness:
        case Promise():
            # 11. the registry's signature, where there is one
            return _promised(certificate, genesis, witness, signatures)
        case BlockProof():
            # 12. the block's header and receipt hold the checkpoint, where they are there
            return check_block_proof(witness, certificate, genesis, keccak)
        case _:
            return NotChecked(f"witnesses of type {shown(witness.type)} are not known here")


def _promised(certificate: Certificate, genesis: Genesis, promise: Promise, signatures: Signatures | None) -> Answer:
    if signatures is None:
        return NotChecked("nothing here checks Ed25519 signatures")
    entry = entry_of(certificate.statement)
    message = promise_message(genesis.log, entry, certificate.index, promise.received, promise.anchor_by)
    if not signatures(genesis.registry_key, promise.signature, message):
        return No("the receipt's signature is not the registry's")
    return Yes("the receipt for this claim is signed with the key of the log's registry")
