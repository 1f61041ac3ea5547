"""What a bench can measure: a way to find works by a picture."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

Times = Mapping[str, float]
"""Seconds spent so far, by stage."""


class Index(Protocol):
    """Works that pictures are held against."""

    def scores(self, query: bytes) -> Mapping[int, float]:
        """The works that a picture's file may show, by their places, each with a score above 0: larger is likelier.

        Raises MediaError for what can't be read.
        """

    def times(self) -> Times:
        """What its scores took so far, stage by stage; empty where it has none."""

    @property
    def nbytes(self) -> int:
        """Bytes of what it looks through."""


class Matcher(Protocol):
    """A way to match. It is pickled to other processes, and what it keeps of a work is pickled between them.

    `fixed` are scores from which on it says "match" by a rule of its own, each with the rule's name; they are told
    beside what it does at equal false-match rates.
    """

    @property
    def name(self) -> str:
        """What it is called in tables."""

    @property
    def fixed(self) -> Mapping[str, float]:
        """Scores that are a match by a rule of its own, by the rule's name."""

    def read(self, picture: bytes) -> object:
        """What is kept of a work; raises MediaError for what can't be read."""

    def altered(self, kept: object, dice: np.random.Generator) -> object:
        """What would be kept of a work that there isn't, made of what was kept of one: to measure costs among many."""

    def index(self, works: Sequence[object]) -> Index:
        """An index of works, by what was kept of each."""
