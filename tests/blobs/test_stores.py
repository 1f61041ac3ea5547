"""What any store of blobs must do: held against the folder and against a bucket."""

import time
from hashlib import sha256

import pytest

from registry.blobs.orphans import orphans
from registry.blobs.store import BlobStore
from registry.errors import BlobMissing

ABSENT = sha256(b"nobody stored this").hexdigest()
FOREIGN = ["", "tmp", ABSENT.upper(), ABSENT[:-1], f"../{ABSENT}", f"{ABSENT}/..", "../../etc/passwd", ABSENT + "\n"]


def test_what_was_put_is_got_under_its_hash(store: BlobStore) -> None:
    for data in (b"", b"\0", b"a picture", bytes(range(256)) * 1000):
        blob = store.put(data)
        assert blob == sha256(data).hexdigest()
        assert store.get(blob) == data


def test_many_come_back_in_their_order_the_same_bytes_twice_as_one(store: BlobStore) -> None:
    blobs = [b"blob %d" % (number % 30) for number in range(40)]
    ids = store.put_many(blobs)
    assert ids == [sha256(data).hexdigest() for data in blobs]
    assert [store.get(blob) for blob in ids] == blobs
    assert sorted(stored.id for stored in store.ids()) == sorted(set(ids))
    assert store.put_many([]) == []


def test_a_large_original_goes_round(store: BlobStore) -> None:
    data = bytes(64 * 1024 * 1024)
    assert store.get(store.put(data)) == data


def test_what_is_deleted_is_gone_and_only_that(store: BlobStore) -> None:
    ids = store.put_many([b"blob %d" % number for number in range(20)])
    store.delete(*ids[:7])
    store.delete(*ids[:8], ABSENT)
    store.delete()
    for blob in ids[:8]:
        with pytest.raises(BlobMissing, match=blob) as missing:
            store.get(blob)
        assert missing.value.remedy
    assert {stored.id for stored in store.ids()} == set(ids[8:])
    assert [store.get(blob) for blob in ids[8:]]


@pytest.mark.parametrize("name", FOREIGN)
def test_no_name_leads_out_of_the_store(store: BlobStore, name: str) -> None:
    with pytest.raises(BlobMissing):
        store.get(name)
    store.delete(name)


def test_a_blob_that_was_never_put_is_missing(store: BlobStore) -> None:
    with pytest.raises(BlobMissing, match=ABSENT):
        store.get(ABSENT)


def test_ids_tell_when_it_was_stored(store: BlobStore) -> None:
    before = int(time.time())
    blob = store.put(b"now")
    (stored,) = store.ids()
    assert stored.id == blob
    assert before <= stored.at <= time.time()


def test_orphans_are_old_and_unknown(store: BlobStore) -> None:
    ids = store.put_many([b"blob %d" % number for number in range(9)])
    known = set(ids[:4])
    tomorrow = int(time.time()) + 86_400
    assert set(orphans(store.ids(), known.intersection, tomorrow)) == set(ids[4:])
    assert list(orphans(store.ids(), known.intersection, int(time.time()) - 60)) == []
    store.delete(*orphans(store.ids(), known.intersection, tomorrow))
    assert {stored.id for stored in store.ids()} == known
