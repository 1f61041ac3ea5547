"""What a bench's process does to tell costs: one job at a time, alone in its pool, with one thread."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import TypeVar

import cv2
import numpy as np
from PIL import Image

from registry.cli.bench import asking
from registry.cli.bench.asking import Query
from registry.cli.bench.attacks.attack import fitted
from registry.cli.bench.matcher import Times
from registry.cli.bench.subjects import Subject, picture_of
from registry.cli.files import read_picture

_OnT = TypeVar("_OnT")

YARDSTICK_SIDE = 384


@dataclass(frozen=True, slots=True)
class Job:
    """A picture to ask about, or a work to register."""

    of: str
    what: Query | Subject


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds: of SIFT alone, of every matcher, and of its stages that ran, by the matcher's name."""

    of: str
    sift: float
    whole: Mapping[str, float]
    stages: Mapping[str, Times]


def timed(job: Job) -> Timed:
    """Does a job by every matcher, after SIFT on the same picture."""
    process = asking.here()
    what = job.what
    data = read_picture(what.path) if isinstance(what, Subject) else process.file(what)
    sift = _yardstick(data)
    whole: dict[str, float] = {}
    stages: dict[str, Times] = {}
    for matcher, index in zip(process.matchers, process.indexes, strict=True):
        before = index.times()
        whole[matcher.name] = _seconds(matcher.read if isinstance(what, Subject) else index.scores, data)
        spent = {stage: seconds - before[stage] for stage, seconds in index.times().items()}
        stages[matcher.name] = {stage: seconds for stage, seconds in spent.items() if seconds > 0}
    return Timed(job.of, sift, whole, stages)


def weights(_: None) -> dict[str, int]:
    """Bytes of every matcher's index, by its name."""
    process = asking.here()
    return {one.name: index.nbytes for one, index in zip(process.matchers, process.indexes, strict=True)}


def _yardstick(data: bytes) -> float:
    grey = picture_of(data).convert("L")
    small = np.asarray(grey.resize(fitted(grey.size, (YARDSTICK_SIDE, YARDSTICK_SIDE)), Image.Resampling.BOX))
    sift = cv2.SIFT.create(400, 3, 0.015, 12)
    return _seconds(lambda grey: sift.detectAndCompute(grey, None), small)


def _seconds(job: Callable[[_OnT], object], on: _OnT) -> float:
    start = perf_counter()
    job(on)
    return perf_counter() - start
