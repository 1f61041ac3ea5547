"""Where a texture's map lies in a view of an asked picture, and what the view shows there.

A place is an affine map (2, 3) from the map's samples to the view's pixels.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.features import TEXTURE_MAP, Floats, TextureView

Doubles = NDArray[np.float64]


def similarity(size: tuple[int, int], log_scale: float, angle: float, mirrored: int, centre: Doubles) -> Doubles:
    """From a work's map to the query's first view, with the map's middle at `centre`."""
    cosine, sine = np.cos(angle), np.sin(angle)
    linear = np.exp(log_scale) * np.array([[cosine, -sine], [sine, cosine]])
    linear = linear @ np.diag([size[0] / TEXTURE_MAP, (-1 if mirrored else 1) * size[1] / TEXTURE_MAP])
    middle = np.full(2, (TEXTURE_MAP - 1) / 2)
    return np.column_stack([linear, centre - linear @ middle])


def orientations(view: TextureView) -> list[Doubles]:
    """The eight ways in which a map may fill a view, in the order of `turned`."""
    height, width = view.relief.shape
    fill = np.array([[width / TEXTURE_MAP, 0], [0, height / TEXTURE_MAP]])
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    places = []
    for turn in range(4):
        for mirror in (1, -1):
            facing = np.linalg.matrix_power(np.array([[0.0, -1.0], [1.0, 0.0]]), turn) @ np.diag([mirror, 1.0])
            linear = fill @ facing
            places.append(np.column_stack([linear, middle - linear @ np.full(2, (TEXTURE_MAP - 1) / 2)]))
    return places


def turned(small: Floats) -> list[Floats]:
    """What maps would look like that fill the view in each of the eight ways."""
    return [upright[:, ::mirror] for turn in range(4) for upright in (np.rot90(small, turn),) for mirror in (1, -1)]


def pyramid(view: TextureView) -> list[Floats]:
    """The view's relief at full size, a half, a quarter and an eighth, as far as it is large enough."""
    levels = [view.relief.astype(np.float32)]
    while len(levels) < 4 and min(levels[-1].shape) > 40:
        half = cv2.resize(levels[-1], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        levels.append(half.astype(np.float32, copy=False))
    return levels


def scaled(place: Doubles, scale: float) -> Doubles:
    """The same with the map larger or smaller about its middle."""
    middle = np.full(2, (TEXTURE_MAP - 1) / 2)
    linear = place[:, :2] * scale
    return np.column_stack([linear, place @ np.append(middle, 1) - linear @ middle])


def halved(place: Doubles) -> Doubles:
    """From samples of a map of half the size."""
    return np.column_stack([place[:, :2] * 2, place[:, 2] + place[:, :2] @ np.full(2, 0.5)])


def sampled(levels: list[Floats], place: Doubles, side: int = TEXTURE_MAP) -> Floats:
    """What a view shows where a map is laid on it; nothing, 0, beyond its edges."""
    step = float(np.sqrt(abs(np.linalg.det(place[:, :2]))))
    level = int(np.clip(round(np.log2(max(step, 1e-3) / 1.4)), 0, len(levels) - 1))
    shrunk = place / 2**level
    shrunk[:, 2] += 0.5 / 2**level - 0.5
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = cv2.warpAffine(levels[level], shrunk, (side, side), flags=flags)
    return seen.astype(np.float32, copy=False)


def moved(place: Doubles, shift: Doubles) -> Doubles:
    """The place where the map's first sample lies so many samples on."""
    return np.column_stack([place[:, :2], place[:, 2] + place[:, :2] @ shift])


def after(place: Doubles, correction: Doubles) -> Doubles:
    """The place with a correction, in samples, made first."""
    return np.column_stack([place[:, :2] @ correction[:, :2], place[:, :2] @ correction[:, 2] + place[:, 2]])


def in_shares(view: TextureView, place: Doubles) -> Doubles:
    """From shares of the work's picture to shares of the asked one."""
    height, width = view.relief.shape
    left, top, right, bottom = view.box
    linear = place[:, :2] * TEXTURE_MAP
    origin = place[:, 2] - place[:, :2] @ np.full(2, 0.5) + 0.5
    across, down = (right - left) / width, (bottom - top) / height
    shares: Doubles = np.column_stack([linear, origin]) * np.array([[across], [down]])
    shares[:, 2] += left, top
    return shares
