"""Single hits: one point of an asked picture that looks like one of a work, and where the whole work would then be."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from registry.features import WORK_SIDE, Floats, Keypoints
from registry.search.regional.inverted import Labels, Near

_PIXELS = WORK_SIDE / 256
_OCTAVES = 1 / 16
_TURN = 2 * np.pi / 256
"""Steps of a registered keypoint's place, size and angle: a quarter of what votes allow, and 32 bits in all."""

_SHARPNESS = 0.55
"""A hit at the reach of its search weighs exp(-1 / 0.55²), 0.04."""

_SMALLEST, _LARGEST = 0.04, 12.0
"""How large a work may be shown, of its own frame."""


@dataclass(frozen=True, slots=True)
class Hits:
    """Hits, one a row: `rows` (n,) of works, `linear` (n, 2, 2) and `shift` (n, 2) from work frame to query frame.

    `work` and `query` (n, 2) are the points that agree, `asked` (n,) which asked point it is, `weight` (n,) 1 for equal
    codes, less where the asked code has several hits.
    """

    rows: NDArray[np.int64]
    linear: Floats
    shift: Floats
    work: Floats
    query: Floats
    asked: NDArray[np.intp]
    weight: Floats

    def __getitem__(self, which: NDArray[np.intp] | NDArray[np.bool_]) -> "Hits":
        """Those of `which`, in its order."""
        return Hits(
            self.rows[which],
            self.linear[which],
            self.shift[which],
            self.work[which],
            self.query[which],
            self.asked[which],
            self.weight[which],
        )

    @classmethod
    def together(cls, left: "Hits", right: "Hits") -> "Hits":
        """The hits of both."""
        return cls(
            np.concatenate([left.rows, right.rows]),
            np.concatenate([left.linear, right.linear]),
            np.concatenate([left.shift, right.shift]),
            np.concatenate([left.work, right.work]),
            np.concatenate([left.query, right.query]),
            np.concatenate([left.asked, right.asked]),
            np.concatenate([left.weight, right.weight]),
        )


def labels(row: int, keypoints: Keypoints) -> Labels:
    """Row and geometry of a work's keypoints, one number each: 31 bits of row, 8 + 8 of place, 7, 8, 1 of the rest."""
    place = np.clip(np.round(keypoints.xy / _PIXELS), 0, 255).astype(np.int64)
    size = np.clip(np.round(np.log2(np.maximum(keypoints.size, 1)) / _OCTAVES), 0, 127).astype(np.int64)
    angle = np.round(keypoints.angle / _TURN).astype(np.int64) % 256
    geometry = place[:, 0] << 24 | place[:, 1] << 16 | size << 9 | angle << 1 | keypoints.mirrored
    packed: Labels = np.int64(row) << 32 | geometry
    return packed


def keypoint_hits(near: Near, query: Keypoints, reach: int) -> Hits:
    """What near codes of keypoints say."""
    packed = near.labels
    work = np.stack([packed >> 24 & 255, packed >> 16 & 255], axis=1).astype(np.float32) * np.float32(_PIXELS)
    size = np.exp2((packed >> 9 & 127).astype(np.float32) * np.float32(_OCTAVES))
    angle = (packed >> 1 & 255).astype(np.float32) * np.float32(_TURN)
    asked = near.asked
    # Where one of the two codes is of the mirrored surroundings, the work is shown mirrored.
    side = np.where((packed & 1) == query.mirrored[asked], np.float32(1), np.float32(-1))
    scale = query.size[asked] / size
    there, here = query.angle[asked], angle
    cos_there, sin_there, cos_here, sin_here = np.cos(there), np.sin(there), np.cos(here), np.sin(here)
    linear = np.empty((len(packed), 2, 2), np.float32)
    linear[:, 0, 0] = cos_there * cos_here + side * sin_there * sin_here
    linear[:, 0, 1] = cos_there * sin_here - side * sin_there * cos_here
    linear[:, 1, 0] = sin_there * cos_here - side * cos_there * sin_here
    linear[:, 1, 1] = sin_there * sin_here + side * cos_there * cos_here
    linear *= scale[:, None, None]
    possible = (scale > _SMALLEST) & (scale < _LARGEST)
    return _hits(near, linear, work, query.xy[asked], reach)[possible]


def frame_hits(near: Near, work: Floats, query: Floats, reach: int) -> Hits:
    """What near codes of shapes say, with the frames (n, 2, 3) of the works' shapes and of the asked ones."""
    here, there = work[:, :, :2], query[near.asked][:, :, :2]
    linear = there @ np.linalg.inv(here)
    spread = np.square(linear).sum(axis=(1, 2))
    area = np.abs(np.linalg.det(linear))
    # Singular values from their squares' sum and their product: shapes that would be stretched 2.6 times are chance.
    longest = np.sqrt((spread + np.sqrt(np.maximum(spread**2 - 4 * area**2, 0))) / 2)
    shortest = area / longest
    possible = (longest < _MOST_STRETCH * shortest) & (shortest > _SMALLEST) & (longest < _LARGEST)
    return _hits(near, linear, work[:, :, 2], query[near.asked][:, :, 2], reach)[possible]


_MOST_STRETCH = 2.6


def _hits(near: Near, linear: Floats, work: Floats, query: Floats, reach: int) -> Hits:
    shift = query - (linear @ work[:, :, None])[:, :, 0]
    # A code that is near many says little of each.
    shared = np.sqrt(np.bincount(near.asked))[near.asked]
    weight = np.exp(-np.square(near.distances / np.float32(_SHARPNESS * reach))) / shared
    return Hits(near.labels >> 32, linear, shift, work, query, near.asked, weight.astype(np.float32))
