"""Checks with evidence made by hand: a work that lies, mirrored, in a corner of what was asked about."""

from dataclasses import replace

from PIL import Image

from registry.accounts import AccountId, Viewer
from registry.assemble import Registry
from registry.findings import Check, CheckId, Decision, Match, MatchClass, Matched, Orientation, Placement
from registry.ids import new_id
from registry.listings import Listing
from registry.match.placing import place
from registry.match.polygons import mapped
from registry.store.checks import Checks
from registry.works import Work, WorkId
from tests.api.pictures import drawing, jpeg, mirrored

ASKED = (500, 400)


def asked_picture(seed: str) -> bytes:
    """A small JPEG of a picture that has the drawing, mirrored and at half its size, at its top left."""
    picture = Image.new("RGB", ASKED, "#345")
    small = mirrored(drawing(seed))
    picture.paste(small.resize((small.width // 2, small.height // 2)), (20, 30))
    return jpeg(picture, 85)


def placement_of(work: Work) -> Placement:
    """Where the drawing lies in that picture."""
    width, height = work.width / 2 / ASKED[0], work.height / 2 / ASKED[1]
    transform = -width, 0.0, 20 / ASKED[0] + width, 0.0, height, 30 / ASKED[1]
    corners = [(x / 4, y / 4) for x in range(5) for y in range(4)]
    points = list(zip(corners, mapped(transform, corners), strict=True))
    return place(transform, work=(work.width, work.height), asked=ASKED, points=points)


def a_match(work: Work, *, placed: bool = True) -> Match:
    """A match with it."""
    return Match(
        work=work.id,
        part=0,
        decision=Decision.BLOCK,
        kind=MatchClass.PART_OF,
        orientation=Orientation.MIRRORED,
        placement=placement_of(work) if placed else None,
        signals=(),
        false_match_rate=2e-8,
        reasons=("It was found again.",),
    )


def kept(registry: Registry, account: AccountId | None, *matches: Match, picture: bytes | None) -> Check:
    """A check of this account's that found these, as it was kept."""
    made = Check(
        id=CheckId(new_id("chk")),
        account=account,
        listing=Listing(),
        sha256=bytes(32),
        verdict=Matched(matches),
        feed_position=1,
        log_size=2,
        checked=registry.clock(),
    )
    Checks(registry.database).keep(made, [], picture)
    return made


class Finding:
    """A checking that finds the same works in every picture, whoever shows it."""

    def __init__(self, registry: Registry, picture: bytes, works: tuple[Work, ...]) -> None:
        self._registry, self._picture, self._works = registry, picture, works

    def check(self, data: bytes, listing: Listing, viewer: Viewer) -> Check:
        return kept(self._registry, viewer.account, *map(a_match, self._works), picture=self._picture)

    def works_of(self, check: Check) -> dict[WorkId, Work]:
        return self._registry.checking.works_of(check)


def finding(registry: Registry, picture: bytes, *works: Work) -> Registry:
    """The registry with such a checking."""
    return replace(registry, checking=Finding(registry, picture, works))  # type: ignore[arg-type]
