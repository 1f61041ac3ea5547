"""Registering: one work for one claimant's bytes, whoever asks how often."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256

import pytest

from registry.accounts import Account
from registry.assemble import Registry
from registry.errors import Conflict, InvalidInput, MalformedMedia, MediaTooLarge, NotFound, UnsupportedMedia
from registry.log.promise import PROMISE
from registry.proof.receipt import check_receipt
from registry.proof.statement import Claim, entry_of, manifest_commitment, parse_statement
from registry.register import DECLARATION
from registry.works import Description, Detail, Kind, Role, Visibility, WorkId
from tests.journeys.pictures import Picture, blank


@pytest.fixture(scope="module")
def studio(registry: Registry) -> Account:
    return registry.access.create_account("studio")


@pytest.fixture(scope="module")
def rival(registry: Registry) -> Account:
    return registry.access.create_account("rival")


def test_a_work_stands_in_the_log_with_a_claim_that_hashes_to_its_entry(
    registry: Registry, studio: Account, picture: Picture
) -> None:
    data = picture.png()
    description = Description("A poster", Kind.DESIGN, Visibility.PRIVATE, Role.HOLDER)
    registered = registry.registering.register(data, description, studio)
    work = registered.work
    assert registered.new
    assert work.description == description
    assert registry.catalogue.work(work.id) == work
    assert registry.ledger.entries(work.index, work.index + 1) == [work.entry]
    kept = registry.catalogue.claim(work.id)
    assert kept is not None
    assert entry_of(kept.statement) == work.entry
    claim = parse_statement(kept.statement)
    assert isinstance(claim, Claim)
    assert (claim.log, claim.file_sha256, claim.file_size) == (registry.identity.log, sha256(data).digest(), len(data))
    assert (claim.claimant.account, claim.claimant.name) == (studio.id, "studio")
    assert (claim.role, claim.declaration, claim.media_type) == ("holder", DECLARATION, "image/png")
    assert claim.fingerprints == manifest_commitment(kept.manifest_salt, kept.manifest)


def test_the_receipt_is_signed_by_the_registry_for_the_work_s_place(
    registry: Registry, studio: Account, picture: Picture
) -> None:
    registered = registry.registering.register(picture.png(), Description("Signed"), studio)
    receipt = registered.receipt
    assert check_receipt(receipt, registry.identity.genesis.registry_key)
    assert (receipt.entry, receipt.index) == (registered.work.entry, registered.work.index)
    assert receipt.anchor_by == receipt.received + PROMISE
    assert not check_receipt(replace(receipt, index=receipt.index + 1), registry.identity.genesis.registry_key)


def test_the_same_again_is_the_same_work_and_receipt(registry: Registry, studio: Account, picture: Picture) -> None:
    first = registry.registering.register(picture.png(), Description("Again"), studio)
    size = registry.ledger.size()
    second = registry.registering.register(picture.png(), Description("Again"), studio)
    assert not second.new
    assert (second.work, second.receipt) == (first.work, first.receipt)
    assert registry.ledger.size() == size


def test_at_once_it_is_one_work_too(registry: Registry, studio: Account, picture: Picture) -> None:
    size = registry.ledger.size()
    with ThreadPoolExecutor(8) as pool:
        jobs = [
            pool.submit(registry.registering.register, picture.png(), Description("Eightfold"), studio)
            for _ in range(8)
        ]
        results = [job.result() for job in jobs]
    assert len({result.work.id for result in results}) == 1
    assert sum(result.new for result in results) == 1
    assert registry.ledger.size() == size + 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", "Other"), ("kind", Kind.DESIGN), ("visibility", Visibility.PRIVATE), ("role", Role.AGENT)],
)
def test_another_description_of_the_same_bytes_is_a_conflict(
    registry: Registry, studio: Account, field: str, value: str
) -> None:
    data = Picture(77).png()
    registry.registering.register(data, Description("First"), studio)
    size = registry.ledger.size()
    with pytest.raises(Conflict) as told:
        registry.registering.register(data, replace(Description("First"), **{field: value}), studio)
    assert list(told.value.differences) == [field]
    assert registry.ledger.size() == size


def test_a_version_names_an_earlier_work_of_the_same_account(
    registry: Registry, studio: Account, rival: Account, picture: Picture
) -> None:
    sketch = registry.registering.register(picture.png(), Description("Sketch"), studio).work
    later = Description("Final", previous=sketch.id)
    with pytest.raises(NotFound):
        registry.registering.register(picture.jpeg(), later, rival)
    with pytest.raises(NotFound):
        registry.registering.register(picture.jpeg(), replace(later, previous=WorkId("wrk_none")), studio)
    final = registry.registering.register(picture.jpeg(), later, studio).work
    kept = registry.catalogue.claim(final.id)
    assert kept is not None
    claim = parse_statement(kept.statement)
    assert isinstance(claim, Claim)
    assert claim.previous == sketch.entry


def test_similar_earlier_works_are_told_and_private_ones_of_others_are_not(
    registry: Registry, studio: Account, rival: Account, picture: Picture
) -> None:
    secret = Picture(picture.seed + 1000)
    public = registry.registering.register(picture.png(), Description("Public"), studio).work
    registry.registering.register(secret.png(), Description("Secret", visibility=Visibility.PRIVATE), studio)
    copy = registry.registering.register(picture.jpeg(), Description("Copy"), rival)
    assert [similar.work.id for similar in copy.similar] == [public.id]
    assert copy.similar[0].pdq <= 31
    assert registry.registering.register(secret.jpeg(), Description("Guess"), rival).similar == ()
    same = registry.registering.register(picture.png(), Description("The same"), rival)
    assert [similar.same_bytes for similar in same.similar] == [True, False]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", MalformedMedia),
        (b"hello, I am a text", UnsupportedMedia),
        (Picture(3).jpeg()[:2000], MalformedMedia),
        (bytes.fromhex("524946461c000000574542505650384c0f0000002fc71ff20c070010fd8ffe07"), MediaTooLarge),
    ],
    ids=["empty", "text", "truncated", "13,000² pixels"],
)
def test_what_cannot_be_read_leaves_nothing(
    registry: Registry, studio: Account, data: bytes, error: type[Exception]
) -> None:
    before = registry.catalogue.count(), registry.ledger.size()
    with pytest.raises(error):
        registry.registering.register(data, Description("Bad"), studio)
    assert (registry.catalogue.count(), registry.ledger.size()) == before


@pytest.mark.parametrize("title", ["", "   ", "a\nb", "x" * 201, "\x1b[31mred"])
def test_titles_are_words(registry: Registry, studio: Account, title: str) -> None:
    with pytest.raises(InvalidInput):
        registry.registering.register(Picture(5).png(), Description(title), studio)


def test_a_blank_card_is_taken_and_told_flat(registry: Registry, studio: Account, rival: Account) -> None:
    first = registry.registering.register(blank(), Description("Nothing"), studio)
    assert first.work.detail is Detail.FLAT
    second = registry.registering.register(blank(), Description("Nothing"), rival)
    assert [similar.same_bytes for similar in second.similar] == [True]
