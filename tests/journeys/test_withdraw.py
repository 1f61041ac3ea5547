"""Withdrawing: the work is matched no more, and what was claimed of it stays as provable as it was."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from registry.accounts import Account
from registry.errors import NotFound
from registry.log.log import Log
from registry.log.promise import PROMISE
from registry.proof.merkle import check_inclusion, leaf_hash
from registry.proof.receipt import check_receipt, encode_receipt, parse_receipt
from registry.proof.statement import Withdrawal, entry_of, parse_statement
from registry.store.database import Database
from registry.store.tables import WithdrawalRow
from registry.works import Description, Visibility, Work, WorkId
from tests.journeys.leaving_world import STRANGER, HandSet, House, opened
from tests.journeys.pictures import Picture
from tests.store.departed import whole


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    clock = HandSet()
    with opened(tmp_path_factory.mktemp("registry"), clock) as registry:
        yield House(registry, clock)


@pytest.fixture(scope="module")
def studio(house: House) -> Account:
    return house.registry.access.create_account("studio")


@pytest.fixture
def work(house: House, studio: Account, picture: Picture) -> Work:
    return house.register(picture.png(), "A coat", studio)


def logged(database: Database, work: WorkId) -> bytes:
    """The statement that is kept of a withdrawal."""
    with database.read() as session:
        return session.get_one(WithdrawalRow, work).statement


def test_a_statement_is_logged_and_its_receipt_holds(house: House, studio: Account, work: Work) -> None:
    registry, index = house.registry, house.registry.ledger.size()
    receipt = registry.withdrawing.withdraw(work.id, studio.id)
    assert check_receipt(receipt, registry.identity.genesis.registry_key)
    assert parse_receipt(encode_receipt(receipt)) == receipt
    assert (receipt.index, receipt.log) == (index, registry.identity.log)
    assert receipt.anchor_by == receipt.received + PROMISE
    statement = logged(registry.database, work.id)
    said = parse_statement(statement)
    assert isinstance(said, Withdrawal)
    assert (said.log, said.claim, said.declared) == (registry.identity.log, work.entry, receipt.received)
    assert entry_of(statement) == receipt.entry
    assert registry.ledger.entries(index, index + 1) == [receipt.entry]


def test_it_is_anchored_as_any_entry(house: House, studio: Account, work: Work) -> None:
    receipt = house.registry.withdrawing.withdraw(work.id, studio.id)
    house.anchor()
    anchored = house.registry.ledger.last_anchored()
    assert anchored is not None
    log: Log = house.registry.log
    size, root = anchored.checkpoint.size, anchored.checkpoint.root
    path = log.inclusion(receipt.index, size)
    assert check_inclusion(leaf_hash(receipt.entry), receipt.index, size, path, root)


def test_it_is_matched_no_more_by_likeness_or_by_its_bytes(
    house: House, studio: Account, work: Work, picture: Picture
) -> None:
    assert house.shown_in(picture.jpeg()) == house.shown_in(picture.png()) == {work.id}
    house.registry.withdrawing.withdraw(work.id, studio.id)
    assert house.shown_in(picture.jpeg()) == house.shown_in(picture.png()) == set()
    rival = house.registry.access.account_or_default(None)
    copy = house.registry.registering.register(picture.jpeg(50), Description("A copy"), rival)
    assert copy.similar == ()


def test_other_processes_match_it_no_more(house: House, studio: Account, work: Work, picture: Picture) -> None:
    with opened(house.registry.settings.data_dir, house.clock) as other:
        elsewhere = House(other, house.clock)
        assert elsewhere.shown_in(picture.jpeg()) == {work.id}
        house.registry.withdrawing.withdraw(work.id, studio.id)
        assert elsewhere.shown_in(picture.jpeg()) == elsewhere.shown_in(picture.png()) == set()
    with opened(house.registry.settings.data_dir, house.clock) as late:
        assert House(late, house.clock).shown_in(picture.jpeg()) == set()


def test_doing_it_again_gives_the_same_receipt(house: House, studio: Account, work: Work) -> None:
    first = house.registry.withdrawing.withdraw(work.id, studio.id)
    size = house.registry.ledger.size()
    house.clock.move(3600)
    with ThreadPoolExecutor(4) as pool:
        again = [pool.submit(house.registry.withdrawing.withdraw, work.id, studio.id) for _ in range(4)]
        assert [receipt.result() for receipt in again] == [first] * 4
    assert house.registry.ledger.size() == size


def test_its_certificate_holds_whenever_it_was_made(
    house: House, studio: Account, work: Work, picture: Picture
) -> None:
    house.anchor()
    before = house.certificate(work)
    house.registry.withdrawing.withdraw(work.id, studio.id)
    house.anchor()
    withdrawn = house.registry.catalogue.work(work.id)
    assert withdrawn is not None
    assert withdrawn.withdrawn is not None
    after = house.certificate(withdrawn)
    assert house.proves(before, picture.png())
    assert house.proves(after, picture.png())
    assert after.statement == before.statement


def test_the_same_bytes_can_be_registered_again_as_another_work(
    house: House, studio: Account, work: Work, picture: Picture
) -> None:
    house.registry.withdrawing.withdraw(work.id, studio.id)
    again = house.registry.registering.register(picture.png(), Description("Another title"), studio)
    assert again.new
    assert again.work.id != work.id
    assert house.shown_in(picture.jpeg()) == house.shown_in(picture.png()) == {again.work.id}
    repeated = house.registry.registering.register(picture.png(), Description("Another title"), studio)
    assert (repeated.work.id, repeated.new) == (again.work.id, False)


def test_it_stays_in_the_history_and_a_version_may_name_it(house: House, studio: Account, work: Work) -> None:
    house.registry.withdrawing.withdraw(work.id, studio.id)
    registering, catalogue = house.registry.registering, house.registry.catalogue
    later = registering.register(Picture(work.index + 5000).png(), Description("Later", previous=work.id), studio).work
    first, second = catalogue.versions(later, STRANGER)
    assert (first.id, second) == (work.id, later)
    assert first.withdrawn is not None


def test_only_its_own_account_withdraws_it(house: House, studio: Account, work: Work, picture: Picture) -> None:
    rival, size = house.registry.access.create_account("rival"), house.registry.ledger.size()
    for name in (work.id, WorkId("wrk_nothing")):
        with pytest.raises(NotFound):
            house.registry.withdrawing.withdraw(name, rival.id)
    assert house.registry.ledger.size() == size
    assert house.shown_in(picture.jpeg()) == {work.id}
    house.registry.withdrawing.withdraw(work.id, None)
    assert house.shown_in(picture.jpeg()) == set()


def test_a_private_one_is_told_of_no_more_sightings(house: House, studio: Account, picture: Picture) -> None:
    registry = house.registry
    said = Description("Secret", visibility=Visibility.PRIVATE)
    secret = registry.registering.register(picture.png(), said, studio).work
    house.shown_in(picture.jpeg())
    assert len(registry.catalogue.sightings(secret.id)) == 1
    registry.withdrawing.withdraw(secret.id, studio.id)
    house.shown_in(picture.jpeg())
    assert len(registry.catalogue.sightings(secret.id)) == 1


def test_it_stands_after_a_restart(tmp_path: Path, picture: Picture) -> None:
    clock = HandSet()
    with opened(tmp_path, clock) as registry:
        studio = registry.access.create_account("studio")
        work = House(registry, clock).register(picture.png(), "A coat", studio)
        receipt = registry.withdrawing.withdraw(work.id, studio.id)
    with opened(tmp_path, clock) as registry:
        assert registry.withdrawing.withdraw(work.id, studio.id) == receipt
        (withdrawn,) = whole(registry.database)
        assert withdrawn.withdrawn == receipt.received
