"""Works found by the code of the whole picture: a box of an asked picture and a work that look alike are a guess.

All pairs are compared: 10,000 works with two codes each against 20 boxes in eight orientations are 3.2 million
distances, which faiss counts in two milliseconds.
"""

from dataclasses import dataclass

import faiss
import numpy as np
from numpy.typing import NDArray

from registry.features import Floats, Hypotheses, Regions, Words

_Ints = NDArray[np.intp]

FARTHEST = 100
"""Bits of 256: at this distance or below, a pair is a guess to be verified."""

INVERTED_BOXES = 2
"""Of so many boxes, the first, codes are looked for by their opposite bits, too: those of the picture inverted."""

_MEAN, _DEVIATION = 128, 8
"""Of the distance between codes that have nothing to do with each other."""


@dataclass(frozen=True, slots=True)
class RegionCodes:
    """The codes of all works, as rows that are never changed once they are here.

    `codes` (m, 4); `rows` (m,) names the part of a work that each is of; `boxes` (m, 4): left, top, right, bottom of
    what it is of, in that part's work frame (`frame_boxes`).
    """

    codes: Words
    rows: NDArray[np.int32]
    boxes: Floats


def region_hypotheses(
    asked: Regions, query_size: tuple[float, float], works: RegionCodes, most: int, farthest: int = FARTHEST
) -> tuple[Hypotheses, NDArray[np.int32]]:
    """The best guess for each of at most `most` parts of works, nearest first, and the distance of each in bits.

    `query_size` is the query frame's width and height. `votes` are standard deviations below the mean of a chance
    distance.
    """
    ways = asked.codes.shape[1]
    query, found, distance = _near(asked.codes.reshape(-1, 4), works.codes, farthest, INVERTED_BOXES * ways)
    order = np.argsort(distance, kind="stable")
    _, first = np.unique(works.rows[found[order]], return_index=True)
    best = order[np.sort(first)[:most]]
    query, found, distance = query[best], found[best], distance[best]
    places = asked.boxes[query // ways] * np.array([*query_size, *query_size])
    transforms = _placed(works.boxes[found].astype(np.float64), places, query % ways)
    votes = ((_MEAN - distance) / _DEVIATION).astype(np.float32)
    return Hypotheses(works.rows[found], transforms, votes, np.zeros(len(best), np.int32)), distance


def frame_boxes(works: Regions, picture: tuple[float, float, float, float]) -> Floats:
    """The boxes of a work's regions in its work frame; `picture` is that of `WorkFeatures`."""
    left, top, right, bottom = picture
    start = np.array([left, top, left, top], np.float32)
    return start + works.boxes * np.array([right - left, bottom - top] * 2, np.float32)


def _near(asked: Words, codes: Words, farthest: int, straight: int) -> tuple[_Ints, _Ints, NDArray[np.int32]]:
    """Pairs (asked, code) within a distance; of the first `straight` codes asked also by their opposite bits."""
    wanted = np.concatenate([asked, ~asked[:straight]])
    if not len(wanted) or not len(codes):
        return np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0, np.int32)
    # To copy the codes into an index takes a hundredth of the scan, and leaves them to whoever grows them meanwhile.
    index = faiss.IndexBinaryFlat(256)
    index.add(_bytes(codes))
    limits, distances, found = index.range_search(_bytes(wanted), farthest + 1)
    query = np.repeat(np.arange(len(wanted)), np.diff(limits.astype(np.intp)))
    return np.where(query < len(asked), query, query - len(asked)), found.astype(np.intp), distances.astype(np.int32)


def _bytes(codes: Words) -> NDArray[np.uint8]:
    return np.ascontiguousarray(codes).view(np.uint8).reshape(len(codes), 32)


def _placed(works: NDArray[np.float64], asked: NDArray[np.float64], way: _Ints) -> NDArray[np.float64]:
    """The transforms (n, 2, 3) that lay boxes of works on boxes of the asked picture, turned by its way of lying.

    Both boxes are unit squares [-1, 1]²: a point (u, v) of the work's is (±u, ±v) in the asked one's, or (±v, ±u) where
    the way transposes. Boxes count from the corner of the first pixel and frames from its centre.
    """
    across = np.where(way & 1, -1.0, 1.0)
    down = np.where(way & 2, -1.0, 1.0)
    transposed = (way & 4).astype(np.bool_)
    turn = np.zeros((len(way), 2, 2))
    turn[:, 0, 0] = np.where(transposed, 0, across)
    turn[:, 0, 1] = np.where(transposed, down, 0)
    turn[:, 1, 0] = np.where(transposed, across, 0)
    turn[:, 1, 1] = np.where(transposed, 0, down)
    half_asked = (asked[:, 2:] - asked[:, :2]) / 2
    half_work = (works[:, 2:] - works[:, :2]) / 2
    linear = half_asked[:, :, None] * turn / half_work[:, None, :]
    middle_asked = (asked[:, 2:] + asked[:, :2] - 1) / 2
    middle_work = (works[:, 2:] + works[:, :2] - 1) / 2
    offset = middle_asked - np.einsum("nij,nj->ni", linear, middle_work)
    return np.concatenate([linear, offset[:, :, None]], axis=2)
