"""Blobs in a bucket of S3, or of anything that speaks like it: one object a blob, put by one request.

One request means that an object is there whole or not at all, and that no unfinished upload is left to pay for. What
obstore would read from the environment (endpoint, keys, session tokens) is set here, since settings come as arguments.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from registry.blobs.store import BlobId, Stored, blob_id, is_blob_id, place_of
from registry.errors import BlobDamaged, BlobMissing, BlobStoreRefused, BlobStoreUnavailable, StoreError

if TYPE_CHECKING:
    from obstore.store import S3Credential  # it isn't there at run time

_Given = TypeVar("_Given")
_Made = TypeVar("_Made")

_AT_ONCE = 16
"""Requests at once: one waits some tens of milliseconds for its answer and hardly works meanwhile."""
_CONNECT = timedelta(seconds=5)
_RETRIES = 3
_RETRY_FOR = timedelta(seconds=30)
_NOWHERE = "0" * 64
"""A name that no blob has, for as long as SHA-256 holds."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket and how to reach it. Requests are path-style, which AWS, MinIO, Ceph, R2 and B2 all answer."""

    name: str
    prefix: str
    """Comes before every object's name, without slashes around it; empty for none."""
    endpoint: str
    region: str
    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)


class S3Blobs:
    """The blobs under one prefix of a bucket, which must be there. Nothing is asked of it before the first blob is.

    `timeout` is for one request, in whole: 120 s lets 64 MiB pass at half a megabyte a second.
    """

    def __init__(self, bucket: Bucket, *, timeout: timedelta = timedelta(seconds=120)) -> None:
        self._bucket = bucket
        self._store = S3Store(
            bucket.name,
            prefix=bucket.prefix or None,
            config={
                "endpoint": bucket.endpoint,
                "aws_endpoint_url_s3": bucket.endpoint,
                "region": bucket.region,
                "virtual_hosted_style_request": False,
                "s3_express": False,
                "skip_signature": False,
            },
            client_options={
                "allow_http": bucket.endpoint.startswith("http://"),
                "connect_timeout": _CONNECT,
                "timeout": timeout,
            },
            retry_config={"max_retries": _RETRIES, "retry_timeout": _RETRY_FOR},
            # Not in `config`, to which the environment's session token would be added.
            credential_provider=self._credential,
        )

    def __repr__(self) -> str:
        return f"S3Blobs({self._bucket!r})"

    def put(self, data: bytes) -> BlobId:
        """Keep these bytes."""
        blob = blob_id(data)
        with self._explained():
            obstore.put(self._store, place_of(blob), data, use_multipart=False)
        return blob

    def put_many(self, blobs: Sequence[bytes]) -> list[BlobId]:
        """`put` for each, several at once."""
        return _at_once(self.put, blobs)

    def get(self, blob: BlobId) -> bytes:
        """The bytes of this name, checked."""
        if not is_blob_id(blob):
            raise BlobMissing(blob)
        with self._explained():
            try:
                data = bytes(obstore.get(self._store, place_of(blob)).bytes())
            except FileNotFoundError:
                self._reach()
                raise BlobMissing(blob) from None
        if blob_id(data) != blob:
            raise BlobDamaged(blob)
        return data

    def delete(self, *blobs: BlobId) -> None:
        """See to it that these are gone for good, unless the bucket keeps versions: then it hides them, no more."""
        _at_once(self._delete, [blob for blob in blobs if is_blob_id(blob)])

    def ids(self) -> Iterator[Stored]:
        """Every blob there is; objects of other names are passed over."""
        with self._listed():
            for page in obstore.list(self._store, chunk_size=1000):
                for each in page:
                    name = each["path"].rpartition("/")[2]
                    if is_blob_id(name) and each["path"] == place_of(name):
                        yield Stored(name, int(each["last_modified"].timestamp()))

    def _credential(self) -> "S3Credential":
        return {
            "access_key_id": self._bucket.access_key_id,
            "secret_access_key": self._bucket.secret_access_key,
            "token": None,
            "expires_at": None,
        }

    def _delete(self, blob: BlobId) -> None:
        with self._explained():
            try:
                obstore.delete(self._store, [place_of(blob)])
            except FileNotFoundError:
                self._reach()

    def _reach(self) -> None:
        """Raises where it was the bucket that wasn't found, not the object in it: S3 answers 404 to both."""
        with self._listed():
            next(iter(obstore.list(self._store, place_of(_NOWHERE))), None)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (BaseError, OSError) as error:
            raise self._told(error) from error

    @contextmanager
    def _listed(self) -> Iterator[None]:
        """Like `_explained`, for a list: that one's errors don't say by their type whether there was an answer."""
        try:
            yield
        except (BaseError, OSError) as error:
            try:
                obstore.head(self._store, place_of(_NOWHERE))
            except (BaseError, OSError) as answer:
                raise self._told(answer) from error
            raise self._told(error) from error

    def _told(self, error: BaseError | OSError) -> StoreError:
        where = f"the bucket `{self._bucket.name}` at {self._bucket.endpoint}"
        match error:
            case FileNotFoundError():
                return BlobStoreRefused(f"There is no such bucket: {where}.")
            case PermissionDeniedError() | UnauthenticatedError():
                return BlobStoreRefused(f"The S3 keys aren't known or may not do this in {where}.")
            case _:
                return BlobStoreUnavailable(f"No usable answer about {where}.")


def _at_once(do: Callable[[_Given], _Made], these: Sequence[_Given]) -> list[_Made]:
    if not these:
        return []
    with ThreadPoolExecutor(min(_AT_ONCE, len(these))) as pool:
        return list(pool.map(do, these))
