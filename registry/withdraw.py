"""Withdraw and erase: how a work leaves.

Withdrawing takes a claim back in the open: what was claimed stays provable, and is matched no more.

1. is it the asker's own
2. the withdrawal, its salt, its entry
3. one transaction: the entry at the next index, a row in the feed, the receipt signed for it
4. this process's index drops the work, and every other does before its next answer

Erasing is the right to be forgotten: it takes away the record, salts, codes, thumbnails and blobs, and leaves the 32
bytes of each entry, which mean nothing without the salt. No other proof needs more than these.

1. is it the asker's own
2. one transaction: the rows of the work, and what kept answers say of it; later versions forget their earlier one
3. this process's index drops the work
4. its blobs, and the rows as they were in the database's log of changes
5. in rounds, for all that were erased `GRACE` ago, so that processes have followed the feed: the work's random name, in
   the feed and in the notes of what is left to do
6. what the database's files still hold of deleted rows

Steps 4 to 6 are done by `sweep`, which the anchor worker calls every minute. What couldn't be done is tried again, so
that nothing is left after `FORGOTTEN_WITHIN`.
"""

import secrets
from collections.abc import Callable
from logging import getLogger
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.accounts import AccountId
from registry.blobs.safe import Safe
from registry.clock import Clock, Seconds
from registry.errors import NotFound, OriginmarkError
from registry.log.promise import promise
from registry.proof.receipt import Receipt
from registry.proof.statement import SALT_BYTES, Withdrawal, encode_statement, entry_of
from registry.search.follow import Follower
from registry.search.index import Index
from registry.store.catalogue import Catalogue
from registry.store.departures import Departures, Leaving
from registry.works import Work, WorkId

if TYPE_CHECKING:
    from registry.matching.known import KnownParts

GRACE: Seconds = 10 * 60
"""How long an erased work's random name stays in the feed at least, so that processes which knew it learn that it's
gone. One that slept longer keeps dead codes in memory; no answer shows them, for what an index finds is looked up."""

ROUND: Seconds = 30 * 60
"""A round begins when the first erased work has waited so long: wiping holds up whoever writes, and is done for many at
once, twenty minutes after the last round at the earliest."""

FORGOTTEN_WITHIN: Seconds = 3600
"""After so long nothing of an erased work is in any file, wherever a server or an anchor worker runs: a round, and half
an hour for whatever held it up."""

logger = getLogger(__name__)


class Withdrawing:
    """The journeys out. One for all threads of a process."""

    def __init__(
        self,
        *,
        log: bytes,
        signer: Ed25519PrivateKey,
        catalogue: Catalogue,
        departures: Departures,
        safe: Safe,
        follower: Follower[Index],
        parts_follower: "Follower[KnownParts]",
        may_append: Callable[[], None],
        clock: Clock,
    ) -> None:
        """`may_append` raises where the log must not grow just now."""
        self._log, self._signer = log, signer
        self._catalogue, self._departures, self._safe = catalogue, departures, safe
        self._follower, self._parts_follower, self._clock = follower, parts_follower, clock
        self._may_append = may_append

    def withdraw(self, name: WorkId, owner: AccountId | None) -> Receipt:
        """Withdraws a work of this owner, or of anybody's for None; doing it again returns the same receipt."""
        # 1. is it the asker's own
        work = self._owned(name, owner)
        if work.withdrawn is None:
            self._may_append()
        # 2. the withdrawal, its salt, its entry
        now = self._clock()
        salt = secrets.token_bytes(SALT_BYTES)
        statement = encode_statement(Withdrawal(log=self._log, claim=work.entry, declared=now, salt=salt))
        leaving = Leaving(statement=statement, entry=entry_of(statement), received=now)
        # 3. one transaction
        receipt = self._departures.withdraw(work.id, leaving, lambda index: self._promised(leaving, index))
        if receipt is None:
            raise NotFound("work", name)
        # 4. this process's indexes drop the work
        self._follower.catch_up()
        self._parts_follower.keep_up()
        return receipt

    def erase(self, name: WorkId, owner: AccountId | None) -> Seconds:
        """Erases a work of this owner, or of anybody's for None; returns by when nothing of it is left."""
        # 1. is it the asker's own
        work = self._owned(name, owner)
        # 2. one transaction
        now = self._clock()
        self._departures.erase(work, now)
        # Crash here: the work is gone for everybody, and the next sweep finds what is left to do.
        try:
            # 3. this process's indexes drop the work
            self._follower.catch_up()
            self._parts_follower.keep_up()
            # 4. its blobs, and the rows as they were
            self.sweep()
        except OriginmarkError as error:
            logger.warning("erasing goes on later: %s %s", error.message, error.remedy)
        return now + FORGOTTEN_WITHIN

    def sweep(self) -> int:
        """Does what is left to do for erased works, and returns for how many it isn't done yet."""
        erasures = self._departures.erasures()
        # 4. blobs, and the rows as they were
        for erasure in erasures:
            if erasure.blobs:
                self._safe.delete(*erasure.blobs)
                self._departures.cleared(erasure.work)
        if erasures:
            self._departures.empty_log()
        # 5. in rounds: the work's random name
        now = self._clock()
        if erasures and erasures[0].erased + ROUND <= now:
            self._departures.forget([one.work for one in erasures if one.erased + GRACE <= now])
        # Crash here, or whoever reads keeps files from being wiped: the notes stay, and the next sweep finds them.
        # 6. what the files still hold
        unwiped = self._departures.unwiped()
        if unwiped and self._departures.wipe():
            self._departures.wiped(unwiped)
        return self._departures.left()

    def _owned(self, name: WorkId, owner: AccountId | None) -> Work:
        work = self._catalogue.work(name)
        if work is None or owner not in (None, work.account):
            raise NotFound("work", name, remedy="`originmark works list` shows your works.")
        return work

    def _promised(self, leaving: Leaving, index: int) -> Receipt:
        return promise(self._signer, log=self._log, entry=leaving.entry, index=index, received=leaving.received)
