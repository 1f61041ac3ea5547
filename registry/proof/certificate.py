"""Certificates: a claim's whole proof in one file of canonical JSON, without a field that verification ignores."""

from dataclasses import dataclass
from hashlib import sha256

from registry.proof.block_proof import BlockProof, encode_block_proof, parse_block_proof
from registry.proof.canonical import Json, decode_object, encode
from registry.proof.errors import ForeignVersion, Malformed, shown
from registry.proof.fields import Fields
from registry.proof.statement import SALT_BYTES, Claim, Genesis, encode_statement, parse_statement

FORMAT = "originmark/certificate/v1"
MAX_PATH = 64
MAX_WITNESSES = 16


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """(size, root) of the log at one moment."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a checkpoint was found on the chain.

    Finality isn't kept: it changes, so a verifier asks for it. Chain, contract and log stand in the genesis statement.
    `event_index` counts the events of the transaction from 0; `block_time` is in seconds since 1970.
    """

    writer: bytes
    transaction: bytes
    event_index: int
    block_number: int
    block_hash: bytes
    block_time: int


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The fingerprint manifest, UTF-8, that the claim commits to, and the salt that hid it; only where asked for."""

    salt: bytes
    manifest: bytes


@dataclass(frozen=True, slots=True)
class Promise:
    """What a receipt added to the log's own facts: times by the registry's clock, and its Ed25519 signature.

    A witness of its own: with it, the registry can't deny the claim even where no chain can be asked.
    """

    received: int
    anchor_by: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class ForeignWitness:
    """A witness of a type that this code doesn't know; kept whole, and told as not checked.

    In the file its body comes with `body_digest`: nobody who can't check the witness would see a byte of it change,
    or a known witness become an unknown one with its name. It guards against damage; whoever forges can hash.
    """

    type: str
    body: dict[str, Json]


Witness = Promise | BlockProof | ForeignWitness
"""A proof of the anchor's block is of type `block`, in the form of a foreign witness: not everybody has keccak."""

_BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Certificate:
    """Statement bytes, inclusion path, checkpoint, anchor, and room for more witnesses."""

    statement: bytes
    genesis: bytes
    index: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint
    anchor: Anchor
    disclosure: Disclosure | None
    witnesses: tuple[Witness, ...]

    @property
    def claim(self) -> Claim:
        """The claim that is certified."""
        claim = parse_statement(self.statement)
        if not isinstance(claim, Claim):
            raise Malformed("the certified statement is not a claim")
        return claim

    @property
    def origin(self) -> Genesis:
        """The genesis statement of the log it stands in."""
        genesis = parse_statement(self.genesis)
        if not isinstance(genesis, Genesis):
            raise Malformed("`genesis` of the certificate is not a genesis statement")
        return genesis


def encode_certificate(certificate: Certificate) -> bytes:
    """The file's bytes."""
    anchor, disclosure = certificate.anchor, certificate.disclosure
    path: list[Json] = [node.hex() for node in certificate.path]
    witnesses: list[Json] = [_encode_witness(witness) for witness in certificate.witnesses]
    return encode(
        {
            "format": FORMAT,
            "statement": certificate.statement.decode(),
            "genesis": certificate.genesis.decode(),
            "inclusion": {"index": certificate.index, "path": path},
            "checkpoint": {"size": certificate.checkpoint.size, "root": certificate.checkpoint.root.hex()},
            "anchor": {
                "writer": anchor.writer.hex(),
                "transaction": anchor.transaction.hex(),
                "event_index": anchor.event_index,
                "block_number": anchor.block_number,
                "block_hash": anchor.block_hash.hex(),
                "block_time": anchor.block_time,
            },
            "disclosure": None
            if disclosure is None
            else {"salt": disclosure.salt.hex(), "manifest": disclosure.manifest.decode()},
            "witnesses": witnesses,
        }
    )


def parse_certificate(data: bytes) -> Certificate:
    """The certificate in these bytes; raises Malformed or ForeignVersion for any others."""
    fields = Fields(decode_object(data), "the certificate")
    version = fields.text("format")
    if version != FORMAT:
        raise ForeignVersion(f"the certificate's format is {shown(version)}, and {FORMAT!r} is the one known here")
    inclusion, checkpoint, anchor = fields.inner("inclusion"), fields.inner("checkpoint"), fields.inner("anchor")
    disclosure = fields.inner_or_none("disclosure")
    certificate = Certificate(
        statement=fields.text("statement").encode(),
        genesis=fields.text("genesis").encode(),
        index=inclusion.number("index"),
        path=inclusion.octets_list("path", 32, most=MAX_PATH),
        checkpoint=Checkpoint(size=checkpoint.number("size"), root=checkpoint.octets("root", 32)),
        anchor=Anchor(
            writer=anchor.octets("writer", 20),
            transaction=anchor.octets("transaction", 32),
            event_index=anchor.number("event_index"),
            block_number=anchor.number("block_number"),
            block_hash=anchor.octets("block_hash", 32),
            block_time=anchor.number("block_time"),
        ),
        disclosure=None
        if disclosure is None
        else Disclosure(salt=disclosure.octets("salt", SALT_BYTES), manifest=disclosure.text("manifest").encode()),
        witnesses=tuple(_parse_witness(item) for item in fields.items("witnesses", most=MAX_WITNESSES)),
    )
    for taken in (fields, inclusion, checkpoint, anchor, *([disclosure] if disclosure else [])):
        taken.done()
    for statement, data in ((certificate.claim, certificate.statement), (certificate.origin, certificate.genesis)):
        if encode_statement(statement) != data:
            raise Malformed("a statement in the certificate is not in canonical form")
    return certificate


def _encode_witness(witness: Witness) -> Json:
    match witness:
        case Promise():
            return {
                "type": "receipt",
                "received": witness.received,
                "anchor_by": witness.anchor_by,
                "signature": witness.signature.hex(),
            }
        case BlockProof():
            return _with_digest(_BLOCK, encode_block_proof(witness))
        case ForeignWitness():
            return _with_digest(witness.type, witness.body)


def _with_digest(kind: str, body: dict[str, Json]) -> Json:
    return {"type": kind, "body": body, "digest": body_digest(kind, body).hex()}


def _parse_witness(value: Json) -> Witness:
    fields = Fields(value, "a witness")
    kind = fields.text("type")
    witness: Witness
    if kind == "receipt":
        witness = Promise(
            received=fields.number("received"),
            anchor_by=fields.number("anchor_by"),
            signature=fields.octets("signature", 64),
        )
    else:
        body = fields.mapping("body")
        if fields.octets("digest", 32) != body_digest(kind, body):
            raise Malformed(f"the witness of type {shown(kind)} was damaged")
        witness = parse_block_proof(body) if kind == _BLOCK else ForeignWitness(type=kind, body=body)
    fields.done()
    return witness


def body_digest(kind: str, body: dict[str, Json]) -> bytes:
    """SHA-256 over the canonical bytes of `[type, body]` of a witness that not everybody can check."""
    return sha256(encode([kind, body])).digest()
