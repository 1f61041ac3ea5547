"""What an export says of its anchors: a file that is read line by line beside the chain's events, and held to them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from registry.errors import PublicLogRefused
from registry.log.public import ANCHORS_NAME, PublicLog
from registry.proof.canonical import Json
from registry.proof.fields import Fields

MAX_ANCHORS_BYTES = 256 << 20
"""Room for a million checkpoints: one every five minutes for nine years."""

MAX_LINE = 1_024


@dataclass(frozen=True, slots=True)
class Listed:
    """A line: an anchored checkpoint, and where it stands on the chain; the block's time in seconds since 1970."""

    size: int
    root: bytes
    transaction: bytes
    block: int
    block_hash: bytes
    block_time: int


def anchor_line(line: Listed) -> bytes:
    """The line's bytes, ended."""
    facts = {
        "size": line.size,
        "root": line.root.hex(),
        "transaction": line.transaction.hex(),
        "block": line.block,
        "block_hash": line.block_hash.hex(),
        "block_time": line.block_time,
    }
    return json.dumps(facts, separators=(",", ":")).encode() + b"\n"


class AnchorList:
    """The list beside one log. Where there is none, as behind a server, nothing in it can be wrong."""

    def __init__(self, public: PublicLog) -> None:
        data = public.anchors(MAX_ANCHORS_BYTES)
        self._lines = iter((data or b"").splitlines())
        self._number = count(1)
        self._next = self._read()

    def contradiction(self, fact: Callable[[], Listed]) -> str | None:
        """What is wrong with the list's line for the checkpoint that the chain has next; None where nothing is.

        `fact` is asked only where there is such a line: a list that was written earlier ends before the chain does.
        """
        if self._next is None:
            return None
        said, self._next = self._next, self._read()
        true = fact()
        if said == true:
            return None
        if (said.size, said.block) == (true.size, true.block):
            return (
                f"`{ANCHORS_NAME}` names another root, transaction, block or time than the chain for the checkpoint of "
                f"{true.size:,} entries at block {true.block:,}"
            )
        return (
            f"`{ANCHORS_NAME}` has a checkpoint of {said.size:,} entries at block {said.block:,}, where the chain has "
            f"one of {true.size:,} at block {true.block:,}"
        )

    def surplus(self, anchored: int) -> str | None:
        """What is wrong with the lines that are left when the chain has no more; None where none are."""
        if self._next is None:
            return None
        return (
            f"`{ANCHORS_NAME}` has a checkpoint of {self._next.size:,} entries at block "
            f"{self._next.block:,}, and the chain's last is of {anchored:,}"
        )

    def _read(self) -> Listed | None:
        line = next(self._lines, None)
        if line is None:
            return None
        number = next(self._number)
        try:
            value: Json = json.loads(line) if len(line) <= MAX_LINE else None
            fields = Fields(value, f"line {number}")
            listed = Listed(
                size=fields.number("size"),
                root=fields.octets("root", 32),
                transaction=fields.octets("transaction", 32),
                block=fields.number("block"),
                block_hash=fields.octets("block_hash", 32),
                block_time=fields.number("block_time"),
            )
            fields.done()
        except (ValueError, RecursionError) as error:
            raise PublicLogRefused(f"`{ANCHORS_NAME}` can't be read at line {number}.") from error
        return listed
