"""Tidying up: blobs that nobody names go after a day, and nothing that somebody names ever does."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from registry.accounts import Account
from registry.blobs.folder import FolderBlobs
from registry.blobs.orphans import ORPHAN_AGE
from registry.blobs.safe import Safe
from registry.blobs.store import BlobId, Stored, place_of
from registry.blobs.vault import Vault
from registry.errors import BlobStoreUnavailable
from registry.store.catalogue import Catalogue
from registry.store.database import Database
from registry.store.departures import Departures
from registry.store.registration import Registrations
from registry.tidy import Tidying
from tests.store.departed import some_leaving
from tests.store.examples import NOW, add, founded, seal, some_draft

A_DAY = ORPHAN_AGE


@dataclass
class Watched:
    """A folder of blobs that counts its lists, and lets something happen at the end of each; it may be away."""

    folder: FolderBlobs
    lists: int = 0
    away: bool = False
    meanwhile: list[Callable[[], object]] = field(default_factory=list)

    def put(self, data: bytes) -> BlobId:
        return self.folder.put(data)

    def put_many(self, blobs: Sequence[bytes]) -> list[BlobId]:
        return self.folder.put_many(blobs)

    def get(self, blob: BlobId) -> bytes:
        return self.folder.get(blob)

    def delete(self, *blobs: BlobId) -> None:
        self.folder.delete(*blobs)

    def ids(self) -> Iterator[Stored]:
        self.lists += 1
        if self.away:
            raise BlobStoreUnavailable("It is away.")
        yield from list(self.folder.ids())
        while self.meanwhile:
            self.meanwhile.pop()()


class World:
    """Works, blobs and a clock; `sweeps` counts how often the rest of erasures was asked for."""

    def __init__(self, database: Database, directory: Path) -> None:
        self.account: Account = founded(database)
        self.database, self.now, self.sweeps, self.proofs = database, NOW, 0, 0
        self.store = Watched(FolderBlobs(directory))
        self.sweep: Callable[[], object] = self._count
        safe = Safe(self.store, Vault([bytes(32)]))
        self.tidy = Tidying(
            sweep=lambda: self.sweep(),
            keep_proofs=self._count_proofs,
            catalogue=Catalogue(database),
            safe=safe,
            clock=lambda: self.now,
        )

    def _count(self) -> None:
        self.sweeps += 1

    def _count_proofs(self) -> None:
        self.proofs += 1

    def blob(self, age: int) -> BlobId:
        """A blob that was put so many seconds ago."""
        blob = self.store.put(os.urandom(100))
        os.utime(self.store.folder.directory / place_of(blob), (self.now - age, self.now - age))
        return blob

    def name(self, blob: BlobId) -> None:
        add(Registrations(self.database), some_draft(self.account.id, raster=blob), seal)

    @property
    def blobs(self) -> set[BlobId]:
        return {stored.id for stored in self.store.folder.ids()}


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    return World(database, tmp_path / "blobs")


def test_only_what_nobody_names_goes_and_only_after_a_day(world: World) -> None:
    named, unnamed, young = world.blob(5 * A_DAY), world.blob(A_DAY + 1), world.blob(A_DAY - 1)
    world.name(named)
    assert world.blobs == {named, unnamed, young}
    world.tidy()
    assert world.blobs == {named, young}
    world.now += A_DAY
    world.tidy()
    assert world.blobs == {named}


def test_originals_are_named_as_well_and_blobs_of_withdrawn_works_too(world: World) -> None:
    raster, original, gone = (world.blob(2 * A_DAY) for _ in range(3))
    draft = replace(some_draft(world.account.id, raster=raster), original=original)
    work = add(Registrations(world.database), draft, seal)
    Departures(world.database).withdraw(work.id, some_leaving(), seal)
    world.tidy()
    assert world.blobs == {raster, original}
    assert gone not in world.blobs


def test_a_work_that_is_registered_while_it_looks_keeps_its_blob(world: World) -> None:
    """A machine that slept a day between the blob and the transaction that names it."""
    late, orphan = world.blob(A_DAY + 1), world.blob(A_DAY + 1)
    world.store.meanwhile.append(lambda: world.name(late))
    world.tidy()
    assert world.blobs == {late}
    assert orphan not in world.blobs


def test_erasures_are_swept_every_time_and_orphans_looked_for_once_a_day(world: World) -> None:
    for _ in range(3):
        world.tidy()
        world.now += A_DAY // 4
    assert (world.sweeps, world.proofs, world.store.lists) == (3, 3, 1)
    world.now += A_DAY // 4
    world.tidy()
    assert (world.sweeps, world.store.lists) == (4, 2)


def test_what_fails_is_logged_holds_nothing_up_and_is_tried_again(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    orphan = world.blob(A_DAY + 1)

    def failing() -> None:
        raise BlobStoreUnavailable("It is away.")

    world.sweep = failing
    world.tidy()
    assert world.blobs == set()
    assert "not tidied up yet: It is away." in caplog.text
    orphan = world.blob(2 * A_DAY)
    world.now += A_DAY
    world.store.away = True
    world.tidy()
    assert world.blobs == {orphan}
    world.store.away = False
    world.tidy()
    assert world.blobs == set()
