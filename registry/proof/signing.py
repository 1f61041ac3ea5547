"""The exact bytes that the registry's key signs, apart from any signature library, so that any of them can check."""

from registry.proof.canonical import encode

PROMISE_TAG = b"originmark/receipt/v1\0"


def promise_message(log: bytes, entry: bytes, index: int, received: int, anchor_by: int) -> bytes:
    """What a receipt's signature is over."""
    return PROMISE_TAG + encode(
        {"log": log.hex(), "entry": entry.hex(), "index": index, "received": received, "anchor_by": anchor_by}
    )
