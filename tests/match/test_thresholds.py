"""The thresholds and what is said about them."""

import math

import pytest

from registry.findings import Decision
from registry.match.thresholds import (
    BLOCK,
    FALSE_BY_PDQ,
    FALSE_BY_PHASH,
    MEASURED_PAIRS,
    REACH,
    THRESHOLDS,
    Threshold,
    false_match_rate,
)


def _poisson_at_most(count: int, mean: float) -> float:
    return sum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1))


@pytest.mark.parametrize("pairs", [0, 1, 2, 3, 6, 23, 120, 1188])
def test_the_rate_is_the_upper_limit_at_95_percent(pairs: int) -> None:
    """Were the true mean at the limit, so few would be seen once in twenty times."""
    assert _poisson_at_most(pairs, false_match_rate(pairs) * MEASURED_PAIRS) == pytest.approx(0.05, rel=0.05)


def test_none_of_all_gives_the_rule_of_three() -> None:
    assert false_match_rate(0) * MEASURED_PAIRS == pytest.approx(3, rel=0.02)


def test_1499_works_make_the_measured_pairs() -> None:
    assert math.comb(1499, 2) == MEASURED_PAIRS


def test_block_is_as_documented_and_no_false_pair_was_seen() -> None:
    assert (BLOCK.decision, BLOCK.pdq, BLOCK.phash) == (Decision.BLOCK, 31, 8)
    assert BLOCK.false_pairs == BLOCK.false_upright == 0


def test_no_candidate_that_a_decision_needs_is_out_of_reach() -> None:
    decided = [(p, h) for p in range(257) for h in range(65) if any(one.holds(p, h) for one in THRESHOLDS)]
    reached = [(p, h) for p in range(257) for h in range(65) if REACH.holds(p, h)]
    assert set(decided) <= set(reached)


def test_the_strongest_come_first() -> None:
    gravity = [[Decision.BLOCK, Decision.REVIEW].index(each.decision) for each in THRESHOLDS]
    assert gravity == sorted(gravity)


@pytest.mark.parametrize("each", THRESHOLDS)
def test_a_pair_within_all_limits_is_within_each(each: Threshold) -> None:
    assert each.false_upright <= each.false_pairs <= FALSE_BY_PDQ[each.pdq]
    assert each.phash is None or each.false_pairs <= FALSE_BY_PHASH[each.phash]
