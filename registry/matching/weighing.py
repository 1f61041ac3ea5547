"""What all evidence for one guess says together: the log-odds that the work is shown there.

Each guess was laid over the asked picture and measured: how well outlines agree, how many points do, how near the code
of the whole is, and whether light and colours are the work's. None of these is independent of the others, so a logistic
rule weighs them. `tests.bench.matching_calibration` fits it.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from registry.features import Floats, Hypotheses
from registry.fingerprint.regional.regions import BITS
from registry.match import tones
from registry.match.aligned.align import Alignments
from registry.match.aligned.rule import NAMES as OUTLINES
from registry.match.aligned.rule import measures
from registry.match.logistic import Logistic

_OWN = (
    "outlines", "points' score", "points' score, bounded", "points", "alike", "very alike", "boxed", "as told",
)  # fmt: skip
NAMES = (*OUTLINES, *_OWN, *tones.NAMES)
"""The measures that are weighed, in the rule's order."""

TONED = slice(-len(tones.NAMES), None)
"""The columns that `tones.agreement` measured."""

BENDS = tuple(range(len(NAMES)))
"""Every measure may weigh otherwise where it is high and where it is low."""

_LOWEST = -12.0
"""Log-odds by outlines below this are no worse."""

_BOUND = 25.0
_ALIKE, _VERY_ALIKE = 100, 76
_TEN_BITS = 10.0
"""Codes of the whole count by tens of bits that they are nearer than this."""


@dataclass(frozen=True, slots=True)
class Weighable:
    """All that is known of n guesses; zeros where something isn't.

    `outlines` (n,): log-odds by the rule of outlines. `points` (n, 2): the score and the number of the points of the
    guess's work that agree. `bits` (n,): how far the code of a box is from the work's, `BITS` where none is near.
    `told` (n,): the guess stands as it was told, and was not moved. `toned`: what `tones.agreement` says.
    """

    alignments: Alignments
    guesses: Hypotheses
    outlines: Floats
    points: Floats
    bits: Floats
    told: NDArray[np.bool_]
    toned: Floats


def columns(known: Weighable) -> Floats:
    """(n, measures) by `NAMES`."""
    score, number = known.points.T
    own = (
        np.maximum(known.outlines, _LOWEST), np.log1p(score), np.minimum(score, _BOUND), np.log1p(number),
        np.maximum(_ALIKE - known.bits, 0) / _TEN_BITS, np.maximum(_VERY_ALIKE - known.bits, 0) / _TEN_BITS,
        known.bits < BITS, known.told,
    )  # fmt: skip
    held = [measures(known.alignments, known.guesses), np.stack(own, axis=1), known.toned]
    return np.concatenate(held, axis=1).astype(np.float32)


def weighed(held: Floats) -> Floats:
    """The log-odds (n,) of measures (n, measures)."""
    return _rule().odds(held)


@cache
def _rule() -> Logistic:
    """The rule that was fitted, read once."""
    with files(__package__).joinpath("weighing.npz").open("rb") as stored:
        return read(stored)


def write(rule: Logistic, file: Path) -> None:
    """Keeps a rule where `weighed` reads it."""
    np.savez(file, names=np.array(NAMES), **rule.kept())  # type: ignore[arg-type]


def read(file: Path | IO[bytes]) -> Logistic:
    """A rule that was written."""
    with np.load(file, allow_pickle=False) as held:
        return Logistic.of(held, BENDS)
