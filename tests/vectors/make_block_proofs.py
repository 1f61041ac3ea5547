"""Writes block_proofs.json: headers with the proof of a receipt each, what they show, and proofs that show nothing.

The trie and its serialisation are the textbook's, by recursion over all keys at once; keccak-256 is eth_utils'.
"""

import json
from pathlib import Path
from typing import Any

from eth_utils.crypto import keccak

from tests.vectors.make_merkle import flipped
from tests.vectors.make_statements import named

FILE = Path(__file__).with_name("block_proofs.json")

Item = Any
NUMBER, TIME = 23_456_789, 1_795_000_123
EVENT = {"address": named("contract", 20).hex(), "topics": [named("topic", 32).hex()], "data": named("data", 32).hex()}


def rlp(value: Item) -> bytes:
    """Appendix B of the yellow paper."""
    if isinstance(value, int):
        value = value.to_bytes((value.bit_length() + 7) // 8, "big")
    if isinstance(value, bytes):
        return value if len(value) == 1 and value[0] < 128 else _head(128, value) + value
    payload = b"".join(map(rlp, value))
    return _head(192, payload) + payload


def _head(kind: int, payload: bytes) -> bytes:
    if len(payload) < 56:
        return bytes([kind + len(payload)])
    size = len(payload).to_bytes((len(payload).bit_length() + 7) // 8, "big")
    return bytes([kind + 55 + len(size)]) + size


def node(content: dict[str, bytes]) -> Item:
    """Appendix D: the node over these values by their keys' half bytes (c and n of the yellow paper)."""
    if not content:
        return b""
    if len(content) == 1:
        [(path, value)] = content.items()
        return [hex_prefix(path, 2), value]
    shared = len(_shared(list(content)))
    if shared:
        return [hex_prefix(next(iter(content))[:shared], 0), child({key[shared:]: of for key, of in content.items()})]
    below = [{key[1:]: of for key, of in content.items() if key[:1] == half} for half in "0123456789abcdef"]
    return [*map(child, below), content.get("", b"")]


def child(content: dict[str, bytes]) -> Item:
    """How a node is named in its parent."""
    made = node(content)
    return made if not content or len(rlp(made)) < 32 else keccak(rlp(made))


def _shared(keys: list[str]) -> str:
    first, last = min(keys), max(keys)
    count = next((place for place, half in enumerate(first) if half != last[place : place + 1]), len(first))
    return first[:count]


def hex_prefix(path: str, flag: int) -> bytes:
    """Appendix C."""
    return bytes.fromhex(f"{flag + 1}{path}" if len(path) % 2 else f"{flag}0{path}")


def way(content: dict[str, bytes], path: str) -> list[bytes]:
    """The nodes that are named by hash on the way down, and the root."""
    nodes = [rlp(node(content))]
    while len(content) > 1:
        step = len(_shared(list(content))) or 1
        beginning, path = path[:step], path[step:]
        content = {key[step:]: of for key, of in content.items() if key[:step] == beginning}
        made = rlp(node(content))
        if len(made) >= 32:
            nodes.append(made)
        if not path:
            break
    return nodes


def receipt(number: int, *, status: int = 1) -> bytes:
    """The receipt of transaction `number`, which has EVENT where that is even."""
    event = [
        bytes.fromhex(EVENT["address"]),
        [bytes.fromhex(topic) for topic in EVENT["topics"]],
        bytes.fromhex(EVENT["data"]),
    ]
    payload = rlp([status, 21_000 * (number + 1), bytes(256), [event] if number % 2 == 0 else []])
    kind = number % 3
    return payload if kind == 0 else bytes([kind]) + payload


def proof(receipts: int, index: int, *, later: int = 6, status: int = 1) -> dict[str, Item]:
    """The witness's body."""
    content = {rlp(place).hex(): receipt(place, status=status) for place in range(receipts)}
    root = keccak(rlp(node(content)))
    added = [7, named("withdrawals", 32), 0, 0, named("beacon", 32), named("requests", 32)][:later]
    first = [
        named("parent", 32),
        named("uncles", 32),
        named("producer", 20),
        named("state", 32),
        named("transactions", 32),
    ]
    header = [*first, root, bytes(256), 0, NUMBER, 30_000_000, 21_000, TIME, b"", named("mix", 32), bytes(8), *added]
    return {
        "transaction": named("transaction", 32).hex(),
        "header": rlp(header).hex(),
        "index": index,
        "nodes": [each.hex() for each in way(content, rlp(index).hex())],
    }


def cases() -> dict[str, Item]:
    """What holds, with what it shows; and what doesn't."""
    holding = {
        "alone in its block": proof(1, 0),
        "the first of 200": proof(200, 0),
        "the 127th of 200": proof(200, 126),
        "the 129th of 200": proof(200, 128),
        "the last of 300": proof(300, 298),
        "one without events": proof(20, 3),
        "one that failed": proof(20, 4, status=0),
        "in a block without a base fee": proof(20, 4, later=0),
        "in a block of the fork London": proof(20, 4, later=1),
    }
    good = proof(200, 128)
    top, *below = good["nodes"]
    false = {
        "another index": good | {"index": 129},
        "an index that isn't there": good | {"index": 200},
        "no nodes": good | {"nodes": []},
        "a node less": good | {"nodes": [top, *below[:-1]]},
        "a node twice": good | {"nodes": [top, *below, below[-1]]},
        "nodes in another order": good | {"nodes": [*below, top]},
        "one bit of the root's node": good | {"nodes": [flipped(top), *below]},
        "one bit of the receipt": good | {"nodes": [top, *below[:-1], flipped(below[-1])]},
        "the header of another block": good | {"header": proof(199, 128)["header"]},
        "a byte behind the header": good | {"header": good["header"] + "00"},
        "no header": good | {"header": ""},
    }
    return {"holding": holding, "false": false}


def document() -> str:
    """The file's text."""
    made = cases()
    return (
        json.dumps(
            {
                "about": "Bodies of witnesses of type block; each that holds shows this block, event and outcome.",
                "number": NUMBER,
                "time": TIME,
                "event": EVENT,
                "holding": [
                    {
                        "name": name,
                        "body": body,
                        "hash": keccak(bytes.fromhex(body["header"])).hex(),
                        "succeeded": name != "one that failed",
                        "events": int(body["index"] % 2 == 0),
                    }
                    for name, body in made["holding"].items()
                ],
                "false": [{"name": name, "body": body} for name, body in made["false"].items()],
            },
            indent=1,
        )
        + "\n"
    )
