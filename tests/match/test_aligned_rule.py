import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.match.aligned.align import align
from registry.match.aligned.atlas import Atlas
from registry.match.aligned.rule import BENT, NAMES, NOTHING, Rule, measures, rule
from registry.match.aligned.training import Sample, best_of_pairs, fit, write
from registry.match.logistic import FOLDS, Logistic
from tests.match.aligned_pictures import drawn, edges_of, guesses, shown, similar, wrong_by

PLACE = similar(0.9, 12, (256, 190))


def scores_of(*seeds, picture=1):
    hypotheses = guesses([wrong_by(PLACE, 1.06, 3, (3, 2))] * len(seeds))
    alignments = align(Atlas.of(shown(drawn(picture), PLACE)), edges_of(*seeds), hypotheses)
    return rule().score(alignments, hypotheses), alignments, hypotheses


def test_the_shown_work_scores_far_above_all_others():
    scores, _, _ = scores_of(*range(1, 21))
    assert rule().false_rate(float(scores[0])) < 1e-4
    assert scores[1:].max() < scores[0] - 5
    assert rule().false_rate(float(np.median(scores[1:]))) > 1e-3


def test_what_was_dropped_scores_nothing():
    scores, alignments, hypotheses = scores_of(*range(1, 21))
    dropped = alignments.matched == 0
    assert dropped.any()
    assert np.all(scores[dropped] == NOTHING)
    held = measures(alignments, hypotheses)
    assert held.shape == (20, len(NAMES))
    assert np.isfinite(held).all()


@given(st.floats(1e-9, 1e-2))
def test_thresholds_and_false_rates_are_each_others_inverse(rate):
    assert rule().false_rate(rule().threshold(rate)) == pytest.approx(rate, rel=1e-3)


@given(st.lists(st.floats(-20, 20), min_size=2, max_size=2))
def test_a_higher_score_is_never_commoner(pair):
    low, high = sorted(pair)
    assert rule().false_rate(low) >= rule().false_rate(high)


def test_no_measure_counts_for_more_than_three_deviations():
    nought, one = np.zeros(len(NAMES), np.float32), np.ones(len(NAMES), np.float32)
    logistic = Logistic(nought, one, np.zeros(0, np.float32), 0, BENT)
    far, farther = (logistic.terms(np.full((1, len(NAMES)), value, np.float32)) for value in (3, 30))
    np.testing.assert_array_equal(far, farther)


def sample(seed=0, number=1200):
    """Alignments whose first measure tells the truth, and whose others are noise."""
    dice = np.random.default_rng(seed)
    true = dice.random(number) < 0.2
    held = dice.normal(size=(number, len(NAMES))).astype(np.float32)
    held[:, 0] += 4 * true
    pictures = dice.integers(0, 200, number)
    works = np.where(true, pictures, 200 + dice.integers(0, 50, number))
    return Sample(held, pictures, works, pictures, true, np.zeros(number, np.bool_), pairs=200 * 250)


def test_fitting_finds_the_measure_that_tells_and_counts_what_it_never_saw():
    taught = sample()
    fitted, held_back = fit(taught)
    again = sample(seed=1)
    odds = fitted.logistic.odds(again.measures)
    assert np.median(odds[again.true]) > 2 > -2 > np.median(odds[~again.true])
    assert np.all(np.diff(fitted.scores) > 0)
    best = best_of_pairs(taught, held_back)
    false = held_back[best[~taught.true[best]]]
    score = float(fitted.scores[-1])
    assert (false >= score).sum() / taught.pairs == pytest.approx(fitted.false_rate(score), rel=0.3)


def test_the_same_object_teaches_nothing():
    taught = sample()
    spoilt = taught.true & (np.arange(len(taught.true)) % 2 == 0)
    wrong = Sample(
        taught.measures, taught.pictures, taught.works, taught.shown, taught.true & ~spoilt, spoilt, taught.pairs
    )
    fitted, _ = fit(wrong)
    assert np.median(fitted.logistic.odds(taught.measures[spoilt])) > 2


def test_no_work_is_scored_by_a_rule_that_saw_it():
    """Labels turned round in one fold must not reach that fold's own scores."""
    taught = sample()
    fold = taught.shown * 2654435761 % 2**32 % FOLDS
    turned = Sample(
        taught.measures, taught.pictures, taught.works, taught.shown,
        np.where(fold == 0, ~taught.true, taught.true), taught.same, taught.pairs,
    )  # fmt: skip
    _, before = fit(taught)
    _, after = fit(turned)
    scale = np.abs(before[fold == 0]).max()
    assert np.abs(before[fold == 0] - after[fold == 0]).max() < 0.05 * scale
    assert np.abs(before[fold == 1] - after[fold == 1]).max() > 0.05 * scale


def test_a_written_rule_is_read_back(tmp_path):
    fitted, _ = fit(sample())
    write(fitted, tmp_path / "rule.npz")
    with np.load(tmp_path / "rule.npz", allow_pickle=False) as held:
        again = Rule(Logistic.of(held, BENT), held["scores"], held["rates"])
        assert tuple(held["names"]) == NAMES
    np.testing.assert_allclose(
        again.logistic.odds(sample().measures), fitted.logistic.odds(sample().measures), rtol=1e-4
    )
