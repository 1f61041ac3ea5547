"""A backup that isn't what was written is refused, and nothing comes of it."""

import dataclasses
import zipfile
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from registry.archive.file import MANIFEST
from registry.archive.manifest import encode_manifest, parse_manifest
from registry.errors import BackupDamaged, SettingsError
from tests.journeys.backup_world import restored, settings_in


def members(path: Path) -> list[str]:
    return zipfile.ZipFile(path).namelist()


def rewritten(path: Path, to: Path, name: str, data: bytes) -> Path:
    """The archive with other bytes in one member, as a sound ZIP."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(to, "w") as new:
        for each in old.namelist():
            new.writestr(each, data if each == name else old.read(each))
    return to


def test_a_change_in_any_member_is_refused_and_nothing_is_written(backup: Path, tmp_path: Path) -> None:
    assert {"manifest.json", "rows/works", "blobs", "chain.sqlite", "keys/registry.key"} <= set(members(backup))
    for name in members(backup):
        whole = zipfile.ZipFile(backup).read(name)
        middle = len(whole) // 2
        for data in (
            whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :] if whole else b"x",
            whole[:-1] if whole else b"\n",
            whole + b"x",
        ):
            damaged = rewritten(backup, tmp_path / "damaged.zip", name, data)
            with pytest.raises((BackupDamaged, SettingsError)):
                restored(settings_in(tmp_path / "data"), damaged)
            there = tmp_path / "data"
            assert not there.exists() or list(there.iterdir()) == [], name


def test_flipped_bits_and_cut_files_are_refused(backup: Path, tmp_path: Path) -> None:
    whole = backup.read_bytes()
    damaged = tmp_path / "damaged.zip"
    with zipfile.ZipFile(backup) as archive:
        places = [info.header_offset + 60 + info.compress_size // 2 for info in archive.infolist() if info.file_size]
    for place in places:
        damaged.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        with pytest.raises(BackupDamaged):
            restored(settings_in(tmp_path / "data"), damaged)
    for size in (0, 10, len(whole) // 2, len(whole) - 1):
        damaged.write_bytes(whole[:size])
        with pytest.raises(BackupDamaged):
            restored(settings_in(tmp_path / "data"), damaged)
    assert not (tmp_path / "data").exists()


def test_a_forged_log_fails_at_its_root_and_leaves_nothing(backup: Path, tmp_path: Path) -> None:
    """Whoever can write a backup can hash as well; what was published he can't change."""
    with zipfile.ZipFile(backup) as archive:
        rows = archive.read("rows/log_entries").splitlines(keepends=True)
        manifest = parse_manifest(archive.read(MANIFEST))
        rows[2] = b'[2,"' + b64encode(bytes(32)) + b'",' + rows[2].rsplit(b",", 1)[1]
        forged = b"".join(rows)
        listed = [
            dataclasses.replace(one, size=len(forged), sha256=sha256(forged).digest())
            if one.name == "rows/log_entries"
            else one
            for one in manifest.members
        ]
        others = {"rows/log_entries": forged, MANIFEST: encode_manifest(manifest, listed)}
        with zipfile.ZipFile(tmp_path / "forged.zip", "w") as new:
            for name in archive.namelist():
                new.writestr(name, others.get(name) or archive.read(name))
    with pytest.raises(BackupDamaged, match="root that was published"):
        restored(settings_in(tmp_path / "data"), tmp_path / "forged.zip")
    assert list((tmp_path / "data").iterdir()) == []
