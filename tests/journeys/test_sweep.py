"""Sweeping: what erasing has left to do is done, whoever is in the way and whatever a crash cut short."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from registry.accounts import Account
from registry.assemble import Registry
from registry.blobs.safe import Safe
from registry.blobs.store import BlobId, BlobStore, Stored
from registry.blobs.vault import Vault
from registry.errors import BlobStoreUnavailable
from registry.store.departures import Departures
from registry.withdraw import FORGOTTEN_WITHIN, GRACE, ROUND, Withdrawing
from registry.works import Keeping
from tests.journeys.leaving_world import (
    TITLE,
    HandSet,
    House,
    found,
    layered,
    opened,
    traces_of,
)
from tests.journeys.pictures import Picture
from tests.store.departed import rows_about, whole

DRAWING = layered(1)
A_MINUTE = 60
ALL = Keeping(raster=True, original=True)


def test_a_reader_holds_up_the_end_and_loses_nothing(house: House, studio: Account) -> None:
    house.register(Picture(7).png(), "Neighbour", studio)
    work = house.register(DRAWING, TITLE, studio, ALL)
    traces = traces_of(house.registry, work)
    with closing(sqlite3.connect(house.directory / "registry.sqlite", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        titles = reader.execute("SELECT title FROM works ORDER BY log_index").fetchall()
        house.erase(work)
        house.clock.move(FORGOTTEN_WITHIN)
        for _ in range(2):
            assert house.registry.withdrawing.sweep() == 1
        assert titles == [("Neighbour",), (TITLE,)]
        assert reader.execute("SELECT title FROM works ORDER BY log_index").fetchall() == titles
        assert found(house.directory, traces) != {}
        reader.execute("ROLLBACK")
    assert house.registry.withdrawing.sweep() == 0
    assert found(house.directory, traces) == {}


@pytest.mark.parametrize("last", ["erased", "cleared", "forgotten", "wiped"])
def test_the_next_process_ends_what_a_crash_began(tmp_path: Path, last: str) -> None:
    clock = HandSet()
    with opened(tmp_path, clock) as registry:
        studio = registry.access.create_account("studio")
        work = House(registry, clock).register(DRAWING, TITLE, studio, ALL)
        traces = traces_of(registry, work)
        departures = Departures(registry.database)
        departures.erase(work, clock())
        if last != "erased":
            registry.safe.delete(*(blob for blob in (work.raster, work.original) if blob is not None))
            departures.cleared(work.id)
        if last in ("forgotten", "wiped"):
            departures.forget([work.id])
        if last == "wiped":
            departures.wipe()
    clock.move(ROUND)
    with opened(tmp_path, clock) as registry:
        assert registry.withdrawing.sweep() == 0
        assert registry.withdrawing.sweep() == 0
        assert found(tmp_path, traces) == {}
        assert registry.safe.store.ids() is not None
        assert list(registry.safe.store.ids()) == []
        assert whole(registry.database) == []


def test_rounds_take_all_that_are_past_their_grace(house: House, studio: Account) -> None:
    works = [house.register(Picture(number).png(), f"Work {number}", studio) for number in range(3)]
    house.erase(works[0])
    house.clock.move(ROUND - GRACE - A_MINUTE)
    house.erase(works[1])
    house.clock.move(GRACE)
    house.erase(works[2])
    assert house.registry.withdrawing.sweep() == 3
    house.clock.move(A_MINUTE)
    assert house.registry.withdrawing.sweep() == 1
    named = [rows_about(house.registry.database, work.id) for work in works]
    assert named == [set(), set(), {"code_feed", "erasures"}]
    house.clock.move(ROUND)
    assert house.registry.withdrawing.sweep() == 0


class Unreliable:
    """A place for blobs that is away at times, and counts what it is asked to delete."""

    def __init__(self, store: BlobStore) -> None:
        self._store, self.away, self.deleted = store, False, list[BlobId]()

    def put(self, data: bytes) -> BlobId:
        return self._store.put(data)

    def put_many(self, blobs: Sequence[bytes]) -> list[BlobId]:
        return self._store.put_many(blobs)

    def get(self, blob: BlobId) -> bytes:
        return self._store.get(blob)

    def delete(self, *blobs: BlobId) -> None:
        if self.away:
            raise BlobStoreUnavailable("It is away.")
        self.deleted += blobs
        self._store.delete(*blobs)

    def ids(self) -> Iterator[Stored]:
        return self._store.ids()


def withdrawing(registry: Registry, store: BlobStore, clock: HandSet) -> Withdrawing:
    return Withdrawing(
        log=registry.identity.log,
        signer=registry.keyring.signer,
        catalogue=registry.catalogue,
        departures=Departures(registry.database),
        safe=Safe(store, Vault(registry.keyring.blob_keys)),
        follower=registry.follower,
        parts_follower=registry.parts_follower,
        may_append=registry.standing.must_be_level,
        clock=clock,
    )


def test_blobs_that_can_t_be_reached_are_deleted_later_and_once(house: House, studio: Account) -> None:
    works = [house.register(layered(number), f"Work {number}", studio, ALL) for number in (1, 2)]
    store = Unreliable(house.registry.safe.store)
    journey = withdrawing(house.registry, store, house.clock)
    store.away = True
    journey.erase(works[0].id, None)
    assert house.registry.catalogue.work(works[0].id) is None
    house.clock.move(ROUND)
    with pytest.raises(BlobStoreUnavailable):
        journey.sweep()
    assert len(list(store.ids())) == 4
    assert rows_about(house.registry.database, works[0].id) == {"code_feed", "erasures"}, "what names its blobs stays"
    store.away = False
    assert journey.sweep() == 0
    journey.erase(works[1].id, None)
    journey.sweep()
    assert sorted(store.deleted) == sorted(str(blob) for work in works for blob in (work.raster, work.original))
    assert list(store.ids()) == []
