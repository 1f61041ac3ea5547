"""Blobs that no work names: kept just before a crash, so that the transaction which should name them never was."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice

from registry.blobs.store import BlobId, Stored
from registry.clock import Seconds

ORPHAN_AGE: Seconds = 24 * 3600
"""How long a blob may wait for its transaction: a day lets even a machine that was suspended finish."""

_ASKED_AT_ONCE = 500


def orphans(
    listed: Iterable[Stored], known: Callable[[Sequence[BlobId]], Collection[BlobId]], before: Seconds
) -> Iterator[BlobId]:
    """Of the blobs that a store lists, those stored before this moment that no work names, for the caller to delete.

    `known` tells which of some blobs are named. It is asked after those were listed, a few hundred at a time: so a work
    that is registered meanwhile keeps its blobs, and nobody holds all names in memory. `before` must lie further back
    than any transaction that is under way: the clock less ORPHAN_AGE.
    """
    old = (stored.id for stored in listed if stored.at < before)
    while some := list(islice(old, _ASKED_AT_ONCE)):
        named = known(some)
        yield from (blob for blob in some if blob not in named)
