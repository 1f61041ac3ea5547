"""Merkle trees as RFC 6962 §2.1 has them: roots, inclusion and consistency paths, and their checks.

Ints and bytes only, so that anyone can follow it with a pencil. A tree is never held here: paths are built from a
function that gives the hash of a range of leaves, wherever those are kept.

    leaf   = SHA-256(0x00 ‖ entry)
    node   = SHA-256(0x01 ‖ left ‖ right), left being the largest power of two that is smaller than the size
    empty  = SHA-256()
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

SubtreeHash = Callable[[int, int], bytes]
"""Gives the Merkle tree hash of the leaves `[start, end)`, which is never empty."""


def leaf_hash(entry: bytes) -> bytes:
    """The leaf of an entry."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node over its two children."""
    return sha256(b"\x01" + left + right).digest()


def split_point(size: int) -> int:
    """The largest power of two smaller than `size`, which is at least 2: where RFC 6962 splits a tree."""
    return 1 << ((size - 1).bit_length() - 1)


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes; `EMPTY_ROOT` for none."""
    stack: list[tuple[int, bytes]] = []
    for leaf in leaves:
        height, node = 0, leaf
        while stack and stack[-1][0] == height:
            node = node_hash(stack.pop()[1], node)
            height += 1
        stack.append((height, node))
    if not stack:
        return EMPTY_ROOT
    root = stack.pop()[1]
    while stack:
        root = node_hash(stack.pop()[1], root)
    return root


def inclusion_path(index: int, size: int, subtree: SubtreeHash) -> list[bytes]:
    """The audit path of leaf `index` in the tree of `size` leaves, lowest sibling first (RFC 6962 §2.1.1).

    Raises ValueError unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + split_point(end - start)
        if index < middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    return path[::-1]


def consistency_path(old_size: int, size: int, subtree: SubtreeHash) -> list[bytes]:
    """The proof that the tree of `old_size` leaves is a prefix of that of `size` (RFC 6962 §2.1.2).

    Raises ValueError unless 0 < old_size <= size.
    """
    if not 0 < old_size <= size:
        raise ValueError(f"no consistency between {old_size} and {size} leaves")
    path: list[bytes] = []
    start, end = 0, size
    whole = True
    while end != old_size:
        middle = start + split_point(end - start)
        if old_size <= middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start, whole = middle, False
    if not whole:
        path.append(subtree(start, end))
    return path[::-1]


def _all_hashes(*values: bytes) -> bool:
    """Whether each is of 32 bytes: 40 ‖ 24 hash like 32 ‖ 32, so other lengths would let a forger move the seam."""
    return all(len(value) == HASH_BYTES for value in values)


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that an inclusion path leads to (RFC 9162 §2.1.3.2); None where it or a hash in it has the wrong length.

    The position is bound by the path, the size only by whoever vouches for the root: that pair is a checkpoint.
    """
    if not 0 <= index < size or not _all_hashes(leaf, *path):
        return None
    position, last, node = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if position & 1 or position == last:
            node = node_hash(sibling, node)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            node = node_hash(node, sibling)
        position >>= 1
        last >>= 1
    return node if last == 0 else None


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` shows that `leaf` stands at `index` of the tree of `size` leaves with this root."""
    return root_from_inclusion(leaf, index, size, path) == root


def check_consistency(old_size: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` shows that the newer tree begins with the `old_size` leaves of the older (RFC 9162 §2.1.4.2)."""
    if not 0 < old_size <= size or not _all_hashes(old_root, root, *path):
        return False
    if old_size == size:
        return not path and old_root == root
    nodes = list(path)
    if old_size & (old_size - 1) == 0:
        nodes.insert(0, old_root)
    if not nodes:
        return False
    position, last = old_size - 1, size - 1
    while position & 1:
        position >>= 1
        last >>= 1
    old_node = node = nodes[0]
    for sibling in nodes[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old_node = node_hash(sibling, old_node)
            node = node_hash(sibling, node)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            node = node_hash(node, sibling)
        position >>= 1
        last >>= 1
    return last == 0 and old_node == old_root and node == root
