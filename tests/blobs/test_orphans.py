"""Orphans are asked for in stretches, and after they were listed."""

from collections.abc import Iterator, Sequence

from registry.blobs.orphans import orphans
from registry.blobs.store import BlobId, Stored, blob_id


class Listed:
    """What a store lists that was filled with one blob a second."""

    def __init__(self, count: int) -> None:
        self.names = [blob_id(b"%d" % number) for number in range(count)]
        self.told = 0

    def ids(self) -> Iterator[Stored]:
        for at, name in enumerate(self.names):
            self.told += 1
            yield Stored(name, at)


def test_each_stretch_is_asked_for_once_after_it_was_listed() -> None:
    store = Listed(1_701)
    asked: list[BlobId] = []

    def known(blobs: Sequence[BlobId]) -> set[BlobId]:
        assert len(blobs) <= 500
        asked.extend(blobs)
        assert store.told >= len(asked)
        return {blob for blob in blobs if blob in store.names[::3]}

    found = list(orphans(store.ids(), known, before=1_600))
    assert asked == store.names[:1_600]
    assert found == [name for place, name in enumerate(store.names[:1_600]) if place % 3]


def test_the_moment_itself_is_not_before_it() -> None:
    store = Listed(10)
    assert list(orphans(store.ids(), lambda _: (), before=4)) == store.names[:4]
