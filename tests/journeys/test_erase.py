"""Erasing: nothing of a work is left in any file, and nothing else is missing."""

from pathlib import Path

import pytest

from registry.accounts import Account
from registry.assemble import open_registry
from registry.blobs.safe import Purpose
from registry.errors import BlobMissing, NotFound
from registry.findings import Decision, Matched
from registry.listings import Listing
from registry.proof.merkle import check_consistency
from registry.proof.statement import Claim, parse_statement
from registry.register import HandedIn, Registered, Submission
from registry.settings import Settings
from registry.withdraw import ROUND
from registry.works import Description, Keeping, Visibility
from tests.journeys.leaving_world import (
    LAYERS,
    STRANGER,
    TITLE,
    HandSet,
    House,
    found,
    layered,
    never_written,
    opened,
    seen_as,
    traces_of,
)
from tests.journeys.pictures import Picture
from tests.store.departed import rows_about, whole

DRAWING, COPY = layered(1), seen_as(1)
ALL = Keeping(raster=True, original=True)


@pytest.mark.parametrize("before", ["standing", "private", "withdrawn"])
def test_nothing_of_it_is_left_in_any_file(house: House, studio: Account, before: str) -> None:
    registry = house.registry
    neighbour = house.register(Picture(7).png(), "Neighbour", studio)
    visibility = Visibility.PRIVATE if before == "private" else Visibility.PUBLIC
    work = registry.registering.register(DRAWING, Description(TITLE, visibility=visibility), studio, ALL).work
    later = registry.registering.register(Picture(8).png(), Description("Final", previous=work.id), studio).work
    checks = [registry.checking.check(data, Listing("shop", "1"), STRANGER) for data in (DRAWING, COPY)]
    house.anchor()
    certificates = {one.id: house.certificate(one) for one in (neighbour, work, later)}
    traces = traces_of(registry, work)
    if before != "private":
        assert all(isinstance(check.verdict, Matched) for check in checks)
        traces["what a check says of it"] = [f'"work":"{work.id}"'.encode()]
    if before == "withdrawn":
        receipt = registry.withdrawing.withdraw(work.id, studio.id)
        traces["the receipt of its withdrawal"] = [receipt.signature[:32]]
    there = found(house.directory, traces)
    assert {name: share for name, share in there.items() if share < 0.5} == {}
    assert there.keys() == traces.keys(), "a trace that isn't there before can't be missed afterwards"
    of_a_layer = {"thumbnail 2", "pHash 2", "PDQ 2 in hex", "name of part 2", "features of part 2"}
    assert {*of_a_layer, "blob of the original"} <= there.keys()
    unwritten = never_written(registry, work, DRAWING)
    assert found(house.directory, unwritten) == {}

    house.erase(work)
    assert registry.withdrawing.sweep() == 1
    house.clock.move(ROUND)
    assert registry.withdrawing.sweep() == 0
    assert found(house.directory, traces) == {}
    assert found(house.directory, unwritten) == {}

    assert found(house.directory, {"entry": [work.entry], "a neighbour": [neighbour.sha256]}) != {}
    house.anchor()
    for one, file in ((neighbour, Picture(7).png()), (later, Picture(8).png())):
        assert house.proves(certificates[one.id], file)
        assert house.proves(house.certificate(one), file)
    assert house.proves(certificates[work.id], DRAWING)
    assert found(house.directory, traces) == {}


def test_the_log_stays_as_it_was_and_a_later_version_stands_by_itself(house: House, studio: Account) -> None:
    registry = house.registry
    work = house.register(DRAWING, TITLE, studio)
    later = registry.registering.register(Picture(8).png(), Description("Final", previous=work.id), studio).work
    house.anchor()
    before = registry.ledger.last_anchored()
    assert before is not None
    house.erase(work)
    assert registry.ledger.entries(work.index, work.index + 1) == [work.entry]
    house.register(Picture(9).png(), "Afterwards", studio)
    house.anchor()
    after = registry.ledger.last_anchored()
    assert after is not None
    old, new = before.checkpoint, after.checkpoint
    assert old.size < new.size
    path = registry.log.consistency(old.size, new.size)
    assert check_consistency(old.size, old.root, new.size, new.root, path)
    stands = registry.catalogue.work(later.id)
    assert stands is not None
    assert stands.description.previous is None
    statement = registry.catalogue.claim(later.id)
    assert statement is not None
    claim = parse_statement(statement.statement)
    assert isinstance(claim, Claim)
    assert claim.previous == work.entry


def test_kept_answers_stay_with_their_decisions(house: House, studio: Account) -> None:
    work = house.register(DRAWING, TITLE, studio)
    checking = house.registry.checking
    made = [checking.check(data, Listing(), STRANGER) for data in (DRAWING, COPY)]
    house.erase(work)
    for check, data in zip(made, (DRAWING, COPY), strict=True):
        kept = checking.kept(check.id)
        assert kept is not None
        assert kept.verdict.decision is check.verdict.decision is Decision.BLOCK
        assert checking.works_of(kept) == {}
        assert (kept.sha256 is None) == (data == DRAWING)
        assert not any(work.id in reason for reason in kept.verdict.reasons)


def test_it_is_found_and_shown_no_more_at_once(house: House, studio: Account) -> None:
    work = house.register(DRAWING, TITLE, studio, ALL)
    assert house.shown_in(COPY) == {work.id}
    assert work.raster is not None
    house.erase(work)
    assert house.shown_in(COPY) == house.shown_in(DRAWING) == set()
    registry = house.registry
    assert registry.catalogue.work(work.id) is None
    with pytest.raises(BlobMissing):
        registry.safe.read(work.raster, Purpose.RASTER, work.id)
    with pytest.raises(NotFound):
        registry.certification.certificate(work)
    with pytest.raises(NotFound):
        registry.withdrawing.erase(work.id, work.account)
    again = house.register(DRAWING, TITLE, studio)
    assert again.id != work.id
    assert house.shown_in(COPY) == {again.id}


def test_only_its_own_account_erases_it(house: House, studio: Account) -> None:
    work = house.register(DRAWING, TITLE, studio)
    rival = house.registry.access.create_account("rival")
    with pytest.raises(NotFound):
        house.registry.withdrawing.erase(work.id, rival.id)
    assert house.shown_in(COPY) == {work.id}
    house.registry.withdrawing.erase(work.id, None)
    assert house.shown_in(COPY) == set()


@pytest.mark.parametrize("sleeps", ["until the round", "through the round"])
def test_another_process_finds_it_no_more_however_long_it_slept(house: House, studio: Account, sleeps: str) -> None:
    work = house.register(DRAWING, TITLE, studio)
    with opened(house.directory, house.clock) as other:
        elsewhere = House(other, house.clock)
        assert elsewhere.shown_in(COPY) == {work.id}
        house.erase(work)
        if sleeps == "through the round":
            house.clock.move(ROUND)
            assert house.registry.withdrawing.sweep() == 0
        assert elsewhere.shown_in(COPY) == elsewhere.shown_in(DRAWING) == set()
        again = elsewhere.register(DRAWING, TITLE, studio)
        assert elsewhere.shown_in(COPY) == house.shown_in(COPY) == {again.id}


def test_a_version_whose_sketch_is_erased_while_it_is_read_stands_by_itself(house: House, studio: Account) -> None:
    sketch = house.register(DRAWING, TITLE, studio)
    registering, said = house.registry.registering, Description("Final", previous=sketch.id)
    (handed,) = registering.hand_in([Submission(Picture(8).png(), said)], studio)
    assert isinstance(handed, HandedIn)
    house.erase(sketch)
    (outcome,) = registering.enter([handed])
    assert isinstance(outcome, Registered)
    assert outcome.work.description.previous is None
    assert house.registry.catalogue.work(outcome.work.id) == outcome.work
    assert whole(house.registry.database) == [outcome.work]


def test_on_postgresql_every_row_goes(tmp_path: Path, postgresql_url: str) -> None:
    clock = HandSet()
    url = postgresql_url.replace("postgresql+psycopg", "postgresql")
    settings = Settings.model_validate({"data_dir": tmp_path, "database_url": url, "media_workers": 1})
    with open_registry(settings, clock=clock) as registry:
        house = House(registry, clock)
        studio = registry.access.create_account("studio")
        stays, work = house.register(Picture(7).png(), "Stays", studio), house.register(DRAWING, TITLE, studio, ALL)
        registry.checking.check(COPY, Listing(), STRANGER)
        traces = {name: some for name, some in traces_of(registry, work).items() if name.startswith("blob")}
        assert found(tmp_path, traces).keys() == traces.keys() == {"blob of the raster", "blob of the original"}
        house.erase(work)
        clock.move(ROUND)
        assert registry.withdrawing.sweep() == 0
        assert rows_about(registry.database, work.id) == set()
        assert found(tmp_path, traces) == {}
        assert whole(registry.database) == [stays]
        assert house.shown_in(COPY) == set()


def test_the_layers_of_the_drawing_have_the_names_that_are_looked_for(house: House, studio: Account) -> None:
    work = house.register(DRAWING, TITLE, studio)
    assert [part.name for part in house.registry.catalogue.parts([work.id])[work.id]] == ["", *LAYERS]
