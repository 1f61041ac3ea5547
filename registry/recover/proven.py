"""What a claimant's file proves of an entry and its index: a certificate by the chain, a receipt by our signature."""

from dataclasses import dataclass

from registry.clock import Seconds
from registry.proof.canonical import decode_object
from registry.proof.certificate import FORMAT as CERTIFICATE
from registry.proof.certificate import Certificate, parse_certificate
from registry.proof.chain import ChainReader
from registry.proof.errors import ProofError
from registry.proof.receipt import check_receipt, ed25519_valid, parse_receipt
from registry.proof.statement import entry_of
from registry.proof.verify import Anchored, CouldNotCheck, No, Yes, verify
from registry.store.ledger import Identity


@dataclass(frozen=True, slots=True)
class Proven:
    """A file that holds: this entry stands at this index."""

    name: str
    index: int
    entry: bytes
    received: Seconds | None
    certificate: Certificate | None


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that proves nothing here."""

    name: str
    why: str


def prove(name: str, data: bytes, identity: Identity, chain: ChainReader) -> Proven | Refused:
    """What a file proves. Raises nothing for foreign bytes; a chain that can't be asked refuses certificates."""
    try:
        form = decode_object(data).get("format")
        return _certified(name, data, identity, chain) if form == CERTIFICATE else _promised(name, data, identity)
    except ProofError as error:
        return Refused(name, str(error))


def _certified(name: str, data: bytes, identity: Identity, chain: ChainReader) -> Proven | Refused:
    certificate = parse_certificate(data)
    answers = verify(certificate, None, chain, identity.log, signatures=ed25519_valid)
    for answer in (answers.anchored, answers.declared, *answers.witnesses, answers.looks_alike):
        if isinstance(answer, No | CouldNotCheck):
            return Refused(name, answer.why)
    if not isinstance(answers.anchored, Anchored) or not isinstance(answers.declared, Yes):
        return Refused(name, "nothing anchors it")
    claim = certificate.claim
    return Proven(name, certificate.index, entry_of(certificate.statement), claim.declared, certificate)


def _promised(name: str, data: bytes, identity: Identity) -> Proven | Refused:
    receipt = parse_receipt(data)
    if receipt.log != identity.log:
        return Refused(name, "the receipt is from another registry")
    if not check_receipt(receipt, identity.genesis.registry_key):
        return Refused(name, "the receipt's signature is not this registry's")
    return Proven(name, receipt.index, receipt.entry, receipt.received, None)
