"""The log as its callers see it: grown to a size, asked for roots, proofs and tiles of any size up to that.

Where the disk may be wrong, and how that is noticed:

    a full tile        its length, and its root against the tile above it, whenever it is read
    the right edge     its root against the checkpoint's when that is given; otherwise, once a process, each of its
                       hashes against the full tile that it stands for, and its leaves against the entries
    while it grows     nothing is read: new leaves come from the entries, and the edge stays in memory

A crash while it grows: some tiles stand that nobody counts yet. The next process finds how far they reach, checks that
as above, and goes on from there; 65,536 leaves at most are hashed twice.
"""

from collections.abc import Callable
from threading import Lock

from registry.errors import InvalidInput, LogDiverged, NotFound
from registry.log.adopt import edge_on_disk, settled
from registry.log.edge import Edge
from registry.log.files import TileFiles
from registry.log.names import TILE_WIDTH, BundleName, TileName
from registry.log.tiles import EntrySource, Tiles
from registry.proof import merkle
from registry.proof.merkle import HASH_BYTES, SubtreeHash

Progress = Callable[[int, int], None]
"""Told (leaves so far, leaves wanted) now and then."""

_BLOCK = TILE_WIDTH * TILE_WIDTH
"""Leaves between two moments at which all that was built is on disk."""


class Log:
    """An RFC 6962 tree over the entries of one log, its tiles under one directory.

    It has no size until `extend` was called. One value serves all threads of a process; any number of processes may
    hold one each over the same directory and the same entries.
    """

    def __init__(self, files: TileFiles, entries: EntrySource, *, kept_tiles: int = 256) -> None:
        self._files = files
        self._tiles = Tiles(files, entries, kept_tiles)
        self._edge = Edge()
        self._growing = Lock()

    @property
    def size(self) -> int:
        """The number of leaves it was extended to."""
        return self._edge.size

    def extend(self, size: int, *, expected: bytes | None = None, progress: Progress | None = None) -> bytes:
        """Bring the tree up to `size` leaves and give its root at that size; k new leaves cost O(k + log n).

        With the `expected` root of a checkpoint, tiles that another process built are taken over at once, and tiles
        that give another root are built again from the entries; so it comes from the database or the chain, never from
        a client. Raises LogDiverged when the entries don't give it either: the log then has no size any more.
        """
        if size < 0:
            raise InvalidInput(f"A log's size is 0 or more, not {size}.", field="size")
        with self._growing:
            if size > self._edge.size:
                self._edge = self._grown(size, expected, progress)
            if expected is not None and self.root(size) != expected:
                self._edge = self._grown_anew(size, expected, progress)
            return self.root(size)

    def root(self, size: int) -> bytes:
        """The root of the first `size` leaves. Raises InvalidInput beyond the size that it was extended to."""
        edge = self._edge_for(size)
        if size == edge.size:
            return edge.root()
        return merkle.EMPTY_ROOT if size == 0 else self._subtrees(edge)(0, size)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The path of leaf `index` in the tree of `size` leaves.

        Raises InvalidInput where there is no such leaf, or no such size yet.
        """
        edge = self._edge_for(size)
        if not 0 <= index < size:
            raise InvalidInput(f"There is no entry {index} in the log's first {size}.", field="index")
        return merkle.inclusion_path(index, size, self._subtrees(edge))

    def consistency(self, old_size: int, size: int) -> list[bytes]:
        """The proof that the tree of `size` leaves begins with the one of `old_size`.

        Raises InvalidInput unless 0 < old_size <= size, and for a size beyond what it was extended to.
        """
        edge = self._edge_for(size)
        if not 0 < old_size <= size:
            raise InvalidInput(f"Sizes are told from 1 to the newer one, {size}; not {old_size}.", field="old_size")
        return merkle.consistency_path(old_size, size, self._subtrees(edge))

    def tile(self, level: int, index: int, width: int = TILE_WIDTH) -> bytes:
        """The hashes of a tile, or its first `width`: any that some size so far has needed.

        Raises InvalidInput for a place that C2SP can't name, NotFound for one that the log hasn't reached.
        """
        name = TileName(level, index, width)
        edge = self._edge
        hashes: tuple[bytes, ...] = ()
        if level < len(edge.rows):
            if index < edge.index(level):
                hashes = self._tiles.layers(edge, level, index)[0]
            elif index == edge.index(level):
                hashes = edge.rows[level]
        if len(hashes) < width:
            raise NotFound("tile", name.path)
        return b"".join(hashes[:width])

    def entry_bundle(self, index: int, width: int = TILE_WIDTH) -> bytes:
        """The entries under a level 0 tile, each after its length as two bytes; from the entries' source.

        Raises as `tile` does, and LogDiverged where the source's entries are not those that the tree was built from.
        """
        name = BundleName(index, width)
        start = index * TILE_WIDTH
        if start + width > self._edge.size:
            raise NotFound("entry bundle", name.path)
        entries = self._tiles.entries(start, start + width)
        leaves = [merkle.leaf_hash(entry) for entry in entries]
        logged = self.tile(0, index, width)
        if b"".join(leaves) != logged:
            known = [logged[at : at + HASH_BYTES] for at in range(0, len(logged), HASH_BYTES)]
            raise LogDiverged(
                what=f"leaves {start:,} to {start + width - 1:,}",
                expected=merkle.tree_root(known),
                actual=merkle.tree_root(leaves),
            )
        return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)

    def _edge_for(self, size: int) -> Edge:
        edge = self._edge
        if not 0 <= size <= edge.size:
            raise InvalidInput(
                f"The log has no size {size}.", field="size", remedy=f"Ask for a size of at most {edge.size}."
            )
        return edge

    def _subtrees(self, edge: Edge) -> SubtreeHash:
        def subtree(start: int, end: int) -> bytes:
            span = end - start
            if span & (span - 1) == 0:
                # RFC 6962 splits leave a range of 2^h leaves only where it is aligned to 2^h.
                height = span.bit_length() - 1
                return self._tiles.node(edge, height, start >> height)
            middle = start + merkle.split_point(span)
            return merkle.node_hash(subtree(start, middle), subtree(middle, end))

        return subtree

    def _grown(self, size: int, expected: bytes | None, progress: Progress | None) -> Edge:
        """Take over what is on disk where that is safe, and add what is missing."""
        edge = self._edge
        if edge.size == 0:
            self._files.sweep()
        if expected is not None:
            found = edge_on_disk(self._files, size)
            if found.size == size and found.root() == expected:
                return found
        if edge.size == 0:
            edge = settled(self._tiles, edge_on_disk(self._files, size))
            self._keep_edge(edge)
        return self._appended(edge, size, progress)

    def _grown_anew(self, size: int, expected: bytes, progress: Progress | None) -> Edge:
        """Every leaf from the entries once more, since what is known gives another root than the checkpoint's.

        Hashed once without writing: if it is the entries that are wrong, the tiles are what is left of the right ones.
        """
        edge = Edge()
        for start in range(0, size, _BLOCK):
            edge, _ = edge.grown(self._tiles.leaves(start, min(start + _BLOCK, size)))
        if edge.root() != expected:
            self._edge = Edge()
            raise LogDiverged(what=f"the first {size:,} entries", expected=expected, actual=edge.root())
        return self._appended(Edge(), max(size, self._edge.size), progress)

    def _appended(self, edge: Edge, size: int, progress: Progress | None) -> Edge:
        while edge.size < size:
            end = min((edge.size // _BLOCK + 1) * _BLOCK, size)
            edge, filled = edge.grown(self._tiles.leaves(edge.size, end))
            self._files.keep_all((tile.level, tile.index, tile.hashes) for tile in filled)
            # The full tiles are on disk before a partial one above counts them.
            self._keep_edge(edge)
            if progress is not None:
                progress(end, size)
        return edge

    def _keep_edge(self, edge: Edge) -> None:
        for level, row in enumerate(edge.rows):
            if row:
                self._files.keep(level, edge.index(level), row)
