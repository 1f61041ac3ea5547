"""Adding a work, one after the other: everything of it or nothing."""

import os
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from registry.accounts import AccountId
from registry.proof.receipt import Receipt
from registry.store.catalogue import Catalogue
from registry.store.database import Database
from registry.store.feed import CodeFeed, FeatureFeed, Head
from registry.store.ledger import LedgerStore
from registry.store.registration import Registrations
from registry.store.tables import CodeFeedRow, LogHeadRow
from registry.works import Added, Detail, Ground, Removed, Visibility
from tests.store.audit import audited
from tests.store.examples import add, added_account, founded, seal, some_draft, some_part


def test_what_is_added_is_read_back(database: Database) -> None:
    account = founded(database)
    first = some_draft(account.id, visibility=Visibility.PRIVATE)
    second = some_draft(account.id, previous=first.id, grounds=(Ground.WHITE, Ground.BLACK))
    registrations, catalogue, feed = Registrations(database), Catalogue(database), CodeFeed(database, 1)
    works = [add(registrations, draft, seal) for draft in (first, second)]
    assert [work.index for work in works] == [1, 2]
    for draft, work in zip((first, second), works, strict=True):
        assert catalogue.work(draft.id) == work
        for field in ("id", "account", "description", "sha256", "size", "media_type", "width", "height", "detail"):
            assert getattr(work, field) == getattr(draft, field)
        assert (work.entry, work.registered) == (draft.entry, draft.registered)
        claim = catalogue.claim(draft.id)
        assert claim is not None
        assert (claim.statement, claim.manifest, claim.manifest_salt) == (
            draft.statement,
            draft.manifest,
            draft.manifest_salt,
        )
        assert catalogue.thumbnail(draft.id) == draft.parts[0].thumbnail
        assert catalogue.parts([draft.id])[draft.id] == [taken.part for taken in draft.parts]
    black_then_white = tuple((0, second.parts[0].codes[ground]) for ground in (Ground.BLACK, Ground.WHITE))
    assert list(feed.since(0, 2)) == [
        Added(seq=1, work=first.id, codes=((0, first.parts[0].codes[Ground.OPAQUE]),)),
        Added(seq=2, work=second.id, codes=black_then_white),
    ]
    assert list(FeatureFeed(database, 1).since(0, 2)) == [
        Added(seq=seq, work=draft.id, features=((0, draft.parts[0].features),))
        for seq, draft in ((1, first), (2, second))
    ]
    assert feed.head() == Head(log_size=3, feed_position=2)
    assert audited(database) == works


def test_a_part_without_features_has_none_in_the_feed(database: Database) -> None:
    draft = some_draft(founded(database).id)
    parts = (draft.parts[0], replace(some_part(1), features=b""), some_part(2))
    add(Registrations(database), replace(draft, parts=parts), seal)
    assert list(FeatureFeed(database, 1).since(0, 1)) == [
        Added(seq=1, work=draft.id, features=((0, parts[0].features), (2, parts[2].features)))
    ]
    assert list(FeatureFeed(database, 2).since(0, 1)) == [Added(seq=1, work=draft.id)], "those of another version"


def test_words_are_stored_by_value_and_not_by_name(database: Database) -> None:
    account = founded(database)
    add(Registrations(database), some_draft(account.id), seal)
    with database.read() as session:
        row = session.connection().execute(text("SELECT kind, visibility, role, detail FROM works")).one()
        ground = session.connection().scalar(text("SELECT ground FROM codes"))
    assert (*row, ground) == ("design", "public", "author", "distinct", "opaque")


def test_a_work_without_codes_is_in_the_feed_all_the_same(database: Database) -> None:
    account = founded(database)
    draft = some_draft(account.id, detail=Detail.FLAT, grounds=())
    add(Registrations(database), draft, seal)
    assert list(CodeFeed(database, 1).since(0, 1)) == [Added(seq=1, work=draft.id, codes=())]
    audited(database)


def test_the_receipt_is_the_one_that_was_sealed(database: Database) -> None:
    account = founded(database)
    catalogue = Catalogue(database)
    identity = LedgerStore(database).identity()
    assert identity is not None
    for index in (1, 2):
        work = add(Registrations(database), some_draft(account.id), seal)
        sealed = seal(index)
        assert catalogue.receipt(work) == Receipt(
            log=identity.log,
            entry=work.entry,
            index=index,
            received=sealed.received,
            anchor_by=sealed.anchor_by,
            key=sealed.key,
            signature=sealed.signature,
        )


def test_the_same_bytes_of_the_same_account_are_the_same_work(database: Database) -> None:
    account, other = founded(database), added_account(database, "other")
    registrations, digest = Registrations(database), os.urandom(32)
    work = add(registrations, some_draft(account.id, sha256=digest), seal)

    def unreached(index: int) -> Receipt:
        raise AssertionError("no receipt is signed for a work that is there")

    assert add(registrations, some_draft(account.id, sha256=digest), unreached) == work
    theirs = add(registrations, some_draft(other.id, sha256=digest), seal)
    assert theirs.id != work.id
    assert Catalogue(database).with_digests({digest}) == {digest: [work, theirs]}
    assert audited(database) == [work, theirs]


def test_a_seal_that_raises_leaves_nothing(database: Database) -> None:
    account = founded(database)
    registrations, draft = Registrations(database), some_draft(account.id)

    def broken(index: int) -> Receipt:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add(registrations, draft, broken)
    assert audited(database) == []
    assert CodeFeed(database, 1).head() == Head(log_size=1, feed_position=0)
    assert add(registrations, draft, seal).index == 1
    audited(database)


@pytest.mark.parametrize("wrong", ["account", "id"])
def test_what_the_rows_forbid_leaves_nothing(database: Database, wrong: str) -> None:
    account = founded(database)
    registrations = Registrations(database)
    there = add(registrations, some_draft(account.id), seal)
    draft = {
        "account": some_draft(AccountId("acc_nobody")),
        "id": replace(some_draft(added_account(database, "other").id), id=there.id),
    }[wrong]
    with pytest.raises(IntegrityError):
        add(registrations, draft, seal)
    assert audited(database) == [there]


def test_the_feed_tells_removals_and_pages_in_order(database: Database) -> None:
    account = founded(database)
    draft = some_draft(account.id)
    add(Registrations(database), draft, seal)
    last = CodeFeed.page + 3
    with database.write() as session:
        session.add_all(CodeFeedRow(seq=seq, op="remove", work=draft.id) for seq in range(2, last + 1))
        session.get_one(LogHeadRow, 1).feed = last
    feed = CodeFeed(database, 1)
    events = list(feed.since(0, feed.head().feed_position))
    assert [event.seq for event in events] == list(range(1, last + 1))
    assert isinstance(events[0], Added)
    assert events[-1] == Removed(seq=last, work=draft.id)
    assert [event.seq for event in feed.since(5, 9)] == [6, 7, 8, 9]
    assert list(feed.since(last, last)) == []
