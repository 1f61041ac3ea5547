"""What a closer look saw counts by how rare it is and by what it shows, beside bytes and codes."""

from dataclasses import replace

import pytest

from registry.accounts import AccountId
from registry.findings import (
    Candidate,
    Clear,
    Decision,
    Inconclusive,
    Match,
    MatchClass,
    Matched,
    Orientation,
    Score,
    Verdict,
)
from registry.match.classes import Aligned
from registry.match.decide import decide
from registry.match.placing import place
from registry.match.sight import Sight
from registry.match.thresholds import BLOCK as BLOCKING
from registry.match.thresholds import BLOCK_RATE, NEAR, REVIEW_RATE
from registry.works import Detail, Part, PartKind, WorkId

A, B = WorkId("wrk_a"), WorkId("wrk_b")
SELLER, OTHER = AccountId("acc_seller"), AccountId("acc_other")
BLOCK, REVIEW, ALLOW = Decision.BLOCK, Decision.REVIEW, Decision.ALLOW
PAGE = Part(1, PartKind.PAGE, "page 2", 600, 800, Detail.DISTINCT)

A_COPY = Aligned(shown=0.6, covered=0.2, agreement=0.95, explained=0.9, correspondences=30)
AN_ELEMENT = Aligned(shown=0.6, covered=0.2, agreement=0.3, explained=0.2, correspondences=30)
AN_OBJECT = Aligned(shown=0.6, covered=0.2, agreement=0.0, explained=0.1, correspondences=30)
PLACEMENT = place((0.5, 0, 0.2, 0, 0.5, 0.3), work=(600, 800), asked=(1000, 700))


def sight(
    work: WorkId = A,
    rate: float = BLOCK_RATE / 10,
    aligned: Aligned = A_COPY,
    *,
    generic: bool = False,
    part: int = 1,
) -> Sight:
    return Sight(work, part, PLACEMENT, aligned, (Score("weighed-v1", 7.5, 4.0, rate),), rate, generic)


def decided(
    *sights: Sight,
    candidates: tuple[Candidate, ...] = (),
    same: tuple[WorkId, ...] = (),
    borne_out: tuple[WorkId, ...] = (A, B),
    seller: AccountId | None = None,
    detail: Detail = Detail.DISTINCT,
) -> Verdict:
    return decide(
        candidates,
        same_bytes=same,
        borne_out=borne_out,
        owners={A: SELLER, B: OTHER},
        parts={(A, 1): PAGE},
        seller=seller,
        detail=detail,
        asked=(1000, 700),
        sights=sights,
    )


def the_match(verdict: Verdict) -> Match:
    assert isinstance(verdict, Matched)
    (match,) = verdict.matches
    return match


@pytest.mark.parametrize(
    ("seen", "kind", "decision"),
    [
        (sight(), MatchClass.PART_OF, BLOCK),
        (sight(rate=BLOCK_RATE), MatchClass.PART_OF, BLOCK),
        (sight(rate=BLOCK_RATE * 1.01), MatchClass.PART_OF, REVIEW),
        (sight(rate=REVIEW_RATE), MatchClass.PART_OF, REVIEW),
        (sight(generic=True), MatchClass.PART_OF, REVIEW),
        (sight(aligned=AN_ELEMENT), MatchClass.SHARES_AN_ELEMENT, REVIEW),
        (sight(aligned=AN_OBJECT), MatchClass.SAME_OBJECT, REVIEW),
        (sight(aligned=replace(A_COPY, shown=1.0, covered=0.9)), MatchClass.SAME_PICTURE, BLOCK),
    ],
    ids=["rare", "just so rare", "less rare", "rarely enough", "generic", "an element", "an object", "all of it"],
)
def test_what_was_seen_decides(seen: Sight, kind: MatchClass, decision: Decision) -> None:
    match = the_match(decided(seen))
    assert (match.work, match.part, match.kind, match.decision) == (A, 1, kind, decision)
    assert (match.placement, match.signals, match.false_match_rate) == (PLACEMENT, seen.scores, seen.false_match_rate)


def test_what_is_not_rare_is_nothing() -> None:
    assert isinstance(decided(sight(rate=REVIEW_RATE * 1.01)), Clear)


@pytest.mark.parametrize("detail", sorted(set(Detail) - {Detail.DISTINCT}))
def test_a_picture_whose_codes_say_nothing_may_show_a_work_all_the_same(detail: Detail) -> None:
    assert the_match(decided(sight(), detail=detail)).decision is BLOCK
    assert isinstance(decided(sight(rate=1e-3), detail=detail), Inconclusive)


def test_of_several_sights_of_a_work_the_rarest_is_told_and_of_equals_the_first_part() -> None:
    several = sight(rate=1e-7), sight(rate=1e-9, part=3), sight(rate=1e-9, part=2), sight(B)
    for order in (several, several[::-1]):
        verdict = decided(*order)
        assert isinstance(verdict, Matched)
        assert {match.work: match.part for match in verdict.matches} == {A: 2, B: 1}


def test_one_s_own_work_is_allowed_and_another_s_beside_it_is_not() -> None:
    verdict = decided(sight(), sight(B), seller=SELLER)
    assert isinstance(verdict, Matched)
    assert [(match.work, match.decision) for match in verdict.matches] == [(B, BLOCK), (A, ALLOW)]


def test_a_likeness_and_a_sight_are_one_match_and_the_graver_decides() -> None:
    near = Candidate(A, 1, Orientation.MIRRORED, NEAR.pdq, NEAR.phash or 0)
    both = the_match(decided(sight(), candidates=(near,)))
    assert both.decision is BLOCK
    assert [each.scheme for each in both.signals] == ["pdq-raster-v1", "phash-v1", "weighed-v1"]
    assert both.false_match_rate == BLOCK_RATE / 10
    weak = the_match(decided(sight(rate=1e-3), candidates=(near,)))
    assert weak.decision is REVIEW
    assert weak.kind is MatchClass.SAME_PICTURE
    assert weak.placement is not None
    assert weak.placement.covered == 1, "by the codes of whole pictures it fills all of it"


def test_codes_that_ask_a_person_leave_the_class_to_what_was_seen_and_codes_that_block_do_not() -> None:
    near = Candidate(A, 1, Orientation.UPRIGHT, NEAR.pdq, NEAR.phash or 0)
    match = the_match(decided(sight(aligned=AN_ELEMENT), candidates=(near,)))
    assert (match.kind, match.decision) == (MatchClass.SHARES_AN_ELEMENT, REVIEW)
    sure = the_match(decided(sight(aligned=AN_ELEMENT), candidates=(replace(near, pdq=8, phash=2),)))
    assert (sure.kind, sure.decision) == (MatchClass.SAME_PICTURE, BLOCK)


def test_the_same_bytes_stay_exact_whatever_is_seen_besides() -> None:
    match = the_match(decided(sight(aligned=AN_ELEMENT), same=(A,)))
    assert (match.kind, match.decision, match.part, match.false_match_rate) == (MatchClass.EXACT, BLOCK, 0, 0)


def test_what_was_seen_of_another_part_does_not_place_the_part_that_is_told() -> None:
    near = Candidate(A, 1, Orientation.UPRIGHT, NEAR.pdq, NEAR.phash or 0)
    match = the_match(decided(sight(part=2), candidates=(near,)))
    assert match.part == 1
    assert match.placement is not None
    assert (match.placement.covered, match.placement.work) == (1, (PAGE.width, PAGE.height))
    assert the_match(decided(sight(part=2), same=(A,))).placement is None, "nothing is known of its first part"


def test_the_reasons_name_the_part_the_rarity_and_what_follows() -> None:
    seen, consequence = the_match(decided(sight())).reasons
    assert "page 2 of wrk_a" in seen
    assert "3e-08" in seen
    assert consequence == "That is evidence enough to block the listing."
    *_, generic, left = the_match(decided(sight(generic=True))).reasons
    assert "many people draw" in generic
    assert "a person should compare" in left
    assert "element" in the_match(decided(sight(aligned=AN_ELEMENT))).reasons[-1]
    assert "photographed again" in the_match(decided(sight(aligned=AN_OBJECT))).reasons[-1]


def test_a_texture_alone_is_for_a_person() -> None:
    by_texture = Score("texture-v1", 12.0, 7.0, BLOCK_RATE / 10)
    alone = replace(sight(), scores=(by_texture,))
    assert decided(alone, seller=OTHER).decision is REVIEW
    assert decided(replace(alone, scores=(by_texture, *sight().scores)), seller=OTHER).decision is BLOCK


BY_CODES = (Candidate(A, 1, Orientation.UPRIGHT, BLOCKING.pdq, BLOCKING.phash or 0),)


def test_codes_alone_block_only_where_light_bears_them_out() -> None:
    assert the_match(decided(candidates=BY_CODES)).decision is BLOCK
    doubted = the_match(decided(candidates=BY_CODES, borne_out=(B,)))
    assert (doubted.decision, doubted.kind) == (REVIEW, MatchClass.SAME_PICTURE)
    assert any("Seen field by field" in reason for reason in doubted.reasons)


@pytest.mark.parametrize(
    ("seen", "kind", "decision"),
    [(A_COPY, MatchClass.PART_OF, BLOCK), (AN_ELEMENT, MatchClass.SHARES_AN_ELEMENT, REVIEW)],
    ids=["a copy", "another sign on the same button"],
)
def test_where_light_does_not_a_closer_look_decides(seen: Aligned, kind: MatchClass, decision: Decision) -> None:
    match = the_match(decided(sight(aligned=seen), candidates=BY_CODES, borne_out=()))
    assert (match.kind, match.decision) == (kind, decision)
