"""Encryption of blobs: AES-256-GCM, each blob bound to its work and its purpose.

A sealed blob is

    "OMB" · version 1       4 bytes
    the key's name          8 bytes, from SHA-256 of the key: which of several opens it
    nonce                  12 bytes, random
    ciphertext and tag      as long as the data, and 16 bytes

and what is authenticated with it, though stored nowhere, is the header's first 12 bytes, the purpose and the work's id:
so nobody who can write where blobs are kept can hand one work's picture out as another's. The length is not hidden. One
key may seal 2³² blobs before two random nonces are likelier than 2⁻³² to be the same (NIST SP 800-38D, 8.3).
"""

import secrets
from collections.abc import Sequence
from enum import StrEnum
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from registry.blobs.store import blob_id
from registry.errors import BlobDamaged, BlobLocked
from registry.works import WorkId

KEY_BYTES = 32
_MAGIC = b"OMB\x01"
_NAME_BYTES = 8
_NONCE_BYTES = 12
_TAG_BYTES = 16
_PREFIX_BYTES = len(_MAGIC) + _NAME_BYTES
_HEADER_BYTES = _PREFIX_BYTES + _NONCE_BYTES
OVERHEAD = _HEADER_BYTES + _TAG_BYTES
"""How many bytes longer a sealed blob is than what it holds."""


class Purpose(StrEnum):
    """What a blob is of its work."""

    RASTER = "raster"
    ORIGINAL = "original"


class Vault:
    """Seals with its first key and opens with any: so keys are changed by putting a new one first."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Takes one key or more, of 32 random bytes each."""
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(f"a vault has one key or more, of {KEY_BYTES} bytes each")
        self._ciphers = {key_name(key): AESGCM(key) for key in keys}
        self._sealing = key_name(keys[0])

    def __repr__(self) -> str:
        return f"Vault({', '.join(name.hex() for name in self._ciphers)})"

    def seal(self, data: bytes, purpose: Purpose, work: WorkId) -> bytes:
        """The bytes to store; different each time, so that the same picture twice doesn't show."""
        prefix = _MAGIC + self._sealing
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return prefix + nonce + self._ciphers[self._sealing].encrypt(nonce, data, _bound(prefix, purpose, work))

    def open(self, sealed: bytes, purpose: Purpose, work: WorkId) -> bytes:
        """What was sealed for this purpose of this work.

        Raises BlobLocked where the key isn't here, and BlobDamaged where not all is as it was sealed.
        """
        prefix, nonce = sealed[:_PREFIX_BYTES], sealed[_PREFIX_BYTES:_HEADER_BYTES]
        if len(sealed) < OVERHEAD or not prefix.startswith(_MAGIC):
            raise BlobDamaged(blob_id(sealed))
        name = prefix[len(_MAGIC) :]
        if name not in self._ciphers:
            raise BlobLocked(blob_id(sealed), key=name.hex())
        try:
            return self._ciphers[name].decrypt(nonce, memoryview(sealed)[_HEADER_BYTES:], _bound(prefix, purpose, work))
        except InvalidTag:
            raise BlobDamaged(blob_id(sealed)) from None


def key_name(key: bytes) -> bytes:
    """Names a key without telling anything of it."""
    return sha256(b"originmark/blob-key/v1\0" + key).digest()[:_NAME_BYTES]


def _bound(prefix: bytes, purpose: Purpose, work: WorkId) -> bytes:
    return b"\0".join((prefix, purpose.encode(), work.encode()))
