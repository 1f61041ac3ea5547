"""What the certificates of the vectors are about: a log of nine statements, and a chain with its checkpoints."""

from collections.abc import Callable
from copy import deepcopy
from hashlib import sha256
from typing import Any

from tests.vectors.make_merkle import mth, path
from tests.vectors.make_receipts import signature
from tests.vectors.make_statements import LOG, MANIFEST, Fields, canonical, claim, entry, genesis, named, withdrawal

FORMAT = "originmark/certificate/v1"
CHECKPOINTED = "7ce892353fecc33f6a2864695c4f18db0df1981b3e4aaf240ce4c6bd523a1120"
INDEX, SIZE, BLOCK = 5, 7, 9
OTHER_FILE = b"These bytes stand for another picture.\n"

ENTRIES: list[str] = [
    canonical(fields)
    for fields in (
        genesis(),
        claim(salt=named("salt 1").hex()),
        withdrawal(),
        claim(salt=named("salt 3").hex()),
        claim(salt=named("salt 4").hex()),
        claim(),
        claim(previous=entry(canonical(claim())).hex()),
        claim(log=named("another log").hex()),
        claim(salt=named("salt 8").hex()),
    )
]


def root(size: int) -> str:
    """The log's root when it had this many entries."""
    return mth([entry(text) for text in ENTRIES[:size]]).hex()


def event(log: str = LOG, size: int = SIZE, **changes: str) -> Fields:
    """Checkpointed(log, writer, size, root)."""
    fields = {"contract": genesis()["contract"], "writer": genesis()["writer"], "root": root(size)} | changes
    return {
        "address": fields["contract"],
        "topics": [CHECKPOINTED, log, "00" * 12 + fields["writer"]],
        "data": size.to_bytes(32, "big").hex() + fields["root"],
    }


def transaction(block: int, events: list[Fields], **changes: Any) -> Fields:
    """A mined one."""
    return {"block_number": block, "block_hash": block_hash(block), "succeeded": True, "events": events} | changes


def block_hash(number: int) -> str:
    """Of the block with this number."""
    return named(f"block {number}").hex()


def block_time(number: int) -> int:
    """Twelve seconds each."""
    return 1795000000 + 12 * number


LOOKALIKES: list[Fields] = [
    event(contract=named("another contract", 20).hex()),
    event(named("another log").hex()),
    event(writer=named("another writer", 20).hex()),
    event(),
    event(root=root(6)),
]
EVENT_INDEX = 3
OWN_TREE: str = mth([entry(canonical(claim()))]).hex()

CHAIN: Fields = {
    "chain_id": genesis()["chain_id"],
    "blocks": [{"number": n, "hash": block_hash(n), "time": block_time(n)} for n in range(21)],
    "tags": {"latest": 20, "safe": 12, "finalized": 10},
    "transactions": {
        named("transaction").hex(): transaction(BLOCK, LOOKALIKES),
        named("failed transaction").hex(): transaction(BLOCK, LOOKALIKES, succeeded=False),
        named("lost transaction").hex(): transaction(BLOCK, LOOKALIKES, block_hash=named("lost block").hex()),
        named("later transaction").hex(): transaction(11, [event(size=8)]),
        named("last transaction").hex(): transaction(15, [event(size=9)]),
    },
}


def certificate(index: int = INDEX, size: int = SIZE) -> Fields:
    """What the registry would give for this entry and checkpoint, with everything in it."""
    name, block, place = {
        7: ("transaction", BLOCK, EVENT_INDEX), 8: ("later transaction", 11, 0), 9: ("last transaction", 15, 0),
    }[size]  # fmt: skip
    text = ENTRIES[index]
    received, anchor_by = block_time(0), block_time(300)
    return {
        "format": FORMAT,
        "statement": text,
        "genesis": ENTRIES[0],
        "inclusion": {
            "index": index,
            "path": [node.hex() for node in path(index, [entry(other) for other in ENTRIES[:size]])],
        },
        "checkpoint": {"size": size, "root": root(size)},
        "anchor": {
            "writer": genesis()["writer"],
            "transaction": named(name).hex(),
            "event_index": place,
            "block_number": block,
            "block_hash": block_hash(block),
            "block_time": block_time(block),
        },
        "disclosure": {"salt": named("manifest salt").hex(), "manifest": MANIFEST},
        "witnesses": [
            {
                "type": "receipt",
                "received": received,
                "anchor_by": anchor_by,
                "signature": signature(LOG, entry(text).hex(), index, received, anchor_by).hex(),
            }
        ],
    }


def foreign(kind: str = "sundial", body: Any = None) -> Fields:
    """A witness of a type that version 1 of the code doesn't know."""
    body = {"shadow": ["long", 3]} if body is None else body
    return {"type": kind, "body": body, "digest": sha256(canonical([kind, body]).encode()).hexdigest()}


def changed(*where: str | int, to: Any, of: Fields | None = None) -> Fields:
    """The certificate with another value there; a function makes the new value of the old one."""
    copy = deepcopy(certificate() if of is None else of)
    holder: Any = copy
    for name in where[:-1]:
        holder = holder[name]
    holder[where[-1]] = to(holder[where[-1]]) if callable(to) else to
    return copy


def merged(*where: str, **fields: Any) -> Fields:
    """The certificate with some fields of one of its objects changed."""
    return changed(*where, to=lambda old: old | fields)


def added(number: int) -> Callable[[int], int]:
    """A function that adds."""
    return lambda old: old + number
