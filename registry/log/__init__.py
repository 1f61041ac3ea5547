"""The log: entries in, tiles, roots and proofs out.

A tree as RFC 6962 has it, in tiles of height 8 as C2SP tlog-tiles lays them out. The entries live in the database; the
tiles are a cache that follows from them, and that is never believed without a check.
"""

from registry.log.files import TileFiles
from registry.log.log import Log
from registry.log.names import BundleName, TileName, parse_name
from registry.log.note import checkpoint_note, open_note, sign_note, verifier_key
from registry.log.tiles import EntrySource

__all__ = [
    "BundleName",
    "EntrySource",
    "Log",
    "TileFiles",
    "TileName",
    "checkpoint_note",
    "open_note",
    "parse_name",
    "sign_note",
    "verifier_key",
]
