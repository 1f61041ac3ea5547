"""merkle.json: RFC 6962 trees, paths and named forgeries, by the textbook and without a line of the registry's code.

The recursion is RFC 6962 §2.1 to the letter. Leaves, roots and paths of `reference` were copied from the certificate
transparency reference implementation, so that the recursion itself is held against something older.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("merkle.json")

REFERENCE: dict[str, Any] = {
    "entries": [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ],
    "roots": [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ],
    "inclusion": [
        {"index": 0, "size": 1, "path": []},
        {"index": 0, "size": 8, "path": [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]},
        {"index": 5, "size": 8, "path": [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]},
        {"index": 2, "size": 3, "path": ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]},
        {"index": 1, "size": 5, "path": [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ]},
    ],
    "consistency": [
        {"old_size": 1, "size": 1, "path": []},
        {"old_size": 1, "size": 8, "path": [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]},
        {"old_size": 6, "size": 8, "path": [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]},
        {"old_size": 2, "size": 5, "path": [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ]},
    ],
}  # fmt: skip


def mth(entries: list[bytes]) -> bytes:
    """MTH(D[n])."""
    if not entries:
        return sha256().digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = split(len(entries))
    return sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def path(m: int, entries: list[bytes]) -> list[bytes]:
    """PATH(m, D[n])."""
    if len(entries) == 1:
        return []
    k = split(len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def proof(m: int, entries: list[bytes]) -> list[bytes]:
    """PROOF(m, D[n])."""
    return subproof(m, entries, whole=True)


def subproof(m: int, entries: list[bytes], *, whole: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b)."""
    if m == len(entries):
        return [] if whole else [mth(entries)]
    k = split(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], whole=whole), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], whole=False), mth(entries[:k])]


def split(n: int) -> int:
    """The largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def vectors() -> dict[str, Any]:
    """Everything that the file holds."""
    entries = [sha256(b"originmark test entry %d" % number).digest() for number in range(33)]
    sizes = (1, 2, 3, 7, 8, 13, 32, 33)
    good_inclusion = [
        inclusion(f"leaf {index} of {size}", entries, index, size)
        for size in sizes
        for index in sorted({0, 1, size // 2, size - 2, size - 1} & set(range(size)))
    ]
    good_consistency = [
        consistency(f"{old_size} to {size}", entries, old_size, size)
        for size in sizes
        for old_size in sorted({1, 2, size // 2, size - 1, size} & set(range(1, size + 1)))
    ]
    return {
        "about": "RFC 6962 over SHA-256; all bytes in hex; written by make_merkle.py",
        "reference": REFERENCE,
        "entries": [entry.hex() for entry in entries],
        "inclusion": good_inclusion + bad_inclusion(entries),
        "consistency": good_consistency + bad_consistency(entries),
    }


def inclusion(name: str, entries: list[bytes], index: int, size: int) -> dict[str, Any]:
    """One good inclusion case."""
    return {
        "name": name, "good": True, "leaf": mth([entries[index]]).hex(), "index": index, "size": size,
        "path": [node.hex() for node in path(index, entries[:size])], "root": mth(entries[:size]).hex(),
    }  # fmt: skip


def consistency(name: str, entries: list[bytes], old_size: int, size: int) -> dict[str, Any]:
    """One good consistency case."""
    return {
        "name": name, "good": True, "old_size": old_size, "old_root": mth(entries[:old_size]).hex(), "size": size,
        "root": mth(entries[:size]).hex(), "path": [node.hex() for node in proof(old_size, entries[:size])],
    }  # fmt: skip


def bad_inclusion(entries: list[bytes]) -> list[dict[str, Any]]:
    """One case for each way in which an inclusion proof can lie."""
    good = inclusion("", entries, 5, 13)
    siblings: list[str] = good["path"]
    left, right = mth(entries[:1]), mth(entries[1:2])
    pair = {"index": 0, "size": 2, "root": mth(entries[:2]).hex()}
    cases: dict[str, dict[str, Any]] = {
        "one bit of the first sibling flipped": {"path": [flipped(siblings[0]), *siblings[1:]]},
        "one bit of the last sibling flipped": {"path": [*siblings[:-1], flipped(siblings[-1])]},
        "first sibling dropped": {"path": siblings[1:]},
        "last sibling dropped": {"path": siblings[:-1]},
        "path empty": {"path": []},
        "a sibling added in front": {"path": [siblings[0], *siblings]},
        "a sibling added behind": {"path": [*siblings, siblings[-1]]},
        "the root added behind": {"path": [*siblings, good["root"]]},
        "two siblings swapped": {"path": [siblings[1], siblings[0], *siblings[2:]]},
        "path reversed": {"path": siblings[::-1]},
        "neighbour's index": {"index": 4},
        "next index": {"index": 6},
        "mirrored index": {"index": 10},
        "index at the size": {"index": 13},
        "index negative": {"index": -1},
        "size zero": {"index": 0, "size": 0},
        "size that needs a longer path": {"size": 33},
        "size that needs a shorter path": {"size": 6},
        "neighbour's leaf": {"leaf": mth([entries[4]]).hex()},
        "the entry in place of its leaf hash": {"leaf": entries[5].hex()},
        "leaf hashed without its prefix": {"leaf": sha256(entries[5]).hexdigest()},
        "leaf hashed as a node": {"leaf": sha256(b"\x01" + entries[5]).hexdigest()},
        "inner node passed off as a leaf": {"leaf": mth(entries[4:6]).hex(), "index": 2, "path": siblings[1:]},
        "one bit of the root flipped": {"root": flipped(good["root"])},
        "root of one leaf less": {"root": mth(entries[:12]).hex()},
        "root of the empty tree": {"root": sha256().hexdigest()},
        "leaf as the root of a larger tree": {"root": good["leaf"], "path": []},
        "a sibling of 31 bytes": {"path": [siblings[0][:-2], *siblings[1:]]},
        "a sibling of no bytes": {"path": ["", *siblings[1:]]},
        "the seam moved: leaf of 24 bytes, sibling of 40": {
            **pair, "leaf": left[:24].hex(), "path": [(left[24:] + right).hex()],
        },
        "the seam moved: leaf of 64 bytes, sibling of none": {**pair, "leaf": (left + right).hex(), "path": [""]},
        "a tree of one leaf with a short root": {
            "index": 0, "size": 1, "leaf": left[:31].hex(), "path": [], "root": left[:31].hex(),
        },
    }  # fmt: skip
    return [{**good, **change, "name": name, "good": False} for name, change in cases.items()]


def bad_consistency(entries: list[bytes]) -> list[dict[str, Any]]:
    """One case for each way in which a consistency proof can lie."""
    good = consistency("", entries, 6, 13)
    power = consistency("", entries, 4, 13)
    same = consistency("", entries, 13, 13)
    nodes: list[str] = good["path"]
    forked = [*entries[:3], sha256(b"another entry").digest(), *entries[4:]]
    left, right = mth(entries[:1]), mth(entries[1:2])
    cases: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "one bit of the first node flipped": (good, {"path": [flipped(nodes[0]), *nodes[1:]]}),
        "one bit of the last node flipped": (good, {"path": [*nodes[:-1], flipped(nodes[-1])]}),
        "first node dropped": (good, {"path": nodes[1:]}),
        "last node dropped": (good, {"path": nodes[:-1]}),
        "path empty": (good, {"path": []}),
        "path empty where the old size is a power of two": (power, {"path": []}),
        "a node added in front": (good, {"path": [nodes[0], *nodes]}),
        "a node added behind": (good, {"path": [*nodes, nodes[-1]]}),
        "two nodes swapped": (good, {"path": [nodes[1], nodes[0], *nodes[2:]]}),
        "path reversed": (good, {"path": nodes[::-1]}),
        "the old root repeated where the old size is a power of two": (
            power, {"path": [power["old_root"], *power["path"]]},
        ),
        "one bit of the old root flipped": (good, {"old_root": flipped(good["old_root"])}),
        "one bit of the root flipped": (good, {"root": flipped(good["root"])}),
        "roots exchanged": (good, {"old_root": good["root"], "root": good["old_root"]}),
        "old root in both places": (good, {"root": good["old_root"]}),
        "an older entry was changed": (good, {"old_root": mth(forked[:6]).hex()}),
        "a newer history with an older entry changed": (
            good, {"root": mth(forked[:13]).hex(), "path": [node.hex() for node in proof(6, forked[:13])]},
        ),
        "older size too small": (good, {"old_size": 5}),
        "older size too large": (good, {"old_size": 7}),
        "sizes exchanged": (good, {"old_size": 13, "size": 6}),
        "older size zero": (good, {"old_size": 0, "old_root": sha256().hexdigest(), "path": []}),
        "older size negative": (good, {"old_size": -6}),
        "same size, a path": (same, {"path": [same["root"]]}),
        "same size, other roots": (same, {"old_root": flipped(same["root"])}),
        "a node of 31 bytes": (good, {"path": [nodes[0][:-2], *nodes[1:]]}),
        "the seam moved: old root of 40 bytes, node of 24": (
            good,
            {
                "old_size": 1, "old_root": (left + right[:8]).hex(), "size": 2, "root": mth(entries[:2]).hex(),
                "path": [right[8:].hex()],
            },
        ),
        "same size, roots of 31 bytes": (same, {"old_root": same["root"][:-2], "root": same["root"][:-2]}),
    }  # fmt: skip
    return [{**case, **change, "name": name, "good": False} for name, (case, change) in cases.items()]


def flipped(text: str) -> str:
    """The same bytes, but for the lowest bit of the last."""
    data = bytes.fromhex(text)
    return (data[:-1] + bytes([data[-1] ^ 1])).hex()


def document() -> str:
    """The file's text."""
    return json.dumps(vectors(), indent=1, ensure_ascii=True) + "\n"
