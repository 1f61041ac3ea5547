"""Writes certificates.json: a chain, a file and a log id; certificates that hold on them; forged and malformed ones.

Each case tells what a verifier that is given the chain, the log id, the file and Ed25519 must answer, in this order:
same bytes, looks alike, anchored, declared, then each witness. Nothing there computes fingerprints, so that answer is
never Yes.
"""

import json
from hashlib import sha256
from pathlib import Path

from tests.vectors.make_merkle import flipped, mth
from tests.vectors.make_receipts import signature
from tests.vectors.make_statements import (
    FILE_BYTES,
    LOG,
    Fields,
    canonical,
    claim,
    dispute,
    entry,
    genesis,
    named,
    paths,
    withdrawal,
    without,
)
from tests.vectors.world import (
    CHAIN,
    INDEX,
    OTHER_FILE,
    OWN_TREE,
    SIZE,
    added,
    block_hash,
    block_time,
    certificate,
    changed,
    foreign,
    merged,
    root,
)

FILE = Path(__file__).with_name("certificates.json")
FIRST: Fields = {"index": 0, "path": []}

YES, NO, NOT = "Yes", "No", "NotChecked"
ANCHORED = "Anchored"


def answered() -> dict[str, tuple[Fields, list[str]]]:
    """Well-formed certificates, and the answers."""
    siblings: list[str] = certificate()["inclusion"]["path"]
    forged_claim = canonical(claim(file={"sha256": sha256(FILE_BYTES).hexdigest(), "size": 1, "media_type": "a/b"}))
    other_genesis = genesis(writer=named("another writer", 20).hex())
    whole = [YES, NOT, ANCHORED, YES, YES]
    unanchored, unpromised = [YES, NOT, NO, YES, YES], [YES, NOT, ANCHORED, YES, NO]
    unplaced = [YES, NOT, NO, YES, NO]  # the receipt is for an index, too
    return {
        "whole": (certificate(), whole),
        "without fingerprints": (changed("disclosure", to=None), whole),
        "without witnesses": (changed("witnesses", to=[]), whole[:4]),
        "with an unknown witness": (changed("witnesses", to=[foreign()]), [*whole[:4], NOT]),
        "with an unknown witness behind the receipt": (
            changed("witnesses", to=lambda w: [*w, foreign()]), [*whole, NOT],
        ),
        "with sixteen witnesses": (changed("witnesses", to=lambda w: w * 16), [*whole, *[YES] * 15]),
        "under a later checkpoint": (certificate(size=8), whole),
        "under the last checkpoint": (certificate(size=9), whole),
        "another claim": (certificate(index=1), whole),
        "a later version, last in the checkpoint": (certificate(index=6), whole),
        "a checkpoint by a later writer of the log": (
            merged("anchor", writer=named("another writer", 20).hex(), event_index=2), whole,
        ),
        "a claim for another log in this log": (certificate(7, 8), [YES, NOT, ANCHORED, NO, YES]),
        "a claim of another file in a tree of its own": (
            changed("statement", to=forged_claim) | {
                "inclusion": FIRST,
                "checkpoint": {"size": 1, "root": mth([entry(forged_claim)]).hex()},
            },
            [NO, NOT, NO, YES, NO],
        ),
        "the claim in a tree of its own": (
            certificate() | {"inclusion": FIRST, "checkpoint": {"size": 1, "root": OWN_TREE}}, unplaced,
        ),
        "the claim in a tree of its own, said to be of the right size": (
            certificate() | {"inclusion": FIRST, "checkpoint": {"size": SIZE, "root": OWN_TREE}}, unplaced,
        ),
        "a statement with one letter changed": (
            changed("statement", to=lambda text: text.replace("author", "auther")), [YES, NOT, NO, YES, NO],
        ),
        "a sibling changed": (changed("inclusion", "path", 0, to=flipped), unanchored),
        "the last sibling changed": (changed("inclusion", "path", 2, to=flipped), unanchored),
        "a sibling less": (changed("inclusion", "path", to=siblings[1:]), unanchored),
        "a sibling more": (changed("inclusion", "path", to=[*siblings, siblings[0]]), unanchored),
        "sixty-four siblings": (changed("inclusion", "path", to=siblings[:1] * 64), unanchored),
        "the path reversed": (changed("inclusion", "path", to=siblings[::-1]), unanchored),
        "the neighbour's index": (changed("inclusion", "index", to=4), unplaced),
        "an index at the size": (changed("inclusion", "index", to=SIZE), unplaced),
        "the largest index": (changed("inclusion", "index", to=2**53 - 1), unplaced),
        "a size less": (changed("checkpoint", "size", to=added(-1)), unanchored),
        "a size more": (changed("checkpoint", "size", to=added(1)), unanchored),
        "no size": (changed("checkpoint", "size", to=0), unanchored),
        "the largest size": (changed("checkpoint", "size", to=2**53 - 1), unanchored),
        "a root changed": (changed("checkpoint", "root", to=flipped), unanchored),
        "a later root under the size": (changed("checkpoint", "root", to=root(8)), unanchored),
        "a later checkpoint with its path in the first one's event": (
            certificate(size=8) | {"anchor": certificate()["anchor"]}, unanchored,
        ),
        "another writer": (changed("anchor", "writer", to=named("another writer", 20).hex()), unanchored),
        "no such transaction": (changed("anchor", "transaction", to=flipped), unanchored),
        "a failed transaction": (changed("anchor", "transaction", to=named("failed transaction").hex()), unanchored),
        "a transaction of a lost block": (
            merged("anchor", transaction=named("lost transaction").hex(), block_hash=named("lost block").hex()),
            unanchored,
        ),
        "the event of another contract": (changed("anchor", "event_index", to=0), unanchored),
        "the event of another log": (changed("anchor", "event_index", to=1), unanchored),
        "the event of another root": (changed("anchor", "event_index", to=4), unanchored),
        "an event past the last": (changed("anchor", "event_index", to=5), unanchored),
        "the largest event index": (changed("anchor", "event_index", to=2**53 - 1), unanchored),
        "the block before": (changed("anchor", "block_number", to=added(-1)), unanchored),
        "the block before, whole": (
            merged("anchor", block_number=8, block_hash=block_hash(8), block_time=block_time(8)), unanchored,
        ),
        "a block that isn't there": (changed("anchor", "block_number", to=2**53 - 1), unanchored),
        "another block's hash": (changed("anchor", "block_hash", to=block_hash(8)), unanchored),
        "a second earlier": (changed("anchor", "block_time", to=added(-1)), unanchored),
        "at the time when it was received": (changed("anchor", "block_time", to=block_time(0)), unanchored),
        "genesis of another log": (changed("genesis", to=canonical(other_genesis)), [YES, NOT, NO, NO, NO]),
        "genesis on another chain": (changed("genesis", to=canonical(genesis(chain_id=1))), [YES, NOT, NO, NO, NO]),
        "genesis on a chain that began otherwise": (
            changed("genesis", to=canonical(genesis(chain_genesis=named("another block 0").hex()))),
            [YES, NOT, NO, NO, NO],
        ),
        "genesis with a key of the forger's": (
            changed("genesis", to=canonical(genesis(registry_key=named("forger").hex()))), [YES, NOT, NO, NO, NO],
        ),
        "other fingerprints": (changed("disclosure", "manifest", to="{}"), [YES, NO, ANCHORED, YES, YES]),
        "fingerprints with a space more": (
            changed("disclosure", "manifest", to=lambda text: text + " "), [YES, NO, ANCHORED, YES, YES],
        ),
        "another salt of the fingerprints": (changed("disclosure", "salt", to=flipped), [YES, NO, ANCHORED, YES, YES]),
        "a receipt of another time": (changed("witnesses", 0, "received", to=added(1)), unpromised),
        "a receipt of another promise": (changed("witnesses", 0, "anchor_by", to=added(1)), unpromised),
        "a receipt for another entry": (
            changed("witnesses", 0, "signature", to=certificate(index=1)["witnesses"][0]["signature"]), unpromised,
        ),
        "a receipt signed by another key": (
            changed(
                "witnesses", 0, "signature",
                to=signature(
                    LOG, entry(canonical(claim())).hex(), INDEX, block_time(0), block_time(300), key="recovery key",
                ).hex(),
            ),
            unpromised,
        ),
    }  # fmt: skip


def refused() -> dict[str, tuple[str, str]]:
    """No certificates: the error, and the text."""
    whole = certificate()
    texts: dict[str, str] = {
        "nothing": "",
        "half of it": canonical(whole)[:1000],
        "a line break behind": canonical(whole) + "\n",
        "a byte order mark in front": "\ufeff" + canonical(whole),
        "indented": json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True),
        "escaped to ASCII": json.dumps(whole, separators=(",", ":"), sort_keys=True),
        "keys in the order of the specification": json.dumps(whole, ensure_ascii=False, separators=(",", ":")),
        "a field twice": canonical(whole).replace('"format"', '"format":"originmark/certificate/v1","format"'),
        "a list": canonical([whole]),
    }
    objects: dict[str, Fields] = {
        "a field more": whole | {"note": ""},
        "a field more in the anchor": merged("anchor", finality="final"),
        "a field more in the inclusion": merged("inclusion", leaf="00" * 32),
        "a field more in the checkpoint": merged("checkpoint", time=0),
        "a field more in the disclosure": merged("disclosure", scheme=""),
        "an index below 0": changed("inclusion", "index", to=-1),
        "an index that is true": changed("inclusion", "index", to=True),
        "an index as text": changed("inclusion", "index", to="5"),
        "an index as a float": changed("inclusion", "index", to=5.0),
        "an index of 2^53": changed("inclusion", "index", to=2**53),
        "a size of 2^64": changed("checkpoint", "size", to=2**64),
        "a root in capitals": changed("checkpoint", "root", to=str.upper),
        "a root with 0x": changed("checkpoint", "root", to=lambda old: "0x" + old[2:]),
        "a root of 31 bytes": changed("checkpoint", "root", to=lambda old: old[2:]),
        "a writer padded to 32 bytes": changed("anchor", "writer", to=lambda old: "00" * 12 + old),
        "a sibling of 31 bytes": changed("inclusion", "path", 0, to=lambda old: old[2:]),
        "sixty-five siblings": changed("inclusion", "path", to=lambda old: old[:1] * 65),
        "a path that is null": changed("inclusion", "path", to=None),
        "an anchor that is null": changed("anchor", to=None),
        "a disclosure that is false": changed("disclosure", to=False),
        "a disclosure of nothing": changed("disclosure", to={}),
        "a salt of 31 bytes": changed("disclosure", "salt", to=lambda old: old[2:]),
        "a statement that is an object": changed("statement", to=claim()),
        "a statement with a space": changed("statement", to=lambda old: old + " "),
        "a statement of an unknown type": changed("statement", to=canonical(dispute())),
        "a withdrawal in the place of the claim": changed("statement", to=canonical(withdrawal())),
        "the genesis statement in place of a claim": changed("statement", to=whole["genesis"]),
        "a claim in place of the genesis statement": changed("genesis", to=whole["statement"]),
        "a genesis that names another log": changed(
            "genesis", to=canonical(genesis() | {"log": named("another log").hex()})
        ),
        "witnesses that are null": changed("witnesses", to=None),
        "seventeen witnesses": changed("witnesses", to=lambda old: old * 17),
        "a witness that is null": changed("witnesses", to=[None]),
        "a witness without a type": changed("witnesses", 0, to=lambda old: without(old, ("type",))),
        "a receipt with a letter of its type changed": changed("witnesses", 0, "type", to="receipu"),
        "a receipt that calls itself something else": changed("witnesses", 0, to=lambda old: foreign() | old),
        "a receipt with a body": changed("witnesses", 0, to=lambda old: old | {"body": {}}),
        "a receipt with half a signature": changed("witnesses", 0, "signature", to=lambda old: old[:64]),
        "an unknown witness with a field more": changed("witnesses", to=[foreign() | {"note": ""}]),
        "an unknown witness without a body": changed("witnesses", to=[{"type": "sundial"}]),
        "an unknown witness whose body is a list": changed("witnesses", to=[foreign(body=[])]),
        "an unknown witness, its body damaged": changed("witnesses", to=[foreign() | {"body": {}}]),
        "an unknown witness, its type damaged": changed("witnesses", to=[foreign() | {"type": "sundiam"}]),
    }
    objects |= {f"without `{'.'.join(where)}`": without(whole, where) for where in paths(whole)}
    foreigners = {
        "version 2": changed("format", to="originmark/certificate/v2"),
        "no version": changed("format", to=""),
        "a receipt's format": changed("format", to="originmark/receipt/v1"),
    }
    return (
        {name: ("Malformed", text) for name, text in texts.items()}
        | {name: ("Malformed", canonical(fields)) for name, fields in objects.items()}
        | {name: ("ForeignVersion", canonical(fields)) for name, fields in foreigners.items()}
    )


def document() -> str:
    """The file's text."""
    cases = [
        {"name": name, "answers": answers, "text": canonical(fields)} for name, (fields, answers) in answered().items()
    ]
    return (
        json.dumps(
            {
                "about": "certificates as text, all bytes in hex; written by make_certificates.py",
                "log": LOG,
                "file": FILE_BYTES.hex(),
                "other_file": OTHER_FILE.hex(),
                "chain": CHAIN,
                "answered": cases,
                "refused": [{"name": name, "error": error, "text": text} for name, (error, text) in refused().items()],
            },
            indent=1,
        )
        + "\n"
    )
