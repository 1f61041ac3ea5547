"""Settings to store."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from registry.blobs.folder import FolderBlobs
from registry.blobs.opening import open_blobs
from registry.blobs.s3 import S3Blobs
from registry.errors import SettingsError
from registry.settings import Settings
from tests.s3 import S3Server


def test_a_folder_in_the_data_directory_is_the_default(tmp_path: Path) -> None:
    store = open_blobs(Settings(data_dir=tmp_path))
    assert isinstance(store, FolderBlobs)
    assert store.directory == tmp_path / "blobs"
    assert store.get(store.put(b"data")) == b"data"


@pytest.mark.parametrize("path", ["", "/", "/prefix", "/a/longer.prefix/"])
def test_a_bucket_by_url(s3_server: S3Server, s3_bucket: str, tmp_path: Path, path: str) -> None:
    settings = Settings(
        data_dir=tmp_path,
        blob_url=f"s3://{s3_bucket}{path}",
        s3_endpoint=s3_server.endpoint,
        s3_access_key_id=SecretStr("id"),
        s3_secret_access_key=SecretStr("secret"),
    )
    store = open_blobs(settings)
    assert isinstance(store, S3Blobs)
    assert store.get(store.put(b"data")) == b"data"
    assert list(tmp_path.iterdir()) == []
    assert repr(store).count(f"prefix={path.strip('/')!r}") == 1


def test_without_an_endpoint_it_is_aws_in_the_region(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path,
        blob_url="s3://works",
        s3_region="eu-north-1",
        s3_access_key_id=SecretStr("id"),
        s3_secret_access_key=SecretStr("secret"),
    )
    assert "https://s3.eu-north-1.amazonaws.com" in repr(open_blobs(settings))


@pytest.mark.parametrize(("key_id", "secret"), [(None, None), ("hunter2", None), (None, "hunter2")])
def test_a_bucket_without_keys_is_refused(tmp_path: Path, key_id: str | None, secret: str | None) -> None:
    settings = Settings(
        data_dir=tmp_path,
        blob_url="s3://works",
        s3_access_key_id=None if key_id is None else SecretStr(key_id),
        s3_secret_access_key=None if secret is None else SecretStr(secret),
    )
    with pytest.raises(SettingsError, match="ORIGINMARK_BLOB_URL") as refused:
        open_blobs(settings)
    assert "ORIGINMARK_S3_ACCESS_KEY_ID and ORIGINMARK_S3_SECRET_ACCESS_KEY" in refused.value.remedy
    assert "hunter2" not in str(refused.value)


def test_a_folder_needs_nothing_of_s3() -> None:
    loaded = "import sys, registry.blobs.opening; print('obstore' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "False"
