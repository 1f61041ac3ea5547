"""C2SP tile names: each has one spelling, and goes round."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import InvalidInput
from registry.log import BundleName, TileName, parse_name
from registry.log.names import MAX_INDEX, MAX_LEVEL

indices = st.one_of(st.integers(0, MAX_INDEX), st.integers(0, 2000), st.integers(998_000, 1_002_000))
widths = st.integers(1, 256)
tile_names = st.builds(TileName, st.integers(0, MAX_LEVEL), indices, widths)
bundle_names = st.builds(BundleName, indices, widths)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (TileName(0, 1_234_067), "tile/0/x001/x234/067"),
        (TileName(0, 1_234_067, 8), "tile/0/x001/x234/067.p/8"),
        (TileName(0, 0), "tile/0/000"),
        (TileName(63, 999, 255), "tile/63/999.p/255"),
        (TileName(1, 1000), "tile/1/x001/000"),
        (TileName(2, 999_999, 1), "tile/2/x999/999.p/1"),
        (TileName(2, 1_000_000), "tile/2/x001/x000/000"),
        (BundleName(1_234_067), "tile/entries/x001/x234/067"),
        (BundleName(0, 8), "tile/entries/000.p/8"),
    ],
)
def test_the_specs_spelling(name: TileName | BundleName, path: str) -> None:
    assert name.path == path
    assert parse_name(path) == name


@given(st.one_of(tile_names, bundle_names))
def test_every_name_goes_round(name: TileName | BundleName) -> None:
    assert parse_name(name.path) == name


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/1234",
        "tile/0/x001",
        "tile/0/001/234",
        "tile/0/x000/001",
        "tile/0/x000/x001/234",
        "tile/0/001x",
        "tile/00/000",
        "tile/01/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/-01",
        "tile/0/000.p/0",
        "tile/0/000.p/00",
        "tile/0/000.p/08",
        "tile/0/000.p/256",
        "tile/0/000.p/1000",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000/",
        "tile/0/000\n",
        "/tile/0/000",
        "tile/0/../000",
        "tile/entries/x000/000",
        "tile/Entries/000",
        "tile/0/٠٠١",
        "tile/٠/000",
        "tile/0/" + "x999/" * 6 + "999",
        "tile/0/" + "x001/" * 400 + "000",
    ],
)
def test_no_other_spelling_is_read(path: str) -> None:
    with pytest.raises(InvalidInput):
        parse_name(path)


@given(st.one_of(tile_names, bundle_names), st.data())
def test_a_changed_character_is_another_name_or_none(name: TileName | BundleName, data: st.DataObject) -> None:
    path = name.path
    at = data.draw(st.integers(0, len(path) - 1))
    changed = path[:at] + data.draw(st.sampled_from("0123456789x/.p-")) + path[at + 1 :]
    try:
        found = parse_name(changed)
    except InvalidInput:
        return
    assert found.path == changed
    assert (found == name) is (changed == path)


@given(st.one_of(st.text(), st.text(alphabet="tile/ns0123.px").map("tile/".__add__)))
def test_noise_is_refused_with_one_error(path: str) -> None:
    try:
        name = parse_name(path)
    except InvalidInput:
        return
    assert name.path == path


@pytest.mark.parametrize(
    ("level", "index", "width"), [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, MAX_INDEX + 1, 1), (0, 0, 0), (0, 0, 257)]
)
def test_places_that_have_no_name(level: int, index: int, width: int) -> None:
    with pytest.raises(InvalidInput):
        TileName(level, index, width)
