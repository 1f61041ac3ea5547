"""A store and a vault together: what is kept is readable for its work, and for nobody who looks at the store."""

from pathlib import Path

import pytest

from registry.blobs.safe import Keepsake, Purpose, Safe
from registry.blobs.store import BlobStore
from registry.blobs.vault import Vault
from registry.errors import BlobDamaged, BlobLocked, BlobMissing
from registry.works import WorkId

KEY, OTHER = b"\1" * 32, b"\2" * 32
WORKS = [WorkId(f"wrk_{letter * 20}") for letter in "abc"]
PLAIN = b"".join(b"pixel row %06d; " % number for number in range(2_000))


def keepsakes() -> list[Keepsake]:
    return [Keepsake(purpose, work, PLAIN) for work in WORKS for purpose in Purpose]


def test_what_was_kept_is_read_by_its_name_work_and_purpose(store: BlobStore) -> None:
    safe = Safe(store, Vault([KEY]))
    blobs = safe.keep_all(keepsakes())
    assert set(blobs) == {(purpose, work) for work in WORKS for purpose in Purpose}
    assert len(set(blobs.values())) == 6
    for (purpose, work), blob in blobs.items():
        assert safe.read(blob, purpose, work) == PLAIN
    assert safe.keep_all([]) == {}


def test_blobs_cannot_be_swapped(store: BlobStore) -> None:
    safe = Safe(store, Vault([KEY]))
    blobs = safe.keep_all(keepsakes())
    for (purpose, work), blob in blobs.items():
        for other in blobs:
            if other != (purpose, work):
                with pytest.raises(BlobDamaged, match=blob):
                    safe.read(blob, *other)


def test_without_its_key_nothing_is_read(store: BlobStore) -> None:
    blobs = Safe(store, Vault([KEY])).keep_all(keepsakes())
    for (purpose, work), blob in blobs.items():
        with pytest.raises(BlobLocked, match=blob):
            Safe(store, Vault([OTHER])).read(blob, purpose, work)
        assert Safe(store, Vault([OTHER, KEY])).read(blob, purpose, work) == PLAIN


def test_deleting_can_be_repeated(store: BlobStore) -> None:
    safe = Safe(store, Vault([KEY]))
    blobs = safe.keep_all(keepsakes())
    (gone, kept), left = list(blobs.values())[:2], list(blobs.values())[1:]
    safe.delete(gone)
    safe.delete(gone)
    with pytest.raises(BlobMissing):
        safe.read(gone, Purpose.RASTER, WORKS[0])
    assert {stored.id for stored in store.ids()} == set(left)
    assert kept in left


def test_nothing_of_a_picture_can_be_read_where_blobs_are_kept(store: BlobStore, tmp_path: Path) -> None:
    Safe(store, Vault([KEY])).keep_all(keepsakes())
    stored = [store.get(each.id) for each in store.ids()]
    stored += [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(stored) >= 6
    for data in stored:
        assert b"pixel" not in data
        assert not any(work.encode() in data for work in WORKS)
        assert not any(purpose.encode() in data for purpose in Purpose)
    assert not any(work in str(path) for work in WORKS for path in tmp_path.rglob("*"))


def test_a_picture_does_not_show_in_a_repr() -> None:
    assert "pixel" not in repr(keepsakes())
