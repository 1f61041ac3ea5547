"""Tiles that another process left: how far they reach, and whether to believe them."""

from registry.log.edge import Edge
from registry.log.files import TileFiles
from registry.log.names import TILE_HEIGHT, TILE_WIDTH
from registry.log.tiles import Tiles
from registry.proof.merkle import HASH_BYTES


def edge_on_disk(files: TileFiles, limit: int) -> Edge:
    """The right edge of the largest tree of at most `limit` leaves whose edge is on disk: found, not yet believed.

    From the top down: the number of hashes in one row is the place of the tile below. A row is cut to 255 hashes where
    the tile is full and the one above doesn't count it yet, as after a crash.
    """
    rows: list[tuple[bytes, ...]] = []
    index = 0
    levels = -(-limit.bit_length() // TILE_HEIGHT)
    for level in reversed(range(levels)):
        most = min((limit >> TILE_HEIGHT * level) - index * TILE_WIDTH, TILE_WIDTH - 1)
        data = files.widest(level, index)[: most * HASH_BYTES]
        row = tuple(data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES))
        if row or rows:
            rows.append(row)
        index = index * TILE_WIDTH + len(row)
    return Edge(index, tuple(reversed(rows)))


def settled(tiles: Tiles, edge: Edge) -> Edge:
    """The same edge, with each hash held against what it stands for: leaves against the entries, others against tiles.

    Where they differ, what lies below decides. At most 255 tiles a level are read: 0.1 s at ten million leaves.
    """
    rows: list[tuple[bytes, ...]] = []
    for level, row in enumerate(edge.rows):
        first = edge.index(level) * TILE_WIDTH
        if level == 0:
            rows.append(tuple(tiles.leaves(first, first + len(row))))
        else:
            rows.append(tuple(tiles.settled_root(level - 1, first + at, claimed) for at, claimed in enumerate(row)))
    return Edge(edge.size, tuple(rows))
