"""What a forger might do to a certificate: each case must be refused by every verifier, on every chain.

Plain JSON and hashlib, so that the cases trust none of the code that they try.
"""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from hashlib import sha256
from typing import Any


@dataclass(frozen=True)
class Case:
    """A certificate and a file that a verifier must not accept together."""

    name: str
    certificate: bytes
    file: bytes


def forgeries(certificate: bytes, file: bytes) -> Iterator[Case]:
    """Cases made of a certificate that holds for this file, from a log of two entries or more."""
    good = json.loads(certificate)
    siblings, size = good["inclusion"]["path"], good["checkpoint"]["size"]

    def case(name: str, *where: str | int, to: Any) -> Case:
        return Case(name, _bytes(_changed(good, *where, to=to)), file)

    yield Case("another file", certificate, b"another file")
    yield Case("a file of no bytes", certificate, b"")
    yield Case("a byte more behind the file", certificate, file + b"\0")
    yield Case("one bit of the file", certificate, bytes([file[0] ^ 1]) + file[1:])
    yield case("one bit of the path", "inclusion", "path", 0, to=_flip)
    yield case("a node less in the path", "inclusion", "path", to=siblings[1:])
    yield case("a node more in the path", "inclusion", "path", to=[*siblings, siblings[0]])
    yield case("no path", "inclusion", "path", to=[])
    yield case("another index", "inclusion", "index", to=lambda index: index ^ 1)
    yield case("an index at the size", "inclusion", "index", to=size)
    yield case("one bit of the root", "checkpoint", "root", to=_flip)
    yield case("one entry less", "checkpoint", "size", to=size - 1)
    yield case("one entry more", "checkpoint", "size", to=size + 1)
    yield case("no entries", "checkpoint", "size", to=0)
    yield case("the block before", "anchor", "block_number", to=lambda number: number - 1)
    yield case("a block far away", "anchor", "block_number", to=2**53 - 1)
    yield case("one bit of the block's hash", "anchor", "block_hash", to=_flip)
    yield case("a second earlier", "anchor", "block_time", to=lambda time: time - 1)
    yield case("a year earlier", "anchor", "block_time", to=lambda time: time - 365 * 24 * 3600)
    yield case("another transaction", "anchor", "transaction", to=_flip)
    yield case("an event later", "anchor", "event_index", to=lambda index: index + 1)
    yield case("an event far away", "anchor", "event_index", to=2**53 - 1)
    yield case("another writer", "anchor", "writer", to=_flip)
    yield from _statements(good, file)
    yield from _trees_of_their_own(good, file)


def _statements(good: dict[str, Any], file: bytes) -> Iterator[Case]:
    def case(name: str, which: str, **fields: Any) -> Case:
        return Case(name, _bytes(good | {which: _text(json.loads(good[which]) | fields)}), file)

    genesis, claim = json.loads(good["genesis"]), json.loads(good["statement"])
    other_writer = genesis | {"writer": _flip(genesis["writer"])}
    other_key = genesis | {"registry_key": _flip(genesis["registry_key"])}
    yield case("another claimant", "statement", claimant=claim["claimant"] | {"name": "Another"})
    yield case("an earlier declaration", "statement", declared=0)
    yield case("the claim for another log", "statement", log=_flip(claim["log"]))
    yield case("genesis that names another log", "genesis", log=_flip(genesis["log"]))
    yield case("genesis of the log of another writer", "genesis", **other_writer | {"log": _log(other_writer)})
    yield case("genesis of the log of another key", "genesis", **other_key | {"log": _log(other_key)})
    yield case("genesis on another chain", "genesis", chain_id=genesis["chain_id"] + 1)
    yield case("genesis on a chain that began otherwise", "genesis", chain_genesis=_flip(genesis["chain_genesis"]))
    yield case("genesis with another contract", "genesis", contract=_flip(genesis["contract"]))


def _trees_of_their_own(good: dict[str, Any], file: bytes) -> Iterator[Case]:
    """Proofs in which everything fits together, but for what is on the chain."""
    other = file + b"!"
    claim = json.loads(good["statement"])
    claim["file"] |= {"sha256": sha256(other).hexdigest(), "size": len(other)}
    for name, statement, of in (
        ("the claim in a tree of its own", good["statement"], file),
        ("a claim of another file in a tree of its own", _text(claim), other),
    ):
        entry = sha256(b"originmark/v1\0" + statement.encode()).digest()
        root = sha256(b"\0" + entry).hexdigest()
        alone = {"inclusion": {"index": 0, "path": []}, "checkpoint": {"size": 1, "root": root}}
        yield Case(name, _bytes(good | {"statement": statement} | alone), of)


def _changed(good: dict[str, Any], *where: str | int, to: Any) -> dict[str, Any]:
    copy: Any = deepcopy(good)
    holder = copy
    for name in where[:-1]:
        holder = holder[name]
    change: Callable[[Any], Any] = to if callable(to) else lambda _: to
    holder[where[-1]] = change(holder[where[-1]])
    changed: dict[str, Any] = copy
    return changed


def _flip(text: str) -> str:
    octets = bytearray.fromhex(text)
    octets[-1] ^= 1
    return octets.hex()


def _log(genesis: dict[str, Any]) -> str:
    keys = bytes.fromhex(genesis["registry_key"] + genesis["recovery_key"] + genesis["chain_genesis"])
    places = bytes(12) + bytes.fromhex(genesis["contract"]) + bytes(12) + bytes.fromhex(genesis["writer"])
    registry = sha256(b"originmark/registry/v1\0" + keys).digest()
    return sha256(genesis["chain_id"].to_bytes(32, "big") + places + registry).hexdigest()


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _bytes(value: Any) -> bytes:
    return _text(value).encode()
