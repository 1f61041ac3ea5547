"""What an audit finds wrong with a public log: the first thing that doesn't hold, in facts and in a sentence."""

from dataclasses import dataclass
from enum import StrEnum


class LieKind(StrEnum):
    """What was lied about."""

    ENTRIES = "entries"
    TILES = "tiles"
    HEAD = "head"
    GENESIS = "genesis"
    CHAIN = "chain"
    ANCHORS = "anchors"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Lie:
    """The first thing that doesn't hold; `says` is a sentence.

    `first` and `last` are the entries among which it lies, `size` the checkpoint it came out by, `block` where that was
    anchored: None where they have nothing to do with it.
    """

    kind: LieKind
    says: str
    first: int | None = None
    last: int | None = None
    size: int | None = None
    block: int | None = None


class Caught(Exception):
    """Ends an audit; only the audit itself catches it."""

    def __init__(
        self,
        kind: LieKind,
        says: str,
        *,
        first: int | None = None,
        last: int | None = None,
        size: int | None = None,
        block: int | None = None,
    ) -> None:
        super().__init__(says)
        self.lie = Lie(kind, says, first, last, size, block)
