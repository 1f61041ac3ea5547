"""From frames to pictures: a work that was cropped, mirrored, scaled or turned by a known map is placed where it is."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import cos, radians, sin

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from registry.features import QUERY_SIDE
from registry.findings import Affine, Placement, Point
from registry.intake.taken import Asked
from registry.match.classes import Aligned
from registry.match.placing import WHOLE
from registry.match.polygons import UNIT_SQUARE, after, clipped, mapped
from registry.matching.known import KnownParts
from registry.matching.looking import Evidence, Look, look
from registry.matching.placed import placed
from tests.matching.drawn_works import SIZE, Seen, added, asked, grain, image, packed_of, poster

PRECISELY = 0.01
"""Of the sides of the work's picture."""

ROUGHLY = 0.04
"""Where only a box of the picture looks like the whole work: its edges are known to some pixels of a small picture."""

PART = 4 * SIZE[0], 4 * SIZE[1]
"""The registered picture may be much larger than what is kept of it."""

MIRROR: Affine = (-1, 0, 1, 0, 1, 0)


@dataclass(frozen=True)
class Theft:
    """What is done to a picture, and the map from its unit coordinates to those of what comes of it."""

    make: Callable[[Image.Image], Image.Image]
    transform: Affine


def cropped(left: float, top: float, right: float, bottom: float) -> Theft:
    """A box of the picture, in shares that are whole pixels."""
    width, height = SIZE
    box = left * width, top * height, right * width, bottom * height
    across, down = right - left, bottom - top
    transform = 1 / across, 0, -left / across, 0, 1 / down, -top / down
    return Theft(lambda picture: picture.crop(tuple(map(round, box))), transform)  # type: ignore[arg-type]


def on_a_page(x: int, y: int, width: int, height: int, page: tuple[int, int] = (1024, 768)) -> Theft:
    """The picture stretched onto a box of a page with a line of dark at its top."""

    def make(picture: Image.Image) -> Image.Image:
        whole = Image.new("RGB", page, "#f4f4f2")
        whole.paste("#333", (0, 0, page[0], 40))
        whole.paste(picture.resize((width, height), Image.Resampling.LANCZOS), (x, y))
        return whole

    return Theft(make, (width / page[0], 0, x / page[0], 0, height / page[1], y / page[1]))


def mirrored(theft: Theft) -> Theft:
    """The picture's mirror image, stolen that way."""
    return Theft(lambda picture: theft.make(ImageOps.mirror(picture)), after(theft.transform, MIRROR))


def turned(degrees: float) -> Theft:
    """Turned about its middle, counter-clockwise, in a frame of the same size."""
    width, height = SIZE
    c, s = cos(radians(degrees)), sin(radians(degrees))
    linear = np.array([[c, s * height / width], [-s * width / height, c]])
    shift = np.array([0.5, 0.5]) - linear @ [0.5, 0.5]
    (a, b), (d, e) = linear.tolist()
    turn = cv2.getRotationMatrix2D((width / 2 - 0.5, height / 2 - 0.5), degrees, 1)
    return Theft(
        lambda picture: Image.fromarray(
            cv2.warpAffine(np.asarray(picture), turn, SIZE, flags=cv2.INTER_CUBIC, borderValue=(250, 250, 250))
        ),
        (a, b, float(shift[0]), d, e, float(shift[1])),
    )


def matted(picture: Image.Image) -> Image.Image:
    """On a wide white mat, of which a work's frame knows nothing."""
    whole = Image.new("RGB", SIZE, "white")
    whole.paste(picture.resize((SIZE[0] // 2, SIZE[1] // 2), Image.Resampling.LANCZOS), (SIZE[0] // 3, SIZE[1] // 8))
    return whole


THEFTS = {
    "whole": cropped(0, 0, 1, 1),
    "cropped at the left": cropped(0.25, 0, 1, 1),
    "cropped to a third": cropped(0.2, 0.3, 0.8, 0.85),
    "mirrored": mirrored(cropped(0, 0, 1, 1)),
    "mirrored and cropped": mirrored(cropped(0.1, 0, 0.8, 0.8)),
    "on a page": on_a_page(500, 300, 480, 360),
    "on a page, mirrored and narrowed": mirrored(on_a_page(100, 150, 400, 360)),
    "on an upright page": on_a_page(30, 300, 540, 405, page=(600, 800)),
    "turned by 10°": turned(10),
    "turned by -25°": turned(-25),
}


@dataclass(frozen=True)
class Registered:
    """One work, the index that knows it, and its picture."""

    picture: Image.Image
    parts: KnownParts

    @classmethod
    def of(cls, picture: Image.Image) -> "Registered":
        parts = KnownParts()
        parts.apply([added(1, "other", packed_of(image(90))), added(2, "work", packed_of(picture))])
        return cls(picture, parts)

    def evidence(self, seen: Seen) -> tuple[Evidence, Look]:
        """What speaks for the work, and all that was looked at."""
        looked = look(self.parts, seen.features, seen.asked.picture)
        return looked.evidence[1], looked

    def placed(self, seen: Seen, evidence: Evidence, looked: Look) -> tuple[Placement, Aligned] | None:
        known = self.parts.known(1)
        assert known is not None
        return placed(known, PART, evidence, looked, seen.asked)


@pytest.fixture(scope="module")
def plain() -> Registered:
    return Registered.of(poster(6))


@pytest.fixture(scope="module")
def with_mat() -> Registered:
    return Registered.of(matted(poster(6)))


def off(placement: Placement, transform: Affine) -> float:
    """How far, in shares of the work's picture, what is seen in a place is from what the placement says is there."""
    seen = clipped(mapped(transform, UNIT_SQUARE))
    there, said = mapped(replace(placement, transform=transform).back, seen), mapped(placement.back, seen)
    return max(max(abs(x - u), abs(y - v)) for (x, y), (u, v) in zip(there, said, strict=True))


@pytest.mark.parametrize("theft", THEFTS.values(), ids=THEFTS)
@pytest.mark.parametrize("which", ["plain", "with_mat"])
def test_a_work_is_placed_where_it_lies(request: pytest.FixtureRequest, which: str, theft: Theft) -> None:
    work: Registered = request.getfixturevalue(which)
    seen = asked(theft.make(work.picture))
    evidence, looked = work.evidence(seen)
    assert evidence.guess is not None
    where = work.placed(seen, evidence, looked)
    assert where is not None
    placement, aligned = where
    assert off(placement, theft.transform) <= PRECISELY
    assert (placement.work, placement.asked) == (PART, (seen.asked.width, seen.asked.height))
    assert (aligned.shown, aligned.covered) == (placement.shown, placement.covered)
    assert aligned.agreement > 0.5
    assert not placement.inverted
    assert _apart(placement.points, theft.transform) <= 2 * PRECISELY


def _apart(points: tuple[tuple[Point, Point], ...], transform: Affine) -> float:
    """How far the middling pair of matching points is from where the map lays it."""
    moved = mapped(transform, [of_work for of_work, _ in points])
    return float(np.median([max(abs(x - u), abs(y - v)) for (x, y), (_, (u, v)) in zip(moved, points, strict=True)]))


@pytest.mark.parametrize("name", ["cropped at the left", "on a page, mirrored and narrowed", "turned by 10°"])
def test_points_alone_place_it_too(plain: Registered, name: str) -> None:
    seen = asked(THEFTS[name].make(plain.picture))
    evidence, looked = plain.evidence(seen)
    where = plain.placed(seen, replace(evidence, guess=None), looked)
    assert where is not None
    placement, aligned = where
    assert off(placement, THEFTS[name].transform) <= 2 * PRECISELY
    assert (aligned.agreement, aligned.explained) == (0, 0), "nothing was laid over the picture"
    assert aligned.correspondences >= 12


@pytest.mark.parametrize("name", ["whole", "mirrored", "on a page"])
def test_a_box_that_looks_like_the_whole_places_it_roughly_where_no_outlines_do(plain: Registered, name: str) -> None:
    seen = asked(THEFTS[name].make(plain.picture))
    evidence, looked = plain.evidence(seen)
    by_boxes = np.flatnonzero(looked.guesses.counts == 0)
    assert by_boxes.size
    nothing = replace(looked.alignments, matched=np.zeros_like(looked.alignments.matched))
    where = plain.placed(
        seen, Evidence(alike=evidence.alike, guess=int(by_boxes[0])), replace(looked, alignments=nothing)
    )
    assert where is not None
    assert off(where[0], THEFTS[name].transform) <= ROUGHLY
    assert where[1].agreement == 1


def test_an_inverted_work_is_said_to_be(plain: Registered) -> None:
    seen = asked(ImageOps.invert(plain.picture))
    evidence, looked = plain.evidence(seen)
    assert evidence.guess is not None
    where = plain.placed(seen, evidence, looked)
    assert where is not None
    assert where[0].inverted
    assert off(where[0], WHOLE[next(iter(WHOLE))]) <= PRECISELY


def test_a_texture_is_placed_by_its_relief() -> None:
    work = Registered.of(grain(5))
    seen = asked(ImageOps.mirror(grain(5)).resize((420, 420), Image.Resampling.BICUBIC))
    evidence, looked = work.evidence(seen)
    assert evidence.texture is not None
    where = work.placed(seen, Evidence(texture=evidence.texture), looked)
    assert where is not None
    a, b, c, d, e, f = where[0].transform
    # A tile that goes on beyond its edges lies in every place that is a whole tile away.
    assert (a, b, d, e) == pytest.approx((-1, 0, 0, 1), abs=0.02)
    assert (c - round(c), f - round(f)) == pytest.approx((0, 0), abs=0.02)


def test_without_evidence_it_lies_nowhere(plain: Registered) -> None:
    seen = asked(plain.picture)
    _, looked = plain.evidence(seen)
    assert plain.placed(seen, Evidence(), looked) is None


def test_what_lies_outside_the_picture_lies_nowhere(plain: Registered) -> None:
    seen = asked(plain.picture)
    evidence, looked = plain.evidence(seen)
    assert evidence.guess is not None
    away = looked.alignments.transforms.copy()
    away[evidence.guess, :, 2] += 5000
    moved = replace(looked, alignments=replace(looked.alignments, transforms=away))
    assert plain.placed(seen, evidence, moved) is None


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_the_asked_picture_is_kept_as_a_small_jpeg_in_its_colours(mode: str) -> None:
    drawn = image(3).convert(mode)
    picture = drawn.resize((QUERY_SIDE, round(drawn.height * QUERY_SIDE / drawn.width)))
    jpeg = Asked(drawn.width, drawn.height, mode, picture.size, picture.tobytes()).jpeg()
    assert jpeg.startswith(b"\xff\xd8")
    assert len(jpeg) < 60_000
    back = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)[..., ::-1].astype(int)
    assert np.abs(back - np.asarray(picture.convert("RGB")).astype(int)).mean() < 5
