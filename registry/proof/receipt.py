"""Receipts: the registry's signed promise, given at once, that an entry will be anchored.

The one file of this room that needs a library: Ed25519 (RFC 8032) by `cryptography`.
"""

from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from registry.proof.canonical import decode_object, encode
from registry.proof.errors import ForeignVersion, shown
from registry.proof.fields import Fields
from registry.proof.signing import promise_message

FORMAT = "originmark/receipt/v1"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Signed by the registry: `entry` stands at `index` of `log`, and will be anchored by `anchor_by`.

    `received` and `anchor_by` are in seconds since 1970 by the registry's clock; `key` is SHA-256 of its public key.
    """

    log: bytes
    entry: bytes
    index: int
    received: int
    anchor_by: int
    key: bytes
    signature: bytes


def sign_receipt(
    signer: Ed25519PrivateKey, *, log: bytes, entry: bytes, index: int, received: int, anchor_by: int
) -> Receipt:
    """The receipt, signed. Ed25519 is deterministic: the same promise always has the same signature."""
    return Receipt(
        log=log,
        entry=entry,
        index=index,
        received=received,
        anchor_by=anchor_by,
        key=key_id(signer.public_key().public_bytes_raw()),
        signature=signer.sign(promise_message(log, entry, index, received, anchor_by)),
    )


def check_receipt(receipt: Receipt, registry_key: bytes) -> bool:
    """Whether the registry with this public key (32 bytes) signed the receipt."""
    message = promise_message(receipt.log, receipt.entry, receipt.index, receipt.received, receipt.anchor_by)
    return receipt.key == key_id(registry_key) and ed25519_valid(registry_key, receipt.signature, message)


def key_id(public_key: bytes) -> bytes:
    """How receipts name a key."""
    return sha256(public_key).digest()


def ed25519_valid(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature (64 bytes) over `message` was made with this key (32 bytes)."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def encode_receipt(receipt: Receipt) -> bytes:
    """The receipt's canonical bytes."""
    return encode(
        {
            "format": FORMAT,
            "log": receipt.log.hex(),
            "entry": receipt.entry.hex(),
            "index": receipt.index,
            "received": receipt.received,
            "anchor_by": receipt.anchor_by,
            "key": receipt.key.hex(),
            "signature": receipt.signature.hex(),
        }
    )


def parse_receipt(data: bytes) -> Receipt:
    """The receipt in these bytes; raises Malformed or ForeignVersion for any others."""
    fields = Fields(decode_object(data), "the receipt")
    version = fields.text("format")
    if version != FORMAT:
        raise ForeignVersion(f"the receipt's format is {shown(version)}, and {FORMAT!r} is the one known here")
    receipt = Receipt(
        log=fields.octets("log", 32),
        entry=fields.octets("entry", 32),
        index=fields.number("index"),
        received=fields.number("received"),
        anchor_by=fields.number("anchor_by"),
        key=fields.octets("key", 32),
        signature=fields.octets("signature", 64),
    )
    fields.done()
    return receipt
