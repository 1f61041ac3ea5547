"""`originmark refingerprint` on works whose codes are of an older version, as the database says."""

from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import update

from registry.settings import sqlite_path
from registry.store.database import Database
from registry.store.tables import WorkRow
from tests.cli.cli_world import CommandLine
from tests.journeys.pictures import Picture


def made_old(data: Path) -> None:
    """As if all that is there had been registered by a program of before."""
    with closing(Database(f"sqlite:///{sqlite_path(data)}")) as database, database.write() as session:
        session.connection().execute(update(WorkRow).values(codes_version=0))


def test_it_tells_what_it_did_what_failed_and_what_it_can_t(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    originmark, art = CommandLine(tmp_path / "data", capsys), tmp_path / "art"
    art.mkdir()
    for number in range(4):
        (art / f"{number}.png").write_bytes(Picture(number).png())
    copy = tmp_path / "copy.jpg"
    copy.write_bytes(Picture(1).jpeg())
    kept = originmark("register", "--json", "--no-anchor", art / "0.png", art / "1.png", art / "2.png").lines
    originmark("register", "--json", "--no-anchor", "--no-raster", art / "3.png")
    (missing,) = [line["work"] for line in kept[:-1] if line["path"].endswith("0.png")]
    made_old(tmp_path / "data")
    assert originmark("check", copy).code == 0
    for blob in (tmp_path / "data" / "blobs").glob("*/*"):
        if blob.is_file():
            blob.rename(blob.with_suffix(".away"))
    ran = originmark("refingerprint", "--json")
    assert ran.code == 2
    assert ran.lines[-1] == {"summary": {"done": 0, "failed": 3, "without_raster": 1}}
    assert {line["error"] for line in ran.lines[:-1]} == {"BlobMissing"}
    assert missing in {line["work"] for line in ran.lines[:-1]}
    for blob in (tmp_path / "data" / "blobs").glob("*/*.away"):
        blob.rename(blob.with_suffix(""))
    ran = originmark("refingerprint")
    assert (ran.code, ran.out) == (0, "3 works brought up, 0 failed\n")
    assert ran.err.startswith("1 keep no raster")
    assert "withdrawing them and registering them again" in ran.err
    assert originmark("check", copy).code == 1
    assert originmark("refingerprint", "--json").line == {"summary": {"done": 0, "failed": 0, "without_raster": 1}}
