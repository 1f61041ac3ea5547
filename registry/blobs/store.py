"""The BlobStore protocol: bytes under the name of their own hash, durable when `put` returns.

A store knows nothing of encryption: what it is handed is sealed already (`vault.py`). The name is the SHA-256 of the
very bytes that are stored, so damage shows without a key, and two that are the same are one.
"""

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple, Protocol

from registry.clock import Seconds

BlobId = str
"""SHA-256 of the stored bytes, 64 hex digits in lower case."""

_BLOB_ID = re.compile(r"[0-9a-f]{64}")


class Stored(NamedTuple):
    """A blob that is there, and when it was last put, by the clock of the place where it is kept."""

    id: BlobId
    at: Seconds


class BlobStore(Protocol):
    """Keeps blobs. Safe to share between threads, and between processes that open the same place.

    Any method may raise BlobStoreUnavailable or BlobStoreRefused.
    """

    def put(self, data: bytes) -> BlobId:
        """Keep these bytes. Once it returns they survive a crash; if it doesn't, they may be there or not."""

    def put_many(self, blobs: Sequence[bytes]) -> list[BlobId]:
        """`put` for each, at less cost together; the ids in the order of the bytes."""

    def get(self, blob: BlobId) -> bytes:
        """The bytes of this name, checked; raises BlobMissing, and BlobDamaged where they hash to another."""

    def delete(self, *blobs: BlobId) -> None:
        """See to it that these are gone for good. One that isn't there is gone already."""

    def ids(self) -> Iterator[Stored]:
        """Every blob there is, in no order. One put or deleted meanwhile may be told or not."""


def blob_id(data: bytes) -> BlobId:
    """The name of these bytes."""
    return sha256(data).hexdigest()


def place_of(blob: BlobId) -> str:
    """Where both stores keep it: `ab/ab12…`, so that a copy of one's files is the other's objects."""
    return f"{blob[:2]}/{blob}"


def is_blob_id(name: str) -> bool:
    """Whether this can be a blob's name: foreign files are passed over, and no name leads out of the store."""
    return _BLOB_ID.fullmatch(name) is not None
