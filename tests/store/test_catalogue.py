"""Reading works back, and what strangers' pictures showed."""

import os

from registry.accounts import AccountId
from registry.findings import Check, CheckId, Clear, Decision
from registry.ids import new_id
from registry.listings import Listing
from registry.store.catalogue import Catalogue, Sighting
from registry.store.checks import Checks
from registry.store.database import Database
from registry.store.registration import Registrations
from registry.works import Visibility, Work, WorkId
from tests.store.examples import NOW, add, added_account, founded, seal, some_draft


def _pages(catalogue: Catalogue, account: AccountId | None, limit: int) -> list[Work]:
    works: list[Work] = []
    while page := catalogue.page(account=account, after=works[-1].index if works else 0, limit=limit):
        assert len(page) <= limit
        works += page
    return works


def test_pages_follow_the_log(database: Database) -> None:
    accounts = [founded(database), added_account(database, "other")]
    registrations, catalogue = Registrations(database), Catalogue(database)
    works = [add(registrations, some_draft(accounts[number % 3 == 0].id), seal) for number in range(10)]
    for limit in (1, 3, 10, 11):
        assert _pages(catalogue, None, limit) == works
        for account in accounts:
            assert _pages(catalogue, account.id, limit) == [work for work in works if work.account == account.id]
    assert catalogue.page(account=AccountId("acc_nobody"), after=0, limit=5) == []
    assert catalogue.page(account=None, after=8, limit=5) == works[8:]


def test_many_finds_those_that_exist_however_many_are_asked_for(database: Database) -> None:
    account = founded(database)
    works = [add(Registrations(database), some_draft(account.id), seal) for _ in range(3)]
    catalogue = Catalogue(database)
    absent = [WorkId(f"wrk_{number}") for number in range(70_000)]
    asked = [works[0].id, *absent[:1_500], works[1].id, *absent[1_500:], works[2].id]
    assert catalogue.many(asked) == {work.id: work for work in works}
    assert catalogue.many(absent[:2]) == {}
    assert catalogue.many([]) == {}


def test_what_is_not_there_is_none(database: Database) -> None:
    founded(database)
    catalogue, nothing = Catalogue(database), WorkId("wrk_nothing")
    assert catalogue.work(nothing) is None
    assert catalogue.claim(nothing) is None
    assert catalogue.thumbnail(nothing) is None
    assert catalogue.with_digests({bytes(32)}) == {}
    assert catalogue.sightings(nothing) == []
    assert Checks(database).check(CheckId("chk_nothing")) is None


def _check(account: AccountId | None, *, checked: int = NOW, listing: Listing | None = None) -> Check:
    return Check(
        id=CheckId(new_id("chk")),
        account=account,
        listing=listing or Listing(),
        sha256=os.urandom(32),
        verdict=Clear(reasons=("nothing resembles it",)),
        feed_position=3,
        log_size=2**33,
        checked=checked,
    )


def test_checks_are_kept_as_they_were_answered(database: Database) -> None:
    account, checks = founded(database), Checks(database)
    kept = [
        _check(None),
        _check(account.id, listing=Listing(seller="Großhandel “A” 🧵", listing="B-1")),
    ]
    for check in kept:
        checks.keep(check, [])
    assert [checks.check(check.id) for check in kept] == kept


def test_sightings_are_told_of_the_work_they_are_of_and_the_newest_first(database: Database) -> None:
    account = founded(database)
    registrations, checks, catalogue = Registrations(database), Checks(database), Catalogue(database)
    seen, unseen = (add(registrations, some_draft(account.id, visibility=Visibility.PRIVATE), seal) for _ in range(2))
    for number in range(103):
        decision = Decision.BLOCK if number % 2 else Decision.REVIEW
        checks.keep(_check(None, checked=NOW + number), [(seen.id, decision)])
    told = catalogue.sightings(seen.id)
    assert len(told) == 100
    assert told[:2] == [Sighting(decision="review", seen=NOW + 102), Sighting(decision="block", seen=NOW + 101)]
    assert [sighting.seen for sighting in told] == sorted((sighting.seen for sighting in told), reverse=True)
    assert catalogue.sightings(unseen.id) == []
