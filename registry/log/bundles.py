"""Entry bundles (C2SP tlog-tiles) read from a directory: an exported log, or somebody's mirror.

Nothing read here is believed: the entries must give a root that is known.
"""

from pathlib import Path

from registry.errors import InvalidInput
from registry.log.names import TILE_WIDTH, BundleName

ENTRY_BYTES = 32
_RECORD = 2 + ENTRY_BYTES
_MAX_BYTES = TILE_WIDTH * _RECORD


def entries_in(directory: Path, start: int, end: int) -> dict[int, bytes]:
    """Those of the entries `[start, end)` that bundles under this directory have, by index.

    Raises InvalidInput for a directory that isn't there, or a bundle that holds anything but entries of 32 bytes.
    """
    if not directory.is_dir():
        raise InvalidInput(f"There is no folder {directory}.", field="tiles", remedy="Check the path.")
    found: dict[int, bytes] = {}
    for bundle in range(start // TILE_WIDTH, -(-end // TILE_WIDTH)):
        entries = _widest(directory, bundle)
        first = bundle * TILE_WIDTH
        found |= {first + at: entry for at, entry in enumerate(entries) if start <= first + at < end}
    return found


def _widest(directory: Path, bundle: int) -> list[bytes]:
    full = directory / BundleName(bundle).path
    if full.is_file():
        return _parsed(full, TILE_WIDTH)
    partial = (directory / BundleName(bundle, 1).path).parent
    names = [path.name for path in partial.iterdir()] if partial.is_dir() else []
    widths = [int(name) for name in names if name.isascii() and name.isdigit() and 0 < int(name) < TILE_WIDTH]
    return _parsed(partial / str(max(widths)), max(widths)) if widths else []


def _parsed(path: Path, width: int) -> list[bytes]:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise InvalidInput(f"{path} can't be read: {error.strerror}.", field="tiles", remedy="Check it.") from error
    records = [data[at : at + _RECORD] for at in range(0, len(data), _RECORD)]
    if len(data) != width * _RECORD or any(int.from_bytes(one[:2], "big") != ENTRY_BYTES for one in records):
        raise InvalidInput(
            f"{path} is no bundle of {width} entries of this registry.", field="tiles", remedy="Take another mirror."
        )
    return [record[2:] for record in records]
