"""What evidence means in the pictures' own terms: where the work lies in the asked picture, and what agrees there."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from registry.findings import Affine, Placement, Point, Size
from registry.intake.taken import Asked
from registry.match.classes import Aligned
from registry.match.placing import place
from registry.match.polygons import UNIT_SQUARE, mapped
from registry.match.tones import NAMES
from registry.match.tones import explained as light_explained
from registry.matching.known import Known
from registry.matching.looking import Evidence, Look

Doubles = NDArray[np.float64]

ALIKE_AGREES = 1.0
"""Codes of a whole picture, and textures, are found near or not at all: what agrees is all that is looked at."""

SURE_POINTS = 12.0
"""With this score, points know a work's corners to half a percent of its sides, and outlines, which may tilt the work
and have no hold where it has no edges, to one."""

_SAME_PLACE = 0.15
"""Of a work's longest side, as it is shown: two maps that lay its corners so near each other mean the same place."""


def placed(known: Known, part: Size, evidence: Evidence, seen: Look, asked: Asked) -> tuple[Placement, Aligned] | None:
    """Where the part, of this size in pixels, lies by its best evidence; None where nothing of it would be seen."""
    aligned = Aligned(0.0, 0.0, ALIKE_AGREES, ALIKE_AGREES, 0)
    pairs: list[tuple[Point, Point]] = []
    inverted = False
    if evidence.points is not None:
        pairs = _pairs(evidence, known, asked)
    guess = evidence.guess
    if guess is not None and seen.alignments.matched[guess]:
        its = seen.alignments
        transform = _unit_transform(its.transforms[guess], known, asked.size)
        if evidence.points is not None and evidence.points.score >= SURE_POINTS:
            by_points = _unit_transform(evidence.points.transform, known, asked.size)
            transform = by_points if _alike(by_points, transform) else transform
        inverted = its.bright[guess] < its.matched[guess] * _DARK
        chance, share = its.chance[guess], its.matched[guess] / max(its.visible[guess], 1)
        agreement = max(0.0, float((share - chance) / max(1 - chance, 1e-3)))
        explained = float(its.explained[guess] / max(its.shown[guess], 1))
        through = seen.levels.through(its.transforms[guess][None], np.array([known.size], np.float64))
        work = known.look()
        light, off = light_explained(work, *through)
        aligned = Aligned(
            0.0,
            0.0,
            min(agreement, 1.0),
            min(explained, 1.0),
            len(pairs),
            light=light,
            off=off,
            contrast=work.contrast,
            colours_apart=float(seen.toned[guess, _COLOURS_APART]),
        )
    elif evidence.points is not None:
        transform = _unit_transform(evidence.points.transform, known, asked.size)
        aligned = Aligned(0.0, 0.0, 0.0, 0.0, len(pairs))
    elif evidence.texture is not None:
        (a, b, c), (d, e, f) = evidence.texture.transform.tolist()
        transform = a, b, c, d, e, f
    elif guess is not None:
        transform = _unit_transform(seen.guesses.transforms[guess], known, asked.size)
    else:
        return None
    try:
        placement = place(
            transform, work=part, asked=(asked.width, asked.height), points=pairs, inverted=bool(inverted)
        )
    except ValueError:
        return None
    return placement, replace(aligned, shown=placement.shown, covered=placement.covered)


_COLOURS_APART = NAMES.index("colours apart")

_DARK = 0.2
"""Where so few of the found edges have their lighter side where the work has it, light and dark are exchanged."""


def _alike(one: Affine, other: Affine) -> bool:
    """Whether two maps mean the same place."""
    corners = np.array(mapped(one, UNIT_SQUARE)), np.array(mapped(other, UNIT_SQUARE))
    apart = np.abs(corners[0] - corners[1]).max()
    return bool(apart <= _SAME_PLACE * np.ptp(corners[1], axis=0).max())


def _unit_transform(transform: Doubles, known: Known, query: Size) -> Affine:
    """A transform between frames, which count from centres of pixels, as one between unit coordinates."""
    left, top, right, bottom = known.picture
    into = np.array([[right - left, 0, left - 0.5], [0, bottom - top, top - 0.5], [0, 0, 1]])
    linear = transform @ into
    linear[:, 2] += 0.5
    (a, b, c), (d, e, f) = (linear / np.array([[query[0]], [query[1]]])).tolist()
    return a, b, c, d, e, f


def _pairs(evidence: Evidence, known: Known, asked: Asked) -> list[tuple[Point, Point]]:
    assert evidence.points is not None  # noqa: S101 - only then are there pairs
    left, top, right, bottom = known.picture
    work = (evidence.points.work + 0.5 - (left, top)) / (right - left, bottom - top)
    query = (evidence.points.query + 0.5) / asked.size
    return [((x, y), (u, v)) for (x, y), (u, v) in zip(work.tolist(), query.tolist(), strict=True)]
