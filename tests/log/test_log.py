"""The log against the tree by the slow way: roots, proofs and tiles at every kind of size."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from registry.errors import InvalidInput, LogDiverged, NotFound, StoreError
from registry.log import Log, parse_name
from registry.log.names import TileName
from registry.proof import merkle
from tests.log.seeded import BOUNDARIES, ENTRIES, LEAVES, MOST, Rows, files_for, files_in, opened, root_of

sizes = st.one_of(st.sampled_from(BOUNDARIES), st.integers(1, 1000), st.integers(1, MOST))


@pytest.fixture(scope="module")
def log() -> Iterator[Log]:
    with TemporaryDirectory() as directory:
        log = opened(Path(directory))
        log.extend(MOST)
        yield log


@pytest.fixture(scope="module")
def full_directory(log: Log) -> Path:
    return log._files.directory


@pytest.mark.parametrize("size", [0, *BOUNDARIES])
def test_root_and_files_of_one_go(tmp_path: Path, size: int) -> None:
    assert opened(tmp_path).extend(size) == root_of(size)
    assert files_in(tmp_path) == files_for(size)


def test_the_specs_example_of_a_layout(full_directory: Path) -> None:
    """C2SP tlog-tiles, Partial Tiles: 70,000 leaves."""
    names = [parse_name(path) for path in files_in(full_directory)]
    shape = sorted(
        (name.level, name.width, sum(other == TileName(name.level, other.index, name.width) for other in names))
        for name in set(names)
        if isinstance(name, TileName)
    )
    assert sorted(set(shape)) == [(0, 112, 1), (0, 256, 273), (1, 17, 1), (1, 256, 1), (2, 1, 1)]


@pytest.mark.parametrize("size", BOUNDARIES)
def test_at_most_34_bytes_a_leaf(size: int) -> None:
    assert sum(map(len, files_for(size).values())) <= 34 * size


@settings(deadline=None)
@given(sizes)
@example(0)
def test_root_of_any_earlier_size(log: Log, size: int) -> None:
    assert log.root(size) == root_of(size)


@settings(deadline=None)
@given(sizes, st.data())
def test_inclusion_at_any_earlier_size(log: Log, size: int, data: st.DataObject) -> None:
    index = data.draw(st.one_of(st.integers(0, size - 1), st.sampled_from([0, size // 2, size - 1])))
    assert merkle.check_inclusion(LEAVES[index], index, size, log.inclusion(index, size), root_of(size))


@settings(deadline=None)
@given(sizes, sizes)
def test_consistency_between_any_two_sizes(log: Log, one: int, other: int) -> None:
    old_size, size = sorted((one, other))
    path = log.consistency(old_size, size)
    assert merkle.check_consistency(old_size, root_of(old_size), size, root_of(size), path)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.integers(1, 700), st.sampled_from([1, 255, 256, 257])), min_size=1, max_size=8), st.data())
def test_growth_in_steps_equals_one_go(steps: list[int], data: st.DataObject) -> None:
    with TemporaryDirectory() as directory:
        size = 0
        log = opened(Path(directory))
        for step in steps:
            size += step
            if data.draw(st.booleans()):
                log = opened(Path(directory))
            assert log.extend(size) == root_of(size)
            earlier = data.draw(st.integers(0, size))
            assert log.root(earlier) == root_of(earlier)
        assert files_in(Path(directory)) == files_for(size)


@pytest.mark.parametrize("start", [65_270, 65_535, 65_536])
def test_growth_over_the_second_level(tmp_path: Path, start: int) -> None:
    log = opened(tmp_path)
    for size in (start, start + 1, 65_537, 65_800):
        assert log.extend(size) == root_of(size)
    assert files_in(tmp_path) == files_for(65_800)


class TestCost:
    def test_new_leaves_are_all_that_is_read(self, tmp_path: Path) -> None:
        rows = Rows()
        log = opened(tmp_path, rows)
        log.extend(60_000)
        rows.read = 0
        log.extend(60_010)
        assert rows.read == 10

    def test_another_process_reads_the_edge_and_the_new_leaves(self, tmp_path: Path) -> None:
        opened(tmp_path).extend(60_000)
        rows = Rows()
        opened(tmp_path, rows).extend(60_010)
        assert rows.read <= 10 + 255

    def test_with_a_checkpoints_root_no_entry_is_read(self, tmp_path: Path) -> None:
        opened(tmp_path).extend(60_000)
        rows = Rows()
        log = opened(tmp_path, rows)
        for size in (300, 59_999, 60_000):
            assert log.extend(size, expected=root_of(size)) == root_of(size)
            assert log.size == size
            log.inclusion(17, size)
        assert rows.read == 0

    def test_tiles_that_stand_are_not_written_again(self, tmp_path: Path) -> None:
        opened(tmp_path).extend(1000)
        before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
        opened(tmp_path).extend(1000)
        assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == before

    def test_progress_rises_to_the_end(self, tmp_path: Path) -> None:
        told: list[tuple[int, int]] = []
        opened(tmp_path).extend(MOST, progress=lambda done, of: told.append((done, of)))
        assert told == [(65_536, MOST), (MOST, MOST)]

    def test_memory_may_be_tiny(self, full_directory: Path) -> None:
        log = opened(full_directory, kept_tiles=1)
        log.extend(MOST, expected=root_of(MOST))
        for index in (0, 300, 65_535, 65_536, MOST - 1):
            assert merkle.check_inclusion(LEAVES[index], index, MOST, log.inclusion(index, MOST), root_of(MOST))


class TestTiles:
    @pytest.mark.parametrize("size", [1, 255, 256, 257, 1000, 65_536, 65_537, MOST])
    def test_all_tiles_of_any_published_size_are_served(self, log: Log, size: int) -> None:
        for path, data in files_for(size).items():
            name = parse_name(path)
            assert isinstance(name, TileName)
            assert log.tile(name.level, name.index, name.width) == data

    @pytest.mark.parametrize(
        ("level", "index", "width"),
        [(0, 273, 113), (0, 273, 256), (0, 274, 1), (1, 1, 18), (1, 2, 1), (2, 0, 2), (2, 1, 1), (3, 0, 1), (63, 0, 1)],
    )
    def test_none_beyond_the_size(self, log: Log, level: int, index: int, width: int) -> None:
        with pytest.raises(NotFound):
            log.tile(level, index, width)

    @pytest.mark.parametrize(("level", "index", "width"), [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)])
    def test_none_without_a_name(self, log: Log, level: int, index: int, width: int) -> None:
        with pytest.raises(InvalidInput):
            log.tile(level, index, width)

    @pytest.mark.parametrize(("index", "width"), [(0, 256), (0, 1), (272, 256), (273, 112), (273, 5)])
    def test_bundles_hash_to_their_tiles(self, log: Log, index: int, width: int) -> None:
        bundle = log.entry_bundle(index, width)
        entries = []
        while bundle:
            length = int.from_bytes(bundle[:2], "big")
            entries.append(bundle[2 : 2 + length])
            bundle = bundle[2 + length :]
        assert entries == ENTRIES[index * 256 : index * 256 + width]
        assert b"".join(map(merkle.leaf_hash, entries)) == log.tile(0, index, width)

    @pytest.mark.parametrize(("index", "width"), [(273, 113), (273, 256), (274, 1)])
    def test_no_bundle_beyond_the_size(self, log: Log, index: int, width: int) -> None:
        with pytest.raises(NotFound):
            log.entry_bundle(index, width)


@pytest.mark.parametrize(
    "ask",
    [
        lambda log: log.root(1001),
        lambda log: log.root(-1),
        lambda log: log.extend(-1),
        lambda log: log.inclusion(0, 1001),
        lambda log: log.inclusion(1000, 1000),
        lambda log: log.inclusion(-1, 1000),
        lambda log: log.inclusion(0, 0),
        lambda log: log.consistency(1, 1001),
        lambda log: log.consistency(0, 1000),
        lambda log: log.consistency(-1, 1000),
        lambda log: log.consistency(501, 500),
    ],
)
def test_what_is_not_there_is_refused(tmp_path: Path, ask: Callable[[Log], object]) -> None:
    log = opened(tmp_path)
    log.extend(1000)
    with pytest.raises(InvalidInput):
        ask(log)
    assert log.size == 1000


def test_a_log_that_was_not_extended_has_nothing(full_directory: Path) -> None:
    log = opened(full_directory)
    assert log.size == 0
    with pytest.raises(InvalidInput):
        log.root(1)


class TestADatabaseThatChanged:
    def test_entries_that_no_longer_give_the_checkpoint(self, tmp_path: Path) -> None:
        opened(tmp_path).extend(1000)
        rows = Rows([*ENTRIES[:998], bytes(32), *ENTRIES[999:]])
        log = opened(tmp_path, rows)
        with pytest.raises(LogDiverged) as caught:
            log.extend(1010, expected=root_of(1010))
        assert caught.value.expected == root_of(1010)
        assert log.size == 0

    def test_tiles_of_the_right_entries_outlive_wrong_ones(self, tmp_path: Path) -> None:
        opened(tmp_path).extend(1000)
        changed = [*ENTRIES]
        changed[10] = changed[1005] = bytes(32)
        with pytest.raises(LogDiverged):
            opened(tmp_path, Rows(changed)).extend(1010, expected=root_of(1010))
        kept, right = files_in(tmp_path), files_for(1010)
        assert {name for name in right if kept.get(name) != right[name]} == {"tile/0/003.p/242"}
        log = opened(tmp_path)
        assert log.extend(1010, expected=root_of(1010)) == root_of(1010)
        assert files_in(tmp_path) == right

    def test_a_changed_entry_is_not_served_in_a_bundle(self, tmp_path: Path) -> None:
        rows = Rows([*ENTRIES[:10], bytes(32), *ENTRIES[11:]])
        opened(tmp_path).extend(1000)
        log = opened(tmp_path, rows)
        log.extend(1000, expected=root_of(1000))
        with pytest.raises(LogDiverged):
            log.entry_bundle(0)
        assert len(log.entry_bundle(1)) == 34 * 256

    def test_a_lost_tile_is_not_mended_with_other_entries(self, tmp_path: Path) -> None:
        rows = Rows([*ENTRIES[:10], bytes(32), *ENTRIES[11:]])
        opened(tmp_path).extend(1000)
        (tmp_path / "tile/0/000").unlink()
        log = opened(tmp_path, rows)
        log.extend(1000, expected=root_of(1000))
        with pytest.raises(LogDiverged):
            log.inclusion(3, 1000)
        assert not (tmp_path / "tile/0/000").exists()

    @pytest.mark.parametrize("entries", [ENTRIES[:900], [*ENTRIES[:900], b"short", *ENTRIES[901:]]])
    def test_entries_that_are_missing_or_none(self, tmp_path: Path, entries: list[bytes]) -> None:
        log = opened(tmp_path, Rows(entries))
        with pytest.raises(StoreError):
            log.extend(1000)
        assert log.extend(900) == root_of(900)
