"""A closer look: works are found inside other pictures, and what is found says what, where and how rare it is."""

from contextlib import closing
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageOps

from registry.accounts import Account, Viewer
from registry.assemble import Registry
from registry.errors import NotFound
from registry.findings import Check, Clear, Decision, Inconclusive, Match, MatchClass, Matched
from registry.listings import Listing
from registry.match.polygons import area
from registry.match.thresholds import BLOCK_RATE, REVIEW_RATE
from registry.matching.stages import Stage, Tally
from registry.works import Description, Kind, Visibility, Work
from tests.journeys.leaving_world import STRANGER, HandSet, House, opened
from tests.journeys.pictures import saved
from tests.matching.drawn_works import SIZE, poster
from tests.media.pdf_writer import HELVETICA, Writer, placed

SCREEN = 1280, 800
SHOWN_AT = 560, 250, 480, 360
"""Left, top, width and height of the picture on the screen, in pixels."""

PUBLIC, SECRET, LEAVING = 6, 5, 10
NOBODYS = 100


def screenshot(*pictures: tuple[Image.Image, tuple[int, int]]) -> Image.Image:
    """A page of a shop: bars, words, a button, and these pictures."""
    page = Image.new("RGB", SCREEN, "white")
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, SCREEN[0], 60), fill="#20242c")
    pen.rounded_rectangle((300, 15, 900, 45), 8, fill="white")
    for line in range(14):
        pen.text((40, 100 + 22 * line), "free delivery from forty euros", fill="#444")
    pen.rounded_rectangle((40, 640, 240, 690), 10, fill="#e4572e")
    for picture, (x, y) in pictures:
        page.paste(picture, (x, y))
    return page


def stolen(seed: int) -> Image.Image:
    """A screen that shows the work mirrored, a fifth of it cut off, beside a small picture of nobody's."""
    mirror = ImageOps.mirror(poster(seed))
    left, top, width, height = SHOWN_AT
    cut = mirror.crop((0, 0, round(SIZE[0] * 0.8), SIZE[1])).resize((width, height))
    return screenshot((cut, (left, top)), (poster(NOBODYS).resize((240, 180)), (280, 560)))


def asked(registry: Registry, picture: Image.Image, viewer: Viewer = STRANGER, seller: str | None = None) -> Check:
    return registry.checking.check(saved(picture, "PNG"), Listing(seller=seller), viewer)


def the_match(check: Check) -> Match:
    assert isinstance(check.verdict, Matched)
    (match,) = check.verdict.matches
    return match


@pytest.fixture(scope="module")
def studio(registry: Registry) -> Account:
    return registry.access.create_account("studio")


@pytest.fixture(scope="module")
def public(registry: Registry, studio: Account) -> Work:
    return registry.registering.register(saved(poster(PUBLIC), "PNG"), Description("Public"), studio).work


@pytest.fixture(scope="module")
def secret(registry: Registry, studio: Account) -> Work:
    description = Description("Secret", visibility=Visibility.PRIVATE)
    return registry.registering.register(saved(poster(SECRET), "PNG"), description, studio).work


@pytest.fixture(scope="module")
def found(registry: Registry, public: Work) -> Check:
    """A stranger's check of a screenshot that shows the public work."""
    return asked(registry, stolen(PUBLIC))


def test_a_work_inside_a_screenshot_is_found_mirrored_and_cropped(found: Check, public: Work) -> None:
    match = the_match(found)
    assert (match.work, match.part) == (public.id, 0)
    assert match.kind is MatchClass.PART_OF
    assert match.decision is Decision.BLOCK
    assert match.false_match_rate <= BLOCK_RATE
    assert {score.scheme for score in match.signals} >= {"outlines-v1"}
    assert any("closer look" in reason and public.id in reason for reason in match.reasons)


def test_it_is_placed_where_the_screen_shows_it(found: Check) -> None:
    placement = the_match(found).placement
    assert placement is not None
    left, top, width, height = SHOWN_AT
    box = left / SCREEN[0], top / SCREEN[1], (left + width) / SCREEN[0], (top + height) / SCREEN[1]
    xs, ys = zip(*placement.region, strict=True)
    # The outline is that of the whole work, so it reaches further to the right, where the work was cut.
    assert (min(xs), min(ys), max(ys)) == pytest.approx((box[0], box[1], box[3]), abs=0.01)
    assert max(xs) == pytest.approx(box[0] + (box[2] - box[0]) / 0.8, abs=0.015)
    a, b, _, d, e, _ = placement.transform
    assert a * e - b * d < 0, "it is mirrored"
    assert placement.asked == SCREEN
    assert placement.work == SIZE
    assert placement.covered == pytest.approx(area(placement.region), abs=1e-3)
    assert len(placement.points) >= 6


def test_what_was_asked_about_is_kept_to_be_looked_at(registry: Registry, found: Check, public: Work) -> None:
    kept = registry.showing.picture(found.id, STRANGER)
    with Image.open(BytesIO(kept)) as picture:
        assert (picture.format, max(picture.size)) == ("JPEG", 512)
    with Image.open(BytesIO(registry.showing.overlay(found.id, public.id, STRANGER))) as drawn:
        assert drawn.format == "JPEG"
    again = registry.showing.check(found.id, STRANGER)
    assert again == found


@pytest.fixture
def stages(registry: Registry) -> dict[Stage, int]:
    """How often each stage had run when the test began."""
    return {stage: tally.runs for stage, tally in registry.stages.tallies().items()}


def ran(registry: Registry, before: dict[Stage, int]) -> list[int]:
    return [registry.stages.tallies()[stage].runs - before[stage] for stage in Stage]


def test_the_dear_stages_run_only_where_the_cheap_ones_have_not_blocked(
    registry: Registry, public: Work, stages: dict[Stage, int]
) -> None:
    asked(registry, poster(PUBLIC))
    assert ran(registry, stages) == [1, 1, 0, 0], "the very same bytes"
    registry.checking.check(saved(poster(PUBLIC), "JPEG", quality=80), Listing(), STRANGER)
    assert ran(registry, stages) == [2, 2, 0, 0], "the same codes"
    asked(registry, poster(NOBODYS))
    assert ran(registry, stages) == [3, 3, 1, 1], "a stranger's picture"
    registry.checking.check(saved(poster(PUBLIC), "JPEG", quality=80), Listing(seller="studio"), STRANGER)
    assert ran(registry, stages) == [4, 4, 2, 2], "one's own work blocks nothing, so somebody else's is looked for"


def test_stages_tell_what_they_found_and_settled(registry: Registry, public: Work) -> None:
    before = registry.stages.tallies()
    asked(registry, poster(PUBLIC))
    asked(registry, stolen(PUBLIC))
    after = registry.stages.tallies()
    grown = {stage: _less(after[stage], before[stage]) for stage in Stage}
    assert (grown[Stage.CODES].found, grown[Stage.CODES].settled) == (1, 1)
    assert grown[Stage.GUESSES].found >= 1
    assert all(grown[stage].seconds > 0 for stage in Stage)


def _less(one: Tally, other: Tally) -> Tally:
    return Tally(
        one.runs - other.runs, one.seconds - other.seconds, one.found - other.found, one.settled - other.settled
    )


def test_a_stranger_s_screenshot_is_clear_and_nothing_of_it_is_kept(registry: Registry, public: Work) -> None:
    check = asked(
        registry, screenshot((poster(NOBODYS), (500, 200)), (poster(NOBODYS + 1).resize((240, 180)), (40, 420)))
    )
    assert isinstance(check.verdict, Clear)
    with pytest.raises(NotFound):
        registry.showing.picture(check.id, STRANGER)


def test_a_private_work_that_only_a_closer_look_finds_is_silent_and_its_owner_is_told(
    registry: Registry, secret: Work, studio: Account
) -> None:
    before = len(registry.catalogue.sightings(secret.id))
    silent, nothing = asked(registry, stolen(SECRET)), asked(registry, stolen(NOBODYS + 2))
    assert isinstance(silent.verdict, Clear)
    assert silent.verdict == nothing.verdict
    assert len(registry.catalogue.sightings(secret.id)) == before + 1
    with pytest.raises(NotFound):
        registry.showing.picture(silent.id, STRANGER)
    with pytest.raises(NotFound):
        registry.showing.overlay(silent.id, secret.id, STRANGER)
    told = the_match(asked(registry, stolen(SECRET), Viewer(studio.id)))
    assert told.work == secret.id
    assert told.decision is not Decision.ALLOW
    assert registry.catalogue.sightings(secret.id)[-1].decision == told.decision, "the owner was told what they'd see"


def test_a_private_work_beside_a_public_one_is_silent_too(registry: Registry, public: Work, secret: Work) -> None:
    both = screenshot((poster(PUBLIC), (300, 90)), (poster(SECRET).resize((400, 300)), (820, 440)))
    before = len(registry.catalogue.sightings(secret.id))
    assert the_match(asked(registry, both)).work == public.id
    assert len(registry.catalogue.sightings(secret.id)) == before + 1


def test_one_s_own_work_inside_a_screenshot_is_allowed(registry: Registry, public: Work) -> None:
    match = the_match(asked(registry, stolen(PUBLIC), seller="studio"))
    assert match.decision is Decision.ALLOW
    assert any("own" in reason for reason in match.reasons)


def test_a_page_of_a_pdf_is_named_where_it_is_shown(registry: Registry, studio: Account) -> None:
    lookbook = _lookbook(3)
    work = registry.registering.register(lookbook, Description("Lookbook", kind=Kind.DESIGN), studio).work
    with pypdfium2.PdfDocument(lookbook) as document, closing(document[1]) as page:
        second = page.render(scale=0.8).to_pil()
    check = asked(registry, screenshot((second.crop((0, 0, second.width, round(second.height * 0.8))), (600, 80))))
    assert isinstance(check.verdict, Matched)
    match = check.verdict.matches[0]
    part = registry.catalogue.parts([work.id])[work.id][match.part]
    assert match.work == work.id
    assert "page 2" in part.label
    assert any(part.label in reason for reason in match.reasons)
    assert match.shown([part]) == part


def _lookbook(pages: int) -> bytes:
    """Pages of a heading, a picture of their own, and blocks around it."""
    writer = Writer()
    for number in range(1, pages + 1):
        content = f"BT /F 32 Tf 40 780 Td (Look {number}) Tj ET\n"
        content += (
            f"0.{number} 0.3 0.6 rg 40 60 {120 + 90 * number} 90 re f\n0.9 0.{number + 2} 0.1 rg 420 120 90 200 re f\n"
        )
        image = poster(20 + number)
        objects = {"P": writer.picture(image, jpeg=False)}
        writer.page(content + placed("P", 60, 360, 480, 360), objects, resources=HELVETICA)
    return writer.written()


def test_what_counts_is_rarer_than_what_is_told_to_count(registry: Registry, found: Check) -> None:
    match = the_match(found)
    assert 0 < match.false_match_rate <= REVIEW_RATE
    assert all(signal.false_match_rate > 0 for signal in match.signals)


def test_an_erased_work_s_features_are_gone_from_the_database_and_from_the_index(tmp_path: Path) -> None:
    clock = HandSet()
    with opened(tmp_path, clock) as registry:
        house = House(registry, clock)
        studio = registry.access.create_account("studio")
        stays = house.register(saved(poster(PUBLIC), "PNG"), "Stays", studio)
        work = house.register(saved(poster(LEAVING), "PNG"), "Leaves", studio)
        assert house.shown_in(saved(stolen(LEAVING), "PNG")) == {work.id}
        index = registry.parts_follower.index
        assert len(index) == 2
        house.erase(work)
        assert house.shown_in(saved(stolen(LEAVING), "PNG")) == set()
        assert len(index) == 1
        assert [known.work for row in range(4) if (known := index.known(row)) is not None] == [stays.id]
        assert house.shown_in(saved(stolen(PUBLIC), "PNG")) == {stays.id}
        again = house.register(saved(poster(LEAVING), "PNG"), "Comes back", studio)
        assert house.shown_in(saved(stolen(LEAVING), "PNG")) == {again.id}


def test_a_withdrawn_work_is_found_by_no_closer_look(tmp_path: Path) -> None:
    clock = HandSet()
    with opened(tmp_path, clock) as registry:
        house = House(registry, clock)
        studio = registry.access.create_account("studio")
        work = house.register(saved(poster(LEAVING), "PNG"), "Leaves", studio)
        assert house.shown_in(saved(stolen(LEAVING), "PNG")) == {work.id}
        registry.withdrawing.withdraw(work.id, studio.id)
        assert house.shown_in(saved(stolen(LEAVING), "PNG")) == set()


def test_a_blank_picture_is_looked_at_closer_and_still_says_nothing(registry: Registry, public: Work) -> None:
    check = asked(registry, Image.new("RGB", (640, 480), "#eee"))
    assert isinstance(check.verdict, Inconclusive)
