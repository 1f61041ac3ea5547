"""The thresholds and what is said about them."""

import math

import pytest

from registry.findings import Decision
from registry.match.thresholds import BLOCK, MEASURED_PAIRS, REACH, THRESHOLDS, Threshold, false_match_rate


def _poisson_at_most(count: int, mean: float) -> float:
    return sum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1))


@pytest.mark.parametrize("pairs", [0, 1, 2, 3, 8, 28, 120, 2000])
def test_the_rate_is_the_upper_limit_at_95_percent(pairs: int) -> None:
    """Were the true mean at the limit, so few would be seen once in twenty times."""
    assert _poisson_at_most(pairs, false_match_rate(pairs) * MEASURED_PAIRS) == pytest.approx(0.05, rel=0.05)


def test_none_of_all_gives_the_rule_of_three() -> None:
    assert false_match_rate(0) * MEASURED_PAIRS == pytest.approx(3, rel=0.02)


def test_1500_works_make_the_measured_pairs() -> None:
    assert math.comb(1500, 2) == MEASURED_PAIRS


def test_block_is_as_documented_and_no_false_pair_was_seen() -> None:
    assert (BLOCK.decision, BLOCK.pdq, BLOCK.phash) == (Decision.BLOCK, 31, 8)
    assert BLOCK.false_pairs == BLOCK.false_upright == 0


def test_every_threshold_is_within_reach_and_strongest_first() -> None:
    assert all(each.pdq <= REACH.pdq and each.phash <= REACH.phash for each in THRESHOLDS)
    gravity = [[Decision.BLOCK, Decision.REVIEW].index(each.decision) for each in THRESHOLDS]
    assert gravity == sorted(gravity)


@pytest.mark.parametrize("each", THRESHOLDS)
def test_a_pair_within_both_limits_is_within_each(each: Threshold) -> None:
    assert each.false_pairs >= each.false_upright
    assert each.false_pairs <= min(each.false_by_pdq, each.false_by_phash)
