"""What a matcher costs, as a ratio to OpenCV's SIFT alone on the same picture in the same moment.

A ratio holds on another machine, and on this one when it is busy. SIFT is `SIFT_create(400, 3, 0.015, 12)` on the grey
picture, decoded and scaled to 384 pixels already; a matcher is handed the file. One thread, one process.

What asking costs depends on how many works there are. Where fewer than wanted are given, the index is filled up with
altered ones: all that is looked through is there, though nobody's picture.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from registry.cli.bench.asking import Query
from registry.cli.bench.running import Progress, Trial, answered, processes
from registry.cli.bench.subjects import Subject, chosen
from registry.cli.bench.timing import Job, Timed, timed, weights

COPIES = ("jpeg-75", "resize-50")
"""The attacks that stand for a copy which was only re-encoded or resized."""


@dataclass(frozen=True, slots=True)
class Price:
    """Ratios to the yardstick, and milliseconds, for so many pictures."""

    pictures: int
    median: float
    p90: float
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Cost:
    """What asking with some pictures, or registering them, costs; `stages` by name, each where it ran."""

    matcher: str
    of: str
    price: Price
    stages: Mapping[str, Price]


@dataclass(frozen=True, slots=True)
class Costs:
    """All costs among so many works. `weights`: bytes of each matcher's index for one work."""

    works: int
    sift_milliseconds: float
    costs: tuple[Cost, ...]
    weights: Mapping[str, float]


def costs(trial: Trial, crowd: int, most: int, progress: Progress) -> Costs:
    """Each matcher's costs among at least `crowd` works, for at most `most` pictures of each kind."""
    shared = replace(trial.shared, crowd=crowd)
    jobs = list(_jobs(trial, most))
    with processes(1, shared) as pool:
        # The first of each kind is done twice: what is loaded once is paid for once.
        answered(pool, timed, list({job.of: job for job in reversed(jobs)}.values()), "warming up", progress)
        taken = answered(pool, timed, jobs, "measuring cost", progress)
        (weighed,) = answered(pool, weights, [None], "weighing", progress)
    works = max(crowd, len(trial.works))
    kinds = dict.fromkeys(job.of for job in jobs)
    return Costs(
        works,
        float(np.median([one.sift for one in taken])) * 1000,
        tuple(
            _cost(matcher.name, of, [one for one in taken if one.of == of])
            for matcher in trial.shared.matchers
            for of in kinds
        ),
        {name: nbytes / works for name, nbytes in weighed.items()},
    )


def _jobs(trial: Trial, most: int) -> Iterator[Job]:
    seed = trial.shared.seed
    for stranger in _some(trial.strangers, most, seed):
        yield Job("a stranger's picture", Query(stranger, None))
    for place, work in enumerate(_some(trial.attacked, most, seed)):
        yield Job("a re-encoded or resized copy", Query(work, COPIES[place % len(COPIES)]))
    for work in _some(trial.works, most, seed):
        yield Job("a registration", work)


def _some(subjects: Sequence[Subject], most: int, seed: str) -> list[Subject]:
    """At most so many, the same number of every folder."""
    folders = len({subject.folder for subject in subjects})
    return chosen(subjects, max(1, most // max(1, folders)), seed)


def _cost(matcher: str, of: str, taken: Sequence[Timed]) -> Cost:
    stages = dict.fromkeys(stage for one in taken for stage in one.stages[matcher])
    return Cost(
        matcher,
        of,
        _price((one.whole[matcher], one.sift) for one in taken),
        {
            stage: _price((one.stages[matcher][stage], one.sift) for one in taken if stage in one.stages[matcher])
            for stage in stages
        },
    )


def _price(taken: Iterable[tuple[float, float]]) -> Price:
    seconds, sift = np.array(list(taken)).T
    ratios = seconds / sift
    return Price(
        len(ratios), float(np.median(ratios)), float(np.percentile(ratios, 90)), float(np.median(seconds)) * 1000
    )
