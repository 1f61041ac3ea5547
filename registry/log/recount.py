"""A public log's tree made anew from its entries, each read once; its own tiles are held against that as they fill.

In memory stand the tree's right edge, 256 hashes a level at most, and one bundle.
"""

from collections.abc import Callable

from registry.log.edge import Edge
from registry.log.lies import Caught, LieKind
from registry.log.names import TILE_WIDTH, BundleName, TileName
from registry.log.public import PublicLog
from registry.proof.merkle import leaf_hash

Progress = Callable[[int, int], None]
"""Told (entries so far, of so many) after each bundle."""


class Recount:
    """The tree over the entries read so far. `total` is how many there are, as far as anybody signed or anchored it.

    Reading raises Caught where entry 0 isn't `genesis`, where entries or tiles are missing, and where tiles are not
    those of their entries; PublicLogRefused for what has no shape, PublicLogUnavailable where nothing can be read.
    """

    def __init__(self, public: PublicLog, genesis: bytes, total: int, progress: Progress) -> None:
        self._public, self._first, self._progress = public, genesis, progress
        self.total = total
        self.edge, self._bundle = Edge(), (-1, list[bytes]())

    def read_to(self, size: int, block: int | None = None) -> None:
        """Reads the entries up to `size`, which a checkpoint covers: one anchored at `block`, or the log's head."""
        while self.edge.size < size:
            start = self.edge.size
            index, offset = divmod(start, TILE_WIDTH)
            end = min(size, (index + 1) * TILE_WIDTH)
            entries = self._entries(index, end - index * TILE_WIDTH, size, block)[offset:]
            if start == 0 and entries[0] != self._first:
                raise Caught(LieKind.GENESIS, "entry 0 is not the log's genesis statement", first=0, last=0)
            self.edge, filled = self.edge.grown([leaf_hash(entry) for entry in entries])
            for tile in filled:
                self._check_tile(tile.level, tile.index, tile.hashes)
            self._progress(end, max(self.total, end))

    def _entries(self, index: int, width: int, size: int, block: int | None) -> list[bytes]:
        """The first `width` entries of a bundle. It is read once, unless it grew: then it must begin alike."""
        known, held = self._bundle
        if known == index and len(held) >= width:
            return held[:width]
        first = index * TILE_WIDTH
        # As wide as it is known to be, since the next checkpoint wants the rest of it; never wider than that.
        for wanted in dict.fromkeys((min(TILE_WIDTH, max(self.total - first, width)), width)):
            entries = self._public.entries(index, wanted)
            if entries is not None:
                break
        if entries is None:
            anchored = "" if block is None else f", and the checkpoint of {size:,} at block {block:,} covers them"
            raise Caught(
                LieKind.ENTRIES,
                f"entries {first:,} to {first + width - 1:,} are kept back{anchored}: "
                f"there is no `{BundleName(index, width).path}`",
                first=first,
                last=first + width - 1,
                size=size,
                block=block,
            )
        if known == index and entries[: len(held)] != held:
            raise Caught(
                LieKind.ENTRIES,
                f"entries {first:,} to {first + len(held) - 1:,} changed during the audit",
                first=first,
                last=first + len(held) - 1,
            )
        self._bundle = (index, entries)
        return entries[:width]

    def _check_tile(self, level: int, index: int, hashes: tuple[bytes, ...]) -> None:
        width = len(hashes)
        if self._public.tile(level, index, width) == list(hashes):
            return
        span = TILE_WIDTH**level
        first = index * TILE_WIDTH * span
        raise Caught(
            LieKind.TILES,
            f"the tile `{TileName(level, index, width).path}` is missing or is not that of its entries, "
            f"{first:,} to {first + width * span - 1:,}",
            first=first,
            last=first + width * span - 1,
        )

    def check_partial_tiles(self) -> None:
        """Holds the tiles at the right edge against the entries read so far."""
        for level, row in enumerate(self.edge.rows):
            if row:
                self._check_tile(level, self.edge.index(level), row)
