"""Refingerprinting: a newer set of schemes finds old works again, from what was kept of them."""

import secrets
from concurrent.futures import Future
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import col

from registry.accounts import Account
from registry.assemble import Registry
from registry.blobs.folder import FolderBlobs
from registry.blobs.safe import Keepsake, Purpose
from registry.blobs.store import place_of
from registry.check import Checking
from registry.errors import BlobDamaged, BlobMissing, MediaError, OriginmarkError
from registry.findings import Matched
from registry.intake.taken import CODES_VERSION
from registry.listings import Listing
from registry.matching.closer import CloserLook
from registry.matching.known import KnownParts
from registry.matching.stages import Stages
from registry.refingerprint import AHEAD, Outstanding, Refingerprinting
from registry.search.exact import ExactIndex
from registry.search.follow import Follower
from registry.search.index import Index
from registry.store.access import Accounts
from registry.store.checks import Checks
from registry.store.feed import CodeFeed, FeatureFeed
from registry.store.recoding import Recoding
from registry.store.tables import WorkRow
from registry.works import Keeping, Recoded, Work, WorkId
from tests.journeys.leaving_world import STRANGER, House, layered
from tests.journeys.pictures import Picture
from tests.store.departed import whole

NEW = CODES_VERSION + 1
"""The version of a set of schemes to come; they compute what those of today do."""


def renewing(registry: Registry) -> Refingerprinting:
    return Refingerprinting(
        recode=registry.desk.recode_soon, recoding=Recoding(registry.database), safe=registry.safe, version=NEW
    )


class Program:
    """A later program on the same registry: one that searches by the newer schemes."""

    def __init__(self, registry: Registry) -> None:
        self.follower: Follower[Index] = Follower(ExactIndex, CodeFeed(registry.database, NEW))
        stages = Stages()
        self.checking = Checking(
            look_at=registry.desk.look_at_soon,
            catalogue=registry.catalogue,
            accounts=Accounts(registry.database),
            checks=Checks(registry.database),
            follower=self.follower,
            closer=CloserLook(
                look_closer=registry.desk.look_closer_soon,
                follower=Follower(KnownParts, FeatureFeed(registry.database, NEW)),
                parts=registry.catalogue.parts,
                stages=stages,
            ),
            stages=stages,
            clock=registry.clock,
        )

    def shown_in(self, data: bytes) -> dict[WorkId, int]:
        """The works that a picture shows, and which part of them."""
        verdict = self.checking.check(data, Listing(), STRANGER).verdict
        return {match.work: match.part for match in verdict.matches} if isinstance(verdict, Matched) else {}


def run(journey: Refingerprinting) -> dict[WorkId, OriginmarkError | None]:
    return {work.id: error for work, error in journey.run()}


def blob_file(registry: Registry, work: Work) -> Path:
    store = registry.safe.store
    assert isinstance(store, FolderBlobs)
    assert work.raster is not None
    return store.directory / place_of(work.raster)


def test_old_works_match_by_their_bytes_only_until_they_are_brought_up(house: House, studio: Account) -> None:
    works = [house.register(Picture(seed).png(), f"Work {seed}", studio) for seed in range(3)]
    drawing = house.register(layered(5), "Layers", studio)
    program, journey = Program(house.registry), renewing(house.registry)
    assert program.shown_in(Picture(1).png()) == {works[1].id: 0}
    assert program.shown_in(Picture(1).jpeg()) == {}
    assert house.shown_in(Picture(1).jpeg()) == {works[1].id}, "the program of before goes on as it did"
    assert journey.outstanding() == Outstanding(works=4, without_raster=0)
    assert run(journey) == {work.id: None for work in (*works, drawing)}
    assert journey.outstanding() == Outstanding(works=0, without_raster=0)
    for seed, work in enumerate(works):
        assert program.shown_in(Picture(seed).jpeg()) == {work.id: 0}
    hidden_layer = Picture(1005, (300, 220)).jpeg()
    assert program.shown_in(hidden_layer) == {drawing.id: 2}
    assert Program(house.registry).shown_in(hidden_layer) == {drawing.id: 2}, "an index from the beginning agrees"
    assert house.shown_in(Picture(1).jpeg()) == set(), "the program of before can't compare them any more"
    assert run(journey) == {}
    assert whole(house.registry.database, NEW) == [*works, drawing]


def test_it_can_be_interrupted_anywhere_and_goes_on_from_there(house: House, studio: Account) -> None:
    count = AHEAD + 4
    works = [house.register(Picture(seed).png(), f"Work {seed}", studio) for seed in range(count)]
    journey, program = renewing(house.registry), Program(house.registry)
    running = journey.run()
    done = [next(running)[0] for _ in range(2)]
    running.close()
    assert done == works[:2]
    assert journey.outstanding() == Outstanding(works=count - 2, without_raster=0)
    assert program.shown_in(Picture(1).jpeg()) == {works[1].id: 0}
    assert program.shown_in(Picture(2).jpeg()) == {}
    assert run(renewing(house.registry)) == {work.id: None for work in works[2:]}
    assert program.shown_in(Picture(2).jpeg()) == {works[2].id: 0}
    whole(house.registry.database, NEW)


def test_what_can_t_be_read_fails_by_itself_and_is_tried_again(house: House, studio: Account) -> None:
    works = [house.register(Picture(seed).png(), f"Work {seed}", studio) for seed in range(5)]
    registry = house.registry
    missing, damaged = blob_file(registry, works[0]), blob_file(registry, works[1])
    kept = missing.read_bytes(), damaged.read_bytes()
    missing.unlink()
    damaged.write_bytes(kept[1][:-1] + bytes([kept[1][-1] ^ 1]))
    nonsense = registry.safe.keep_all([Keepsake(Purpose.RASTER, works[2].id, secrets.token_bytes(1000))])
    with registry.database.write() as session:
        blob = nonsense[Purpose.RASTER, works[2].id]
        session.connection().execute(update(WorkRow).where(col(WorkRow.id) == works[2].id).values(raster=blob))
    told = run(renewing(registry))
    assert isinstance(told[works[0].id], BlobMissing)
    assert isinstance(told[works[1].id], BlobDamaged)
    assert isinstance(told[works[2].id], MediaError)
    assert (told[works[3].id], told[works[4].id]) == (None, None)
    program = Program(registry)
    assert [bool(program.shown_in(Picture(seed).jpeg())) for seed in range(5)] == [False, False, False, True, True]
    assert program.shown_in(Picture(0).png()) == {works[0].id: 0}
    assert renewing(registry).outstanding() == Outstanding(works=3, without_raster=0)
    missing.write_bytes(kept[0])
    damaged.write_bytes(kept[1])
    told = run(renewing(registry))
    assert set(told) == {work.id for work in works[:3]}
    assert (told[works[0].id], told[works[1].id]) == (None, None)
    assert program.shown_in(Picture(0).jpeg()) == {works[0].id: 0}


def test_those_without_a_raster_are_counted_and_those_that_left_are_left_alone(house: House, studio: Account) -> None:
    bare = house.register(Picture(0).png(), "Bare", studio, Keeping(raster=False))
    withdrawn, erased, stands = (house.register(Picture(seed).png(), f"Work {seed}", studio) for seed in (1, 2, 3))
    house.registry.withdrawing.withdraw(withdrawn.id, studio.id)
    house.registry.withdrawing.erase(erased.id, studio.id)
    journey, program = renewing(house.registry), Program(house.registry)
    assert journey.outstanding() == Outstanding(works=2, without_raster=1)
    assert run(journey) == {stands.id: None}
    assert journey.outstanding() == Outstanding(works=1, without_raster=1)
    assert [program.shown_in(Picture(seed).jpeg()) for seed in range(4)] == [{}, {}, {}, {stands.id: 0}]
    assert program.shown_in(Picture(0).png()) == {bare.id: 0}
    house.registry.withdrawing.withdraw(bare.id, studio.id)
    assert journey.outstanding() == Outstanding(works=0, without_raster=0)


@pytest.mark.parametrize("leaves", ["withdrawn", "erased"])
def test_a_work_that_leaves_while_it_is_looked_at_is_not_brought_back(
    house: House, studio: Account, leaves: str
) -> None:
    work, stays = (house.register(Picture(seed).png(), f"Work {seed}", studio) for seed in range(2))
    registry = house.registry

    def recode(raster: bytes) -> "Future[tuple[Recoded, ...]]":
        if registry.catalogue.work(work.id) and leaves == "erased":
            registry.withdrawing.erase(work.id, None)
        elif leaves == "withdrawn":
            registry.withdrawing.withdraw(work.id, None)
        return registry.desk.recode_soon(raster)

    journey = Refingerprinting(recode=recode, recoding=Recoding(registry.database), safe=registry.safe, version=NEW)
    assert run(journey) == {work.id: None, stays.id: None}
    program = Program(registry)
    assert program.shown_in(Picture(0).jpeg()) == {}
    assert program.shown_in(Picture(1).jpeg()) == {stays.id: 0}
    assert stays in whole(registry.database, NEW)
