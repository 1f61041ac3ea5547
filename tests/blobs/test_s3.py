"""Blobs in a bucket: against a real S3-compatible server, one that is gone, and some that behave badly."""

import threading
import time
import traceback
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import httpx
import pytest
from obstore.store import S3Store

from registry.blobs.s3 import S3Blobs
from registry.errors import BlobDamaged, BlobMissing, BlobStoreRefused, BlobStoreUnavailable, StoreError
from tests.blobs.buckets import bucket_of
from tests.blobs.fake_endpoint import answering
from tests.s3 import S3Server, started

NAME = sha256(b"data").hexdigest()
SECRET = "a-secret-that-nobody-may-see"

ACTIONS: dict[str, Callable[[S3Blobs], object]] = {
    "put": lambda store: store.put(b"data"),
    "put_many": lambda store: store.put_many([b"data", b"more", b"still more"]),
    "get": lambda store: store.get(NAME),
    "delete": lambda store: store.delete(NAME),
    "ids": lambda store: list(store.ids()),
}
each_action = pytest.mark.parametrize("act", ACTIONS.values(), ids=ACTIONS.keys())


def refusal(act: Callable[[S3Blobs], object], store: S3Blobs, kind: type[StoreError], match: str) -> None:
    """It fails as it should, says what to do, and tells no secret."""
    with pytest.raises(kind, match=match) as refused:
        act(store)
    assert refused.value.remedy
    assert SECRET not in "".join(traceback.format_exception(refused.value))


def test_a_list_of_more_than_a_page_is_whole(s3_server: S3Server, s3_bucket: str) -> None:
    store = S3Blobs(bucket_of(s3_server.endpoint, s3_bucket))
    ids = store.put_many([b"blob %d" % number for number in range(1_003)])
    listed = [stored.id for stored in store.ids()]
    assert len(listed) == 1_003
    assert set(listed) == set(ids)
    store.delete(*ids[3:])
    assert {stored.id for stored in store.ids()} == set(ids[:3])


@pytest.mark.parametrize("prefix", ["", "one", "one/two"])
def test_prefixes_and_foreign_objects_are_kept_apart(s3_server: S3Server, s3_bucket: str, prefix: str) -> None:
    others = S3Blobs(bucket_of(s3_server.endpoint, s3_bucket, prefix="elsewhere")).put_many([b"data", b"more"])
    for name in ("README", "one/README", "one/two/notes", NAME, f"00/{NAME}"):
        httpx.put(f"{s3_server.endpoint}/{s3_bucket}/{name}", content=b"foreign", trust_env=False).raise_for_status()
    store = S3Blobs(bucket_of(s3_server.endpoint, s3_bucket, prefix=prefix))
    name = store.put(b"data")
    assert [stored.id for stored in store.ids()] == [name]
    store.delete(*others)
    with pytest.raises(BlobMissing):
        store.get(name)
    left = S3Blobs(bucket_of(s3_server.endpoint, s3_bucket, prefix="elsewhere"))
    assert {stored.id for stored in left.ids()} == set(others)


def test_damage_shows(s3_server: S3Server, s3_bucket: str) -> None:
    store = S3Blobs(bucket_of(s3_server.endpoint, s3_bucket, prefix="p"))
    name = store.put(b"data")
    assert store.get(name) == b"data"
    raw = S3Store(
        s3_bucket,
        config={"endpoint": s3_server.endpoint, "access_key_id": "any-id", "secret_access_key": "any-secret"},
        client_options={"allow_http": True},
    )
    raw.put(f"p/{name[:2]}/{name}", b"dat4")
    with pytest.raises(BlobDamaged, match=name):
        store.get(name)


@each_action
def test_a_bucket_that_is_not_there_is_told(s3_server: S3Server, act: Callable[[S3Blobs], object]) -> None:
    store = S3Blobs(bucket_of(s3_server.endpoint, "no-such-bucket", keys=("id", SECRET)))
    refusal(act, store, BlobStoreRefused, "no such bucket.*`no-such-bucket` at http://127")


def test_keys_that_are_wrong_are_told_and_those_that_are_right_serve() -> None:
    with started() as server:
        bucket = server.make_bucket()
        right = server.keys_needed()
        store = S3Blobs(bucket_of(server.endpoint, bucket, keys=right))
        assert store.get(store.put(b"data")) == b"data"
        assert [stored.id for stored in store.ids()] == [NAME]
        for wrong in ((right[0], SECRET), ("AKIANOBODYKNOWSTHIS1", SECRET)):
            for act in ACTIONS.values():
                refusal(act, S3Blobs(bucket_of(server.endpoint, bucket, keys=wrong)), BlobStoreRefused, "keys")
        assert store.get(NAME) == b"data"


def test_a_server_that_was_killed_is_told() -> None:
    with started() as server:
        store = S3Blobs(bucket_of(server.endpoint, server.make_bucket(), keys=("id", SECRET)))
        assert store.get(store.put(b"data")) == b"data"
        server.process.kill()
        server.process.wait()
        begun = time.monotonic()
        for act in ACTIONS.values():
            refusal(act, store, BlobStoreUnavailable, "No usable answer")
        assert time.monotonic() - begun < 20


@each_action
def test_a_server_that_never_answers_is_given_up(act: Callable[[S3Blobs], object]) -> None:
    released = threading.Event()

    def never() -> int:
        released.wait()
        return 200

    with answering(never) as endpoint:
        store = S3Blobs(bucket_of(endpoint.address, keys=("id", SECRET)), timeout=timedelta(milliseconds=100))
        try:
            refusal(act, store, BlobStoreUnavailable, "No usable answer")
        finally:
            released.set()


@each_action
def test_a_server_that_fails_each_time_is_given_up(act: Callable[[S3Blobs], object]) -> None:
    with answering(lambda: 503) as endpoint:
        refusal(act, S3Blobs(bucket_of(endpoint.address)), BlobStoreUnavailable, "No usable answer")


def test_what_failed_for_a_moment_is_tried_again() -> None:
    answers = iter([503, 500, 200])
    with answering(lambda: next(answers)) as endpoint:
        assert S3Blobs(bucket_of(endpoint.address)).put(b"data") == NAME
        assert len(endpoint.requests) == 3


def test_many_are_put_at_once() -> None:
    together = threading.Barrier(16)

    def answer() -> int:
        together.wait(30)
        return 200

    with answering(answer) as endpoint:
        blobs = [b"blob %d" % number for number in range(32)]
        assert S3Blobs(bucket_of(endpoint.address)).put_many(blobs) == [sha256(data).hexdigest() for data in blobs]
        assert len(endpoint.requests) == 32


def test_the_environment_does_not_lead_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ENDPOINT": "http://127.0.0.1:1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "theirs",
        "AWS_SECRET_ACCESS_KEY": "theirs",
        "AWS_SESSION_TOKEN": "theirs",
        "AWS_REGION": "theirs",
        "AWS_BUCKET": "theirs",
        "AWS_SKIP_SIGNATURE": "true",
        "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "true",
        "AWS_S3_EXPRESS": "true",
    }.items():
        monkeypatch.setenv(name, value)
    with answering(lambda: 200) as endpoint:
        S3Blobs(bucket_of(endpoint.address, "mine", prefix="p", keys=("my-id", SECRET))).put(b"data")
        ((method, path, headers),) = endpoint.requests
    assert (method, path) == ("PUT", f"/mine/p/{NAME[:2]}/{NAME}")
    assert "Credential=my-id/" in headers["authorization"]
    assert "/eu-central-1/s3/" in headers["authorization"]
    assert "theirs" not in f"{headers}"
    assert SECRET not in f"{headers}"


def test_no_key_shows() -> None:
    bucket = bucket_of("http://127.0.0.1:1", "works", keys=("an-id", SECRET))
    for thing in (bucket, S3Blobs(bucket)):
        for shown in (repr(thing), str(thing), f"{thing}"):
            assert SECRET not in shown
            assert "an-id" not in shown
            assert "works" in shown
