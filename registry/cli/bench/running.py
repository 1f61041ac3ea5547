"""A bench's run, in processes: works are read, attacked, and every query is held against every work.

    1. read        every work, once, by every matcher; strangers are looked at, to know those that aren't strangers
    2. know kin    equal pictures, and pairs that show the same object: neither is a false match of the other
    3. ask         every attacked work and every stranger, against all works
    4. sort out    of each answer the score of the work that was attacked, and the scores of works that have no business
                   there

The order of everything is that of the lists it is given, so that equal runs give equal results, whatever the number of
processes.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from registry.cli.bench import asking
from registry.cli.bench.asking import Kept, Pairs, Query, Refused, Shared
from registry.cli.bench.attacks import ATTACKS
from registry.cli.bench.kin import Kindred, kindred
from registry.cli.bench.labels import Label, SameObject
from registry.cli.bench.matcher import Matcher
from registry.cli.bench.subjects import Subject, chosen, lot
from registry.errors import InvalidInput, WorkerDied

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""

FILLERS = 24
"""So many strangers' pictures stand beside attacked works in collages and on pages."""

_JobT = TypeVar("_JobT")
_AnswerT = TypeVar("_AnswerT")
_Floats = NDArray[np.float32]
_Places = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure: `attacked` works of every folder, with all attacks."""

    works: tuple[Subject, ...]
    strangers: tuple[Subject, ...]
    labels: tuple[Label, ...]
    attacked: int
    seed: str
    workers: int


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What one matcher said. Scores are 0 where it said nothing.

    `true` (attacked queries,): the score of the work, or of a picture equal to it. `false_*`: every pair that got a
    score of a query and a work that has nothing to do with it. `same` (pairs,): scores of what shows the same object.
    """

    true: _Floats
    false_score: _Floats
    false_query: _Places
    false_work: _Places
    same: _Floats


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """What came of it. `queries` are the attacked works, work by work with all attacks, and then the strangers.

    `false_pairs` and `same_pairs` say how many pairs of a query and a work could have got a score.
    """

    works: tuple[Subject, ...]
    attacked: tuple[Subject, ...]
    strangers: tuple[Subject, ...]
    queries: tuple[Query, ...]
    refused: tuple[Refused, ...]
    false_pairs: int
    same_pairs: int
    shared: Shared
    answers: tuple[Answers, ...]


def run(plan: Plan, matchers: Sequence[Matcher], progress: Progress) -> Trial:
    """Runs it all; raises InvalidInput where no work can be read."""
    # 1. read
    with processes(plan.workers, Shared(tuple(matchers))) as pool:
        read = answered(pool, asking.read, plan.works, "reading works", progress)
        looked_at = answered(pool, asking.digest, plan.strangers, "looking at strangers", progress)
    kept = [answer for answer in read if isinstance(answer, Kept)]
    works = [work for work, answer in zip(plan.works, read, strict=True) if isinstance(answer, Kept)]
    pixels = [answer for answer in looked_at if isinstance(answer, bytes)]
    strangers = [one for one, answer in zip(plan.strangers, looked_at, strict=True) if isinstance(answer, bytes)]
    if not works:
        raise InvalidInput("None of the works can be read.", field="works", remedy="Name folders of pictures.")
    # 2. know kin
    kin = dict(
        zip(
            [*works, *strangers],
            kindred([one.pixels for one in kept], pixels, SameObject(plan.labels, [*works, *strangers])),
            strict=True,
        )
    )
    attacked = chosen(works, plan.attacked, plan.seed)
    alone = [one for one in strangers if not kin[one].equal | kin[one].same]
    fillers = sorted(alone, key=lambda one: lot(plan.seed, one.name))[:FILLERS]
    by_matcher = tuple(zip(*(one.by_matcher for one in kept), strict=True))
    shared = Shared(tuple(matchers), by_matcher, tuple(fillers), plan.seed)
    # 3. ask
    queries = [Query(subject, attack.name) for subject in attacked for attack in ATTACKS]
    queries += [Query(subject, None) for subject in strangers]
    with processes(plan.workers, shared) as pool:
        said = answered(pool, asking.ask, queries, "asking", progress)
    # 4. sort out
    entitled = [kin[query.subject] for query in queries]
    true = sum(query.attack is not None for query in queries)
    return Trial(
        works=tuple(works),
        attacked=tuple(attacked),
        strangers=tuple(strangers),
        queries=tuple(queries),
        refused=tuple(answer for answer in (*read, *looked_at) if isinstance(answer, Refused)),
        false_pairs=sum(len(works) - len(its.equal) - len(its.same) for its in entitled),
        same_pairs=sum(len(its.same) for its in entitled),
        shared=shared,
        answers=tuple(
            _sorted_out([answer[place] for answer in said], entitled, true) for place in range(len(matchers))
        ),
    )


def _sorted_out(said: Sequence[Pairs], entitled: Sequence[Kindred], true: int) -> Answers:
    best = np.zeros(true, np.float32)
    score: list[_Floats] = []
    query: list[_Places] = []
    work: list[_Places] = []
    same: list[_Floats] = []
    for number, ((places, scores), its) in enumerate(zip(said, entitled, strict=True)):
        equal = np.isin(places, list(its.equal))
        alike = np.isin(places, list(its.same))
        if number < true and equal.any():
            best[number] = scores[equal].max()
        rest = ~(equal | alike)
        score.append(scores[rest])
        work.append(places[rest])
        query.append(np.full(int(rest.sum()), number, np.int32))
        same.append(scores[alike])
    return Answers(best, np.concatenate(score), np.concatenate(query), np.concatenate(work), np.concatenate(same))


@contextmanager
def processes(workers: int, shared: Shared) -> Iterator[ProcessPoolExecutor]:
    """Processes with one thread each, that begin with this; raises WorkerDied where one died."""
    pool = ProcessPoolExecutor(workers, get_context("spawn"), asking.begin, (shared,))
    try:
        with _one_thread():
            yield pool
    except BrokenProcessPool as error:
        raise WorkerDied(
            "A process of the bench died.", remedy="Free some memory, or use fewer processes: --workers 1."
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Processes that are started meanwhile do linear algebra in one thread: the library reads this as it loads."""
    environment = os.environ  # noqa: TID251 - no setting of ours, and nothing is read
    before = {name: environment.get(name) for name in _THREADS}
    environment.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del environment[name]
            else:
                environment[name] = value


_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")


def answered(
    pool: ProcessPoolExecutor,
    job: Callable[[_JobT], _AnswerT],
    on: Sequence[_JobT],
    words: str,
    progress: Progress,
) -> list[_AnswerT]:
    """The answers to jobs, in their order."""
    answers = []
    progress(words, 0, len(on))
    for answer in pool.map(job, on, chunksize=4):
        answers.append(answer)
        progress(words, len(answers), len(on))
    return answers
