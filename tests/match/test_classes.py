"""Classes, by what was measured."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.findings import NEVER_BLOCKING, Decision, Match, MatchClass, Orientation
from registry.match.classes import Aligned, class_of
from registry.works import WorkId

SHARES = st.floats(0, 1)
ALIGNED = st.builds(
    Aligned,
    shown=SHARES,
    covered=SHARES,
    agreement=SHARES,
    explained=SHARES,
    correspondences=st.integers(0, 200),
    repeated=st.booleans(),
    light=SHARES,
    off=SHARES,
    colours_apart=SHARES,
)


LIT = Aligned(1, 1, 0.5, 0.4, 9, light=0.95, off=0.01, colours_apart=0.4, contrast=9)


@pytest.mark.parametrize(
    ("what", "near", "aligned", "expected"),
    [
        ("re-encoded", True, None, MatchClass.SAME_PICTURE),
        ("recoloured", False, Aligned(1, 1, 0.9, 0.9, 40), MatchClass.SAME_PICTURE),
        ("blurred", True, Aligned(1, 1, 0.2, 0.8, 3), MatchClass.SAME_PICTURE),
        ("bannered", False, Aligned(1, 0.75, 0.95, 0.8, 40), MatchClass.SAME_PICTURE),
        ("watermarked", False, Aligned(1, 1, 0.9, 0.75, 40), MatchClass.SAME_PICTURE),
        ("cropped to 40 %", False, Aligned(0.4, 1, 0.9, 0.9, 40), MatchClass.PART_OF),
        ("in a collage", False, Aligned(1, 0.11, 0.9, 0.9, 20), MatchClass.PART_OF),
        ("cropped, in a screenshot", False, Aligned(0.5, 0.3, 0.9, 0.75, 20), MatchClass.PART_OF),
        ("on cloth, light as the work", False, replace(LIT, shown=0.8, covered=0.2), MatchClass.PART_OF),
        ("a corner that two flags share", False, replace(LIT, shown=0.3), MatchClass.SHARES_AN_ELEMENT),
        ("blurred much", False, LIT, MatchClass.SAME_PICTURE),
        ("with another sign on it", False, replace(LIT, off=0.1), MatchClass.SHARES_AN_ELEMENT),
        ("an ensign with another badge", False, replace(LIT, colours_apart=0.9), MatchClass.SHARES_AN_ELEMENT),
        ("another form", False, replace(LIT, contrast=2.0), MatchClass.SHARES_AN_ELEMENT),
        ("another button", False, Aligned(1, 0.4, 1, 0.75, 30, light=0.2), MatchClass.SHARES_AN_ELEMENT),
        ("a logo on a busy ground", False, Aligned(1, 0.1, 0.9, 0.1, 9), MatchClass.SHARES_AN_ELEMENT),
        ("a character in another dress", False, Aligned(1, 1, 0.78, 0.9, 60), MatchClass.SHARES_AN_ELEMENT),
        ("one clip-art figure of three", False, Aligned(0.9, 0.8, 0.3, 0.3, 15), MatchClass.SHARES_AN_ELEMENT),
        ("a corner that happens to agree", False, Aligned(0.1, 0.1, 0.7, 0.1, 15), MatchClass.SHARES_AN_ELEMENT),
        ("the same bottle", False, Aligned(1, 0.8, 0.05, 0.1, 30), MatchClass.SAME_OBJECT),
        ("the same row of letters", False, Aligned(1, 0.8, 0.05, 0.1, 30, True), MatchClass.SHARES_AN_ELEMENT),
    ],
)
def test_what_is_what(what: str, near: bool, aligned: Aligned | None, expected: MatchClass) -> None:
    assert class_of(same_bytes=False, near=near, aligned=aligned) is expected, what


@given(st.booleans(), st.one_of(st.none(), ALIGNED))
def test_the_same_bytes_are_exact_and_nothing_else_is(near: bool, aligned: Aligned | None) -> None:
    assert class_of(same_bytes=True, near=near, aligned=aligned) is MatchClass.EXACT
    if near or aligned is not None:
        assert class_of(same_bytes=False, near=near, aligned=aligned) is not MatchClass.EXACT


@given(st.booleans(), ALIGNED, SHARES)
def test_more_agreement_never_takes_a_copy_for_less(near: bool, aligned: Aligned, more: float) -> None:
    copies = {MatchClass.SAME_PICTURE, MatchClass.PART_OF}
    better = replace(
        aligned,
        agreement=max(aligned.agreement, more),
        explained=max(aligned.explained, more),
        light=max(aligned.light, more),
    )
    if class_of(same_bytes=False, near=near, aligned=aligned) in copies:
        assert class_of(same_bytes=False, near=near, aligned=better) in copies


def test_nothing_found_is_no_class() -> None:
    with pytest.raises(ValueError, match="no match"):
        class_of(same_bytes=False, near=False, aligned=None)


@pytest.mark.parametrize("kind", MatchClass)
def test_some_classes_never_block(kind: MatchClass) -> None:
    def made() -> Match:
        return Match(
            work=WorkId("wrk_1"),
            part=0,
            decision=Decision.BLOCK,
            kind=kind,
            orientation=Orientation.UPRIGHT,
            placement=None,
            signals=(),
            false_match_rate=0,
            reasons=(),
        )

    if kind in NEVER_BLOCKING:
        with pytest.raises(ValueError, match="never blocks"):
            made()
    else:
        assert made().kind is kind
