"""`kill -9` in the middle of a backup or a restore: nothing is half, and the same command goes on."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from registry.archive.file import Archive
from registry.archive.note import RESTORING
from registry.assemble import open_registry
from registry.errors import SettingsError
from registry.settings import Settings
from registry.store.database import Database
from registry.store.rows import snapshot
from tests.journeys.backup_world import backed_up, must_be_the_same, restored, settings_in

_KILLED = """
import os, signal, sys
from pathlib import Path
from registry.archive.file import Archive
from registry.backup import back_up
from registry.clock import system_clock
from registry.restore import restore
from registry.settings import Settings

command, data, path, moment = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4].split()
url = os.environ.get("TEST_DATABASE_URL")
settings = Settings(data_dir=data, database_url=url, media_workers=1)
steps = 0

def step(what, *_):
    global steps
    steps += what == moment[0]
    if steps == int(moment[1]):
        os.kill(os.getpid(), signal.SIGKILL)

if command == "backup":
    back_up(settings, path, with_keys=True, version="1", clock=system_clock, progress=step)
else:
    with Archive(path) as archive:
        restore(settings, archive, step)
"""


def kill(command: str, data: Path, path: Path, moment: str, url: str | None = None) -> None:
    """Runs it in a process that kills itself at this moment: `rows 3` is the third time that it tells of rows."""
    environment = dict(os.environ)  # noqa: TID251 - handed on to a process
    if url is not None:
        environment["TEST_DATABASE_URL"] = url
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, command, str(data), str(path), moment],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == -signal.SIGKILL, (moment, done.stderr)


@pytest.mark.parametrize("moment", ["rows 1", "rows 12", "blobs 1", "blobs 3", "chain 1"])
def test_a_killed_backup_is_none_and_the_next_is_whole(source: Settings, tmp_path: Path, moment: str) -> None:
    target = tmp_path / "b.zip"
    kill("backup", source.data_dir, target, moment)
    assert not target.exists()
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == []
    backed_up(source, target)
    with Archive(target) as archive:
        archive.check(lambda *_: None)
    assert [path.name for path in tmp_path.iterdir()] == ["b.zip"]


@pytest.mark.parametrize("moment", ["checking 1", "blobs 1", "rows 1", "rows 12", "root 1"])
def test_a_killed_restore_opens_as_nothing_and_is_done_again(
    source: Settings, backup: Path, tmp_path: Path, moment: str
) -> None:
    there = settings_in(tmp_path / "data")
    kill("restore", there.data_dir, backup, moment)
    if moment == "checking 1":
        assert not there.data_dir.exists()
    else:
        with pytest.raises(SettingsError, match="being restored"), open_registry(there):
            pass
    restored(there, backup)
    must_be_the_same(source, there)
    assert not (there.data_dir / RESTORING).exists()


@pytest.mark.parametrize("moment", ["rows 12", "root 1"])
def test_a_killed_restore_into_postgresql_leaves_no_row(
    source: Settings, backup: Path, postgresql_url: str, tmp_path: Path, moment: str
) -> None:
    there = settings_in(tmp_path / "pg", postgresql_url)
    assert there.database_url is not None
    kill("restore", there.data_dir, backup, moment, there.database_url.get_secret_value())
    with closing(Database(there.sqlalchemy_url)) as database, snapshot(database) as rows:
        assert rows.empty()
    restored(there, backup)
    must_be_the_same(source, there)


def test_a_restore_killed_after_its_commit_is_finished(source: Settings, backup: Path, tmp_path: Path) -> None:
    there = settings_in(tmp_path / "data")
    restored(there, backup)
    with Archive(backup) as archive:
        (there.data_dir / RESTORING).write_text(f"{archive.name} keys\n")
    restored(there, backup)
    must_be_the_same(source, there)
