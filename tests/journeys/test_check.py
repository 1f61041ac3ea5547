"""Checking: copies are found, strangers pass, private works stay silent, and a seller's own work never counts."""

import pytest

from registry.accounts import Account, Viewer
from registry.assemble import Registry
from registry.errors import InvalidInput
from registry.findings import Clear, Decision, Inconclusive, Matched, Orientation
from registry.listings import Listing
from registry.works import Description, Visibility, Work
from tests.journeys.pictures import Picture, blank

STRANGER = Viewer(None)
PUBLIC, SECRET, FLAT = Picture(1), Picture(2), blank()


@pytest.fixture(scope="module")
def studio(registry: Registry) -> Account:
    return registry.access.create_account("studio")


@pytest.fixture(scope="module")
def public(registry: Registry, studio: Account) -> Work:
    return registry.registering.register(PUBLIC.png(), Description("Public"), studio).work


@pytest.fixture(scope="module")
def secret(registry: Registry, studio: Account) -> Work:
    description = Description("Secret", visibility=Visibility.PRIVATE)
    return registry.registering.register(SECRET.png(), description, studio).work


@pytest.mark.parametrize(
    ("copy", "orientation"),
    [
        (PUBLIC.png(), Orientation.UPRIGHT),
        (PUBLIC.jpeg(), Orientation.UPRIGHT),
        (PUBLIC.mirrored(), Orientation.MIRRORED),
        (PUBLIC.turned(), Orientation.TURNED_90),
    ],
    ids=["same bytes", "JPEG 70", "mirrored", "turned"],
)
def test_copies_are_blocked(registry: Registry, public: Work, copy: bytes, orientation: Orientation) -> None:
    check = registry.checking.check(copy, Listing(), STRANGER)
    assert isinstance(check.verdict, Matched)
    match = check.verdict.matches[0]
    assert (match.work, match.decision, match.orientation) == (public.id, Decision.BLOCK, orientation)
    assert match.same_bytes == (copy == PUBLIC.png())


def test_a_stranger_s_picture_is_clear(registry: Registry, public: Work) -> None:
    verdict = registry.checking.check(Picture(3).png(), Listing(), STRANGER).verdict
    assert isinstance(verdict, Clear)
    assert verdict.decision is Decision.ALLOW


def test_a_slight_crop_is_reviewed_or_blocked_and_never_clear(registry: Registry, public: Work) -> None:
    verdict = registry.checking.check(PUBLIC.cropped(0.02), Listing(), STRANGER).verdict
    assert isinstance(verdict, Matched)
    assert verdict.decision in (Decision.REVIEW, Decision.BLOCK)


def test_one_s_own_work_is_allowed_with_the_reason(registry: Registry, public: Work, studio: Account) -> None:
    for seller in ("studio", studio.id):
        verdict = registry.checking.check(PUBLIC.jpeg(), Listing(seller=seller), STRANGER).verdict
        assert isinstance(verdict, Matched)
        assert verdict.decision is Decision.ALLOW
        assert any("own" in reason for reason in verdict.reasons)
    unknown = registry.checking.check(PUBLIC.jpeg(), Listing(seller="somebody"), STRANGER).verdict
    assert unknown.decision is Decision.BLOCK


def test_a_private_work_is_silent_to_strangers_and_its_owner_is_told(
    registry: Registry, secret: Work, studio: Account
) -> None:
    before = len(registry.catalogue.sightings(secret.id))
    silent = registry.checking.check(SECRET.jpeg(), Listing(), STRANGER).verdict
    nothing = registry.checking.check(Picture(4).jpeg(), Listing(), STRANGER).verdict
    assert silent == nothing
    assert [one.decision for one in registry.catalogue.sightings(secret.id)][before:] == ["block"]
    for viewer in (Viewer(studio.id), Viewer(None, everything=True)):
        assert registry.checking.check(SECRET.jpeg(), Listing(), viewer).verdict.decision is Decision.BLOCK


def test_the_same_bytes_as_a_private_work_are_silent_too(registry: Registry, secret: Work) -> None:
    assert isinstance(registry.checking.check(SECRET.png(), Listing(), STRANGER).verdict, Clear)


def test_a_blank_picture_is_inconclusive_unless_its_bytes_are_registered(registry: Registry, studio: Account) -> None:
    verdict = registry.checking.check(FLAT, Listing(), STRANGER).verdict
    assert isinstance(verdict, Inconclusive)
    assert verdict.decision is Decision.ALLOW
    registry.registering.register(FLAT, Description("Blank"), studio)
    assert registry.checking.check(FLAT, Listing(), STRANGER).verdict.decision is Decision.REVIEW


def test_the_answer_is_kept_with_what_it_was_measured_against(registry: Registry, public: Work) -> None:
    check = registry.checking.check(PUBLIC.jpeg(), Listing(seller="shop", listing="L-1"), STRANGER)
    assert registry.checking.kept(check.id) == check
    assert check.log_size == registry.ledger.size()
    assert check.feed_position == registry.follower.index.position
    assert registry.checking.works_of(check) == {public.id: public}


def test_a_work_is_found_the_moment_it_is_registered(registry: Registry, studio: Account, picture: Picture) -> None:
    assert isinstance(registry.checking.check(picture.png(), Listing(), STRANGER).verdict, Clear)
    work = registry.registering.register(picture.png(), Description("Fresh"), studio).work
    verdict = registry.checking.check(picture.jpeg(), Listing(), STRANGER).verdict
    assert isinstance(verdict, Matched)
    assert verdict.matches[0].work == work.id


@pytest.mark.parametrize("listing", [Listing(seller="a\0b"), Listing(listing="x" * 201), Listing(seller="\ud800")])
def test_a_listing_s_names_are_words(registry: Registry, listing: Listing) -> None:
    with pytest.raises(InvalidInput):
        registry.checking.check(PUBLIC.png(), listing, STRANGER)
