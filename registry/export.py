"""Export: the public log as static files, for a web server, a mirror, or an auditor's disk.

1. the newest anchored checkpoint, and what the folder holds already: the beginning of this log, or it isn't touched
2. full tiles and bundles that are new; none is written twice
3. the partial ones at the log's right edge
4. the registry's facts: genesis statement, anchors
5. the checkpoint, signed. Last: a crash before it leaves the old one, and all that it counts
6. partial tiles that a full one has replaced go

What gets out: hashes, 32 bytes for each statement, salted, that mean nothing without it; and what stands on the chain.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.errors import Conflict, NotFound, PublicLogRefused
from registry.log.anchors import Listed, anchor_line
from registry.log.head import read_head, signed_head
from registry.log.log import Log
from registry.log.names import TILE_HEIGHT, TILE_WIDTH, BundleName, TileName
from registry.log.public import ANCHORS_NAME, CHECKPOINT_NAME, ENTRY_BYTES, GENESIS_NAME, FolderPrefix, PublicLog
from registry.log.static import StaticFiles
from registry.proof.certificate import Checkpoint
from registry.proof.merkle import HASH_BYTES
from registry.proof.receipt import ed25519_valid
from registry.store.ledger import Anchored, Identity, LedgerStore

Progress = Callable[[int, int], None]
"""Told (tiles and bundles so far, of so many) as they are written."""

_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Exported:
    """What the folder holds now, and what was new in it."""

    checkpoint: Checkpoint
    before: int
    files: int
    anchors: int


class Exporting:
    """Exports one registry's log."""

    def __init__(self, *, identity: Identity, ledger: LedgerStore, log: Log, signer: Ed25519PrivateKey) -> None:
        self._identity, self._ledger, self._log, self._signer = identity, ledger, log, signer

    def export(self, directory: Path, progress: Progress = lambda _done, _total: None) -> Exported:
        """Brings the folder up to the newest anchored checkpoint.

        Raises NotFound before the first one, Conflict where the folder holds another log or another history of this
        one, LogDiverged where the database doesn't give the checkpoint's root, and PublicLogUnavailable where the
        folder can't be written.
        """
        # 1. the newest anchored checkpoint, and what the folder holds already
        newest = self._ledger.last_anchored()
        if newest is None:
            raise NotFound("anchored checkpoint", "newest", remedy="Run `originmark worker` until one is there.")
        checkpoint = newest.checkpoint
        self._log.extend(checkpoint.size, expected=checkpoint.root)
        files = StaticFiles(directory)
        before = self._held(directory, checkpoint)
        # 2. full tiles and bundles that are new
        written = self._full(files, before, checkpoint.size, progress)
        # 3. the partial ones at the right edge
        written += self._edge(files, checkpoint.size)
        # 4. the registry's facts
        anchors = list(self._anchors(checkpoint.size))
        written += files.put(GENESIS_NAME, self._identity.statement)
        written += files.put(ANCHORS_NAME, b"".join(anchor_line(_listed(anchored)) for anchored in anchors))
        # 5. the checkpoint, signed
        key = self._identity.genesis.registry_key
        note = signed_head(self._identity.log, checkpoint, key, self._signer.sign)
        written += files.put(CHECKPOINT_NAME, note.encode())
        # 6. partial tiles that a full one has replaced go
        for level, index in _filled(before, checkpoint.size):
            files.drop_partials(TileName(level, index))
            if level == 0:
                files.drop_partials(BundleName(index))
        files.tidy()
        return Exported(checkpoint=checkpoint, before=before, files=written, anchors=len(anchors))

    def _held(self, directory: Path, checkpoint: Checkpoint) -> int:
        """The size of the log that the folder holds; 0 for an empty one."""
        if not (directory / CHECKPOINT_NAME).exists():
            return 0
        key = self._identity.genesis.registry_key
        try:
            held = read_head(PublicLog(FolderPrefix(directory)).head(), self._identity.log, key, _valid(key))
        except PublicLogRefused as error:
            raise Conflict(
                f"The folder holds something else: {error.message}", remedy="Export into another folder."
            ) from error
        if held.size > checkpoint.size or self._log.root(held.size) != held.root:
            raise Conflict(
                f"The folder holds {held.size:,} entries that are not the beginning of this log.",
                remedy="Keep it: it was signed by this registry, and shows that the log was changed or restored.",
            )
        return held.size

    def _full(self, files: StaticFiles, before: int, size: int, progress: Progress) -> int:
        total = sum(1 for _ in _filled(before, size))
        written = done = 0
        places = _filled(before, size)
        while batch := list(islice(places, _AT_ONCE)):
            written += files.add(
                ((TileName(level, index), partial(self._log.tile, level, index)) for level, index in batch),
                TILE_WIDTH * HASH_BYTES,
            )
            bundles = [index for level, index in batch if level == 0]
            written += files.add(
                ((BundleName(index), partial(self._log.entry_bundle, index)) for index in bundles),
                TILE_WIDTH * ENTRY_BYTES,
            )
            done += len(batch)
            progress(done, total)
        return written

    def _edge(self, files: StaticFiles, size: int) -> int:
        written, level = 0, 0
        while size >> TILE_HEIGHT * level:
            index, width = divmod(size >> TILE_HEIGHT * level, TILE_WIDTH)
            if width:
                written += files.put(TileName(level, index, width).path, self._log.tile(level, index, width))
                if level == 0:
                    written += files.put(BundleName(index, width).path, self._log.entry_bundle(index, width))
            level += 1
        return written

    def _anchors(self, size: int) -> Iterator[Anchored]:
        at = 0
        while at < size and (anchored := self._ledger.covering(at)) is not None:
            yield anchored
            at = anchored.checkpoint.size


def _filled(before: int, size: int) -> Iterator[tuple[int, int]]:
    """(level, index) of each tile that is full at `size` and wasn't at `before`."""
    level = 0
    while size >> TILE_HEIGHT * (level + 1):
        for index in range(before >> TILE_HEIGHT * (level + 1), size >> TILE_HEIGHT * (level + 1)):
            yield level, index
        level += 1


def _listed(anchored: Anchored) -> Listed:
    checkpoint, anchor = anchored.checkpoint, anchored.anchor
    return Listed(
        size=checkpoint.size,
        root=checkpoint.root,
        transaction=anchor.transaction,
        block=anchor.block_number,
        block_hash=anchor.block_hash,
        block_time=anchor.block_time,
    )


def _valid(key: bytes) -> Callable[[bytes, bytes], bool]:
    return lambda signature, message: ed25519_valid(key, signature, message)
