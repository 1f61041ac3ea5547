"""Tiles as files: kept whole, kept once, and kept though other processes sweep and tidy at the same time."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.log import TileFiles
from tests.log.seeded import LEAVES, files_in


class Disturbed(TileFiles):
    """Tiles under which another process acts once, between the temporary file and its rename."""

    def __init__(self, directory: Path, disturb: Callable[[Path], None]) -> None:
        super().__init__(directory)
        self._disturb: Callable[[Path], None] | None = disturb

    def _rename(self, temporary: Path, path: Path) -> None:
        if self._disturb is not None:
            disturb, self._disturb = self._disturb, None
            disturb(path)
        super()._rename(temporary, path)


def test_a_swept_temporary_file_is_written_again(tmp_path: Path) -> None:
    files = Disturbed(tmp_path, lambda path: TileFiles(tmp_path).sweep())
    files.keep(0, 0, LEAVES[:256])
    assert files_in(tmp_path) == {"tile/0/000": b"".join(LEAVES[:256])}


def test_a_directory_of_partial_tiles_that_vanished_is_made_again(tmp_path: Path) -> None:
    files = Disturbed(tmp_path, lambda path: path.parent.rmdir())
    files.keep(0, 0, LEAVES[:7])
    assert files_in(tmp_path) == {"tile/0/000.p/7": b"".join(LEAVES[:7])}


@pytest.mark.parametrize("wider", [8, 255, 256])
def test_a_slow_writers_narrow_tile_does_not_stay(tmp_path: Path, wider: int) -> None:
    files = Disturbed(tmp_path, lambda path: TileFiles(tmp_path).keep(0, 0, LEAVES[:wider]))
    files.keep(0, 0, LEAVES[:7])
    assert files.widest(0, 0) == b"".join(LEAVES[:wider])
    assert len(files_in(tmp_path)) == 1


@settings(deadline=None)
@given(st.lists(st.sampled_from([1, 2, 3, 100, 254, 255, 256]), min_size=1, max_size=8))
def test_one_file_stands_the_widest_that_was_kept(tmp_path_factory: pytest.TempPathFactory, widths: list[int]) -> None:
    directory = tmp_path_factory.mktemp("tiles")
    files = TileFiles(directory)
    for width in widths:
        files.keep(3, 1_234_067, LEAVES[:width])
    widest = max(widths)
    name = "tile/3/x001/x234/067" + ("" if widest == 256 else f".p/{widest}")
    assert files_in(directory) == {name: b"".join(LEAVES[:widest])}
    assert files.widest(3, 1_234_067) == b"".join(LEAVES[:widest])


def test_a_narrower_one_serves_where_the_wider_is_damaged(tmp_path: Path) -> None:
    files = TileFiles(tmp_path)
    files.keep(0, 0, LEAVES[:7])
    for name in ("255", "12", "0", "999", "x"):
        (tmp_path / "tile/0/000.p" / name).write_bytes(b"damaged")
    assert files.widest(0, 0) == b"".join(LEAVES[:7])
    files.keep(0, 0, LEAVES[:9])
    assert (tmp_path / "tile/0/000.p/9").exists()
    assert not {"7", "12", "255"} & {path.name for path in (tmp_path / "tile/0/000.p").iterdir()}


def test_other_hashes_take_the_place_of_wrong_ones(tmp_path: Path) -> None:
    files = TileFiles(tmp_path)
    files.keep(0, 0, LEAVES[1:257])
    files.keep(0, 0, LEAVES[:7])
    assert files_in(tmp_path) == {"tile/0/000.p/7": b"".join(LEAVES[:7])}


def test_many_at_once(tmp_path: Path) -> None:
    TileFiles(tmp_path).keep_all((0, index, LEAVES[index * 256 : index * 256 + 256]) for index in range(40))
    found = files_in(tmp_path)
    assert found == {f"tile/0/{index:03}": b"".join(LEAVES[index * 256 : index * 256 + 256]) for index in range(40)}


def test_a_disk_that_refuses_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "tile").write_text("a file where a directory should be")
    with pytest.raises(OSError, match=r"tile"):
        TileFiles(tmp_path).keep_all([(0, 0, LEAVES[:256])])
