"""Writes statements.json: statements with their entries and leaves, log ids, commitments; and statements that are none.

Also the formulas of registry/proof/statement.py once more, from their description, for the other makers.
"""

import json
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FILE = Path(__file__).with_name("statements.json")

Fields = dict[str, Any]


def canonical(value: Any) -> str:
    """Canonical JSON, for values that have it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def entry(statement: str) -> bytes:
    """SHA-256("originmark/v1" ‖ 0x00 ‖ statement)."""
    return sha256(b"originmark/v1\x00" + statement.encode()).digest()


def leaf(statement: str) -> bytes:
    """SHA-256(0x00 ‖ entry)."""
    return sha256(b"\x00" + entry(statement)).digest()


def registry_id(registry_key: bytes, recovery_key: bytes, chain_genesis: bytes) -> bytes:
    """SHA-256("originmark/registry/v1" ‖ 0x00 ‖ registry key ‖ recovery key ‖ hash of block 0)."""
    return sha256(b"originmark/registry/v1\x00" + registry_key + recovery_key + chain_genesis).digest()


def log_id(chain_id: int, contract: bytes, writer: bytes, registry: bytes) -> bytes:
    """SHA-256(chain id ‖ contract ‖ writer ‖ registry): 128 bytes, as Solidity's abi.encode lays them out."""
    return sha256(chain_id.to_bytes(32, "big") + bytes(12) + contract + bytes(12) + writer + registry).digest()


def commitment(salt: bytes, manifest: str) -> bytes:
    """SHA-256(salt ‖ manifest)."""
    return sha256(salt + manifest.encode()).digest()


def named(name: str, length: int = 32) -> bytes:
    """Bytes that stand for something."""
    return sha256(f"originmark test {name}".encode()).digest()[:length]


def signing_key(name: str) -> Ed25519PrivateKey:
    """The Ed25519 key whose seed is `named(name)`."""
    return Ed25519PrivateKey.from_private_bytes(named(name))


def public_key(name: str) -> bytes:
    """Its public half."""
    return signing_key(name).public_key().public_bytes_raw()


def genesis(**changes: Any) -> Fields:
    """A genesis statement that hashes to the log it names."""
    fields: Fields = {
        "type": "genesis",
        "registry_key": public_key("registry key").hex(),
        "recovery_key": public_key("recovery key").hex(),
        "chain_id": 11155111,
        "chain_genesis": named("block 0").hex(),
        "contract": named("contract", 20).hex(),
        "writer": named("writer", 20).hex(),
    } | changes
    registry = registry_id(*(bytes.fromhex(fields[name]) for name in ("registry_key", "recovery_key", "chain_genesis")))
    contract, writer = bytes.fromhex(fields["contract"]), bytes.fromhex(fields["writer"])
    return {"log": log_id(fields["chain_id"], contract, writer, registry).hex(), **fields}


LOG: str = genesis()["log"]
FILE_BYTES = b"These bytes stand for a picture.\n" * 3
MANIFEST = canonical({"note": "These words stand for fingerprints.", "scheme": "test-v1"})


def claim(**changes: Any) -> Fields:
    """A claim for the log of `genesis()`."""
    return {
        "type": "claim",
        "log": LOG,
        "file": {"sha256": sha256(FILE_BYTES).hexdigest(), "size": len(FILE_BYTES), "media_type": "image/png"},
        "fingerprints": commitment(named("manifest salt"), MANIFEST).hex(),
        "claimant": {"account": "acct_5h2kq", "name": 'Zoë "O\'Hara" 𝒜'},
        "role": "author",
        "declaration": "2026-11",
        "previous": None,
        "declared": 1795000000,
        "salt": named("salt").hex(),
    } | changes


def withdrawal() -> Fields:
    """The claim is taken back."""
    return {
        "type": "withdrawal",
        "log": LOG,
        "claim": entry(canonical(claim())).hex(),
        "declared": 1795000600,
        "salt": named("withdrawal's salt").hex(),
    }


def dispute() -> Fields:
    """A statement of a type that version 1 of the code doesn't know."""
    return {"type": "dispute", "log": LOG, "of": entry(canonical(claim())).hex(), "why": ["older", {"seen": "…"}]}


GOOD: dict[str, Fields] = {
    "genesis": genesis(),
    "genesis on an embedded chain": genesis(chain_id=478576472683),
    "genesis on the chain with the largest id": genesis(chain_id=2**53 - 1),
    "claim": claim(),
    "claim of a version of an earlier work": claim(previous=entry(canonical(claim())).hex(), salt=named("2").hex()),
    "claim for another log": claim(log=named("another log").hex()),
    "claim of nothing at all": claim(
        file={"sha256": sha256().hexdigest(), "size": 0, "media_type": ""},
        claimant={"account": "", "name": ""},
        role="",
        declaration="",
        declared=0,
    ),
    "claim of the largest numbers": claim(
        declared=2**53 - 1, file={"sha256": "ff" * 32, "size": 2**53 - 1, "media_type": "image/png"}
    ),
    "withdrawal": withdrawal(),
    "unknown type": dispute(),
    "unknown type that looks like a claim": claim(type="Claim"),
    "unknown type without a word more": {"type": "", "log": LOG},
}


def bad() -> dict[str, str]:
    """One text for each way in which a statement can be none."""
    cases: dict[str, str] = {
        "not an object": canonical([claim()]),
        "a string": canonical("claim"),
        "empty": "{}",
        "not canonical": json.dumps(claim(), ensure_ascii=False, sort_keys=True),
        "keys in the order of the specification": json.dumps(claim(), ensure_ascii=False, separators=(",", ":")),
        "a name with escapes": json.dumps(claim(), separators=(",", ":"), sort_keys=True),
        "a line break behind": canonical(claim()) + "\n",
        "unknown type without a log": canonical({"type": "dispute"}),
        "unknown type with half a log": canonical({"type": "dispute", "log": LOG[:-2]}),
        "genesis that names another log": canonical(genesis() | {"log": named("another log").hex()}),
        "genesis whose chain id is zero and nothing else changed": canonical(genesis() | {"chain_id": 0}),
        "genesis whose chain id is true": canonical(genesis(chain_id=1) | {"chain_id": True}),
        "genesis whose chain id is a string": canonical(genesis() | {"chain_id": "11155111"}),
        "genesis whose contract starts with 0x": canonical(genesis() | {"contract": "0x" + genesis()["contract"]}),
        "genesis whose contract is padded": canonical(genesis() | {"contract": "00" * 12 + genesis()["contract"]}),
        "genesis with a field more": canonical(genesis() | {"note": ""}),
        "claim with a field more": canonical(claim(note="")),
        "withdrawal with a field more": canonical(withdrawal() | {"why": ""}),
        "withdrawal of half an entry": canonical(withdrawal() | {"claim": "00" * 16}),
        "withdrawal declared at true": canonical(withdrawal() | {"declared": True}),
        "withdrawal of no claim": canonical(withdrawal() | {"claim": None}),
        "claim with a capital in its hash": canonical(claim(salt=named("salt").hex().replace("a", "A"))),
        "claim with a salt of 31 bytes": canonical(claim(salt="00" * 31)),
        "claim with a salt of 33 bytes": canonical(claim(salt="00" * 33)),
        "claim with a salt of 63 digits": canonical(claim(salt="0" * 63)),
        "claim with a salt with a space": canonical(claim(salt="00" * 31 + " 0")),
        "claim with a salt of other digits": canonical(claim(salt="٠" * 64)),
        "claim without earlier version, as empty text": canonical(claim(previous="")),
        "claim without earlier version, as false": canonical(claim(previous=False)),
        "claim declared at no time": canonical(claim(declared=None)),
        "claim declared before 1970": canonical(claim(declared=-1)),
        "claim declared at true": canonical(claim(declared=True)),
        "claim declared at a half": canonical(claim(declared=0.5)),
        "claim whose claimant is a string": canonical(claim(claimant="Zoë")),
        "claim whose claimant is null": canonical(claim(claimant=None)),
        "claim whose role is a number": canonical(claim(role=1)),
        "claim whose role is null": canonical(claim(role=None)),
        "claim of a file of 2^53 bytes": canonical(claim(file=claim()["file"] | {"size": 2**53})),
        "claim of a file with a field more": canonical(claim(file=claim()["file"] | {"name": "a.png"})),
        "claim of a claimant with a field more": canonical(claim(claimant=claim()["claimant"] | {"age": 1})),
    }
    for kind, good in (("genesis", genesis()), ("claim", claim()), ("withdrawal", withdrawal())):
        cases |= {f"{kind} without `{'.'.join(path)}`": canonical(without(good, path)) for path in paths(good)}
    return cases


def paths(fields: Fields) -> list[tuple[str, ...]]:
    """Where every field of an object stands, those inside others included."""
    found: list[tuple[str, ...]] = []
    for name, value in sorted(fields.items()):
        found.append((name,))
        if isinstance(value, dict):
            found += [(name, *inner) for inner in paths(value)]
    return found


def without(fields: Fields, path: tuple[str, ...]) -> Fields:
    """The same object, but for the field there."""
    copy = deepcopy(fields)
    holder = copy
    for name in path[:-1]:
        holder = holder[name]
    del holder[path[-1]]
    return copy


def good_cases() -> list[Fields]:
    """The good statements and their hashes."""
    texts = {name: canonical(fields) for name, fields in GOOD.items()}
    return [
        {"name": name, "text": text, "entry": entry(text).hex(), "leaf": leaf(text).hex()}
        for name, text in texts.items()
    ]


def id_cases() -> list[Fields]:
    """Ids of the same registry's logs in several places."""
    keys = public_key("registry key"), public_key("recovery key"), named("block 0")
    return [
        {
            "chain_id": chain_id,
            "contract": contract.hex(),
            "writer": writer.hex(),
            "registry_key": keys[0].hex(),
            "recovery_key": keys[1].hex(),
            "chain_genesis": keys[2].hex(),
            "registry": registry_id(*keys).hex(),
            "log": log_id(chain_id, contract, writer, registry_id(*keys)).hex(),
        }
        for chain_id, contract, writer in (
            (1, bytes(20), bytes(20)),
            (1, bytes.fromhex("ff" * 20), bytes(19) + b"\x01"),
            (11155111, named("contract", 20), named("writer", 20)),
            (478576472683, named("contract", 20), named("writer", 20)),
            (2**53 - 1, named("writer", 20), named("contract", 20)),
        )
    ]


def commitment_cases() -> list[Fields]:
    """Commitments to manifests."""
    return [
        {"salt": salt.hex(), "manifest": manifest, "commitment": commitment(salt, manifest).hex()}
        for salt, manifest in (
            (bytes(32), ""),
            (named("manifest salt"), MANIFEST),
            (named("manifest salt"), MANIFEST + "\n"),
            (named("salt"), "Zoë 𝒜"),
        )
    ]


def document() -> str:
    """The file's text."""
    vectors = {
        "about": "statements as text, ids and commitments; bytes in hex; written by make_statements.py",
        "good": good_cases(),
        "bad": [{"name": name, "text": text} for name, text in bad().items()],
        "ids": id_cases(),
        "commitments": commitment_cases(),
    }
    return json.dumps(vectors, indent=1) + "\n"
