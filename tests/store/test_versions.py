"""The versions of a work: which hang together, and who sees which."""

from dataclasses import replace

import pytest

from registry.accounts import Account, Viewer
from registry.store.catalogue import Catalogue
from registry.store.database import Database
from registry.store.departures import Departures
from registry.store.registration import Registrations
from registry.works import Visibility, Work
from tests.store.departed import some_leaving
from tests.store.examples import NOW, add, added_account, founded, seal, some_draft

EVERYTHING = Viewer(account=None, everything=True)
STRANGER = Viewer(account=None)


@pytest.fixture
def studio(database: Database) -> Account:
    return founded(database)


def version(
    database: Database, studio: Account, of: Work | None = None, visibility: Visibility = Visibility.PUBLIC
) -> Work:
    draft = some_draft(studio.id, previous=None if of is None else of.id, visibility=visibility)
    return add(Registrations(database), draft, seal)


def test_a_chain_is_the_same_from_each_of_its_links(database: Database, studio: Account) -> None:
    sketch = version(database, studio)
    version(database, studio)
    draft = version(database, studio, sketch)
    final = version(database, studio, draft)
    for work in (sketch, draft, final):
        assert Catalogue(database).versions(work, EVERYTHING) == [sketch, draft, final]


def test_branches_belong_to_it_from_each_of_their_twigs(database: Database, studio: Account) -> None:
    sketch, alone = version(database, studio), version(database, studio)
    left = version(database, studio, sketch)
    right = version(database, studio, sketch)
    twig = version(database, studio, left)
    other = version(database, studio, left)
    tree = [sketch, left, right, twig, other]
    for work in tree:
        assert Catalogue(database).versions(work, EVERYTHING) == tree
    assert Catalogue(database).versions(alone, EVERYTHING) == [alone]


def test_a_private_version_is_its_account_s_and_joins_nothing_for_strangers(
    database: Database, studio: Account
) -> None:
    sketch = version(database, studio)
    hidden = version(database, studio, sketch, Visibility.PRIVATE)
    final = version(database, studio, hidden)
    reprint = version(database, studio, final)
    catalogue = Catalogue(database)
    for knowing in (EVERYTHING, Viewer(account=studio.id)):
        assert catalogue.versions(reprint, knowing) == [sketch, hidden, final, reprint]
    for stranger in (STRANGER, Viewer(account=added_account(database, "shop").id)):
        assert catalogue.versions(sketch, stranger) == [sketch]
        assert catalogue.versions(final, stranger) == [final, reprint]
        assert catalogue.versions(reprint, stranger) == [final, reprint]


def test_a_withdrawn_version_stays_and_an_erased_one_parts_the_chain(database: Database, studio: Account) -> None:
    sketch = version(database, studio)
    draft = version(database, studio, sketch)
    final = version(database, studio, draft)
    catalogue, departures = Catalogue(database), Departures(database)
    leaving = some_leaving()
    departures.withdraw(draft.id, leaving, seal)
    assert catalogue.versions(final, EVERYTHING) == [sketch, replace(draft, withdrawn=leaving.received), final]
    departures.erase(draft, NOW)
    apart = replace(final, description=replace(final.description, previous=None))
    assert catalogue.versions(sketch, EVERYTHING) == [sketch]
    assert catalogue.versions(apart, EVERYTHING) == [apart]
    # looked up just before it was parted
    assert catalogue.versions(final, EVERYTHING) == [final]
    assert catalogue.versions(draft, EVERYTHING) == [sketch, draft]


def test_any_number_of_versions_is_found(database: Database, studio: Account) -> None:
    sketch = version(database, studio)
    drafts = [some_draft(studio.id, previous=sketch.id) for _ in range(2_500)]
    works = Registrations(database).add_all(drafts, lambda _, index: seal(index))
    last = version(database, studio, works[-1])
    assert Catalogue(database).versions(last, EVERYTHING) == [sketch, *works, last]
