"""Whether light and colours are a work's, where a guess says that the work lies.

Outlines and points are few where little happens, and of things of one kind they are alike: two shirts laid out in the
same way share nearly all. So the asked picture is looked at through each guess, field by field, and held against what
the work looks like from afar. Copies may be grey, inverted, or in two colours, so that light is compared by
correlation, of either sign, with and without the slow changes that lamps and tints make, and colours count where the
picture has any.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.features import COLOUR_SIDE, TONE_SIDE, Floats, Picture, Tones
from registry.match.curve import followed

NAMES = (
    "light", "light nearby", "light nearby, signs", "light nearby, bounded", "fields seen", "colours, direction",
    "colours, changes", "colours apart", "colours of the work", "colours seen", "contrast of the work",
    "contrast seen", "light, either sign", "light nearby, either sign", "signs, either sign", "bounded, either sign",
    "colours agree", "colours change alike", "light, all of it", "light nearby, all of it", "bounded, all of it",
)  # fmt: skip
"""What `agreement` measures, in its order."""

_WITHIN = 2
"""Samples for each field, across and down."""

_SMALLEST = 12
"""No level of the picture is narrower."""

_MOST_LEVELS = 7
_FEWEST = 10
"""Of fewer fields nothing is said."""

_NEAR = 2
"""Fields on each side that are nearby."""

_SEEN = 0.74
"""Of its samples, in a field that is seen."""

_RIM = 1
_BOUND = 2.0
_FAINT = 0.5
"""L*: contrast below this is noise."""

_STRUCTURED = 0.6
"""Of the mean: a field that differs so much from what is nearby has a sign."""

_COLOUR_NOISE = 25.0
_CHANGE_NOISE = 12.0
"""Squares of a* and b* that JPEG and tints leave."""

_COLOUR_UNIT = 10.0
_MOST_COLOUR = 40.0
"""Colours are told in tens of a* and b*, up to four of them."""

_ENOUGH = 2.0
"""Colours of so many tens count in full."""

_Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Levels:
    """An asked picture, and each time half of it: RGB."""

    pictures: tuple[NDArray[np.uint8], ...]

    @classmethod
    def of(cls, picture: Picture) -> "Levels":
        """The levels of an asked picture, RGB or grey, in the size of its query frame."""
        level = cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB) if picture.ndim == 2 else picture
        levels = [np.asarray(level, np.uint8)]
        while len(levels) < _MOST_LEVELS and min(levels[-1].shape[:2]) >= 2 * _SMALLEST:
            levels.append(np.asarray(cv2.pyrDown(levels[-1]), np.uint8))
        return cls(tuple(levels))

    def through(self, transforms: NDArray[np.float64], sizes: NDArray[np.float64]) -> tuple[Floats, _Flags]:
        """What is seen through guesses: CIELAB (n, TONE_SIDE, TONE_SIDE, 3), and which fields are in the picture.

        `transforms` (n, 2, 3) from work frames of `sizes` (n, 2), width and height, to the query frame.
        """
        number, side = len(transforms), TONE_SIDE * _WITHIN
        places = (np.arange(side) + 0.5) / side
        across, down = np.meshgrid(places, places)
        work_x, work_y = (sizes[:, axis, None, None] * each - 0.5 for axis, each in enumerate((across, down)))
        x, y = (
            transforms[:, row, 0, None, None] * work_x
            + transforms[:, row, 1, None, None] * work_y
            + transforms[:, row, 2, None, None]
            for row in (0, 1)
        )
        height, width = self.pictures[0].shape[:2]
        inside = (x >= _RIM) & (y >= _RIM) & (x <= width - 1 - _RIM) & (y <= height - 1 - _RIM)
        areas = np.abs(np.linalg.det(transforms[:, :, :2])) * sizes.prod(axis=1) / side**2
        level = np.floor(np.log2(np.maximum(areas, 1e-6)) / 2).clip(0, len(self.pictures) - 1).astype(np.intp)
        colours = np.zeros((number, side, side, 3), np.float32)
        for each in np.unique(level).tolist():
            own = np.flatnonzero(level == each)
            map_x, map_y = (((one[own] + 0.5) / 2**each - 0.5).astype(np.float32).reshape(-1, side) for one in (x, y))
            found = cv2.remap(self.pictures[each], map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            colours[own] = found.reshape(len(own), side, side, 3)
        fields = colours.reshape(number, TONE_SIDE, _WITHIN, TONE_SIDE, _WITHIN, 3).mean(axis=(2, 4))
        seen = inside.reshape(number, TONE_SIDE, _WITHIN, TONE_SIDE, _WITHIN).mean(axis=(2, 4)) > _SEEN
        shares = (fields / np.float32(255)).reshape(-1, TONE_SIDE, 3)
        lab = cv2.cvtColor(shares, cv2.COLOR_RGB2LAB) if number else shares
        return np.asarray(lab, np.float32).reshape(number, TONE_SIDE, TONE_SIDE, 3), seen


def agreement(works: Sequence[Tones], shown: Floats, seen: _Flags) -> Floats:
    """How far what is shown agrees with works, one for each guess: (n, measures), by `NAMES`.

    `shown` and `seen` are what `Levels.through` tells; zeros where too little is in the picture.
    """
    number = len(works)
    if not number:
        return np.zeros((0, len(NAMES)), np.float32)
    mask = seen.reshape(number, -1).astype(np.float32)
    light, asked = np.stack([its.light for its in works]).reshape(number, -1), shown[..., 0].reshape(number, -1)
    nearby, asked_nearby = (_beside(each, mask) for each in (light, asked))
    own_contrast, contrast = (_mean(np.abs(each), mask) for each in (nearby, asked_nearby))
    alike, alike_nearby = _correlation(light, asked, mask), _correlation(nearby, asked_nearby, mask)
    structured = mask * (np.abs(nearby) > _STRUCTURED * own_contrast[:, None])
    signs = _mean(np.sign(nearby * asked_nearby), structured)
    bounded = _mean(_bounded(nearby, own_contrast) * _bounded(asked_nearby, contrast), mask)
    visible = mask.mean(axis=1)

    own = np.stack([its.colour for its in works]).reshape(number, -1, 2)
    other, share = _coarser(shown[..., 1:], seen)
    own_size, size = (np.sqrt(_mean(np.square(each).sum(axis=2), share)) for each in (own, other))
    direction = _mean((own * other).sum(axis=2), share) / (own_size * size + _COLOUR_NOISE)
    changed, other_changed = (each - _mean(each, share[:, :, None])[:, None] for each in (own, other))
    by, other_by = (_mean(np.square(each).sum(axis=2), share) for each in (changed, other_changed))
    changes = _mean((changed * other_changed).sum(axis=2), share) / (np.sqrt(by * other_by) + _CHANGE_NOISE)
    apart = _mean(np.minimum(np.sqrt(np.square(own - other).sum(axis=2)), _MOST_COLOUR), share) / _COLOUR_UNIT
    strength, seen_strength = (np.minimum(each, _MOST_COLOUR) / _COLOUR_UNIT for each in (own_size, size))
    counts = np.minimum(strength, _ENOUGH)
    columns = (
        alike, alike_nearby, signs, bounded, visible, direction,
        changes, apart, strength, seen_strength, np.log1p(own_contrast),
        np.log1p(contrast), np.abs(alike), np.abs(alike_nearby), np.abs(signs), np.abs(bounded),
        np.maximum(direction, 0) * counts, changes * counts, alike * visible, np.abs(alike_nearby) * visible,
        bounded * visible,
    )  # fmt: skip
    held = np.stack(columns, axis=1).astype(np.float32)
    held[mask.sum(axis=1) < _FEWEST] = 0
    return held


def explained(work: Tones, shown: Floats, seen: _Flags) -> tuple[float, float]:
    """How much of a work's light is explained by what is shown, at most 1, and the share of the fields that are off.

    `shown` and `seen` are what `Levels.through` tells of one guess; nothing is explained where too little is seen.
    """
    mask = seen.reshape(1, -1).astype(np.float32)
    if mask.sum() < _FEWEST:
        return 0.0, 1.0
    light, asked = work.light.reshape(1, -1), shown[..., 0].reshape(1, -1)
    share, off = followed(light, asked, mask, _beside(light, mask))
    return float(share[0]), float(off[0])


def _mean(values: Floats, weights: Floats) -> Floats:
    """Over the fields, the second axis; 0 where none has weight."""
    return np.asarray((values * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-6), np.float32)


_ENDS = np.arange(TONE_SIDE + 1) / TONE_SIDE * COLOUR_SIDE
_OVERLAP = np.stack(
    [np.clip(np.minimum(_ENDS[1:], at + 1) - np.maximum(_ENDS[:-1], at), 0, None) for at in range(COLOUR_SIDE)]
).astype(np.float32)
"""(COLOUR_SIDE, TONE_SIDE): how much of each field of light lies in one of colour, along one side."""


def _coarser(colours: Floats, seen: _Flags) -> tuple[Floats, Floats]:
    """Colours by the fields that works have, (n, fields, 2), and how much of each field is seen, (n, fields)."""
    share = _OVERLAP @ seen.astype(np.float32) @ _OVERLAP.T
    held = (colours * seen[..., None]).transpose(3, 0, 1, 2)
    means = (_OVERLAP @ held @ _OVERLAP.T) / np.maximum(share, 1e-6)
    number = len(seen)
    return means.transpose(1, 2, 3, 0).reshape(number, -1, 2), share.reshape(number, -1)


_REACH = np.arange(TONE_SIDE)
_BAND = (np.abs(_REACH[:, None] - _REACH) <= _NEAR).astype(np.float32)


def _beside(values: Floats, mask: Floats) -> Floats:
    """How far fields differ from the mean of what is seen nearby; 0 where nothing is seen. All (n, fields)."""
    square = (-1, TONE_SIDE, TONE_SIDE)
    around, known = (_BAND @ each.reshape(square) @ _BAND for each in (values * mask, mask))
    beside: Floats = (values - (around / np.maximum(known, 1)).reshape(values.shape)) * mask
    return beside


def _correlation(one: Floats, other: Floats, mask: Floats) -> Floats:
    """Pearson's, over what is seen; what has less contrast than noise correlates with nothing."""
    one, other = ((each - _mean(each, mask)[:, None]) * mask for each in (one, other))
    sizes = np.sqrt((one * one).sum(axis=1) * (other * other).sum(axis=1)) + _FAINT**2 * mask.sum(axis=1)
    return np.asarray((one * other).sum(axis=1) / np.maximum(sizes, 1e-6), np.float32)


def _bounded(values: Floats, contrast: Floats) -> Floats:
    """Values in units of their contrast; none, as of a sticker, counts for more than two."""
    return np.clip(values / (contrast + np.float32(_FAINT))[:, None], -_BOUND, _BOUND)
