"""Codes of an older set of schemes are replaced, and every index learns of it."""

import os
from dataclasses import replace
from itertools import count

import pytest

from registry.accounts import Account
from registry.errors import FeedBroken
from registry.findings import Orientation, Reach
from registry.search.exact import ExactIndex
from registry.store.catalogue import Catalogue
from registry.store.database import Database
from registry.store.departures import Departures
from registry.store.feed import CodeFeed, FeatureFeed, Head
from registry.store.recoding import Recoding
from registry.store.registration import Draft, Registrations
from registry.works import Added, Codes, Detail, Ground, Recoded, Removed, Work, WorkId
from tests.store.departed import followed, some_leaving, whole
from tests.store.examples import NOW, add, founded, seal, some_draft, some_part

EXACTLY = Reach(pdq=0, phash=0, pdq_alone=0)
_names = count()


@pytest.fixture
def studio(database: Database) -> Account:
    return founded(database)


def kept(studio: Account, **said: object) -> Draft:
    """A draft that keeps its raster."""
    return some_draft(studio.id, raster=f"{next(_names):064x}", **said)


def some_codes() -> Codes:
    return Codes(os.urandom(32), os.urandom(8))


def recoded(number: int = 0, *codes: Codes, detail: Detail = Detail.DISTINCT) -> Recoded:
    return Recoded(number, detail, dict(zip((Ground.WHITE, Ground.BLACK), codes, strict=False)))


def finds(index: ExactIndex, codes: Codes) -> list[tuple[WorkId, int]]:
    return [(found.work, found.part) for found in index.search([(Orientation.UPRIGHT, codes)], EXACTLY)]


def codes_of(draft: Draft) -> Codes:
    return draft.parts[0].codes[Ground.OPAQUE]


def test_old_codes_are_not_searched_by_new_ones_and_come_back_when_they_are_replaced(
    database: Database, studio: Account
) -> None:
    draft, new = kept(studio), some_codes()
    work = add(Registrations(database), draft, seal)
    assert finds(followed(database, 1), codes_of(draft)) == [(work.id, 0)]
    index = followed(database, 2)
    assert finds(index, codes_of(draft)) == []
    assert Recoding(database).replace(work.id, 2, [recoded(0, new)])
    assert finds(followed(database, 2, index), new) == [(work.id, 0)]
    assert finds(index, codes_of(draft)) == []
    assert finds(followed(database, 1), new) == [], "a program of the version before would compare apples and pears"
    assert list(CodeFeed(database, 2).since(0, 9)) == [
        Added(1, work.id, ((0, new),)),
        Removed(2, work.id),
        Added(3, work.id, ((0, new),)),
    ]
    assert CodeFeed(database, 2).head() == Head(log_size=2, feed_position=3)
    assert whole(database, 2) == [work]


def test_features_are_replaced_with_the_codes(database: Database, studio: Account) -> None:
    draft = replace(kept(studio), parts=(some_part(0), some_part(1)))
    work = add(Registrations(database), draft, seal)
    new = Recoded(0, Detail.DISTINCT, {Ground.OPAQUE: some_codes()}, os.urandom(700))
    bare = Recoded(1, Detail.COMMON, {})
    assert Recoding(database).replace(work.id, 2, [new, bare])
    assert list(FeatureFeed(database, 2).since(0, 9)) == [
        Added(1, work.id, features=((0, new.features),)),
        Removed(2, work.id),
        Added(3, work.id, features=((0, new.features),)),
    ]
    assert [event.features for event in FeatureFeed(database, 1).since(2, 3) if isinstance(event, Added)] == [()]


def test_parts_and_grounds_are_replaced_each(database: Database, studio: Account) -> None:
    draft = replace(kept(studio), parts=(some_part(0, grounds=(Ground.WHITE, Ground.BLACK)), some_part(1)))
    work = add(Registrations(database), draft, seal)
    before = Catalogue(database).parts([work.id])[work.id]
    codes = [some_codes() for _ in range(3)]
    assert Recoding(database).replace(work.id, 2, [recoded(0, codes[0]), recoded(1, *codes[1:])])
    index = followed(database, 2)
    assert [finds(index, each) for each in codes] == [[(work.id, 0)], [(work.id, 1)], [(work.id, 1)]]
    assert Catalogue(database).parts([work.id])[work.id] == before


def test_what_new_schemes_say_of_its_detail_holds_from_then_on(database: Database, studio: Account) -> None:
    recoding, catalogue = Recoding(database), Catalogue(database)
    plain = add(Registrations(database), kept(studio, detail=Detail.FLAT), seal)
    parts = (some_part(0), some_part(1))
    rich = add(Registrations(database), replace(kept(studio), parts=parts), seal)
    assert recoding.replace(plain.id, 2, [recoded(0, some_codes())])
    assert recoding.replace(rich.id, 2, [recoded(0, detail=Detail.NOISY), recoded(1, detail=Detail.FLAT)])
    assert [work.detail for work in whole(database, 2)] == [Detail.DISTINCT, Detail.NOISY]
    assert [part.detail for part in catalogue.parts([plain.id])[plain.id]] == [Detail.DISTINCT]
    assert [part.detail for part in catalogue.parts([rich.id])[rich.id]] == [Detail.NOISY, Detail.FLAT]
    assert list(CodeFeed(database, 2).since(5, 6)) == [Added(6, rich.id, ())]


def test_a_work_that_left_or_was_brought_up_meanwhile_is_left_alone(database: Database, studio: Account) -> None:
    works = [add(Registrations(database), kept(studio), seal) for _ in range(3)]
    recoding, departures = Recoding(database), Departures(database)
    departures.withdraw(works[0].id, some_leaving(), seal)
    departures.erase(works[1], NOW)
    assert recoding.replace(works[2].id, 2, [recoded(0, some_codes())])
    head = CodeFeed(database, 2).head()
    for work in works:
        assert not recoding.replace(work.id, 2, [recoded(0, some_codes())])
    assert CodeFeed(database, 2).head() == head


def test_only_standing_works_of_another_version_are_to_be_done(database: Database, studio: Account) -> None:
    registrations, recoding = Registrations(database), Recoding(database)
    works = [add(registrations, kept(studio), seal) for _ in range(5)]
    bare = add(registrations, some_draft(studio.id), seal)
    assert recoding.outdated(1) == (0, 0)
    assert recoding.outdated(2) == (6, 1)
    Departures(database).withdraw(works[1].id, some_leaving(), seal)
    Departures(database).withdraw(bare.id, some_leaving(), seal)
    Departures(database).erase(works[2], NOW)
    assert recoding.outdated(2) == (3, 0)
    add(registrations, some_draft(studio.id), seal)
    assert recoding.outdated(2) == (4, 1)
    recoding.replace(works[3].id, 2, [recoded(0, some_codes())])
    assert recoding.outdated(2) == (3, 1)
    assert recoding.outdated(1) == (1, 0), "a newer version is another one too: the program was set back"
    assert _pages(recoding, 2, limit=1) == [works[0], works[4]]
    assert _pages(recoding, 2, limit=5) == [works[0], works[4]]


def _pages(recoding: Recoding, version: int, *, limit: int) -> list[Work]:
    works: list[Work] = []
    while page := recoding.page(version, after=works[-1].index if works else -1, limit=limit):
        assert len(page) <= limit
        works += page
    return works


def test_an_index_between_the_two_events_goes_on(database: Database, studio: Account) -> None:
    draft, new = kept(studio), some_codes()
    work = add(Registrations(database), draft, seal)
    old, feed = followed(database, 1), CodeFeed(database, 2)
    index = followed(database, 2)
    Recoding(database).replace(work.id, 2, [recoded(0, new)])
    index.apply(feed.since(1, 2))
    assert finds(index, new) == []
    index.apply(feed.since(2, 3))
    assert finds(index, new) == [(work.id, 0)]
    assert finds(followed(database, 1, old), codes_of(draft)) == []
    with pytest.raises(FeedBroken):
        index.apply([Added(4, work.id, ((0, new),))])
