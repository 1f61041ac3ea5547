"""Writes receipts.json: receipts signed with a key from a fixed seed, forged ones, and bytes that are no receipt.

A signature is Ed25519 over "originmark/receipt/v1" ‖ 0x00 ‖ canonical JSON of what is promised.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.vectors.make_statements import LOG, Fields, canonical, claim, entry, named, public_key, signing_key, without

FILE = Path(__file__).with_name("receipts.json")
FORMAT = "originmark/receipt/v1"


def message(log: str, of: str, index: int, received: int, anchor_by: int) -> bytes:
    """What is signed."""
    promised = {"anchor_by": anchor_by, "entry": of, "index": index, "log": log, "received": received}
    return b"originmark/receipt/v1\x00" + canonical(promised).encode()


def signature(*promised: Any, key: str = "registry key") -> bytes:
    """Over `message` of the same."""
    return signing_key(key).sign(message(*promised))


def receipt(index: int = 5, received: int = 1795000001, anchor_by: int = 1795003601) -> Fields:
    """A receipt for `claim()`."""
    of = entry(canonical(claim())).hex()
    return {
        "format": FORMAT,
        "log": LOG,
        "entry": of,
        "index": index,
        "received": received,
        "anchor_by": anchor_by,
        "key": sha256(public_key("registry key")).hexdigest(),
        "signature": signature(LOG, of, index, received, anchor_by).hex(),
    }


def good() -> dict[str, Fields]:
    """Receipts that hold."""
    return {
        "receipt": receipt(),
        "receipt for index 0 with no time": receipt(0, 0, 0),
        "receipt of the largest numbers": receipt(2**53 - 1, 2**53 - 1, 2**53 - 1),
    }


def forged() -> dict[str, Fields]:
    """Well formed, and not what the registry's key signed."""
    whole = receipt()
    promised = (whole["log"], whole["entry"], whole["index"], whole["received"], whole["anchor_by"])
    raw = bytes.fromhex(whole["signature"])
    # Ed25519 (RFC 8032 §5.1.7): S must be smaller than the group's order, or S + order would do as well.
    order = 2**252 + 27742317777372353535851937790883648493
    larger = raw[:32] + (int.from_bytes(raw[32:], "little") + order).to_bytes(32, "little")
    untagged = signing_key("registry key").sign(message(*promised).partition(b"\0")[2])
    return {
        "another log": whole | {"log": named("another log").hex()},
        "another entry": whole | {"entry": named("another entry").hex()},
        "another index": whole | {"index": 6},
        "another time": whole | {"received": 1795000000},
        "a later promise": whole | {"anchor_by": 1795003602},
        "another key's id": whole | {"key": sha256(public_key("recovery key")).hexdigest()},
        "another key": whole
        | {
            "key": sha256(public_key("recovery key")).hexdigest(),
            "signature": signature(*promised, key="recovery key").hex(),
        },
        "another key under this one's id": whole | {"signature": signature(*promised, key="recovery key").hex()},
        "one bit of R": whole | {"signature": bytes([raw[0] ^ 1, *raw[1:]]).hex()},
        "one bit of S": whole | {"signature": bytes([*raw[:32], raw[32] ^ 1, *raw[33:]]).hex()},
        "S plus the group's order": whole | {"signature": larger.hex()},
        "no signature": whole | {"signature": "00" * 64},
        "signed without the tag": whole | {"signature": untagged.hex()},
    }


def refused() -> dict[str, tuple[str, str]]:
    """No receipts: the error, and the text."""
    whole = receipt()
    cases = {
        "version 2": ("ForeignVersion", canonical(whole | {"format": "originmark/receipt/v2"})),
        "a certificate's format": ("ForeignVersion", canonical(whole | {"format": "originmark/certificate/v1"})),
        "a line break behind": ("Malformed", canonical(whole) + "\n"),
        "indented": ("Malformed", json.dumps(whole, indent=1, sort_keys=True)),
        "a list": ("Malformed", canonical([whole])),
        "a field more": ("Malformed", canonical(whole | {"note": ""})),
        "a signature in capitals": ("Malformed", canonical(whole | {"signature": whole["signature"].upper()})),
        "half a signature": ("Malformed", canonical(whole | {"signature": whole["signature"][:64]})),
        "an index below 0": ("Malformed", canonical(whole | {"index": -1})),
        "an index of 2^53": ("Malformed", canonical(whole | {"index": 2**53})),
        "an index that is true": ("Malformed", canonical(whole | {"index": True})),
        "an index as text": ("Malformed", canonical(whole | {"index": "5"})),
        "a time that is null": ("Malformed", canonical(whole | {"received": None})),
    }
    return cases | {f"without `{name}`": ("Malformed", canonical(without(whole, (name,)))) for name in sorted(whole)}


def document() -> str:
    """The file's text."""
    return (
        json.dumps(
            {
                "about": "receipts as text; the key's seed and all other bytes in hex; written by make_receipts.py",
                "seed": named("registry key").hex(),
                "public_key": public_key("registry key").hex(),
                "good": [
                    {
                        "name": name,
                        "text": canonical(fields),
                        "message": message(
                            fields["log"], fields["entry"], fields["index"], fields["received"], fields["anchor_by"]
                        ).hex(),
                    }
                    for name, fields in good().items()
                ],
                "forged": [{"name": name, "text": canonical(fields)} for name, fields in forged().items()],
                "refused": [{"name": name, "error": error, "text": text} for name, (error, text) in refused().items()],
            },
            indent=1,
        )
        + "\n"
    )
