"""What is known of the ledger, and what the anchor worker writes of it: identity, checkpoints and anchors."""

from functools import partial
from typing import cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, NoResultFound

from registry.proof.certificate import Anchor, Checkpoint
from registry.proof.statement import entry_of
from registry.proof.verify import Finality
from registry.store.database import Database
from registry.store.ledger import Anchored, LedgerStore
from registry.store.registration import Registrations
from tests.store.examples import NOW, add, added_account, at_once, outbox_of, seal, some_draft, some_genesis


def test_a_registry_is_founded_once(database: Database) -> None:
    store = LedgerStore(database)
    assert store.identity() is None
    genesis = some_genesis()
    identity = store.found(genesis, NOW)
    assert (identity.genesis, identity.log) == (genesis, genesis.log)
    assert store.identity() == identity
    assert store.entries(0, 10) == [entry_of(identity.statement)]
    assert (store.size(), store.received(0), store.received(1)) == (1, NOW, None)
    # Founded again, even as another registry: what stands is what is told.
    assert store.found(genesis, NOW + 1) == identity
    assert store.found(some_genesis(), NOW + 1) == identity
    assert (store.size(), store.received(0)) == (1, NOW)


def test_threads_that_found_at_once_found_one_registry(database: Database) -> None:
    store = LedgerStore(database)
    founded = at_once([lambda: store.found(some_genesis(), NOW)] * 8)
    assert founded == [store.identity()] * 8
    assert store.size() == 1


def test_entries_are_those_between(database: Database) -> None:
    store = LedgerStore(database)
    identity = store.found(some_genesis(), NOW)
    account = added_account(database, "studio")
    works = [add(Registrations(database), some_draft(account.id), seal) for _ in range(5)]
    log = [entry_of(identity.statement), *(work.entry for work in works)]
    for start in range(7):
        for end in range(start, 8):
            assert store.entries(start, end) == log[start:end]
    assert store.received(3) == works[2].registered
    assert store.size() == 6


def test_only_a_checkpoint_that_was_made_has_an_anchor(database: Database) -> None:
    outbox = outbox_of(database)
    with pytest.raises(IntegrityError):
        outbox.add_anchor(Checkpoint(size=5, root=bytes(32)), _anchor(1), Finality.MINED)
    with pytest.raises(NoResultFound):
        outbox.set_finality(5, Finality.FINAL)
    assert LedgerStore(database).watched() == []


def test_a_size_has_one_checkpoint(database: Database) -> None:
    store, outbox = LedgerStore(database), outbox_of(database)
    outbox.add_checkpoint(Checkpoint(size=5, root=bytes(32)), NOW)
    with pytest.raises(IntegrityError):
        outbox.add_checkpoint(Checkpoint(size=5, root=b"x" * 32), NOW)
    assert store.last_checkpoint() == Checkpoint(size=5, root=bytes(32))


def _anchor(number: int) -> Anchor:
    return Anchor(
        writer=number.to_bytes(20, "big"),
        transaction=number.to_bytes(32, "big"),
        event_index=number % 7,
        block_number=number + 2**40,
        block_hash=(number + 1).to_bytes(32, "big"),
        block_time=NOW + number,
    )


SIZES = st.integers(1, 6)


class Anchoring(RuleBasedStateMachine):
    """Checkpoints and anchors in the database beside the same in two dictionaries."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        with database.write() as session:
            session.connection().execute(text("DELETE FROM anchors"))
            session.connection().execute(text("DELETE FROM checkpoints"))
        self.store, self.outbox = LedgerStore(database), outbox_of(database)
        self.made: dict[int, Checkpoint] = {}
        self.found: dict[int, Anchor] = {}
        self.finality: dict[int, Finality] = {}

    @rule(size=SIZES, root=st.binary(min_size=32, max_size=32))
    def make(self, size: int, root: bytes) -> None:
        if size not in self.made:
            self.made[size] = Checkpoint(size=size, root=root)
            self.outbox.add_checkpoint(self.made[size], NOW)

    @precondition(lambda self: self.made)
    @rule(data=st.data(), number=st.integers(0, 2**20))
    def find(self, data: st.DataObject, number: int) -> None:
        size = data.draw(st.sampled_from(sorted(self.made)))
        self.outbox.add_anchor(self.made[size], _anchor(number), Finality.MINED)
        self.found[size], self.finality[size] = _anchor(number), Finality.MINED

    @rule(size=SIZES)
    def drop(self, size: int) -> None:
        self.outbox.drop_anchor(size)
        self.found.pop(size, None)

    @precondition(lambda self: self.found)
    @rule(data=st.data(), finality=st.sampled_from([Finality.MINED, Finality.SAFE, Finality.FINAL]))
    def settle(self, data: st.DataObject, finality: Finality) -> None:
        size = data.draw(st.sampled_from(sorted(self.found)))
        self.outbox.set_finality(size, finality)
        self.finality[size] = finality

    def _anchored(self, size: int | None) -> Anchored | None:
        return None if size is None else Anchored(self.made[size], self.found[size], self.finality[size])

    @invariant()
    def agrees(self) -> None:
        assert self.store.last_checkpoint() == (self.made[max(self.made)] if self.made else None)
        assert self.store.unanchored() == [self.made[size] for size in sorted(self.made) if size not in self.found]
        unsettled = [size for size in sorted(self.found) if self.finality[size] is not Finality.FINAL]
        assert self.store.watched() == [self._anchored(size) for size in unsettled]
        assert self.store.last_anchored() == self._anchored(max(self.found, default=None))

    @rule()
    def cover(self) -> None:
        for index in range(8):
            first = min((size for size in self.found if size > index), default=None)
            assert self.store.covering(index) == self._anchored(first)


def test_checkpoints_and_anchors_agree_with_a_model(database: Database) -> None:
    run_state_machine_as_test(
        cast("type[Anchoring]", partial(Anchoring, database)),  # a factory will do, says its documentation
        settings=settings(
            max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
