"""The right edge of a tiled tree: all that has to be known of it to add to it, and to tell its root."""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.log.names import TILE_HEIGHT, TILE_WIDTH
from registry.proof import merkle

Hashes = tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class FullTile:
    """A tile that has just been filled: its 256 hashes."""

    level: int
    index: int
    hashes: Hashes


@dataclass(frozen=True, slots=True)
class Edge:
    """The partial tiles of the tree of `size` leaves: `rows[level]` holds `(size >> 8·level) mod 256` hashes.

    There is a row for each level that has a hash at all, so that a row may be empty and the last is not.
    """

    size: int = 0
    rows: tuple[Hashes, ...] = ()

    def index(self, level: int) -> int:
        """The index of this level's partial tile, and so the number of full ones."""
        return self.size >> TILE_HEIGHT * (level + 1)

    def root(self) -> bytes:
        """The tree's root: what is right of a row counts as one more node of that row's level.

        RFC 6962 splits at the largest power of two below the size, and no split falls inside a hash of the row.
        """
        right: Hashes = ()
        for row in self.rows:
            if row or right:
                right = (merkle.tree_root(row + right),)
        return right[0] if right else merkle.EMPTY_ROOT

    def grown(self, leaves: Sequence[bytes]) -> tuple["Edge", list[FullTile]]:
        """The edge after these leaf hashes, and the tiles that they filled, lower ones first; O(leaves)."""
        rows = [list(row) for row in self.rows]
        size = self.size
        filled: list[FullTile] = []

        def add(level: int, node: bytes) -> None:
            if level == len(rows):
                rows.append([])
            row = rows[level]
            row.append(node)
            if len(row) == TILE_WIDTH:
                filled.append(FullTile(level, (size >> TILE_HEIGHT * (level + 1)) - 1, tuple(row)))
                rows[level] = []
                add(level + 1, merkle.tree_root(filled[-1].hashes))

        for leaf in leaves:
            size += 1
            add(0, leaf)
        return Edge(size, tuple(tuple(row) for row in rows)), filled
