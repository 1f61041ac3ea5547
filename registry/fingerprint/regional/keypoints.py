"""Points that stand out in a picture, with codes of what surrounds them: SIFT, 64 bits each.

SIFT: D. Lowe, Distinctive image features from scale-invariant keypoints, IJCV 2004, as OpenCV has it. It takes most of
the time that an asked picture costs, so that it runs once, on a picture no larger than it must be.
"""

from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.features import Floats, Keypoints, Picture
from registry.fingerprint.regional.coder import Coder, Descriptors, Forms, coder, codes, margins
from registry.fingerprint.regional.frame import scaled

WORK_MOST = 90
"""Keypoints kept of a work: 128 find no more."""

QUERY_MOST = 400
"""Keypoints asked about, the other forms of doubtful ones not counted."""

SIFT_SIDE = 288
"""The longest side of the asked picture that SIFT sees: a larger one finds little more, and costs by its area."""

_LAYERS = 3
_CONTRAST = 0.015
_EDGE = 12
"""Half of OpenCV's own contrast threshold and a little more of edges: drawings have few points, and soft ones."""


class _Found(NamedTuple):
    """What SIFT says: descriptors (n, 128), xy (n, 2), sizes, angles in radians, responses (n,)."""

    descriptors: Descriptors
    xy: Floats
    size: Floats
    angle: Floats
    response: Floats


def work_keypoints(frame: Picture, most: int = WORK_MOST, using: Coder | None = None) -> Keypoints:
    """The keypoints of a work, given the grey picture of its work frame: at most `most`."""
    found = _sift(frame)
    chosen = _chosen(found.size, found.response, most)
    using = using or coder()
    forms = using.one_form(found.descriptors[chosen])
    return _keypoints(using, forms, found.xy[chosen], found.size[chosen], found.angle[chosen], sure=False)


def work_descriptors(frame: Picture, most: int = WORK_MOST) -> Descriptors:
    """SIFT's own numbers (n, 128) for the keypoints that would be kept of a work, to learn a coder from."""
    found = _sift(frame)
    return found.descriptors[_chosen(found.size, found.response, most)]


def query_keypoints(frame: Picture, side: int = SIFT_SIDE, using: Coder | None = None) -> Keypoints:
    """The keypoints of an asked picture, given the grey picture of its query frame, with their margins.

    SIFT runs at `side`; what is told is by the frame that was given. A keypoint of which it isn't sure whether a
    registered one would have been mirrored or inverted comes in each form, so a point may be told up to four times.
    """
    small = scaled(frame, side)
    found = _sift(small)
    ratio = np.array([frame.shape[1] / small.shape[1], frame.shape[0] / small.shape[0]], np.float32)
    xy = (found.xy + np.float32(0.5)) * ratio - np.float32(0.5)
    size = found.size * np.float32(np.sqrt(ratio.prod()))
    using = using or coder()
    return _keypoints(using, using.likely_forms(found.descriptors), xy, size, found.angle, sure=True)


def _keypoints(using: Coder, forms: Forms, xy: Floats, size: Floats, angle: Floats, *, sure: bool) -> Keypoints:
    projections = using.projections(forms.descriptors)
    # A keypoint of the negative points the opposite way: no mark of its own is needed.
    turned = angle[forms.source] + np.where(forms.inverted, np.float32(np.pi), np.float32(0))
    return Keypoints(
        codes(projections),
        xy[forms.source],
        size[forms.source],
        turned,
        forms.mirrored,
        margins(projections) if sure else None,
    )


def _chosen(size: Floats, response: Floats, most: int) -> NDArray[np.intp]:
    """Half the strongest among the larger ones, the rest the strongest of all others.

    The small ones are the strongest, and the first to go when a copy is shrunk.
    """
    if len(size) <= most:
        return np.arange(len(size))
    strongest = np.argsort(-response, kind="stable")
    larger = size[strongest] > np.median(size)
    first = strongest[larger][: most // 2]
    rest = strongest[~np.isin(strongest, first)][: most - len(first)]
    return np.concatenate([first, rest])


@cache
def _detector() -> cv2.SIFT:
    return cv2.SIFT.create(QUERY_MOST, _LAYERS, _CONTRAST, _EDGE)


def _sift(picture: Picture) -> _Found:
    points, descriptors = _detector().detectAndCompute(picture, None)
    if not points:
        none = np.zeros(0, np.float32)
        return _Found(np.zeros((0, 128), np.uint8), np.zeros((0, 2), np.float32), none, none, none)
    told = np.array([(*point.pt, point.size, point.angle, point.response) for point in points], np.float32)
    return _Found(descriptors.astype(np.uint8), told[:, :2], told[:, 2], np.deg2rad(told[:, 3]), told[:, 4])
