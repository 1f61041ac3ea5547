"""Is the chain ahead of the database: an old backup, or another registry that writes under the same name.

A checkpoint is kept in the database before it is sent, so a healthy database always knows of the chain's last one.
Where the chain has a larger one, entries are missing here that somebody holds receipts for. To register now would give
their places in the log to others; so nothing is appended until `originmark recover` has filled the hole.

The largest size that was ever seen on the chain is noted in a file beside the database, not in it: a database that is
put back brings its old notes. So a chain that is away changes nothing: what was known last holds.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from registry.clock import Clock, Seconds
from registry.errors import ChainAhead, LedgerError, OriginmarkError
from registry.ledger.events import ChainHead, head_by_call, head_by_events
from registry.ledger.reader import JsonRpc
from registry.settings import Settings
from registry.store.ledger import Identity, LedgerStore

CHAIN_NOTE = "chain-head.json"
"""The file in the data directory that says how far the log was seen to have come on its chain."""

ASK_AGAIN: Seconds = 60
"""How often a chain that gave no answer is asked once more by whoever only wants to know."""


@dataclass(frozen=True, slots=True)
class Level:
    """The database knows of all that the chain has; `chain` is the size of the last checkpoint there."""

    chain: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """The chain has a checkpoint of `chain` entries, and the newest that the database knows has `known`."""

    chain: int
    known: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """The chain was never asked, or never answered."""


Standing = Level | Ahead | Unknown


def compare(head: ChainHead | None, known: int) -> Standing:
    """What the contract says of the log, None for nothing known, against the database's newest checkpoint, 0 for none.

    The head must have been asked for first: between the two questions the database may grow, and the chain after it.
    """
    if head is None:
        return Unknown()
    return Ahead(chain=head.size, known=known) if head.size > known else Level(chain=head.size)


def watch(settings: Settings, identity: Identity, ledger: LedgerStore, request: JsonRpc, clock: Clock) -> "Watch":
    """A watch over the registry's own chain, which `request` asks."""

    def ask() -> ChainHead:
        # The embedded chain by its events, which needs no EVM: that takes a second to import.
        return (head_by_events if settings.embedded else head_by_call)(request, identity.genesis)

    def known() -> int:
        last = ledger.last_checkpoint()
        return 0 if last is None else last.size

    return Watch(log=identity.log, note=settings.data_dir / CHAIN_NOTE, ask=ask, known=known, clock=clock)


class Watch:
    """Asks, remembers and tells. One for all threads of a process.

    `ask` gives the log's head on the chain, and `known` the size of the database's newest checkpoint.
    """

    def __init__(
        self, *, log: bytes, note: Path, ask: Callable[[], ChainHead], known: Callable[[], int], clock: Clock
    ) -> None:
        self._log, self._note, self._ask, self._known, self._clock = log, note, ask, known, clock
        self._asking = Lock()
        self._asked: Seconds | None = None
        self._answered = False
        self._level = -1

    def ask(self) -> Standing:
        """Asks the chain now; one that gives no answer leaves what was known last."""
        with self._asking:
            self._asked = self._clock()
            try:
                head = self._ask()
            except OriginmarkError:
                self._answered = False
            else:
                self._answered = True
                self._remember(head)
        return self.standing()

    def look(self) -> Standing:
        """What is known, after asking a chain that gave no answer yet, at most once a minute."""
        due = self._asked is None or self._asked + ASK_AGAIN <= self._clock()
        return self.ask() if due and not self._answered else self.standing()

    def standing(self) -> Standing:
        """What is known. Nothing is asked of the chain."""
        head = self._seen()
        if head is not None and head.size <= self._level:
            return Level(chain=head.size)
        standing = compare(head, self._known())
        if isinstance(standing, Level):
            self._level = standing.chain
        return standing

    def must_be_level(self) -> None:
        """Raises ChainAhead where an entry must not be appended; the chain is asked once in a process's life."""
        standing = self.ask() if self._asked is None else self.standing()
        if isinstance(standing, Ahead):
            raise ChainAhead(chain=standing.chain, known=standing.known)

    def _remember(self, head: ChainHead) -> None:
        before = self._seen()
        if before is not None and before.size >= head.size:
            return
        said = {"log": self._log.hex(), "size": head.size, "writer": head.writer.hex()}
        draft = self._note.with_name(f".{self._note.name}.{os.getpid()}")
        try:
            draft.write_text(json.dumps(said) + "\n")
            draft.replace(self._note)
        except OSError as error:
            raise LedgerError(
                f"What the chain said can't be noted in {self._note}: {error.strerror}.", remedy="Check the disk."
            ) from error

    def _seen(self) -> ChainHead | None:
        """What the note says; a note that can't be read, or is of another log, says nothing."""
        try:
            said = json.loads(self._note.read_text())
            if said["log"] != self._log.hex():
                return None
            return ChainHead(writer=bytes.fromhex(said["writer"]), size=int(said["size"]))
        except (OSError, ValueError, TypeError, KeyError):
            return None
