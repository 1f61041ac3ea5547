"""What verification answers: yes, no, not asked, or couldn't be found out; and how final an anchor is."""

from dataclasses import dataclass
from enum import StrEnum


class Finality(StrEnum):
    """How sure it is that a block stays: by the chain's own tags, or `local` where one party makes all blocks.

    `pinned` where no chain was asked: it rests on the block's hash, which the verifier brought.
    """

    LOCAL = "local"
    PINNED = "pinned"
    MINED = "mined"
    SAFE = "safe"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Yes:
    """It holds; `says` is a sentence that may be read out."""

    says: str


@dataclass(frozen=True, slots=True)
class No:
    """It doesn't hold."""

    why: str


@dataclass(frozen=True, slots=True)
class NotChecked:
    """Nobody asked, or something that is needed wasn't given."""

    why: str


@dataclass(frozen=True, slots=True)
class CouldNotCheck:
    """It was tried and couldn't be found out."""

    why: str


Answer = Yes | No | NotChecked | CouldNotCheck


@dataclass(frozen=True, slots=True)
class Anchored(Yes):
    """The claim existed no later than `time`, in seconds since 1970; `block` is the block's number."""

    time: int
    chain_id: int
    block: int
    finality: Finality
