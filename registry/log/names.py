"""The names that C2SP tlog-tiles gives to tiles and entry bundles, as paths under a log's prefix.

    tile/<level>/<index>            a full tile: 256 hashes
    tile/<level>/<index>.p/<width>  a partial tile: the first 1 to 255 of them
    tile/entries/<index>[.p/<width>]  the entries of a level 0 tile

An index is written in groups of three digits, all but the last after an `x`: 1234067 is `x001/x234/067`. So no name is
both a file and a directory, and a web server could serve the directory as it stands.
"""

import re
from dataclasses import dataclass

from registry.errors import InvalidInput

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
MAX_LEVEL = 63
MAX_INDEX = (1 << 63) // TILE_WIDTH - 1
"""No log reaches 2^63 entries: an index above this is noise, and stays out of the arithmetic."""

_NAME = re.compile(
    r"tile/(?P<level>entries|[0-9]{1,2})/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[0-9]{1,3}))?"
)


@dataclass(frozen=True, slots=True)
class TileName:
    """The tile at `level` and `index`, cut to `width` hashes; raises InvalidInput for what C2SP can't name."""

    level: int
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        if not 0 <= self.level <= MAX_LEVEL:
            raise InvalidInput(f"A tile's level is 0 to {MAX_LEVEL}, not {self.level}.", field="level")
        _check_place(self.index, self.width)

    @property
    def path(self) -> str:
        """Where it is served and kept, `tile/0/x001/x234/067.p/8` for one."""
        return f"tile/{self.level}/{_index_path(self.index)}{_width_suffix(self.width)}"


@dataclass(frozen=True, slots=True)
class BundleName:
    """The entries under the level 0 tile at `index`, the first `width` of them; raises as TileName does."""

    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        _check_place(self.index, self.width)

    @property
    def path(self) -> str:
        """Where it is served, `tile/entries/x001/x234/067.p/8` for one."""
        return f"tile/entries/{_index_path(self.index)}{_width_suffix(self.width)}"


def parse_name(path: str) -> TileName | BundleName:
    """The name that a path spells; only the one spelling that C2SP allows is read.

    Raises InvalidInput for any other, `tile/0/x000/001` (a needless group) and `tile/0/000.p/256` included.
    """
    found = _NAME.fullmatch(path)
    if found is None:
        raise _misspelt()
    index = int(found["index"].replace("/", "").replace("x", ""))
    width = TILE_WIDTH if found["width"] is None else int(found["width"])
    name = BundleName(index, width) if found["level"] == "entries" else TileName(int(found["level"]), index, width)
    if name.path != path:
        raise _misspelt()
    return name


def _check_place(index: int, width: int) -> None:
    if not 0 <= index <= MAX_INDEX:
        raise InvalidInput(f"A tile's index is 0 to {MAX_INDEX}, not {index}.", field="index")
    if not 1 <= width <= TILE_WIDTH:
        raise InvalidInput(f"A tile is 1 to {TILE_WIDTH} wide, not {width}.", field="width")


def _index_path(index: int) -> str:
    text = str(index)
    groups = text.zfill(-(-len(text) // 3) * 3)
    return "".join(f"x{groups[at : at + 3]}/" for at in range(0, len(groups) - 3, 3)) + groups[-3:]


def _width_suffix(width: int) -> str:
    return "" if width == TILE_WIDTH else f".p/{width}"


def _misspelt() -> InvalidInput:
    return InvalidInput(
        "This path names no tile.",
        field="path",
        remedy="C2SP tlog-tiles has tile/<level>/<index>[.p/<width>] and tile/entries/<index>[.p/<width>].",
    )
