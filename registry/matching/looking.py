"""A closer look at a picture: guesses where works are shown, each verified, and what speaks for each.

1. keypoints and shapes vote for guesses; so do boxes of the picture that look like a whole work
2. every guess is laid over the picture, edge by edge
3. textures, which have no outlines, are found by themselves
4. for each part the best of every kind of evidence
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from registry.features import Correspondences, Edges, Hypotheses, Picture, QueryFeatures
from registry.fingerprint.regional.frame import query_frame
from registry.match.aligned.align import Alignments, align
from registry.match.aligned.atlas import Atlas
from registry.match.aligned.rule import NOTHING, rule
from registry.matching.known import KnownParts
from registry.search.regional.regions import region_hypotheses
from registry.search.texture import TextureHit

VOTED = 28
"""Guesses by keypoints and shapes."""

ALIKE = 12
"""Guesses by boxes that look like a whole work."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a part being shown, each by its kind's own measure.

    `outlines`: the rule's log-odds for the best guess, whose number is `guess`; None where no guess came to anything.
    `points`: those that agree. `alike`: bits of 256 in which a box of the picture differs from the whole work, by the
    guess `boxed`. `texture`: a peak over its noise.
    """

    outlines: float | None = None
    guess: int | None = None
    points: Correspondences | None = None
    alike: int | None = None
    boxed: int | None = None
    texture: TextureHit | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What was found, by row; `alignments` are of all guesses."""

    evidence: Mapping[int, Evidence]
    guesses: Hypotheses
    alignments: Alignments


def look(parts: KnownParts, features: QueryFeatures, picture: Picture) -> Look:
    """A closer look at a picture of `QUERY_SIDE`, whose features these are."""
    # 1. guesses
    frame = query_frame(picture)
    voted, points = parts.regional.hypotheses(features.keypoints, features.shapes, VOTED)
    boxed, distances = region_hypotheses(features.regions, (frame.shape[1], frame.shape[0]), parts.regions.shown, ALIKE)
    guesses = _together(voted, boxed)
    # 2. every guess is laid over the picture
    alignments = align(Atlas.of(frame), [_outlines(parts, row) for row in guesses.rows.tolist()], guesses)
    scores = rule().score(alignments, guesses)
    # 3. textures
    textures = [] if features.texture is None else parts.textures.search(features.texture)
    # 4. the best of every kind
    found: dict[int, Evidence] = {}
    for guess in np.argsort(-scores, kind="stable").tolist():
        if scores[guess] > NOTHING:
            row = int(guesses.rows[guess])
            found.setdefault(row, Evidence(outlines=float(scores[guess]), guess=guess))
    for each in points:
        found[each.row] = replace(found.get(each.row, _NONE), points=each)
    for place, (row, bits) in enumerate(zip(boxed.rows.tolist(), distances.tolist(), strict=True), len(voted.rows)):
        found[row] = replace(found.get(row, _NONE), alike=bits, boxed=place)
    for hit in textures:
        found[hit.row] = replace(found.get(hit.row, _NONE), texture=hit)
    return Look({row: its for row, its in found.items() if parts.known(row) is not None}, guesses, alignments)


_NONE = Evidence()
_NO_EDGES = Edges(np.zeros((0, 4), np.float32), (8, 8))


def _outlines(parts: KnownParts, row: int) -> Edges:
    """A part's edges; none where it left a moment ago."""
    known = parts.known(row)
    return _NO_EDGES if known is None else known.outlines()


def _together(one: Hypotheses, other: Hypotheses) -> Hypotheses:
    return Hypotheses(
        np.concatenate([one.rows, other.rows]),
        np.concatenate([one.transforms, other.transforms]),
        np.concatenate([one.votes, other.votes]),
        np.concatenate([one.counts, other.counts]),
    )
