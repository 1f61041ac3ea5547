"""Logistic rules: what tells is weighed, what doesn't isn't, and no row is scored by a rule that saw its group."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from registry.match.logistic import FOLDS, Logistic, fitted, held_back

NUMBER = 1500


def taught(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows whose first measure tells what is true, the second only above its mean, and the third nothing."""
    dice = np.random.default_rng(seed)
    true = dice.random(NUMBER) < 0.3
    rows = dice.normal(size=(NUMBER, 3)).astype(np.float32)
    rows[:, 0] += 3 * true
    rows[:, 1] = np.where(true, np.abs(rows[:, 1]) * 2, rows[:, 1])
    return rows, true, dice.integers(0, 100, NUMBER)


def test_what_tells_is_weighed() -> None:
    rows, true, _ = taught()
    rule = fitted(rows, true, bent=(1,))
    again, told, _ = taught(seed=1)
    odds = rule.odds(again)
    assert np.median(odds[told]) > 1 > -1 > np.median(odds[~told])
    assert np.abs(rule.weights[2]) < 0.3 * np.abs(rule.weights[0])
    assert rule.terms(again).shape == (NUMBER, 3 + 3)


def test_a_bend_tells_more_than_a_line() -> None:
    rows, true, _ = taught()
    straight, bent = (fitted(rows[:, 1:2], true, bent=which).odds(rows[:, 1:2]) for which in ((), (0,)))
    loss = [float(np.log1p(np.exp(np.where(true, -odds, odds))).mean()) for odds in (straight, bent)]
    assert loss[1] < 0.98 * loss[0]


@given(st.floats(3, 1e6))
def test_no_measure_counts_for_more_than_three_deviations(far: float) -> None:
    rule = Logistic(np.zeros(1, np.float32), np.ones(1, np.float32), np.array([1, 2, 0, 0], np.float32), 0.5, (0,))
    near, farther = rule.odds(np.array([[3.0], [far]], np.float32))
    assert near == farther == np.float32(3 + 2 * 4 + 0.5)


def test_no_row_is_scored_by_a_rule_that_saw_its_group() -> None:
    """Labels turned round in one fold must not reach that fold's own odds."""
    rows, true, groups = taught()
    everything = np.ones(NUMBER, np.bool_)
    fold = groups.astype(np.uint64) * 2654435761 % 2**32 % FOLDS
    before = held_back(rows, true, everything, groups, ())
    after = held_back(rows, np.where(fold == 0, ~true, true), everything, groups, ())
    assert np.abs(before - after)[fold == 0].max() < 1e-3
    assert np.abs(before - after)[fold == 1].max() > 0.5


def test_what_is_not_usable_teaches_nothing() -> None:
    rows, true, groups = taught()
    wrong = np.arange(NUMBER) % 3 == 0
    spoilt = np.where(wrong, ~true, true)
    assert np.allclose(held_back(rows, true, ~wrong, groups, ()), held_back(rows, spoilt, ~wrong, groups, ()))
