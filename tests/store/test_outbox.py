"""The outbox: what is signed is stored, under one nonce for one purpose, by whoever holds the lease."""

import os
from collections.abc import Callable
from contextlib import closing
from functools import partial

import pytest

from registry.errors import LeaseLost
from registry.proof.certificate import Checkpoint
from registry.store.database import Database
from registry.store.lease import LEASE_SECONDS, Leases
from registry.store.ledger import LedgerStore, Trouble
from registry.store.outbox import Fees, Outbox, Signed
from tests.store.examples import NOW, at_once, outbox_of

FEES = Fees(most=2 * 10**30, tip=None)
"""More than a database's whole numbers hold."""


def _signed(nonce: int) -> Signed:
    return Signed(nonce=nonce, hash=os.urandom(32), raw=os.urandom(100), fees=FEES)


def test_the_first_nonce_counts_only_while_the_outbox_is_empty(database: Database) -> None:
    outbox = outbox_of(database)
    nonces = [outbox.save(purpose, 7, _signed, NOW).nonce for purpose in ("deploy", "open", "checkpoint 1")]
    assert nonces == [7, 8, 9]
    assert outbox.save("checkpoint 2", 100, _signed, NOW).nonce == 10


def test_nonce_0_is_a_nonce(database: Database) -> None:
    outbox = outbox_of(database)
    assert [outbox.save(purpose, 0, _signed, NOW).nonce for purpose in ("deploy", "open")] == [0, 1]


def test_one_purpose_has_one_transaction(database: Database) -> None:
    outbox = outbox_of(database)
    assert outbox.saved("deploy") == []
    first = outbox.save("deploy", 0, _signed, NOW)

    def unreached(nonce: int) -> Signed:
        raise AssertionError("nothing is signed a second time")

    assert outbox.save("deploy", 5, unreached, NOW) == first
    assert outbox.saved("deploy") == [first]
    assert outbox.saved("open") == []


def test_a_signature_that_fails_takes_no_nonce(database: Database) -> None:
    outbox = outbox_of(database)

    def broken(nonce: int) -> Signed:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        outbox.save("deploy", 3, broken, NOW)
    assert outbox.saved("deploy") == []
    assert outbox.save("open", 3, _signed, NOW).nonce == 3


def test_savers_at_once_get_a_nonce_each(database: Database) -> None:
    outbox = outbox_of(database)
    signed: list[int] = []

    def sign(nonce: int) -> Signed:
        signed.append(nonce)
        return _signed(nonce)

    at_once([partial(outbox.save, f"checkpoint {number}", 0, sign, NOW) for number in range(8)])
    # None was signed for two transactions, not even one that was then thrown away.
    assert sorted(signed) == list(range(8))
    saved = [one.nonce for number in range(8) for one in outbox.saved(f"checkpoint {number}")]
    assert sorted(saved) == list(range(8))


def test_savers_of_one_purpose_at_once_get_the_same_transaction(database: Database) -> None:
    outbox = outbox_of(database)
    saved = at_once([lambda: outbox.save("deploy", 4, _signed, NOW)] * 8)
    assert saved == outbox.saved("deploy") * 8
    assert outbox.save("open", 0, _signed, NOW).nonce == 5


def test_a_replacement_has_the_same_nonce_and_the_newest_is_the_last(database: Database) -> None:
    outbox = outbox_of(database)
    first = outbox.save("checkpoint 2", 4, _signed, NOW)
    outbox.save("checkpoint 3", 4, _signed, NOW)
    second = outbox.replace("checkpoint 2", _signed, NOW + 60)
    assert (second.nonce, second.saved, second.fees) == (4, NOW + 60, FEES)
    assert outbox.saved("checkpoint 2") == [first, second]
    assert outbox.save("checkpoint 2", 9, _signed, NOW) == second


def test_a_nonce_that_another_spent_is_followed_by_one_that_nobody_has(database: Database) -> None:
    outbox = outbox_of(database)
    outbox.save("checkpoint 2", 4, _signed, NOW)
    outbox.save("checkpoint 3", 4, _signed, NOW)
    assert outbox.renew("checkpoint 2", 5, _signed, NOW).nonce == 6
    assert outbox.renew("checkpoint 3", 20, _signed, NOW).nonce == 20


def test_whoever_lost_the_lease_writes_nothing(database: Database, database_url: str) -> None:
    now = [NOW]
    leases = Leases(database, lambda: now[0])
    with leases.held() as paused:
        slow = Outbox(database, paused)
        slow.add_checkpoint(Checkpoint(size=2, root=bytes(32)), NOW)
        now[0] += LEASE_SECONDS
        with closing(Database(database_url)) as other, Leases(other, lambda: now[0]).held() as fence:
            assert fence.token > paused.token
            writes: list[Callable[[], object]] = [
                lambda: slow.save("checkpoint 2", 0, _signed, NOW),
                lambda: slow.add_checkpoint(Checkpoint(size=3, root=bytes(32)), NOW),
                lambda: slow.drop_anchor(2),
                lambda: slow.tell("still here", NOW),
            ]
            for write in writes:
                with pytest.raises(LeaseLost):
                    write()
            assert slow.saved("checkpoint 2") == []
            assert Outbox(other, fence).save("checkpoint 2", 0, _signed, NOW).nonce == 0


def test_trouble_is_told_since_it_began_until_it_is_over(database: Database) -> None:
    store, outbox = LedgerStore(database), outbox_of(database)
    assert store.trouble() is None
    outbox.tell("no answer", NOW)
    outbox.tell("no answer", NOW + 9)
    assert store.trouble() == Trouble("no answer", NOW)
    outbox.tell("no funds", NOW + 10)
    assert store.trouble() == Trouble("no funds", NOW + 10)
    outbox.tell(None, NOW + 11)
    assert store.trouble() is None
