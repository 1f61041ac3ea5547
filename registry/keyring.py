"""The registry's secrets, each in a file of mode 0600 in the data directory, made on first use.

registry.key   Ed25519: signs receipts
recovery.key   Ed25519: for the day the other is lost or stolen. Move it to a safe place offline; nothing here reads it
               after the registry was founded, only its public half (recovery.pub)
writer.key     secp256k1: signs the transactions that anchor checkpoints
blob.key       AES-256: encrypts what is kept of works' files, unless the settings bring a key for that
"""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.errors import SettingsError

KEY_BYTES = 32
KEY_FILES = ("registry.key", "recovery.key", "recovery.pub", "writer.key", "blob.key")
"""Every file that may be there."""

RESTORE = "Restore it from your backup; a new key can't stand in for it."


@dataclass(frozen=True, slots=True)
class Keyring:
    """The secrets a running registry needs; none of them shows in `repr`."""

    signer: Ed25519PrivateKey = field(repr=False)
    recovery_public: bytes
    writer_secret: bytes = field(repr=False)
    blob_keys: tuple[bytes, ...] = field(repr=False)
    """The first encrypts, each decrypts."""

    @property
    def registry_public(self) -> bytes:
        """The Ed25519 public key (32 bytes) that receipts are checked with."""
        return self.signer.public_key().public_bytes_raw()


def open_keyring(
    directory: Path, *, founded: bool = False, sealed: bool = False, blob_keys: Sequence[bytes] = ()
) -> Keyring:
    """The keys in `directory`; made where they are missing, unless the registry was `founded` with others.

    `sealed` is whether it has blobs. `blob_keys` are those that the settings bring; the one in the directory, if there
    is one, comes after them and then only decrypts. Raises SettingsError for a key that is damaged, or missing where no
    new one can stand in for it.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("registry.key", "recovery.pub", "writer.key") if founded else ():
        if not (directory / name).exists():
            raise SettingsError(f"The key file {directory / name} is missing.", remedy=RESTORE)
    signer = Ed25519PrivateKey.from_private_bytes(_secret(directory / "registry.key"))
    public_file = directory / "recovery.pub"
    if not public_file.exists():
        recovery = Ed25519PrivateKey.from_private_bytes(_secret(directory / "recovery.key"))
        _write(public_file, recovery.public_key().public_bytes_raw())
    return Keyring(
        signer=signer,
        recovery_public=_read(public_file),
        writer_secret=_secret(directory / "writer.key"),
        blob_keys=_blob_keys(directory / "blob.key", blob_keys, sealed),
    )


def open_witness_key(path: Path) -> Ed25519PrivateKey:
    """A witness's key in a file of its own, made where there is none; raises SettingsError for a damaged one."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Ed25519PrivateKey.from_private_bytes(_secret(path))
    except OSError as error:
        raise SettingsError(
            f"The key file {path} can't be read or made: {error.strerror}.", remedy="Choose another with --key."
        ) from error


def _blob_keys(path: Path, given: Sequence[bytes], sealed: bool) -> tuple[bytes, ...]:
    if path.exists() or not (given or sealed):
        return (*given, _secret(path))
    if not given:
        raise SettingsError(
            f"This registry has blobs, and the key to them is neither in {path} nor in ORIGINMARK_BLOB_KEY.",
            remedy=RESTORE,
        )
    return tuple(given)


def _secret(path: Path) -> bytes:
    if not path.exists():
        _write(path, secrets.token_bytes(KEY_BYTES))
    return _read(path)


def _write(path: Path, value: bytes) -> None:
    """Writes hex to a new file that is whole or not there. Two processes at once: the first one's key stands."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(value.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    _keep_name(path.parent)


def _keep_name(directory: Path) -> None:
    """Makes a new file's name survive the power cord, like its content: what a lost key signed could not be checked."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> bytes:
    try:
        value = bytes.fromhex(path.read_text().strip())
    except ValueError:
        value = b""
    if len(value) != KEY_BYTES:
        raise SettingsError(
            f"The key file {path} doesn't hold {KEY_BYTES} bytes in hex.",
            remedy=RESTORE,
        )
    return value
