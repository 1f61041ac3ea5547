"""What many claimants share: a table of who came when, and what holds for all of them."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.accounts import AccountId
from registry.clock import Seconds
from registry.findings import Candidate, Clear, Decision, Inconclusive, Matched, Orientation, Verdict
from registry.match.decide import decide
from registry.match.shared import CLEAR_LEAD, COMMON_CLAIMANTS, shared
from registry.match.thresholds import ALIKE
from registry.works import Description, Detail, Work, WorkId

DAY: Seconds = 86_400
BLOCK, REVIEW, ALLOW = Decision.BLOCK, Decision.REVIEW, Decision.ALLOW
GRAVITY = [ALLOW, REVIEW, BLOCK]
SELLER = AccountId("acc_seller")


def claimed(index: int, account: str, day: float) -> Work:
    """The work at an index of the log: `wrk_` and its index."""
    return Work(
        id=WorkId(f"wrk_{index}"),
        account=AccountId(f"acc_{account}"),
        description=Description("A coat"),
        sha256=bytes(32),
        size=1,
        media_type="image/png",
        width=1,
        height=1,
        detail=Detail.DISTINCT,
        entry=bytes(32),
        index=index,
        registered=int(1_700_000_000 + day * DAY),
    )


def weighed(*works: Work, same: tuple[int, ...] = (), near: tuple[int, ...] = (), seller: bool = False) -> Verdict:
    """The verdict on a picture that all of these show: the same bytes as some, only alike to others."""
    candidates = [
        Candidate(work.id, 0, Orientation.UPRIGHT, *((ALIKE.pdq, 8) if work.index in near else (6, 2)))
        for work in works
        if work.index not in same
    ]
    verdict = decide(
        candidates,
        same_bytes={WorkId(f"wrk_{index}") for index in same},
        borne_out={work.id for work in works},
        owners={work.id: work.account for work in works},
        parts={},
        seller=SELLER if seller else None,
        detail=Detail.DISTINCT,
    )
    return shared(verdict, {work.id: work for work in works})


def decisions(verdict: Verdict) -> dict[str, Decision]:
    assert isinstance(verdict, Matched)
    return {match.work.removeprefix("wrk_"): match.decision for match in verdict.matches}


FOUR_AT_ONCE = tuple(claimed(index, name, index) for index, name in enumerate("abcd"))
ONE_THEN_MANY = (claimed(0, "a", 0), *(claimed(index, name, 30 + index) for index, name in enumerate("bcd", 1)))


def test_three_accounts_block_as_one_does() -> None:
    works = FOUR_AT_ONCE[:3]
    assert decisions(weighed(*works)) == {"0": BLOCK, "1": BLOCK, "2": BLOCK}


def test_four_accounts_are_reviewed_with_their_number_and_the_first() -> None:
    verdict = weighed(*FOUR_AT_ONCE)
    assert decisions(verdict) == dict.fromkeys("0123", REVIEW)
    assert verdict.decision is REVIEW
    assert isinstance(verdict, Matched)
    for match in verdict.matches:
        assert match.reasons[-1].startswith("4 different accounts have registered it")
        assert "The first of them is wrk_0, entry 0 of the log: a person should compare." in match.reasons[-1]
        assert not any("enough to block" in reason for reason in match.reasons)
        assert match.reasons[0].startswith("The picture looks like")


def test_the_same_bytes_by_four_accounts_likewise() -> None:
    assert decisions(weighed(*FOUR_AT_ONCE, same=(0, 1, 2, 3))) == dict.fromkeys("0123", REVIEW)
    assert decisions(weighed(*FOUR_AT_ONCE, same=(2,))) == dict.fromkeys("0123", REVIEW)


def test_many_works_of_few_accounts_are_not_common() -> None:
    works = [claimed(index, "abc"[index % 3], index) for index in range(9)]
    assert set(decisions(weighed(*works)).values()) == {BLOCK}


def test_what_is_only_alike_does_not_count() -> None:
    works = [*FOUR_AT_ONCE[:3], *(claimed(index, f"other{index}", 3) for index in range(3, 8))]
    found = decisions(weighed(*works, near=(3, 4, 5, 6, 7)))
    assert [found[str(index)] for index in range(8)] == [BLOCK] * 3 + [REVIEW] * 5


def test_the_sellers_own_does_not_count_and_is_allowed() -> None:
    mine = claimed(4, "seller", 4)
    assert decisions(weighed(*FOUR_AT_ONCE[:3], mine, seller=True)) == {"0": BLOCK, "1": BLOCK, "2": BLOCK, "4": ALLOW}
    assert decisions(weighed(*FOUR_AT_ONCE, mine, seller=True)) == {**dict.fromkeys("0123", REVIEW), "4": ALLOW}


def test_a_gang_that_comes_later_does_not_disarm_the_first() -> None:
    gang = [claimed(index, f"gang{index}", 40 + index) for index in range(1, 40)]
    verdict = weighed(claimed(0, "author", 0), *gang)
    found = decisions(verdict)
    assert found.pop("0") is BLOCK
    assert set(found.values()) == {REVIEW}
    assert verdict.decision is BLOCK
    assert isinstance(verdict, Matched)
    first, *later = verdict.matches
    assert first.reasons[-1] == "39 other accounts have registered it since; this work was the only one for 41 days."
    assert "enough to block" in first.reasons[-2]
    assert all("This is a later claim: wrk_0, entry 0 of the log" in match.reasons[-1] for match in later)


@pytest.mark.parametrize(("lead", "decision"), [(CLEAR_LEAD - 1, REVIEW), (CLEAR_LEAD, BLOCK)])
def test_the_lead_counts_to_the_second_from_another_accounts_first_claim(lead: Seconds, decision: Decision) -> None:
    first, *others = ONE_THEN_MANY
    again = claimed(1, "a", 1)
    later = [replace(one, id=WorkId(f"wrk_{one.index + 1}"), index=one.index + 1) for one in others]
    found = decisions(weighed(first, again, *(replace(one, registered=first.registered + lead) for one in later)))
    assert (found["0"], found["1"]) == (decision, decision)
    assert {found["2"], found["3"], found["4"]} == {REVIEW}


def test_who_came_later_has_no_lead_over_a_seller_who_was_there_before() -> None:
    author = replace(claimed(0, "seller", 0), account=SELLER)
    gang = [claimed(index, f"gang{index}", day) for index, day in enumerate((10, 60, 61, 62), 1)]
    assert decisions(weighed(author, *gang, seller=True)) == {**dict.fromkeys("1234", REVIEW), "0": ALLOW}
    late = replace(author, id=WorkId("wrk_9"), index=9, registered=gang[-1].registered)
    assert decisions(weighed(*gang, late, seller=True))["1"] is BLOCK


def test_the_log_says_who_was_first_whatever_the_clock_said() -> None:
    works = [replace(one, registered=one.registered - 400 * DAY * one.index) for one in FOUR_AT_ONCE]
    verdict = weighed(*works)
    assert decisions(verdict) == dict.fromkeys("0123", REVIEW)
    assert "The first of them is wrk_0" in verdict.reasons[-1]


def test_other_verdicts_pass() -> None:
    for verdict in (Clear(("none",)), Inconclusive(("blank",))):
        assert shared(verdict, {}) is verdict


CLAIMS = st.lists(
    st.tuples(st.sampled_from("abcdefg"), st.floats(0, 100), st.sampled_from(["same", "block", "near"])),
    min_size=1,
    max_size=10,
)


def _works(claims: list[tuple[str, float, str]]) -> tuple[list[Work], tuple[int, ...], tuple[int, ...]]:
    works = [claimed(index, name, day) for index, (name, day, _) in enumerate(sorted(claims, key=lambda one: one[1]))]
    kinds = [kind for *_, kind in sorted(claims, key=lambda one: one[1])]
    same, near = ([index for index, kind in enumerate(kinds) if kind == one] for one in ("same", "near"))
    return works, tuple(same), tuple(near)


@given(CLAIMS, st.booleans())
def test_it_only_turns_block_into_review_and_never_silences(claims: list[tuple[str, float, str]], seller: bool) -> None:
    works, same, near = _works(claims)
    works = [replace(one, account=SELLER) if one.account == "acc_g" else one for one in works]
    before = decide(
        [
            Candidate(work.id, 0, Orientation.UPRIGHT, *((ALIKE.pdq, 8) if work.index in near else (6, 2)))
            for work in works
            if work.index not in same
        ],
        same_bytes={WorkId(f"wrk_{index}") for index in same},
        borne_out={work.id for work in works},
        owners={work.id: work.account for work in works},
        parts={},
        seller=SELLER if seller else None,
        detail=Detail.DISTINCT,
    )
    assert isinstance(before, Matched)
    after = shared(before, {work.id: work for work in works})
    assert isinstance(after, Matched)
    was = {match.work: match for match in before.matches}
    assert set(was) == {match.work for match in after.matches}
    for match in after.matches:
        old = was[match.work]
        assert replace(match, decision=old.decision, reasons=old.reasons) == old
        assert match.decision is old.decision or (old.decision, match.decision) == (BLOCK, REVIEW)
    accounts = {works[int(m.work.removeprefix("wrk_"))].account for m in before.matches if m.decision is BLOCK}
    assert (after != before) == (len(accounts) >= COMMON_CLAIMANTS)
    gravity = [GRAVITY.index(match.decision) for match in after.matches]
    assert gravity == sorted(gravity, reverse=True)


@given(CLAIMS, st.randoms(use_true_random=False))
def test_order_of_works_does_not_matter(claims: list[tuple[str, float, str]], rng: random.Random) -> None:
    works, same, near = _works(claims)
    shuffled = list(works)
    rng.shuffle(shuffled)
    assert weighed(*shuffled, same=same, near=near) == weighed(*works, same=same, near=near)
