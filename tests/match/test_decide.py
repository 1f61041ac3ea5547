"""Decisions: a table of cases, and what holds for all of them."""

import random
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.accounts import AccountId
from registry.findings import Candidate, Clear, Decision, Inconclusive, Matched, Orientation, Verdict
from registry.match.decide import decide
from registry.match.thresholds import ALIKE, BLOCK, NEAR, REACH, VERY_NEAR
from registry.works import Detail, Part, PartKind, WorkId

SELLER, OTHER = AccountId("acc_seller"), AccountId("acc_other")
MINE, A, B, C = (WorkId(f"wrk_{name}") for name in ("mine", "a", "b", "c"))
PARTS: dict[tuple[WorkId, int], Part] = {}
OWNERS = {MINE: SELLER, A: OTHER, B: OTHER, C: OTHER}
UP, TURNED = Orientation.UPRIGHT, Orientation.TURNED_90

BOTH = (BLOCK.pdq, BLOCK.phash or 0)
JUST_NEAR = (NEAR.pdq, NEAR.phash or 0)
JUST_ALIKE = (ALIKE.pdq, ALIKE.phash or 0)


def _candidate(work: WorkId, distances: tuple[int, int], orientation: Orientation = UP, *, part: int = 0) -> Candidate:
    return Candidate(work, part, orientation, *distances)


def _decide(
    *candidates: Candidate,
    same: tuple[WorkId, ...] = (),
    seller: AccountId | None = None,
    detail: Detail = Detail.DISTINCT,
) -> Verdict:
    return decide(
        candidates, same_bytes=same, borne_out=OWNERS, owners=OWNERS, parts=PARTS, seller=seller, detail=detail
    )


def _page(number: int) -> Part:
    return Part(number - 1, PartKind.PAGE, f"page {number}", 600, 800, Detail.DISTINCT)


@dataclass(frozen=True)
class Case:
    name: str
    expected: list[tuple[WorkId, Decision]]
    candidates: tuple[Candidate, ...] = ()
    same: tuple[WorkId, ...] = ()
    seller: AccountId | None = None
    detail: Detail = Detail.DISTINCT


CASES = [
    Case("the same bytes block", [(A, Decision.BLOCK)], same=(A,)),
    Case("both codes at the limit block", [(A, Decision.BLOCK)], (_candidate(A, BOTH),)),
    Case("in any orientation", [(A, Decision.BLOCK)], (_candidate(A, BOTH, TURNED),)),
    Case("pdq one over reviews", [(A, Decision.REVIEW)], (_candidate(A, (32, 8)),)),
    Case("phash one over reviews", [(A, Decision.REVIEW)], (_candidate(A, (31, 9)),)),
    Case("pdq alone reviews, and never blocks", [(A, Decision.REVIEW)], (_candidate(A, (0, 64)),)),
    Case("pdq alone at its limit", [(A, Decision.REVIEW)], (_candidate(A, (VERY_NEAR.pdq, 64)),)),
    Case("pdq alone over its limit", [], (_candidate(A, (VERY_NEAR.pdq + 1, JUST_NEAR[1] + 1)),)),
    Case("near by pdq", [(A, Decision.REVIEW)], (_candidate(A, JUST_NEAR),)),
    Case("alike by both codes", [(A, Decision.REVIEW)], (_candidate(A, JUST_ALIKE),)),
    Case("not near, and phash over what alike needs", [], (_candidate(A, (NEAR.pdq + 1, JUST_ALIKE[1] + 1)),)),
    Case("phash alone is nothing", [], (_candidate(A, (ALIKE.pdq + 1, 0)),)),
    Case("one's own is allowed", [(MINE, Decision.ALLOW)], (_candidate(MINE, (0, 0)),), seller=SELLER),
    Case("one's own bytes too", [(MINE, Decision.ALLOW)], same=(MINE,), seller=SELLER),
    Case("but not to somebody else", [(MINE, Decision.BLOCK)], same=(MINE,), seller=OTHER),
    Case("nor to nobody", [(MINE, Decision.BLOCK)], (_candidate(MINE, (0, 0)),)),
    Case(
        "one's own does not silence another's, however close",
        [(A, Decision.REVIEW), (MINE, Decision.ALLOW)],
        (_candidate(MINE, (0, 0)), _candidate(A, JUST_ALIKE)),
        same=(MINE,),
        seller=SELLER,
    ),
    Case(
        "the same bytes registered twice",
        [(A, Decision.BLOCK), (MINE, Decision.ALLOW)],
        same=(MINE, A),
        seller=SELLER,
    ),
    Case(
        "the strongest first: bytes, then threshold, then distances",
        [(C, Decision.BLOCK), (B, Decision.BLOCK), (A, Decision.REVIEW)],
        (_candidate(A, (40, 2)), _candidate(B, (31, 8)), _candidate(C, (12, 4))),
        same=(C,),
    ),
    Case(
        "ties by work id",
        [(A, Decision.REVIEW), (B, Decision.REVIEW), (C, Decision.REVIEW)],
        (_candidate(C, JUST_ALIKE), _candidate(A, JUST_ALIKE), _candidate(B, JUST_ALIKE)),
    ),
    Case(
        "of a work's pairs the one that says most",
        [(A, Decision.BLOCK)],
        (_candidate(A, (20, 12)), _candidate(A, (31, 8), TURNED)),
    ),
    Case("flat: bytes only, and not enough", [(A, Decision.REVIEW)], (_candidate(B, (0, 0)),), (A,), None, Detail.FLAT),
    Case("common: likewise", [(A, Decision.REVIEW)], (_candidate(B, (0, 0)),), (A,), None, Detail.COMMON),
    Case("noise is nobody's by chance", [(A, Decision.BLOCK)], (_candidate(B, (0, 0)),), (A,), None, Detail.NOISY),
    Case("one's own blank", [(MINE, Decision.ALLOW)], same=(MINE,), seller=SELLER, detail=Detail.FLAT),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_cases(case: Case) -> None:
    verdict = _decide(*case.candidates, same=case.same, seller=case.seller, detail=case.detail)
    if not case.expected:
        assert isinstance(verdict, Clear)
        assert verdict.decision is Decision.ALLOW
        return
    assert isinstance(verdict, Matched)
    assert [(match.work, match.decision) for match in verdict.matches] == case.expected
    assert verdict.decision == case.expected[0][1]


@pytest.mark.parametrize("detail", sorted(set(Detail) - {Detail.DISTINCT}))
def test_a_picture_without_detail_of_its_own_is_inconclusive_whatever_its_codes_say(detail: Detail) -> None:
    verdict = _decide(_candidate(A, (0, 0)), detail=detail)
    assert isinstance(verdict, Inconclusive)
    assert "exact bytes" in verdict.reasons[0]


def test_nothing_at_all_is_clear_and_says_how_far_it_looked() -> None:
    verdict = _decide()
    assert isinstance(verdict, Clear)
    assert (
        "within 20 of 256 bits of PDQ, within 48 of them and 20 of 64 of pHash, or within 60 and 14."
        in verdict.reasons[0]
    )


def test_the_reasons_of_a_likeness_name_measurement_limits_rarity_and_consequence() -> None:
    verdict = _decide(_candidate(A, (12, 4), TURNED))
    assert verdict.reasons == (
        "The picture looks like wrk_a, turned 90°: PDQ differs in 12 of 256 bits (at most 31 count) "
        "and pHash in 4 of 64 (at most 8 count).",
        "Of 1,122,751 measured pairs of different works none came as close.",
        "That is evidence enough to block the listing.",
    )


def test_the_reasons_of_a_review_and_of_ones_own_work() -> None:
    review = _decide(_candidate(A, JUST_ALIKE)).reasons
    assert "a person should compare" in review[-1]
    assert f"works {ALIKE.false_pairs} came as close" in review[-2]
    own = _decide(same=(MINE,), seller=SELLER).reasons
    assert own == (
        "The file is byte for byte that of wrk_mine: its SHA-256 is the same.",
        "The work is the seller's own, so this match allows the listing.",
    )


def test_signals_are_those_that_count_with_distances_thresholds_and_rates() -> None:
    verdict = _decide(_candidate(A, (16, 24)), _candidate(B, (60, 8)))
    assert isinstance(verdict, Matched)
    near, alike = verdict.matches
    assert [(s.scheme, s.distance, s.threshold, s.bits) for s in near.signals] == [("pdq-raster-v1", 16, 20, 256)]
    assert [(s.scheme, s.distance, s.threshold, s.bits) for s in alike.signals] == [
        ("pdq-raster-v1", 60, 60, 256),
        ("phash-v1", 8, 14, 64),
    ]
    assert all(0 < signal.false_match_rate < 1 and signal.holds for m in verdict.matches for signal in m.signals)
    assert "pHash in 24 of 64 (which doesn't count here)" in near.reasons[0]


def test_the_same_bytes_are_upright_and_keep_the_signals_of_their_likeness() -> None:
    verdict = _decide(_candidate(A, (0, 0), TURNED), same=(A, B))
    assert isinstance(verdict, Matched)
    with_codes, without = verdict.matches
    assert (with_codes.work, with_codes.same_bytes, with_codes.orientation) == (A, True, UP)
    assert [signal.distance for signal in with_codes.signals] == [0, 0]
    assert (without.work, without.signals) == (B, ())


def test_the_part_is_that_of_the_strongest_likeness_the_first_of_equals_and_none_for_the_same_bytes() -> None:
    of_page_2, of_page_4 = _candidate(A, (12, 4), TURNED, part=1), _candidate(A, (12, 4), part=3)
    for candidates in ((of_page_2, of_page_4), (of_page_4, of_page_2)):
        verdict = _decide(_candidate(A, (30, 8), part=0), *candidates)
        assert isinstance(verdict, Matched)
        assert [(match.part, match.orientation) for match in verdict.matches] == [(1, TURNED)]
    verdict = _decide(of_page_2, same=(A,))
    assert isinstance(verdict, Matched)
    assert verdict.matches[0].part == 0


def test_a_part_that_has_a_name_is_named() -> None:
    parts = {(A, 6): _page(7), (B, 0): _page(1)}
    candidates = _candidate(A, (12, 4), part=6), _candidate(B, (12, 4), TURNED)
    verdict = decide(
        candidates, same_bytes=(), borne_out=OWNERS, owners=OWNERS, parts=parts, seller=None, detail=Detail.DISTINCT
    )
    assert any(reason.startswith(f"The picture looks like page 7 of {A}: ") for reason in verdict.reasons)
    assert any(reason.startswith(f"The picture looks like page 1 of {B}, {TURNED}: ") for reason in verdict.reasons)


WORKS = st.sampled_from([MINE, A, B, C])
CANDIDATES = st.lists(
    st.builds(
        Candidate, WORKS, st.integers(0, 2), st.sampled_from(Orientation), st.integers(0, 90), st.integers(0, 24)
    ),
    max_size=12,
)
SAME = st.frozensets(WORKS, max_size=2)
SELLERS = st.sampled_from([None, SELLER, OTHER])
DETAILS = st.sampled_from(Detail)
GRAVITY = [Decision.ALLOW, Decision.REVIEW, Decision.BLOCK]


@given(CANDIDATES, SAME, SELLERS, DETAILS)
def test_block_only_by_bytes_or_by_both_codes(
    candidates: list[Candidate], same: frozenset[WorkId], seller: AccountId | None, detail: Detail
) -> None:
    verdict = _decide(*candidates, same=tuple(same), seller=seller, detail=detail)
    likely = [c for c in candidates if detail is Detail.DISTINCT and c.pdq <= 31 and c.phash <= 8]
    telling = set() if detail in (Detail.FLAT, Detail.COMMON) else same
    blamed = {*telling, *(candidate.work for candidate in likely)} - {w for w in OWNERS if OWNERS[w] == seller}
    blocked = (
        {m.work for m in verdict.matches if m.decision is Decision.BLOCK} if isinstance(verdict, Matched) else set()
    )
    assert blocked == blamed
    assert (verdict.decision is Decision.BLOCK) == bool(blamed)


@given(CANDIDATES, SAME, SELLERS, DETAILS, st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_matters(
    candidates: list[Candidate], same: frozenset[WorkId], seller: AccountId | None, detail: Detail, rng: random.Random
) -> None:
    shuffled = candidates + candidates[:3]
    rng.shuffle(shuffled)
    first = _decide(*candidates, same=tuple(same), seller=seller, detail=detail)
    assert _decide(*shuffled, same=tuple(same), seller=seller, detail=detail) == first


@given(CANDIDATES, CANDIDATES, SAME, SELLERS, DETAILS)
def test_more_evidence_never_lowers_the_decision_nor_that_of_any_match(
    candidates: list[Candidate],
    more: list[Candidate],
    same: frozenset[WorkId],
    seller: AccountId | None,
    detail: Detail,
) -> None:
    before = _decide(*candidates, same=tuple(same), seller=seller, detail=detail)
    after = _decide(*(candidates + more), same=tuple(same), seller=seller, detail=detail)
    assert GRAVITY.index(after.decision) >= GRAVITY.index(before.decision)
    if isinstance(before, Matched):
        assert isinstance(after, Matched)
        later = {match.work: match.decision for match in after.matches}
        assert all(GRAVITY.index(later[m.work]) >= GRAVITY.index(m.decision) for m in before.matches)


@given(CANDIDATES, SAME, DETAILS)
def test_ones_own_works_never_count_against_the_seller(
    candidates: list[Candidate], same: frozenset[WorkId], detail: Detail
) -> None:
    verdict = _decide(*candidates, same=tuple(same), seller=SELLER, detail=detail)
    without = decide(
        [c for c in candidates if c.work != MINE],
        same_bytes=same - {MINE},
        borne_out=OWNERS,
        owners=OWNERS,
        parts=PARTS,
        seller=SELLER,
        detail=detail,
    )
    assert verdict.decision == without.decision
    if isinstance(verdict, Matched):
        own = [match for match in verdict.matches if match.work == MINE]
        assert all(match.decision is Decision.ALLOW for match in own)
        others = [match for match in verdict.matches if match.work != MINE]
        assert others == (list(without.matches) if isinstance(without, Matched) else [])


@given(CANDIDATES, SAME, SELLERS)
def test_the_gravest_comes_first_and_nothing_out_of_reach_is_a_match(
    candidates: list[Candidate], same: frozenset[WorkId], seller: AccountId | None
) -> None:
    verdict = _decide(*candidates, same=tuple(same), seller=seller, detail=Detail.DISTINCT)
    if isinstance(verdict, Matched):
        gravity = [GRAVITY.index(match.decision) for match in verdict.matches]
        assert gravity == sorted(gravity, reverse=True)
        within = {c.work for c in candidates if REACH.holds(c.pdq, c.phash)}
        assert {match.work for match in verdict.matches} <= within | same
