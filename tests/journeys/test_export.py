"""The public log in a folder: what C2SP asks for, each file once, and whole at any moment."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.errors import Conflict, LogDiverged, NotFound
from registry.log.names import BundleName, TileName
from tests.log.public_world import FIRST_TIME, PublicWorld
from tests.log.seeded import files_in

SIZES = (3, 255, 256, 257, 1_000)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[PublicWorld]:
    made = PublicWorld(tmp_path)
    yield made
    made.close()


def expected(size: int) -> set[str]:
    """The files of a log of fewer than 65,536 entries, by C2SP's definition."""
    full, rest = divmod(size, 256)
    names = {name.path for index in range(full) for name in (TileName(0, index), BundleName(index))}
    if rest:
        names |= {TileName(0, full, rest).path, BundleName(full, rest).path}
    if full:
        names.add(TileName(1, 0, full).path)
    return names | {"checkpoint", "genesis.json", "anchors.jsonl"}


def test_a_folder_grows_with_the_log_and_has_what_c2sp_asks_for(world: PublicWorld, tmp_path: Path) -> None:
    once, in_steps = tmp_path / "once", tmp_path / "in steps"
    before = 0
    for size in SIZES:
        world.grown(size)
        done = world.export(in_steps)
        assert (done.before, done.checkpoint.size) == (before, size)
        before = size
    world.export(once)
    assert set(files_in(once)) == expected(SIZES[-1])
    kept = files_in(in_steps)
    assert {name: data for name, data in kept.items() if name in expected(SIZES[-1])} == files_in(once)
    # Partial tiles stay as long as no full one has replaced them, since a checkpoint was made at their size.
    left = {name for name in kept if name not in expected(SIZES[-1])}
    assert left == {TileName(1, 0, width).path for width in (1,)}
    assert len(kept["anchors.jsonl"].splitlines()) == len(SIZES)


def test_full_tiles_are_never_written_twice_and_nothing_is_where_nothing_is_new(
    world: PublicWorld, tmp_path: Path
) -> None:
    folder = tmp_path / "public"
    world.grown(600)
    world.export(folder)
    stamps = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    inodes = {path: path.stat().st_ino for path in stamps}
    assert world.export(folder).files == 0
    world.grown(700)
    world.export(folder)
    full = [folder / name.path for index in (0, 1) for name in (TileName(0, index), BundleName(index))]
    assert all((path.stat().st_mtime_ns, path.stat().st_ino) == (stamps[path], inodes[path]) for path in full)


def test_the_checkpoint_comes_last_so_that_a_reader_finds_all_that_it_counts(
    world: PublicWorld, tmp_path: Path
) -> None:
    folder = tmp_path / "public"
    world.grown(300)
    world.export(folder)
    world.grown(600)
    old = (folder / "checkpoint").read_bytes()
    (folder / "anchors.jsonl").unlink()
    (folder / "anchors.jsonl").mkdir()
    (folder / "anchors.jsonl" / "in the way").touch()
    with pytest.raises(Exception, match="can't be written"):
        world.export(folder)
    assert (folder / "checkpoint").read_bytes() == old
    assert {TileName(0, 1, 44).path, BundleName(1, 44).path} <= set(files_in(folder))
    (folder / "anchors.jsonl" / "in the way").unlink()
    (folder / "anchors.jsonl").rmdir()
    assert world.export(folder).checkpoint.size == 600
    assert expected(600) <= set(files_in(folder))


def test_the_anchors_are_told_as_the_chain_has_them(world: PublicWorld, tmp_path: Path) -> None:
    world.grown(3, 5)
    world.export(tmp_path / "public")
    lines = [json.loads(line) for line in (tmp_path / "public" / "anchors.jsonl").read_text().splitlines()]
    assert [line["size"] for line in lines] == [3, 5]
    log = world.log
    log.extend(5)
    assert [line["root"] for line in lines] == [log.root(3).hex(), log.root(5).hex()]
    assert [line["block_time"] for line in lines] == [FIRST_TIME + 12 * line["block"] for line in lines]


def test_nothing_is_exported_before_the_first_anchor(world: PublicWorld, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        world.export(tmp_path / "public")
    assert not (tmp_path / "public").exists()


def test_another_history_is_not_written_over_the_one_that_is_there(world: PublicWorld, tmp_path: Path) -> None:
    folder = tmp_path / "public"
    (tmp_path / "other").mkdir()
    other = PublicWorld(tmp_path / "other", seed="other").grown(5, 300)
    other.export(folder)
    other.close()
    held = files_in(folder)
    for sizes in ((4,), (300,), (400,)):
        world.grown(*sizes)
        with pytest.raises(Conflict, match="not the beginning"):
            world.export(folder)
    assert files_in(folder) == held


def test_a_folder_with_something_else_in_it_is_left_alone(world: PublicWorld, tmp_path: Path) -> None:
    world.grown(3)
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "checkpoint").write_text("a note of mine\n")
    with pytest.raises(Conflict):
        world.export(tmp_path / "public")


def test_a_database_that_lies_isn_t_exported(world: PublicWorld, tmp_path: Path) -> None:
    world.grown(300)
    with world.database.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("UPDATE log_entries SET entry = ? WHERE log_index = 7", (b"x" * 32,))
    with pytest.raises(LogDiverged):
        world.export(tmp_path / "public")
    assert not (tmp_path / "public" / "checkpoint").exists()
