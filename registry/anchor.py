"""Anchor: what is in the log gets a time on the chain.

1. look again at the anchors that a reorg may still take away
2. is a checkpoint due: enough entries, or the oldest has waited long enough
3. tiles up to the head, and their root: a checkpoint, kept
4. its transaction, signed, kept, and sent as often as it takes
5. mined: the anchor, kept
6. what the chain or its nodes stand in the way with: told to whoever asks how the registry is

Each step can be the last one before a crash: whatever was kept, the next run goes on from there. One checkpoint is
under way at a time, so a chain that was away for a day costs two transactions and not a thousand.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import count
from logging import getLogger
from threading import Event
from typing import TYPE_CHECKING

from registry.clock import Clock, Seconds
from registry.errors import LedgerError, LedgerHeld, OriginmarkError
from registry.log.log import Log
from registry.proof.certificate import Checkpoint
from registry.store.ledger import Anchored, Identity, LedgerStore
from registry.store.outbox import Outbox

if TYPE_CHECKING:  # web3 takes a second to import, and whoever hands these over has done so
    from registry.ledger.client import Client
    from registry.ledger.sender import Sender
    from registry.ledger.watcher import Watcher

SHORTEST_PAUSE = 0.5
LONGEST_PAUSE = 60.0
TIDY_SECONDS = 60.0
"""From one tidying up to the next."""

logger = getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Policy:
    """When a checkpoint is due: after so many entries, or when the oldest has waited so many seconds."""

    entries: int
    seconds: Seconds


class Anchoring:
    """One log's anchoring, under the lease that `outbox` writes by."""

    def __init__(
        self,
        *,
        identity: Identity,
        store: LedgerStore,
        outbox: Outbox,
        log: Log,
        client: "Client",
        sender: "Sender",
        watcher: "Watcher",
        policy: Policy,
        clock: Clock,
    ) -> None:
        self._identity, self._store, self._outbox, self._log = identity, store, outbox, log
        self._client, self._sender, self._watcher = client, sender, watcher
        self._policy, self._clock = policy, clock
        self._told: str | None = ""  # what was told before is not known: the first step tells in any case
        if client.writer != identity.genesis.writer:
            raise LedgerError(
                "The writer's key is not the one that this registry was founded with.",
                remedy="Restore keys/writer.key from your backup.",
            )

    def step(self, *, flush: bool = False) -> list[Anchored]:
        """Goes as far as it can without waiting, and returns what got anchored; `flush` takes what is there as due."""
        troubles: list[OriginmarkError] = []
        try:
            # 1. look again at the anchors that a reorg may still take away
            troubles += self._watcher.review()
            return self._advance(flush=flush)
        except LedgerError as error:
            troubles.append(error)
            raise
        finally:
            # 6. what stands in the way: told to whoever asks how the registry is
            self._tell(" ".join(trouble.message for trouble in troubles) or None)

    def _tell(self, trouble: str | None) -> None:
        """Once for each change: a step that finds all as it was writes nothing."""
        if trouble != self._told:
            self._outbox.tell(trouble, self._clock())
            self._told = trouble

    def _advance(self, *, flush: bool) -> list[Anchored]:
        pending = self._store.unanchored()
        if not pending:
            # 2. is a checkpoint due
            size = self._store.size()
            if not self._due(size, flush=flush):
                return []
            # 3. tiles up to the head, and their root: a checkpoint, kept
            checkpoint = Checkpoint(size=size, root=self._log.extend(size))
            self._outbox.add_checkpoint(checkpoint, self._clock())
            # Crash here: the checkpoint is pending, and its transaction not yet made.
            pending = [checkpoint]
        return [anchored for checkpoint in pending if (anchored := self._anchor(checkpoint)) is not None]

    def _due(self, size: int, *, flush: bool) -> bool:
        last = self._store.last_checkpoint()
        done = 0 if last is None else last.size
        oldest = self._store.received(done)
        if size <= done or oldest is None:
            return False
        return flush or size - done >= self._policy.entries or self._clock() - oldest >= self._policy.seconds

    def _anchor(self, checkpoint: Checkpoint) -> Anchored | None:
        # 4. its transaction, signed, kept, and sent as often as it takes
        genesis = self._identity.genesis
        call = self._client.calling(genesis.contract, "checkpoint", genesis.log, checkpoint.size, checkpoint.root)
        mined = self._sender.advance(f"checkpoint {checkpoint.size}", call)
        if mined is None:
            return None
        # Crash here: the next run finds it mined.
        # 5. mined: the anchor, kept
        return self._watcher.record(checkpoint, mined)


def log_anchored(anchored: Anchored) -> None:
    """Says in the log what got anchored."""
    logger.info("anchored %d entries in block %d", anchored.checkpoint.size, anchored.anchor.block_number)


def keep_anchoring(
    open_anchoring: Callable[[], AbstractContextManager[Anchoring]],
    stop: Event,
    tell: Callable[[Anchored], None],
    tidy: Callable[[], None],
    look_seconds: float,
) -> None:
    """Anchors until told to stop, a step every `look_seconds`, and has things tidied up in between.

    Trouble is logged, and tried again after a pause that doubles up to a minute.
    """
    pause = SHORTEST_PAUSE
    tidy_after = max(round(TIDY_SECONDS / look_seconds), 1)
    while not stop.is_set():
        try:
            with open_anchoring() as anchoring:
                for tick in count():
                    if tick % tidy_after == 0:
                        tidy()
                    if stop.wait(look_seconds):
                        return
                    for anchored in anchoring.step():
                        tell(anchored)
                    pause = SHORTEST_PAUSE
        except LedgerHeld:
            # Another process anchors; this one stands by, in case it ends.
            stop.wait(LONGEST_PAUSE / 10)
        except OriginmarkError as error:
            logger.warning("not anchored yet: %s %s", error.message, error.remedy)
            stop.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
