"""The promise that a receipt makes: an entry stands at an index of the log, and will be anchored in time."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.clock import Seconds
from registry.proof.receipt import Receipt, sign_receipt

PROMISE: Seconds = 24 * 3600
"""How long the registry may take to anchor, as every receipt says: what Certificate Transparency's logs promise too."""


def promise(signer: Ed25519PrivateKey, *, log: bytes, entry: bytes, index: int, received: Seconds) -> Receipt:
    """The signed receipt of an entry that was received then."""
    return sign_receipt(signer, log=log, entry=entry, index=index, received=received, anchor_by=received + PROMISE)
