"""Verification: four separate answers about one certificate, in numbered steps.

    same bytes   1. the file hashes to what the claim names
    looks alike  2. the manifest is the one that the claim commits to   3. the file's own codes are near to it
    anchored     4. the claim is an entry under the checkpoint's root   5. the chain is the one that the log is for
                 6. the log's contract emitted this checkpoint, by this writer, in this block
                 7. how final it is  8. the block is on the chain still, and its time is T
    declared     9. the log is the one the verifier expects            10. the claim is for this log
                11. the registry's signature, where there is one

Neither the chain's endpoint nor the expected registry ever comes from the certificate. A certificate proves that these
bytes existed no later than T, as stated by the producer of block N on chain C, and that X declared them. Never that X
owns them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from registry.proof.certificate import Anchor, Certificate, Promise
from registry.proof.chain import LOCAL_CHAINS, Block, ChainReader, ChainUnavailable, Tag, checkpoint_event
from registry.proof.errors import ProofError, shown
from registry.proof.merkle import check_inclusion, leaf_hash
from registry.proof.signing import promise_message
from registry.proof.statement import Claim, Genesis, entry_of, manifest_commitment


class Finality(StrEnum):
    """How sure it is that a block stays: by the chain's own tags, or `local` where one party makes all blocks."""

    LOCAL = "local"
    MINED = "mined"
    SAFE = "safe"
    FINAL = "final"


FINALITY_OF_TAG: tuple[tuple[Tag, Finality], ...] = (("finalized", Finality.FINAL), ("safe", Finality.SAFE))


@dataclass(frozen=True, slots=True)
class Yes:
    """It holds; `says` is a sentence that may be read out."""

    says: str


@dataclass(frozen=True, slots=True)
class No:
    """It doesn't hold."""

    why: str


@dataclass(frozen=True, slots=True)
class NotChecked:
    """Nobody asked, or something that is needed wasn't given."""

    why: str


@dataclass(frozen=True, slots=True)
class CouldNotCheck:
    """It was tried and couldn't be found out."""

    why: str


Answer = Yes | No | NotChecked | CouldNotCheck


@dataclass(frozen=True, slots=True)
class Anchored(Yes):
    """The claim existed no later than `time`, in seconds since 1970; `block` is the block's number."""

    time: int
    chain_id: int
    block: int
    finality: Finality


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
) -> Verification:
    """Checks a certificate against a file, a chain and the log id that the verifier expects (`pinned`, 32 bytes).

    What isn't given is answered with NotChecked. Raises ProofError where the certificate's statements are malformed.
    """
    claim, genesis = certificate.claim, certificate.origin
    return Verification(
        same_bytes=_same_bytes(claim, file),
        looks_alike=_looks_alike(certificate, claim, file, codes),
        anchored=_anchored(certificate, genesis, chain),
        declared=_declared(claim, genesis, pinned),
        witnesses=tuple(
            _promised(certificate, genesis, witness, signatures)
            if isinstance(witness, Promise)
            else NotChecked(f"witnesses of type {shown(witness.type)} are not known here")
            for witness in certificate.witnesses
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


def _anchored(certificate: Certificate, genesis: Genesis, chain: ChainReader | None) -> Answer:
    # 4. the claim is an entry under the checkpoint's root
    checkpoint, leaf = certificate.checkpoint, leaf_hash(entry_of(certificate.statement))
    if not check_inclusion(leaf, certificate.index, checkpoint.size, certificate.path, checkpoint.root):
        return No("the claim is not an entry under the checkpoint's root")
    if chain is None:
        return NotChecked("the claim is in the log's checkpoint, but no chain was asked for its time")
    try:
        return _on_chain(certificate, genesis, chain)
    except ChainUnavailable as error:
        return CouldNotCheck(f"the chain can't be asked: {error}")


def _on_chain(certificate: Certificate, genesis: Genesis, chain: ChainReader) -> Answer:
    anchor, checkpoint = certificate.anchor, certificate.checkpoint
    # 5. the chain is the one that the log is for
    first = chain.block(0)
    if chain.chain_id() != genesis.chain_id or first is None or first.hash != genesis.chain_genesis:
        return No(f"the endpoint serves another chain than {genesis.chain_id}, which the log is for")
    # 6. the log's contract emitted this checkpoint, by this writer, in this block
    mined = chain.transaction(anchor.transaction)
    if mined is None or not mined.succeeded:
        return No("the chain has no such transaction, or it failed")
    if (mined.block_number, mined.block_hash) != (anchor.block_number, anchor.block_hash):
        return No("the transaction stands in another block than the certificate names")
    expected = checkpoint_event(genesis.contract, genesis.log, anchor.writer, checkpoint.size, checkpoint.root)
    if not anchor.event_index < len(mined.events) or mined.events[anchor.event_index] != expected:
        return No("the log's contract didn't emit this checkpoint, by this writer, in this transaction")
    # 7. how final it is. Asked before 8: a block that is there when its height is known to be final stays there; the
    # other way round, it could be replaced between the two questions
    finality = _finality(anchor, genesis.chain_id, chain)
    # 8. the block is on the chain still, and its time is T
    block = chain.block(anchor.block_number)
    if block is None or (block.hash, block.time) != (anchor.block_hash, anchor.block_time):
        return No("the block is not, or no longer, on the chain with this time")
    return Anchored(
        says=_anchor_sentence(block, genesis.chain_id, finality),
        time=block.time,
        chain_id=genesis.chain_id,
        block=block.number,
        finality=finality,
    )


def _finality(anchor: Anchor, chain_id: int, chain: ChainReader) -> Finality:
    if chain_id in LOCAL_CHAINS:
        return Finality.LOCAL
    for tag, finality in FINALITY_OF_TAG:
        reached = chain.block(tag)
        if reached is not None and reached.number >= anchor.block_number:
            return finality
    return Finality.MINED


def _anchor_sentence(block: Block, chain_id: int, finality: Finality) -> str:
    where = f"block {block.number:,} of chain {chain_id}, whose producer states the time {block.time}"
    trust = "; local chain: no independent trust" if finality is Finality.LOCAL else ""
    return f"the claim was anchored in {where}; finality: {finality}{trust}"


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


def _promised(certificate: Certificate, genesis: Genesis, promise: Promise, signatures: Signatures | None) -> Answer:
    if signatures is None:
        return NotChecked("nothing here checks Ed25519 signatures")
    # 11. the registry's signature, where there is one
    entry = entry_of(certificate.statement)
    message = promise_message(genesis.log, entry, certificate.index, promise.received, promise.anchor_by)
    if not signatures(genesis.registry_key, promise.signature, message):
        return No("the receipt's signature is not the registry's")
    return Yes("the receipt for this claim is signed with the key of the log's registry")
