"""Scores become shares of false pairs, and several kinds of evidence one figure."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.features import Correspondences
from registry.match.thresholds import REVIEW_RATE
from registry.matching.calibration import table, write
from registry.matching.fused import BITS, DECIDING, KINDS, RAREST, Calibrated, Kind, Table, calibrated, fused
from registry.matching.looking import Evidence
from registry.search.texture import TextureHit

STEPS = Table(np.array([1, 3, 4], np.float32), np.array([2, 4, 7], np.float32))


@pytest.mark.parametrize(
    ("score", "rarity"), [(0.9, 0), (1, 2), (2, 3), (3, 4), (3.5, 5.5), (4, 7), (99, 7), (float("-inf"), 0)]
)
def test_a_table_is_linear_between_its_entries_and_says_nothing_below(score: float, rarity: float) -> None:
    assert STEPS.rarity(score) == pytest.approx(rarity)


@given(st.floats(2, 7))
def test_the_score_of_a_rarity_is_as_rare(rarity: float) -> None:
    assert STEPS.rarity(STEPS.score(rarity)) == pytest.approx(rarity, abs=1e-5)


def test_all_kinds_together_let_through_what_was_measured_for_them_together() -> None:
    tables = Calibrated({}, Table(np.array([2, 6], np.float32), np.array([1, 5], np.float32)))
    assert tables.rate(6) == pytest.approx(1e-5)
    assert tables.rate(4) == pytest.approx(1e-3)
    assert tables.rate(1) == 1, "nothing was measured there"


SCORES = st.lists(st.integers(-20_000, 20_000).map(lambda number: number / 1024), min_size=5, max_size=300, unique=True)
RANKS_APART = np.log10(5 / 3)


@given(SCORES, st.integers(300, 10**7))
def test_a_made_table_rises_and_never_says_rarer_than_was_seen(scores: list[float], pairs: int) -> None:
    made = table(scores, pairs)
    assert (np.diff(made.scores) > 0).all()
    assert (np.diff(made.rarities) >= -1e-6).all()
    best = max(scores)
    for score in scores:
        seen = sum(other >= score for other in scores)
        assert made.rarity(score) <= -np.log10(seen / pairs) + RANKS_APART
    assert made.rarity(best) == pytest.approx(-np.log10(2 / pairs), abs=1e-3)
    assert made.rarity(best + 1) > made.rarity(best), "the tail goes on"
    assert made.rarity(1e30) == pytest.approx(made.rarities[-1]), "and comes to an end"


@pytest.mark.parametrize("scores", [[], [1.0], [1.0, 2.0, 3.0]])
def test_a_table_of_too_few_false_pairs_is_none(scores: list[float]) -> None:
    with pytest.raises(ValueError, match="calibrate"):
        table(scores, 1000)


def test_written_tables_are_read_as_they_were(tmp_path: Path) -> None:
    kinds = {kind: table([float(place) for place in range(10 + place)], 10_000) for place, kind in enumerate(KINDS)}
    together = table([1.0, 5.0, 5.5, 6.0, 7.0, 7.5], 10_000)
    write(kinds, together, tmp_path / "rarities.npz")
    with np.load(tmp_path / "rarities.npz", allow_pickle=False) as held:
        assert {name.removesuffix(" scores") for name in held if name.endswith(" scores")} == {*KINDS, "together"}
        for kind in KINDS:
            assert np.array_equal(held[f"{kind} scores"], kinds[kind].scores)
            assert np.array_equal(held[f"{kind} rarities"], kinds[kind].rarities)
        assert np.array_equal(held["together rarities"], together.rarities)


def test_the_tables_that_ship_cover_every_kind_and_reach_what_counts() -> None:
    shipped = calibrated()
    assert set(shipped.kinds) == set(KINDS)
    for each in (*shipped.kinds.values(), shipped.together):
        assert (np.diff(each.scores) >= 0).all()
        assert (np.diff(each.rarities) >= 0).all()
        assert each.scores.dtype == each.rarities.dtype == np.float32
    assert shipped.rate(99) < REVIEW_RATE, "nothing would ever count"


def _points(score: float) -> Correspondences:
    none = np.zeros((0, 2), np.float32)
    return Correspondences(0, np.zeros((2, 3)), none, none, score)


def _evidence(kind: Kind, score: float) -> Evidence:
    match kind:
        case "weighed-v1":
            return Evidence(odds=score, guess=0)
        case "outlines-v1":
            return Evidence(outlines=score, guess=0)
        case "keypoints-v1":
            return Evidence(points=_points(score))
        case "dct-region-v1":
            return Evidence(alike=round(BITS - score))
        case "texture-v1":
            return Evidence(texture=TextureHit(0, score, np.zeros((2, 3))))


def _surely(kind: Kind) -> Evidence:
    return _evidence(kind, float(calibrated().kinds[kind].scores[-1]) + 1)


def test_nothing_and_next_to_nothing_is_no_evidence() -> None:
    assert fused(Evidence(), generic=0) is None
    for kind in KINDS:
        assert fused(_evidence(kind, float(calibrated().kinds[kind].scores[0]) - 2), generic=0) is None


@pytest.mark.parametrize("kind", DECIDING)
def test_each_deciding_kind_counts_by_itself_and_says_so(kind: Kind) -> None:
    its = calibrated().kinds[kind]
    told = fused(_surely(kind), generic=0)
    assert told is not None
    assert told.rarity == pytest.approx(float(its.rarities[-1]))
    assert told.false_match_rate == pytest.approx(calibrated().rate(told.rarity))
    (score,) = told.scores
    assert score.scheme == kind
    assert score.holds == (score.score >= score.threshold)
    assert score.false_match_rate == RAREST > 10 ** -float(its.rarities[-1])  # nobody counted so many pairs
    assert not told.generic


def test_the_rarer_of_the_deciding_kinds_counts_and_all_others_are_told() -> None:
    least = {kind: float(its.scores[0]) + 1e-3 for kind, its in calibrated().kinds.items()}
    both = replace(_surely("weighed-v1"), texture=_evidence("texture-v1", least["texture-v1"]).texture)
    together = fused(replace(both, points=_points(least["keypoints-v1"])), generic=0)
    alone = fused(_surely("weighed-v1"), generic=0)
    assert together is not None
    assert alone is not None
    assert (together.rarity, together.false_match_rate) == (alone.rarity, alone.false_match_rate)
    assert [score.scheme for score in together.scores] == ["weighed-v1", "keypoints-v1", "texture-v1"]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in DECIDING])
def test_what_is_weighed_already_decides_nothing_by_itself(kind: Kind) -> None:
    assert fused(_surely(kind), generic=0) is None


@given(st.sampled_from(KINDS), st.floats(-5, 60), st.floats(0, 20), st.integers(0, 255))
def test_a_better_score_is_never_less_rare(kind: Kind, score: float, more: float, generic: int) -> None:
    lower, higher = (fused(_evidence(kind, one), generic) for one in (score, score + more))
    assert (0 if lower is None else lower.rarity) <= (0 if higher is None else higher.rarity)


@given(st.floats(-5, 60), st.integers(0, 254))
def test_of_a_more_generic_work_the_same_says_less(score: float, generic: int) -> None:
    plain, more, most = (fused(Evidence(odds=score, guess=0), one) for one in (0, generic, generic + 1))
    rarities = [0 if one is None else one.rarity for one in (plain, more, most)]
    assert rarities == sorted(rarities, reverse=True)


def test_a_generic_work_says_that_it_is_and_tells_nothing_of_its_look_as_a_whole() -> None:
    told = fused(replace(_surely("weighed-v1"), odds=1e6, alike=0), generic=255)
    assert told is not None
    assert told.generic
    assert [score.scheme for score in told.scores] == ["weighed-v1"]
