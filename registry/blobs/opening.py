"""Settings to store: the folder `blobs` in the data directory, or a bucket."""

from urllib.parse import urlsplit

from registry.blobs.folder import FolderBlobs
from registry.blobs.store import BlobStore
from registry.errors import SettingsError
from registry.settings import Settings


def open_blobs(settings: Settings) -> BlobStore:
    """Where the settings say that blobs are kept; the folder is made, a bucket must be there and isn't asked yet.

    Raises SettingsError for a bucket without keys.
    """
    if settings.blob_url is None:
        return FolderBlobs(settings.data_dir / "blobs")
    key_id, secret = settings.s3_access_key_id, settings.s3_secret_access_key
    if key_id is None or secret is None:
        raise SettingsError(
            "ORIGINMARK_BLOB_URL names a bucket, and there are no keys for it.",
            remedy="Set ORIGINMARK_S3_ACCESS_KEY_ID and ORIGINMARK_S3_SECRET_ACCESS_KEY.",
        )
    # obstore takes a while to import, and a folder needs none of it.
    from registry.blobs.s3 import Bucket, S3Blobs  # noqa: PLC0415

    url = urlsplit(settings.blob_url)
    return S3Blobs(
        Bucket(
            name=url.netloc,
            prefix=url.path.strip("/"),
            endpoint=settings.s3_endpoint or f"https://s3.{settings.s3_region}.amazonaws.com",
            region=settings.s3_region,
            access_key_id=key_id.get_secret_value(),
            secret_access_key=secret.get_secret_value(),
        )
    )
