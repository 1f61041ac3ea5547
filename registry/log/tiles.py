"""Full tiles read back from disk, none of them believed before it agrees with its parent.

Every hash is held twice: a tile's root is a hash of the tile above it, and so on up to the right edge, whose root is
the checkpoint's. So damage shows when a tile is read, by its length or by its root, and is mended from below: from the
tiles underneath, and where those don't give the parent's hash either, from the entries.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from registry.errors import LogDiverged, StoreError
from registry.log.edge import Edge, Hashes
from registry.log.files import TileFiles
from registry.log.names import TILE_HEIGHT, TILE_WIDTH
from registry.proof import merkle
from registry.proof.merkle import HASH_BYTES

EntrySource = Callable[[int, int], list[bytes]]
"""Gives the committed entries `[start, end)`, 32 bytes each, always the same ones for the same range."""

Layers = tuple[Hashes, ...]
"""A full tile's nodes: `layers[height][position]`, from its 256 hashes to its one root."""

_READ_AT_ONCE = 8192
"""Entries asked of the source at a time."""


class Tiles:
    """The full tiles of one log, checked as they are read and mended where they must be; safe to use from threads.

    `kept` of them stay in memory, 37 kB each; those are held against their parents as well.
    """

    def __init__(self, files: TileFiles, entries: EntrySource, kept: int) -> None:
        self.files = files
        self._entries = entries
        self._kept = kept
        self._memory: OrderedDict[tuple[int, int], Layers] = OrderedDict()
        self._lock = Lock()

    def node(self, edge: Edge, height: int, position: int) -> bytes:
        """The hash over the complete, aligned range of 2^height leaves at `position`, inside the tree of `edge`."""
        level, within = divmod(height, TILE_HEIGHT)
        index, offset = divmod(position << within, TILE_WIDTH)
        if index == edge.index(level):
            return merkle.tree_root(edge.rows[level][offset : offset + (1 << within)])
        return self.layers(edge, level, index)[within][offset >> within]

    def layers(self, edge: Edge, level: int, index: int) -> Layers:
        """All nodes of a full tile of the tree of `edge`.

        Raises LogDiverged where neither the file nor the entries give the hash that the tile above has for it.
        """
        expected = self.node(edge, TILE_HEIGHT * (level + 1), index)
        with self._lock:
            layers = self._memory.get((level, index))
            if layers is not None and layers[-1][0] == expected:
                self._memory.move_to_end((level, index))
                return layers
        stored = self.files.full(level, index)
        layers = None if stored is None else _layers(_hashes(stored))
        if layers is None or layers[-1][0] != expected:
            layers = self._mended(level, index, expected)
        with self._lock:
            self._memory[level, index] = layers
            while len(self._memory) > self._kept:
                self._memory.popitem(last=False)
        return layers

    def leaves(self, start: int, end: int) -> list[bytes]:
        """The leaf hashes `[start, end)`, from the entries.

        Raises StoreError as `entries` does.
        """
        leaves: list[bytes] = []
        for first in range(start, end, _READ_AT_ONCE):
            last = min(first + _READ_AT_ONCE, end)
            leaves += [merkle.leaf_hash(entry) for entry in self.entries(first, last)]
        return leaves

    def entries(self, start: int, end: int) -> list[bytes]:
        """The entries `[start, end)` as the source gives them.

        Raises StoreError when they aren't that many, of 32 bytes each.
        """
        entries = self._entries(start, end)
        if len(entries) != end - start or any(len(entry) != HASH_BYTES for entry in entries):
            raise StoreError(f"The database doesn't give all entries from {start} to {end - 1} at {HASH_BYTES} bytes.")
        return entries

    def settled_root(self, level: int, index: int, claimed: bytes) -> bytes:
        """The root of a full tile whose parent can't be believed either: what two of three independent sources say.

        They are the parent's claim, the tile's own file, and what lies below it; where all differ, the entries decide.
        """
        stored = self.files.full(level, index)
        root = None if stored is None else merkle.tree_root(_hashes(stored))
        if root == claimed:
            return claimed
        below = self._from_below(level, index, from_entries=level == 0)
        if merkle.tree_root(below) not in (claimed, root) and level > 0:
            below = self._from_below(level, index, from_entries=True)
        self.files.keep(level, index, below)
        return merkle.tree_root(below)

    def _mended(self, level: int, index: int, expected: bytes) -> Layers:
        for from_entries in (False, True):
            layers = _layers(tuple(self._from_below(level, index, from_entries=from_entries)))
            if layers[-1][0] == expected:
                self.files.keep(level, index, layers[0])
                return layers
        span = TILE_WIDTH ** (level + 1)
        raise LogDiverged(
            what=f"leaves {index * span:,} to {(index + 1) * span - 1:,}", expected=expected, actual=layers[-1][0]
        )

    def _from_below(self, level: int, index: int, *, from_entries: bool) -> list[bytes]:
        """The hashes of a full tile, worked out from the tiles below it, or all the way from the entries."""
        first = index * TILE_WIDTH
        if level == 0:
            return self.leaves(first, first + TILE_WIDTH)
        return [
            self._root_from_below(level - 1, child, from_entries=from_entries)
            for child in range(first, first + TILE_WIDTH)
        ]

    def _root_from_below(self, level: int, index: int, *, from_entries: bool) -> bytes:
        stored = None if from_entries else self.files.full(level, index)
        if stored is not None:
            return merkle.tree_root(_hashes(stored))
        return merkle.tree_root(self._from_below(level, index, from_entries=from_entries))


def _hashes(data: bytes) -> Hashes:
    return tuple(data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES))


def _layers(hashes: Hashes) -> Layers:
    layers = [hashes]
    while len(layers[-1]) > 1:
        layer = layers[-1]
        layers.append(tuple(merkle.node_hash(*pair) for pair in zip(layer[::2], layer[1::2], strict=True)))
    return tuple(layers)
