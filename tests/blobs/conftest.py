"""Both stores, each as real as it can be: a folder on a disk, and a bucket of an S3-compatible server."""

from pathlib import Path

import pytest

from registry.blobs.folder import FolderBlobs
from registry.blobs.s3 import S3Blobs
from registry.blobs.store import BlobStore
from tests.blobs.buckets import bucket_of
from tests.s3 import S3Server


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    """An empty store, once a folder and once a bucket."""
    if request.param == "folder":
        return FolderBlobs(tmp_path / "blobs")
    server: S3Server = request.getfixturevalue("s3_server")
    return S3Blobs(bucket_of(server.endpoint, request.getfixturevalue("s3_bucket")))
