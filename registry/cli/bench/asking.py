"""What a bench's processes do: read works, make attacked pictures, and hold them against all works.

A process is begun with everything that its jobs share; a job and its answer are small.
"""

import io
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from registry.cli.bench.attacks import ATTACKS, seed_of
from registry.cli.bench.attacks.attack import Attack, fitted
from registry.cli.bench.matcher import Index, Matcher
from registry.cli.bench.subjects import Subject, lot, picture_of
from registry.cli.files import read_picture
from registry.cli.output import error_json
from registry.errors import OriginmarkError

LISTED_SIDE = 1024
"""Pixels of the longest side of a stranger's picture when it is asked about: what marketplaces send."""

_LISTED_QUALITY = 90
_SAVED_QUALITY = 92
_FILLER_SIDE = 480

Pairs = tuple[NDArray[np.int32], NDArray[np.float32]]
"""Works by their places, and the score of each."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What every matcher keeps of a work, and a digest of its pixels: equal pictures have equal ones."""

    pixels: bytes
    by_matcher: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A picture that can't be read, with the reason and what to do."""

    subject: Subject
    error: dict[str, str]


@dataclass(frozen=True, slots=True)
class Shared:
    """What the jobs of a process share. `kept` has a row for each matcher; `fillers` stand beside attacked works.

    Where there are fewer works than `crowd`, altered ones follow them in the indexes.
    """

    matchers: tuple[Matcher, ...]
    kept: tuple[tuple[object, ...], ...] = ()
    fillers: tuple[Subject, ...] = ()
    seed: str = ""
    crowd: int = 0


@dataclass(frozen=True, slots=True)
class Query:
    """A picture that is asked about: an attacked work, or with no attack a stranger's, as marketplaces show it."""

    subject: Subject
    attack: str | None

    @property
    def title(self) -> str:
        """What it is called in what is told."""
        return self.subject.title if self.attack is None else f"{self.subject.title} ({self.attack})"


class Process:
    """One process at work."""

    def __init__(self, shared: Shared) -> None:
        cv2.setNumThreads(1)
        self.matchers = shared.matchers
        self._seed = shared.seed
        self._attacks: dict[str, Attack] = {attack.name: attack for attack in ATTACKS}
        self._fillers = [_filler(subject) for subject in shared.fillers]
        self.indexes: list[Index] = [
            matcher.index([*kept, *_altered(matcher, kept, shared)])
            for matcher, kept in zip(shared.matchers, shared.kept, strict=bool(shared.kept))
        ]

    def read(self, subject: Subject) -> Kept:
        """What is kept of a work; raises MediaError, or InvalidInput for a file that can't be read."""
        data = read_picture(subject.path)
        return Kept(_digest(picture_of(data)), tuple(matcher.read(data) for matcher in self.matchers))

    def file(self, query: Query) -> bytes:
        """The file that is asked about; the same for the same query and seed."""
        picture = _opened(query.subject)
        if query.attack is None:
            return _jpeg(picture.resize(fitted(picture.size, (LISTED_SIDE, LISTED_SIDE))), _LISTED_QUALITY)
        seed = seed_of(query.subject.name, query.attack, self._seed)
        return _jpeg(self._attacks[query.attack](picture, seed, self._fillers).picture, _SAVED_QUALITY)

    def ask(self, query: Query) -> tuple[Pairs, ...]:
        """What each matcher says of a query."""
        data = self.file(query)
        answers = []
        for index in self.indexes:
            scores = sorted(index.scores(data).items())
            places = np.array([place for place, _ in scores], dtype=np.int32)
            answers.append((places, np.array([score for _, score in scores], dtype=np.float32)))
        return tuple(answers)


class _Here:
    """The process that this module is loaded in, once it is begun."""

    process: Process


def begin(shared: Shared) -> None:
    """Begins a process. It leaves an interrupt to the one that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _Here.process = Process(shared)


def here() -> Process:
    """The process that was begun."""
    return _Here.process


def read(subject: Subject) -> Kept | Refused:
    """Reads a work, or tells why it can't be."""
    try:
        return _Here.process.read(subject)
    except OriginmarkError as error:
        return Refused(subject, error_json(error))


def ask(query: Query) -> tuple[Pairs, ...]:
    """Asks about a picture."""
    return _Here.process.ask(query)


def digest(subject: Subject) -> bytes | Refused:
    """A digest of a stranger's pixels, or why it can't be read."""
    try:
        return _digest(_opened(subject))
    except OriginmarkError as error:
        return Refused(subject, error_json(error))


@lru_cache(maxsize=4)
def _opened(subject: Subject) -> Image.Image:
    return picture_of(read_picture(subject.path))


def _altered(matcher: Matcher, kept: Sequence[object], shared: Shared) -> Iterator[object]:
    dice = np.random.default_rng(int.from_bytes(lot(shared.seed, "crowd")[:8]))
    for place in range(len(kept), shared.crowd):
        yield matcher.altered(kept[place % len(kept)], dice)


def _digest(picture: Image.Image) -> bytes:
    return sha256(repr(picture.size).encode() + picture.tobytes()).digest()


def _filler(subject: Subject) -> Image.Image:
    picture = _opened(subject)
    return picture.resize(fitted(picture.size, (_FILLER_SIDE, _FILLER_SIDE)), Image.Resampling.LANCZOS)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file.getvalue()
