"""Merkle-Patricia proofs: what a trie holds under a key, shown by the nodes from its root down.

By appendix D of the yellow paper. A node is RLP, a list: 17 items are a branch (a child for each half byte, then a
value), 2 are a leaf or an extension (a path of half bytes in hex-prefix form, then a value or a child). A child is
named by the hash of its node, or is the node itself where that takes fewer than 32 bytes. A proof has the nodes that
are named by hash, in order, and no other.
"""

from collections.abc import Callable, Sequence

from registry.proof.errors import Malformed
from registry.proof.rlp import Rlp, decode, encode, items, octets

Keccak = Callable[[bytes], bytes]
"""Keccak-256, as Ethereum uses it. The standard library has none: its SHA-3 pads otherwise."""

HASH_BYTES = 32
_BRANCH, _SHORTER = 17, 2


def value_in_trie(root: bytes, key: bytes, nodes: Sequence[bytes], keccak: Keccak) -> bytes:
    """The value under `key` in the trie with this root (32 bytes); raises Malformed where the nodes don't show it.

    That a key has no value is nothing that this shows.
    """
    if not nodes or keccak(nodes[0]) != root:
        raise Malformed("the proof's first node is not the trie's root")
    left, path = list(nodes[1:]), _half_bytes(key)
    node = items(decode(nodes[0]), "a node")
    while True:
        if len(node) == _BRANCH and path:
            child, path = node[path[0]], path[1:]
        elif len(node) == _BRANCH:
            return _found(node[-1], left)
        elif len(node) == _SHORTER:
            steps, leaf = _hex_prefix(octets(node[0], "a node's path"))
            if path[: len(steps)] != steps or (leaf and path != steps):
                raise Malformed("the proof leads to another key")
            if leaf:
                return _found(node[1], left)
            child, path = node[1], path[len(steps) :]
        else:
            raise Malformed(f"a node has {len(node):,} items, and neither {_BRANCH} nor {_SHORTER}")
        node = _child(child, left, keccak)


def _child(child: Rlp, left: list[bytes], keccak: Keccak) -> Sequence[Rlp]:
    if not isinstance(child, bytes):
        if len(encode(child)) >= HASH_BYTES:
            raise Malformed("a node that ought to be named by its hash stands in another")
        return child
    if not left or keccak(left[0]) != child:
        raise Malformed("a node of the proof is not the one that its parent names")
    return items(decode(left.pop(0)), "a node")


def _found(value: Rlp, left: Sequence[bytes]) -> bytes:
    if left:
        raise Malformed("the proof has more nodes than it takes")
    found = octets(value, "the value")
    if not found:
        raise Malformed("the trie has no value there")
    return found


def _half_bytes(data: bytes) -> tuple[int, ...]:
    return tuple(half for octet in data for half in divmod(octet, 16))


def _hex_prefix(path: bytes) -> tuple[tuple[int, ...], bool]:
    """The half bytes of a path, and whether it leads to a leaf: the first one holds two flags, and an even path a 0."""
    halves = _half_bytes(path)
    if not halves or halves[0] > 3 or (halves[0] % 2 == 0 and halves[1] != 0):
        raise Malformed("a node's path is not in hex-prefix form")
    return halves[1 if halves[0] % 2 else 2 :], halves[0] >= 2
