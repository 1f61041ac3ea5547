"""Buckets as settings would have them."""

from registry.blobs.s3 import Bucket


def bucket_of(
    endpoint: str, name: str = "works", prefix: str = "a/prefix", keys: tuple[str, str] = ("any-id", "any-secret")
) -> Bucket:
    """A bucket at this address."""
    return Bucket(
        name=name,
        prefix=prefix,
        endpoint=endpoint,
        region="eu-central-1",
        access_key_id=keys[0],
        secret_access_key=keys[1],
    )
