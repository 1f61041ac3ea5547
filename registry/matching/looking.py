"""A closer look at a picture: guesses where works are shown, each verified, and what speaks for each.

1. keypoints and shapes vote for guesses; so do boxes of the picture that look like a whole work
2. every guess is laid over the picture, edge by edge; where points or a whole speak for one, it is also taken as told
3. light and colours are compared there, and all that is known of each guess is weighed together
4. textures, which have no outlines, are found by themselves
5. for each part the best of every kind of evidence
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from registry.features import Correspondences, Floats, Hypotheses, Picture, QueryFeatures
from registry.fingerprint.regional.frame import query_frame
from registry.fingerprint.regional.regions import BITS
from registry.match.aligned.align import Alignments, align, as_told, both
from registry.match.aligned.atlas import Atlas
from registry.match.aligned.rule import rule
from registry.match.tones import Levels, agreement
from registry.matching.known import Known, KnownParts
from registry.matching.weighing import TONED, Weighable, columns, weighed
from registry.search.regional.regions import region_hypotheses
from registry.search.texture import TextureHit

VOTED = 28
"""Guesses by keypoints and shapes."""

ALIKE = 8
"""Guesses by boxes that look like a whole work."""

_FITTED = 1.0
"""Points with this score, in powers of ten, are a guess of their own, by the map that they were fitted to."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a part being shown, each by its kind's own measure.

    `odds`: the log-odds of the best guess, all weighed together, whose number is `guess`, and `outlines` those by its
    outlines alone; None where no guess came to anything. `points`: those that agree. `alike`: bits of 256 in which a
    box of the picture differs from the whole work. `texture`: a peak over its noise.
    """

    odds: float | None = None
    guess: int | None = None
    outlines: float | None = None
    points: Correspondences | None = None
    alike: int | None = None
    texture: TextureHit | None = None


@dataclass(frozen=True, slots=True)
class Guessed:
    """Guesses that came to something, n of them, and what was measured of each.

    `outlines` (n,) log-odds by outlines alone; `held` (n, measures) what is weighed. `points` and `alike` (bits of 256)
    are by part: those that agree, and how far the code of a box is from the whole work's. `levels` are the picture's.
    """

    guesses: Hypotheses
    alignments: Alignments
    outlines: Floats
    points: Mapping[int, Correspondences]
    alike: Mapping[int, int]
    held: Floats
    levels: Levels


@dataclass(frozen=True, slots=True)
class Look:
    """What was found, by row; `alignments` are of all `guesses`, and `toned` is what light and colours say of each.

    `levels` are the picture's, to be seen through a guess.
    """

    evidence: Mapping[int, Evidence]
    guesses: Hypotheses
    alignments: Alignments
    toned: Floats
    levels: Levels


def look(parts: KnownParts, features: QueryFeatures, picture: Picture) -> Look:
    """A closer look at a picture of `QUERY_SIDE`, whose features these are."""
    its = guessed(parts, features, picture)
    odds = weighed(its.held)
    # 4. textures
    textures = [] if features.texture is None else parts.textures.search(features.texture)
    # 5. the best of every kind
    found: dict[int, Evidence] = {}
    for guess in np.argsort(-odds, kind="stable").tolist():
        outlines = float(its.outlines[guess]) if its.alignments.matched[guess] else None
        found.setdefault(int(its.guesses.rows[guess]), Evidence(float(odds[guess]), guess, outlines))
    for row, points in its.points.items():
        found[row] = replace(found.get(row, _NONE), points=points)
    for row, bits in its.alike.items():
        found[row] = replace(found.get(row, _NONE), alike=bits)
    for hit in textures:
        if parts.known(hit.row) is not None:
            found[hit.row] = replace(found.get(hit.row, _NONE), texture=hit)
    return Look(found, its.guesses, its.alignments, its.held[:, TONED], its.levels)


def guessed(parts: KnownParts, features: QueryFeatures, picture: Picture) -> Guessed:
    """The first three steps: guesses, laid over the picture and measured."""
    # 1. guesses
    frame = query_frame(picture)
    voted, told = parts.regional.hypotheses(features.keypoints, features.shapes, VOTED)
    boxed, bits = region_hypotheses(features.regions, (frame.shape[1], frame.shape[0]), parts.regions.shown, ALIKE)
    there = _there(parts, voted, boxed)
    points = {its.row: its for its in told if its.row in there}
    alike = {row: its for row, its in zip(boxed.rows.tolist(), bits.tolist(), strict=True) if row in there}
    voted, boxed = (_some(each, [row in there for row in each.rows.tolist()]) for each in (voted, boxed))
    # 2. every guess is laid over the picture
    atlas, proposed = Atlas.of(frame), _together(voted, boxed)
    edges = {row: its.outlines() for row, its in there.items()}
    aligned = align(atlas, [edges[row] for row in proposed.rows.tolist()], proposed)
    moved = aligned.matched > 0
    fitted = [its for its in points.values() if its.score > _FITTED]
    unmoved = _together(_by_points(fitted, voted), boxed)
    guesses = _together(_some(proposed, moved), unmoved)
    alignments = both(aligned.of(moved), as_told(atlas, [edges[row] for row in unmoved.rows.tolist()], unmoved))
    # 3. all that is known of each is weighed
    rows = guesses.rows.tolist()
    outlines = rule().score(alignments, guesses)
    sizes = np.array([there[row].size for row in rows], np.float64).reshape(-1, 2)
    agreeing = [(points[row].score, len(points[row].work)) if row in points else (0, 0) for row in rows]
    levels = Levels.of(picture)
    held = columns(
        Weighable(
            alignments,
            guesses,
            outlines=outlines,
            points=np.array(agreeing, np.float32).reshape(-1, 2),
            bits=np.array([alike.get(row, BITS) for row in rows], np.float32),
            told=np.arange(len(rows)) >= np.count_nonzero(moved),
            toned=agreement([there[row].look() for row in rows], *levels.through(alignments.transforms, sizes)),
        )
    )
    return Guessed(guesses, alignments, outlines, points, alike, held, levels)


_NONE = Evidence()


def _there(parts: KnownParts, *several: Hypotheses) -> Mapping[int, Known]:
    """The parts that guesses are about; of those that left a moment ago nothing is said."""
    rows = {row for each in several for row in each.rows.tolist()}
    return {row: its for row, its in ((row, parts.known(row)) for row in rows) if its is not None}


def _by_points(points: Collection[Correspondences], voted: Hypotheses) -> Hypotheses:
    """The maps that points were fitted to, as guesses of their own; their votes are their works'."""
    votes = [float(voted.votes[voted.rows == each.row].max()) for each in points]
    return Hypotheses(
        np.array([each.row for each in points], np.int32),
        np.array([each.transform for each in points], np.float64).reshape(-1, 2, 3),
        np.array(votes, np.float32),
        np.array([len(each.work) for each in points], np.int32),
    )


def _some(guesses: Hypotheses, which: Sequence[bool] | NDArray[np.bool_]) -> Hypotheses:
    kept = np.asarray(which, np.bool_)
    return Hypotheses(guesses.rows[kept], guesses.transforms[kept], guesses.votes[kept], guesses.counts[kept])


def _together(one: Hypotheses, other: Hypotheses) -> Hypotheses:
    return Hypotheses(
        np.concatenate([one.rows, other.rows]),
        np.concatenate([one.transforms, other.transforms]),
        np.concatenate([one.votes, other.votes]),
        np.concatenate([one.counts, other.counts]),
    )
