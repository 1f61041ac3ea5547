"""All registered parts by their keypoints and shapes: an asked picture in, hypotheses out.

The index answers what is likely, never what is so, and may miss what it has; so it stands beside the exact index, not
in its place. Rows are numbered by whoever fills it, and no number is used twice.
"""

from collections.abc import Iterable, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from registry.features import Correspondences, Floats, Hypotheses, Keypoints, Shapes, WorkFeatures
from registry.search.regional.evidence import correspondences
from registry.search.regional.frames import Frames
from registry.search.regional.hits import Hits, frame_hits, keypoint_hits, labels
from registry.search.regional.inverted import InvertedFile, Labels
from registry.search.regional.votes import vote

KEYPOINT_REACH = 12
SHAPE_REACH = 13
"""Bits of 64 in which codes of the same place differ at most."""

_NEAREST = 10
"""Hits of one asked code at most: one that has more is of something that everybody has."""

_SCORED = 10
"""Works whose points are fitted and scored, those with most votes."""

_LEAST_VOTES = 3
"""Separate points that must speak for a work before it is worth a fit."""

_COMPACT_SHARE = 4
"""Codes of removed rows are dropped once more than one row in so many is removed."""


class RegionalIndex:
    """Keypoints and shapes of registered parts, in memory. One writer at a time works; readers hardly wait."""

    def __init__(self) -> None:
        self._writing = Lock()
        self._keypoints = InvertedFile()
        self._shapes = InvertedFile()
        self._frames = Frames()
        self._removed: frozenset[int] = frozenset()
        self._rows: set[int] = set()

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    @property
    def nbytes(self) -> int:
        """Bytes of codes, geometry and frames."""
        return self._keypoints.nbytes + self._shapes.nbytes + self._frames.nbytes

    def add(self, row: int, features: WorkFeatures) -> None:
        """Take in one part under a number that was never used before."""
        self.add_all([(row, features)])

    def add_all(self, parts: Iterable[tuple[int, WorkFeatures]]) -> None:
        """Take in many parts at once, which costs far less than one by one."""
        with self._writing:
            rows: list[int] = []
            kept: list[tuple[NDArray[np.uint64], Labels]] = []
            shapes: list[tuple[NDArray[np.uint64], Labels]] = []
            for row, features in parts:
                rows.append(row)
                kept.append((features.keypoints.codes, labels(row, features.keypoints)))
                shapes.append((features.shapes.codes, self._frames.add(row, features.shapes.frames)))
            if rows:
                self._rows.update(rows)
                for file, added in ((self._keypoints, kept), (self._shapes, shapes)):
                    file.add(np.concatenate([codes for codes, _ in added]), np.concatenate([own for _, own in added]))

    def remove(self, row: int) -> None:
        """Never answer this row again; its room is given back later."""
        with self._writing:
            if row not in self._rows:
                return
            self._rows.remove(row)
            self._removed |= {row}
            if len(self._removed) * _COMPACT_SHARE > len(self._rows):
                gone = np.array(sorted(self._removed), np.int64)
                for file in (self._keypoints, self._shapes):
                    file.drop(lambda own: np.isin(own >> 32, gone))
                self._removed = frozenset()

    def hypotheses(
        self, keypoints: Keypoints, shapes: Sequence[Shapes] = (), most: int = 40
    ) -> tuple[Hypotheses, tuple[Correspondences, ...]]:
        """The `most` likeliest places of works, and the agreeing points of works that several speak for, best first.

        `keypoints` are those of the asked picture with their margins; `shapes` its shapes in each of their variants.
        """
        hits = self._keypoint_hits(keypoints)
        together = hits if not shapes else Hits.together(hits, self._shape_hits(shapes))
        hypotheses = vote(together, most)
        return hypotheses, self._scored(hits, hypotheses)

    def _keypoint_hits(self, query: Keypoints) -> Hits:
        removed = self._removed
        near = self._keypoints.search(query.codes, query.margins, _NEAREST, KEYPOINT_REACH)
        return _standing(keypoint_hits(near, query, KEYPOINT_REACH), removed)

    def _shape_hits(self, variants: Sequence[Shapes]) -> Hits:
        removed = self._removed
        codes = np.concatenate([shapes.codes for shapes in variants])
        frames: Floats = np.concatenate([shapes.frames for shapes in variants])
        told = [shapes.margins for shapes in variants if shapes.margins is not None]
        margins = np.concatenate(told) if len(told) == len(variants) else None
        near = self._shapes.search(codes, margins, _NEAREST, SHAPE_REACH)
        return _standing(frame_hits(near, self._frames.of(near.labels), frames, SHAPE_REACH), removed)

    def _scored(self, hits: Hits, hypotheses: Hypotheses) -> tuple[Correspondences, ...]:
        scored: dict[int, Correspondences] = {}
        rows: set[int] = set()
        proposed = zip(hypotheses.rows.tolist(), hypotheses.transforms, hypotheses.counts, strict=True)
        for row, transform, count in proposed:
            if count < _LEAST_VOTES or (row not in rows and len(rows) == _SCORED):
                continue
            rows.add(row)
            found = correspondences(row, hits[hits.rows == row], transform, max(1, len(self._rows)))
            if found is not None and (row not in scored or found.score > scored[row].score):
                scored[row] = found
        return tuple(sorted(scored.values(), key=lambda found: -found.score))


def _standing(hits: Hits, removed: frozenset[int]) -> Hits:
    """The hits of rows that were not removed before the search began."""
    return hits[~np.isin(hits.rows, np.array(sorted(removed), np.int64))] if removed else hits
