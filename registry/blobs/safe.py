"""A store and a vault together: what is kept of a work, sealed on its way in and opened on its way out."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from registry.blobs.store import BlobId, BlobStore
from registry.blobs.vault import Purpose, Vault
from registry.works import WorkId

__all__ = ["Keepsake", "Purpose", "Safe"]


@dataclass(frozen=True, slots=True)
class Keepsake:
    """Something to keep of a work."""

    purpose: Purpose
    work: WorkId
    data: bytes = field(repr=False)


class Safe:
    """Keeps what belongs to works. Safe to share between threads."""

    def __init__(self, store: BlobStore, vault: Vault) -> None:
        self.store = store
        self._vault = vault

    def keep_all(self, keepsakes: Sequence[Keepsake]) -> dict[tuple[Purpose, WorkId], BlobId]:
        """Keep all of these, and tell their blobs' names.

        Durable when it returns. Where it raises, or the process dies before the names are stored, some blobs may be
        there that no work names: `orphans` finds them.
        """
        if not keepsakes:
            return {}
        sealed = [self._vault.seal(one.data, one.purpose, one.work) for one in keepsakes]
        blobs = self.store.put_many(sealed)
        return {(one.purpose, one.work): blob for one, blob in zip(keepsakes, blobs, strict=True)}

    def read(self, blob: BlobId, purpose: Purpose, work: WorkId) -> bytes:
        """What was kept; raises BlobMissing, BlobDamaged or BlobLocked."""
        return self._vault.open(self.store.get(blob), purpose, work)

    def delete(self, *blobs: BlobId) -> None:
        """See to it that these are gone for good; safe to repeat."""
        self.store.delete(*blobs)
