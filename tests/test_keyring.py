"""The registry's secrets: made once, in files that only their owner reads."""

import os
from pathlib import Path

import pytest

from registry.errors import SettingsError
from registry.keyring import open_keyring
from tests.store import processes

FILES = ("blob.key", "recovery.key", "recovery.pub", "registry.key", "writer.key")


def _contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_files_are_for_their_owner_only_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        open_keyring(tmp_path / "keys")
    finally:
        os.umask(before)
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert sorted(_contents(tmp_path / "keys")) == sorted(FILES)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}


def test_keys_are_the_same_each_time_and_different_from_each_other(tmp_path: Path) -> None:
    first = open_keyring(tmp_path)
    written = _contents(tmp_path)
    second = open_keyring(tmp_path)
    assert _contents(tmp_path) == written
    assert len(set(written.values())) == 5
    assert first.registry_public == second.registry_public == first.signer.public_key().public_bytes_raw()
    assert (first.recovery_public, first.writer_secret) == (second.recovery_public, second.writer_secret)
    assert first.blob_keys == second.blob_keys
    assert len({first.registry_public, first.recovery_public, first.writer_secret, *first.blob_keys}) == 4
    assert open_keyring(tmp_path / "other").registry_public != first.registry_public


def test_the_recovery_key_can_be_moved_away(tmp_path: Path) -> None:
    public = open_keyring(tmp_path).recovery_public
    (tmp_path / "recovery.key").rename(tmp_path / "elsewhere")
    assert open_keyring(tmp_path).recovery_public == public
    assert not (tmp_path / "recovery.key").exists()


def test_a_crash_before_the_public_half_was_written_changes_no_key(tmp_path: Path) -> None:
    public = open_keyring(tmp_path).recovery_public
    (tmp_path / "recovery.pub").unlink()
    assert open_keyring(tmp_path).recovery_public == public


def test_processes_that_open_at_once_hold_the_same_keys(tmp_path: Path) -> None:
    for number in range(5):
        directory, seen = tmp_path / f"keys{number}", tmp_path / f"seen{number}"
        with processes.running(4, processes.open_keys, directory, seen) as opening:
            processes.finish(opening)
        told = processes.told(seen)
        assert len(told) == 4
        assert len(set(told)) == 1
        assert sorted(_contents(directory)) == sorted(FILES)


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe\x00 no text", b"zz" * 32, b"ab" * 31, b"ab" * 33, b"secret"])
@pytest.mark.parametrize("name", ["registry.key", "writer.key", "recovery.pub", "blob.key"])
def test_a_damaged_file_is_refused_by_name_and_never_overwritten(tmp_path: Path, name: str, damage: bytes) -> None:
    open_keyring(tmp_path)
    (tmp_path / name).write_bytes(damage)
    written = _contents(tmp_path)
    with pytest.raises(SettingsError, match=name) as refused:
        open_keyring(tmp_path)
    assert "backup" in refused.value.remedy
    assert "secret" not in str(refused.value)
    assert _contents(tmp_path) == written


def test_no_secret_shows(tmp_path: Path) -> None:
    keys = open_keyring(tmp_path)
    for shown in (repr(keys), str(keys), f"{keys}"):
        for secret in (keys.writer_secret, keys.signer.private_bytes_raw(), *keys.blob_keys):
            assert secret.hex() not in shown
            assert repr(secret) not in shown


@pytest.mark.parametrize("name", ["registry.key", "recovery.pub", "writer.key"])
def test_a_key_that_was_lost_after_founding_is_told_and_not_made_anew(tmp_path: Path, name: str) -> None:
    open_keyring(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(SettingsError, match="missing"):
        open_keyring(tmp_path, founded=True)
    assert not (tmp_path / name).exists()


def test_the_key_to_blobs_is_made_for_a_registry_that_was_founded_before_there_were_any(tmp_path: Path) -> None:
    open_keyring(tmp_path)
    (tmp_path / "blob.key").unlink()
    made = open_keyring(tmp_path, founded=True)
    assert open_keyring(tmp_path, founded=True, sealed=True).blob_keys == made.blob_keys


def test_a_key_to_blobs_that_was_lost_is_told_and_not_made_anew(tmp_path: Path) -> None:
    open_keyring(tmp_path)
    (tmp_path / "blob.key").unlink()
    with pytest.raises(SettingsError, match=r"blob\.key.*ORIGINMARK_BLOB_KEY") as lost:
        open_keyring(tmp_path, founded=True, sealed=True)
    assert "backup" in lost.value.remedy
    assert not (tmp_path / "blob.key").exists()


def test_keys_to_blobs_from_the_settings_come_before_the_one_that_is_there(tmp_path: Path) -> None:
    given = (b"\1" * 32, b"\2" * 32)
    assert open_keyring(tmp_path, blob_keys=given).blob_keys == given
    assert not (tmp_path / "blob.key").exists()
    assert open_keyring(tmp_path, founded=True, sealed=True, blob_keys=given).blob_keys == given
    (own,) = open_keyring(tmp_path).blob_keys
    assert open_keyring(tmp_path, founded=True, sealed=True, blob_keys=given).blob_keys == (*given, own)


def test_the_recovery_key_may_be_moved_away_after_founding(tmp_path: Path) -> None:
    keyring = open_keyring(tmp_path)
    (tmp_path / "recovery.key").unlink()
    assert open_keyring(tmp_path, founded=True).recovery_public == keyring.recovery_public
