"""From scores to figures: recall at equal false-match rates, and the curve of the one over the other.

A false-match rate is a share of all pairs of a query and a work that has nothing to do with it. A matcher is held to a
rate by the score that so many false pairs, and no more, are above; with fewer pairs than one in the rate, that's none.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from registry.cli.bench.attacks import ATTACKS
from registry.cli.bench.matcher import Matcher
from registry.cli.bench.running import Answers, Trial
from registry.cli.bench.subjects import Subject

PER_DECADE = 6
"""Points of a curve between a rate and ten times that."""

_Scores = NDArray[np.float32]
_Attacks = Mapping[str, NDArray[np.intp]]
"""Queries of attacked works by their places, by the attack's name."""


@dataclass(frozen=True, slots=True)
class Recall:
    """How many of some queries were found."""

    found: int
    asked: int

    @property
    def share(self) -> float:
        """0 to 1; 0 where nothing was asked."""
        return self.found / self.asked if self.asked else 0.0


@dataclass(frozen=True, slots=True)
class Point:
    """What a matcher does at one setting: a false-match rate it is held to, or a rule of its own.

    `score` is what a match has to be above or, by its own rule (`rule` names it), at least. `recall` is by folder and
    attack; `same` counts the found pairs that show the same object.
    """

    rate: float | None
    rule: str | None
    score: float
    false: int
    false_rate: float
    same: int
    recall: Mapping[str, Mapping[str, Recall]]

    def folder(self, name: str) -> Recall:
        """The recall of a folder, over all attacks."""
        return total(self.recall[name].values())


@dataclass(frozen=True, slots=True)
class FalsePair:
    """A query and a work that has nothing to do with it, which got a score; by their places in the trial."""

    query: int
    work: int
    score: float


@dataclass(frozen=True, slots=True)
class Measured:
    """A matcher's figures. `curves`: for each folder, (false-match rate, recall) with rates rising."""

    name: str
    points: tuple[Point, ...]
    curves: Mapping[str, tuple[tuple[float, float], ...]]
    highest_false: tuple[FalsePair, ...]


def total(recalls: Iterable[Recall]) -> Recall:
    """All of some together."""
    counted = list(recalls)
    return Recall(sum(one.found for one in counted), sum(one.asked for one in counted))


def measured(trial: Trial, rates: Sequence[float], most_listed: int) -> tuple[Measured, ...]:
    """The figures of every matcher of a trial, in their order."""
    asked = [query for query in trial.queries if query.attack is not None]
    folders = {
        folder: {
            attack.name: np.array(
                [i for i, query in enumerate(asked) if (query.subject.folder, query.attack) == (folder, attack.name)],
                dtype=np.intp,
            )
            for attack in ATTACKS
        }
        for folder in dict.fromkeys(subject.folder for subject in trial.attacked)
    }
    return tuple(
        _measured(trial, matcher, answers, folders, rates, most_listed)
        for matcher, answers in zip(trial.shared.matchers, trial.answers, strict=True)
    )


def score_above(falling: NDArray[np.float32], pairs: int, rate: float) -> float:
    """The score that at most `rate` of all `pairs` are above, given the scores of false pairs, falling.

    0 where fewer false pairs than that got a score at all.
    """
    allowed = math.floor(rate * pairs * (1 + 1e-9))
    return float(falling[allowed]) if allowed < len(falling) else 0.0


def _measured(
    trial: Trial,
    matcher: Matcher,
    answers: Answers,
    folders: Mapping[str, _Attacks],
    rates: Sequence[float],
    most_listed: int,
) -> Measured:
    falling = np.sort(answers.false_score)[::-1]
    pairs = max(1, trial.false_pairs)

    def point(rate: float | None, rule: str | None, limit: float, least: np.float32) -> Point:
        hits = answers.true >= least
        false = int((answers.false_score >= least).sum())
        recall = {
            folder: {attack: Recall(int(hits[places].sum()), len(places)) for attack, places in attacks.items()}
            for folder, attacks in folders.items()
        }
        return Point(rate, rule, limit, false, false / pairs, int((answers.same >= least).sum()), recall)

    points = []
    for rate in rates:
        limit = score_above(falling, pairs, rate)
        points.append(point(rate, None, limit, np.nextafter(np.float32(limit), np.float32(np.inf))))
    points += [point(None, rule, least, np.float32(least)) for rule, least in matcher.fixed.items()]
    return Measured(
        matcher.name,
        tuple(points),
        {folder: _curve(answers.true, attacks, falling, pairs) for folder, attacks in folders.items()},
        _highest(trial, answers, most_listed),
    )


def _curve(true: _Scores, attacks: _Attacks, falling: _Scores, pairs: int) -> tuple[tuple[float, float], ...]:
    """From a rate that allows no false pair to one that allows as many as got a score."""
    scores = true[np.concatenate(list(attacks.values()))]
    first = math.floor(math.log10(1 / pairs) * PER_DECADE)
    last = math.ceil(math.log10(max(1, len(falling)) / pairs) * PER_DECADE)
    rates = [10 ** (step / PER_DECADE) for step in range(first, last + 1)]
    return tuple((rate, float((scores > score_above(falling, pairs, rate)).mean())) for rate in rates)


def _highest(trial: Trial, answers: Answers, most: int) -> tuple[FalsePair, ...]:
    """The false pairs with the highest scores, each two pictures once."""
    order = np.lexsort((answers.false_work, answers.false_query, -answers.false_score))
    seen: set[frozenset[Subject]] = set()
    found = []
    for place in order:
        query, work = int(answers.false_query[place]), int(answers.false_work[place])
        two = frozenset({trial.queries[query].subject, trial.works[work]})
        if two in seen:
            continue
        seen.add(two)
        found.append(FalsePair(query, work, float(answers.false_score[place])))
        if len(found) == most:
            break
    return tuple(found)
