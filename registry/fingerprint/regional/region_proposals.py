"""Boxes of a picture that may each be a whole picture: of a screenshot, a collage, a page, a thing with a print on it.

Three ways to find them, because none finds all: the content within a plain margin; cuts, along gutters where there are
any and else along the longest straight edge (G. Nagy and S. Seth, Hierarchical representation of optically scanned
documents, ICPR 1984); and connected edges, which find a print within the plain cloth that it lies on.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.features import Picture
from registry.fingerprint.regional.frame import Box, content_box, grey

LEAST = 18
"""Pixels: smaller boxes hold too little for a code."""

_LEAST_SHARE = 0.012
"""Of the picture's area."""

_SAME = 0.92
"""Boxes that share so much of their union are one."""

_TRIMS = 3
"""A margin may lie within another."""

_STEP = 12
"""Levels between neighbouring pixels: an edge."""

_JOINS = (12, 0), (40, 2)
"""Levels within 3 × 3 pixels that make an edge, and the pixels that edges are grown by to connect: closely first, so
that neighbours stay apart; then strong ones loosely, so that letters hang together and folds in cloth stay out."""

_GUTTER = 1
"""More blank lines than this part what lies on their sides."""

_DIRT = 0.01
"""A line with no more edges than this share of its length is blank."""

_SALIENT = 0.5
"""A cut follows an edge that covers so much of a line beyond what lines of this box are covered by on the median."""

_FROM_ENDS = 0.08
"""No cut is nearer to the ends of a box, in shares of its length."""

_DEPTH = 5
_NODES = 48


def proposals(picture: Picture, most: int) -> list[Box]:
    """At most `most` boxes of a picture (RGB, about 256 pixels): the whole first, then the likeliest."""
    height, width = picture.shape[:2]
    kept: list[Box] = [(0, 0, width, height)]
    inner = kept[0]
    for _ in range(_TRIMS):
        content = _trimmed(picture, inner)
        if content == inner or min(_size(content)) < LEAST:
            break
        inner = content
        _keep(kept, content, kept[0])
    luma = grey(picture)
    nodes: list[tuple[Box, bool]] = []
    _cut(_Edges.of(luma), kept[0], _DEPTH, nodes)
    components = _components(luma)
    likely = [box for box, parted in nodes if not parted]
    rest = [box for box, parted in nodes if parted]
    for group in (likely + components, rest):
        for box in sorted(group, key=_area, reverse=True):
            if len(kept) >= most:
                return kept[:most]
            if _fits(box, kept[0]):
                if box not in components:
                    _keep(kept, box, kept[0])
                _keep(kept, _trimmed(picture, box), kept[0])
    return kept[:most]


def _size(box: Box) -> tuple[int, int]:
    return box[2] - box[0], box[3] - box[1]


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _fits(box: Box, whole: Box) -> bool:
    return min(_size(box)) >= LEAST and _area(box) >= _LEAST_SHARE * _area(whole)


def _trimmed(picture: Picture, box: Box) -> Box:
    left, top, right, bottom = content_box(picture[box[1] : box[3], box[0] : box[2]])
    return left + box[0], top + box[1], right + box[0], bottom + box[1]


def _keep(kept: list[Box], box: Box, whole: Box) -> None:
    """Append a box unless it is small or there already."""
    if not _fits(box, whole):
        return
    for other in kept:
        across = min(box[2], other[2]) - max(box[0], other[0])
        down = min(box[3], other[3]) - max(box[1], other[1])
        shared = max(0, across) * max(0, down)
        if shared > _SAME * (_area(box) + _area(other) - shared):
            return
    kept.append(box)


_Counts = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class _Edges:
    """Counts of edges, summed along lines, so that a box's share of a line is one subtraction.

    `rows` (height, width + 1) and `columns` (height + 1, width) count all edges, `levels` and `uprights` those that run
    along a row and along a column.
    """

    rows: _Counts
    columns: _Counts
    levels: _Counts
    uprights: _Counts

    @staticmethod
    def of(luma: Picture) -> "_Edges":
        height, width = luma.shape
        upright, level = np.zeros((2, height, width), np.bool_)
        upright[:, :-1] = cv2.absdiff(luma[:, 1:], luma[:, :-1]) > _STEP
        level[:-1] = cv2.absdiff(luma[1:], luma[:-1]) > _STEP
        both = upright | level
        sums = [np.zeros((height, width + 1), np.int32), np.zeros((height + 1, width), np.int32)]
        sums += [np.zeros((height, width + 1), np.int32), np.zeros((height + 1, width), np.int32)]
        for along, mask in ((0, both), (2, level)):
            np.cumsum(mask, axis=1, dtype=np.int32, out=sums[along][:, 1:])
        for along, mask in ((1, both), (3, upright)):
            np.cumsum(mask, axis=0, dtype=np.int32, out=sums[along][1:])
        return _Edges(*sums)


def _cut(edges: _Edges, box: Box, depth: int, nodes: list[tuple[Box, bool]]) -> None:
    """Collect a box and what it falls apart into; True where gutters part it, so that it is several things for sure."""
    if min(_size(box)) < LEAST or len(nodes) >= _NODES:
        return
    parts, parted = _parts(edges, box) if depth else ([], False)
    nodes.append((box, parted))
    for part in parts:
        _cut(edges, part, depth - 1, nodes)


def _parts(edges: _Edges, box: Box) -> tuple[list[Box], bool]:
    left, top, right, bottom = box
    rows = edges.rows[top:bottom, right] - edges.rows[top:bottom, left]
    columns = edges.columns[bottom, left:right] - edges.columns[top, left:right]
    down, gap_down = _pieces(rows > _DIRT * (right - left))
    across, gap_across = _pieces(columns > _DIRT * (bottom - top))
    if max(len(down), len(across)) > 1:
        if gap_down >= gap_across:
            return [(left, top + a, right, top + b) for a, b in down], True
        return [(left + a, top, left + b, bottom) for a, b in across], True
    if not down or not across:
        return [], False
    content = left + across[0][0], top + down[0][0], left + across[0][1], top + down[0][1]
    if _area(content) < 0.97 * _area(box):
        return [content], True
    levels = (edges.levels[top : bottom - 1, right] - edges.levels[top : bottom - 1, left]) / (right - left)
    uprights = (edges.uprights[bottom, left : right - 1] - edges.uprights[top, left : right - 1]) / (bottom - top)
    (y, level), (x, upright) = _longest(levels), _longest(uprights)
    if max(level, upright) < _SALIENT:
        return [], False
    if level >= upright:
        return [(left, top, right, top + y + 1), (left, top + y + 1, right, bottom)], False
    return [(left, top, left + x + 1, bottom), (left + x + 1, top, right, bottom)], False


def _pieces(inked: NDArray[np.bool_]) -> tuple[list[tuple[int, int]], int]:
    """Stretches of lines between gutters, as (first, behind the last), and the widest gutter between two of them."""
    lines = np.flatnonzero(inked)
    if not len(lines):
        return [], 0
    gaps = np.diff(lines)
    breaks = np.flatnonzero(gaps > _GUTTER + 1)
    firsts = lines[np.concatenate([[0], breaks + 1])]
    lasts = lines[np.concatenate([breaks, [len(lines) - 1]])] + 1
    widest = int(gaps[breaks].max()) if len(breaks) else 0
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True)), widest


def _longest(shares: NDArray[np.float64]) -> tuple[int, float]:
    """The line that an edge covers most of, away from the ends, and by how much more than the median line."""
    away = max(6, int(_FROM_ENDS * len(shares)))
    inner = shares[away : len(shares) - away]
    if len(inner) < 4:
        return 0, 0.0
    usual = float(np.median(shares))
    best = int(inner.argmax())
    return away + best, (float(inner[best]) - usual) / (1 - usual + 1e-6)


def _components(luma: Picture) -> list[Box]:
    """Boxes of what hangs together by its edges, closely and loosely."""
    height, width = luma.shape
    ridge = cv2.morphologyEx(luma, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    boxes = []
    for step, reach in _JOINS:
        mask = (ridge > step).view(np.uint8)
        joined = cv2.dilate(mask, np.ones((2 * reach + 1,) * 2, np.uint8)) if reach else mask
        for x, y, across, down, _ in cv2.connectedComponentsWithStats(joined)[2][1:].tolist():
            # An edge lies within a pixel of the mask's rim: the box ends inside it.
            box = x + reach, y + reach, x + across - reach, y + down - reach
            if min(_size(box)) >= LEAST:
                boxes.append((max(0, box[0]), max(0, box[1]), min(width, box[2]), min(height, box[3])))
    return boxes
