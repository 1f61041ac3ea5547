"""Outlines, and the standard ones that are kept beside the code."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageDraw

from registry.fingerprint.universal.drawings import FILE, drawn
from registry.fingerprint.universal.outline import RAYS, Mask, described, filled, things
from registry.fingerprint.universal.standards import standards


def _flooded(mask: Mask) -> Mask:
    """What can't be reached from the border, cell by cell."""
    height, width = mask.shape
    todo = [(y, x) for y in range(height) for x in range(width) if y in (0, height - 1) or x in (0, width - 1)]
    reached = np.zeros_like(mask)
    while todo:
        y, x = todo.pop()
        if 0 <= y < height and 0 <= x < width and not mask[y, x] and not reached[y, x]:
            reached[y, x] = True
            todo += [(y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)]
    return ~reached


@given(arrays.arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12))))
def test_filling_is_what_a_flood_from_the_border_leaves(mask: Mask) -> None:
    assert (filled(mask) == _flooded(mask)).all()


def _ellipse(width: int, height: int, turn: float = 0.0) -> Mask:
    image = Image.new("1", (128, 128))
    ImageDraw.Draw(image).ellipse((64 - width, 64 - height, 64 + width, 64 + height), fill=1)
    return np.asarray(image.rotate(turn))


def _box(width: int, height: int, turn: float = 0.0) -> Mask:
    image = Image.new("1", (128, 128))
    ImageDraw.Draw(image).rectangle((64 - width, 64 - height, 64 + width, 64 + height), fill=1)
    return np.asarray(image.rotate(turn))


@pytest.mark.parametrize("draw", [_ellipse, _box])
def test_squeezed_and_turned_outlines_are_the_same_in_their_own_frame(draw: object) -> None:
    assert callable(draw)
    plain = described(draw(40, 40))
    assert plain is not None
    for other in (draw(50, 25), draw(20, 45), draw(45, 25, 30.0)):
        found = described(other)
        assert found is not None
        turned = [np.roll(found.signature, shift, axis=1) for shift in range(RAYS)]
        assert min(int((one != plain.signature).sum()) for one in turned) < 0.03 * plain.signature.sum()


def test_a_line_has_no_outline() -> None:
    mask = np.zeros((128, 128), dtype=bool)
    mask[60:63, 10:120] = True
    assert described(mask) is None


def test_the_thing_is_found_on_ground_that_lamps_light() -> None:
    y, x = np.mgrid[0:128, 0:128]
    ground = 150 + x / 4 - (y - 40) ** 2 / 200
    picture = np.where(_ellipse(40, 30), 60, ground).astype(np.uint8)
    found, around = next(things(picture))
    assert (found.mask != _ellipse(40, 30)).mean() < 0.01
    assert (around == ~found.mask).mean() > 0.99
    assert next(things(ground.astype(np.uint8)), None) is None


def test_a_shadow_belongs_to_neither_thing_nor_ground_and_a_halo_further_off_is_a_thing() -> None:
    near, far = _ellipse(43, 33) & ~_ellipse(40, 30), _ellipse(60, 50) & ~_ellipse(55, 45)
    picture = np.where(_ellipse(40, 30), 60, 200).astype(np.uint8)
    found, around = next(things(np.where(near, 140, picture)))
    assert not (near & (found.mask | around)).any()
    _, around = next(things(np.where(far, 140, picture)))
    assert (far & around).any()


def test_the_file_holds_what_the_drawings_are() -> None:
    anew = drawn()
    with np.load(FILE, allow_pickle=False) as held:
        assert set(held.files) == set(anew)
        assert held["names"].tolist() == anew["names"].tolist()
        for name in ("signatures", "details"):
            cells = [np.unpackbits(np.asarray(one, dtype=np.uint8), axis=2) for one in (held[name], anew[name])]
            # a cell or two at an edge may fall the other way with another version of the drawing library
            assert (cells[0] != cells[1]).mean() < 0.005


def test_every_standard_outline_covers_about_what_its_frame_says() -> None:
    known = standards()
    assert len(known.names) == len(known.areas) == len(known.details)
    assert {name for name, details in zip(known.names, known.details, strict=True) if details.any()} == {
        "a T-shirt",
        "a long-sleeved garment",
        "a mug",
        "a phone case",
    }
    assert (known.areas > 0.5 * known.areas.max()).all()
