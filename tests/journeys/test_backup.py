"""Back up and restore: whole or not at all, while others write, from one kind of database into the other."""

import threading
import zipfile
from pathlib import Path

import pytest

from registry.archive.file import Archive
from registry.assemble import open_registry
from registry.backup import back_up, newest_backup
from registry.clock import system_clock
from registry.errors import Busy, Conflict, InvalidInput, OriginmarkError, SettingsError
from registry.keyring import KEY_FILES
from registry.ledger.founding import check_chain
from registry.restore import restore
from registry.settings import Settings
from registry.works import Description
from tests.journeys.backup_world import backed_up, filled, must_be_the_same, nobody, restored, settings_in
from tests.journeys.pictures import Picture


def test_a_restored_registry_is_the_same_and_goes_on(source: Settings, backup: Path, tmp_path: Path) -> None:
    there = settings_in(tmp_path / "data")
    restored(there, backup)
    must_be_the_same(source, there)
    assert (there.data_dir / "keys/registry.key").stat().st_mode & 0o777 == 0o600
    filled(there, range(50, 51))
    with open_registry(there) as registry:
        assert registry.ledger.size() == 5


def test_a_backup_without_keys_has_none_and_waits_for_them(source: Settings, tmp_path: Path) -> None:
    made = backed_up(source, tmp_path / "bare.zip", with_keys=False)
    everything = made.path.read_bytes()
    for name in KEY_FILES:
        assert bytes.fromhex((source.data_dir / "keys" / name).read_text()) not in everything
    names = zipfile.ZipFile(made.path).namelist()
    assert not [name for name in names if name.startswith("keys/")]
    there = settings_in(tmp_path / "data")
    (there.data_dir / "keys").mkdir(parents=True)
    for name in KEY_FILES:
        (there.data_dir / "keys" / name).write_bytes((source.data_dir / "keys" / name).read_bytes())
    restored(there, made.path)
    must_be_the_same(source, there)


def test_a_folder_gets_a_file_of_its_own_and_gives_its_newest(source: Settings, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no backup"):
        newest_backup(tmp_path)
    first = back_up(source, tmp_path, with_keys=False, version="1", clock=lambda: 1_000_000_000, progress=nobody)
    second = back_up(source, tmp_path, with_keys=False, version="1", clock=lambda: 1_900_000_000, progress=nobody)
    assert first.path.parent == second.path.parent == tmp_path
    assert newest_backup(tmp_path) == second.path
    assert newest_backup(first.path) == first.path
    assert second.path.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([first.path.name, second.path.name])


def test_no_backup_replaces_a_file_or_founds_a_registry(source: Settings, tmp_path: Path) -> None:
    (tmp_path / "there.zip").write_text("something dear")
    with pytest.raises(Conflict):
        backed_up(source, tmp_path / "there.zip")
    assert (tmp_path / "there.zip").read_text() == "something dear"
    with pytest.raises(InvalidInput, match="no registry"):
        backed_up(settings_in(tmp_path / "nothing"), tmp_path / "new.zip")
    assert not (tmp_path / "nothing").exists()
    assert sorted(path.name for path in tmp_path.glob("*.zip")) == ["there.zip"]


def test_nothing_is_overwritten(source: Settings, backup: Path, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="isn't empty"):
        restored(source, backup)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/notes.txt").write_text("mine")
    with pytest.raises(Conflict, match=r"notes\.txt"):
        restored(settings_in(tmp_path / "data"), backup)
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["notes.txt"]


def test_another_kind_of_chain_is_refused(backup: Path, tmp_path: Path) -> None:
    elsewhere = Settings(data_dir=tmp_path / "data", rpc_url="http://127.0.0.1:9")
    with pytest.raises(SettingsError, match="embedded chain"):
        restored(elsewhere, backup)
    assert list((tmp_path / "data").iterdir()) == []


def test_a_backup_beside_a_writer_is_one_moment(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "source")
    filled(settings, range(100, 102))
    stop, told = threading.Event(), list[int]()

    def write() -> None:
        with open_registry(settings) as registry, registry.anchoring() as anchoring:
            owner = registry.access.account_or_default(None)
            seed = 200
            while not stop.is_set():
                picture = Picture(seed, (96, 72)).png()
                told.append(registry.registering.register(picture, Description("Beside"), owner).work.index)
                anchoring.step(flush=True)
                seed += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        sizes = []
        for number in range(4):
            there = len(told)
            while len(told) < there + 2:
                assert writer.is_alive()
            sizes.append(backed_up(settings, tmp_path / f"{number}.zip").manifest.entries)
    finally:
        stop.set()
        writer.join()
    assert sizes == sorted(set(sizes)), "each backup is of a later moment"
    for number, size in enumerate(sizes):
        there = settings_in(tmp_path / f"data{number}")
        restored(there, tmp_path / f"{number}.zip")
        with open_registry(there) as registry:
            assert registry.ledger.size() == size
            assert registry.catalogue.count() == size - 1
            registry.standing.ask()
            registry.standing.must_be_level()
            with registry.anchoring() as anchoring:
                anchoring.step(flush=True)
            last = registry.ledger.last_anchored()
            assert last is not None
            assert last.checkpoint.size == size


def test_a_work_that_is_erased_meanwhile_takes_its_blob_along(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "source")
    filled(settings, range(300, 302))
    with open_registry(settings) as registry:
        first, second = registry.catalogue.page(account=None, after=0, limit=10)

        def erase(what: str, _done: int, _total: int) -> None:
            if what == "rows" and registry.catalogue.work(second.id) is not None:
                registry.withdrawing.erase(second.id, None)

        made = back_up(settings, tmp_path / "b.zip", with_keys=False, version="1", clock=system_clock, progress=erase)
        assert (made.manifest.blobs, made.manifest.erased, made.manifest.missing) == (1, 1, ())
        assert first.raster is not None
        registry.safe.store.delete(first.raster)
        lacking = backed_up(settings, tmp_path / "c.zip").manifest
        assert (lacking.blobs, lacking.missing) == (0, (first.raster,))


def test_two_at_once_don_t_mix(source: Settings, backup: Path, tmp_path: Path) -> None:
    """Whoever comes while another writes is sent away."""
    refused = list[OriginmarkError]()

    def again(_what: str, _done: int, _total: int) -> None:
        if not refused:
            for attempt in (lambda: backed_up(source, tmp_path / "b.zip"), lambda: restored(there, backup)):
                try:
                    attempt()
                except OriginmarkError as error:
                    refused.append(error)

    there = settings_in(tmp_path / "other")
    back_up(source, tmp_path / "b.zip", with_keys=False, version="1", clock=system_clock, progress=again)
    assert [type(one) for one in refused] == [Busy]
    refused.clear()
    there = settings_in(tmp_path / "data")
    with Archive(backup) as archive:
        restore(there, archive, lambda what, done, total: again(what, done, total) if what == "blobs" else None)
    assert Busy in [type(one) for one in refused]
    must_be_the_same(source, there)


def test_sqlite_to_postgresql_and_back(source: Settings, backup: Path, postgresql_url: str, tmp_path: Path) -> None:
    on_postgresql = settings_in(tmp_path / "pg", postgresql_url)
    restored(on_postgresql, backup)
    must_be_the_same(source, on_postgresql)
    filled(on_postgresql, range(60, 62))
    with pytest.raises(Conflict, match="database isn't empty"):
        restored(settings_in(tmp_path / "pg2", postgresql_url), backup)
    back = backed_up(on_postgresql, tmp_path / "pg.zip")
    assert back.manifest.entries == 6
    on_sqlite = settings_in(tmp_path / "back")
    restored(on_sqlite, back.path)
    must_be_the_same(on_postgresql, on_sqlite)


def test_a_restored_postgresql_goes_on_counting(source: Settings, postgresql_url: str, tmp_path: Path) -> None:
    """Rows that bring their numbers don't move PostgreSQL's own sequences."""
    from sqlmodel import col, select

    from registry.store.tables import SightingRow

    with open_registry(source) as registry:
        (work, *_) = registry.catalogue.page(account=None, after=0, limit=1)
        with registry.database.write() as session:
            session.add(SightingRow(work=work.id, decision="review", seen=1))
    there = settings_in(tmp_path / "pg", postgresql_url)
    restored(there, backed_up(source, tmp_path / "b.zip").path)
    with open_registry(there) as registry:
        with registry.database.write() as session:
            session.add(SightingRow(work=work.id, decision="review", seen=2))
        with registry.database.read() as session:
            assert [row.seen for row in session.exec(select(SightingRow).order_by(col(SightingRow.id)))][-1] == 2


def test_the_restored_chain_is_the_one_it_was(source: Settings, backup: Path, tmp_path: Path) -> None:
    from registry.chains import open_chain

    there = settings_in(tmp_path / "data")
    restored(there, backup)
    with open_registry(there) as registry, open_chain(there) as chain:
        check_chain(registry.identity, [chain])
