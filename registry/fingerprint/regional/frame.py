"""The frames that features are measured in: a work without its plain margin, an asked picture as it is."""

import cv2
import numpy as np

from registry.features import QUERY_SIDE, WORK_SIDE, Picture

TOLERANCE = 14
"""Levels that a pixel of the margin may differ from the border's median, in any channel."""

PAD = 0.06
"""So much of the longest side is left around what is trimmed, so that outlines at its edge stay whole."""

LEAST = 24
"""Content smaller than this many pixels isn't trimmed to."""

_STRAY = 0.003
"""So small a share of differing pixels in a row or column is dirt."""

Box = tuple[int, int, int, int]
"""Left, top, right, bottom; right and bottom are outside."""


def content_box(picture: Picture) -> Box:
    """The box of what differs from the colour of the border, its median; the whole picture where nothing does."""
    height, width = picture.shape[:2]
    whole = 0, 0, width, height
    if min(height, width) <= 5:
        return whole
    ring = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    ground = np.median(ring, axis=0)
    low = np.clip(np.ceil(ground - TOLERANCE), 0, 255)
    high = np.clip(np.floor(ground + TOLERANCE), 0, 255)
    differs = cv2.medianBlur(255 - cv2.inRange(picture, low, high), 3)
    across = cv2.reduce(differs, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel() / 255
    down = cv2.reduce(differs, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel() / 255
    columns = np.flatnonzero(across > max(1.0, _STRAY * height))
    rows = np.flatnonzero(down > max(1.0, _STRAY * width))
    if len(columns) < 4 or len(rows) < 4:
        return whole
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def trimmed(picture: Picture) -> tuple[Picture, Box]:
    """The picture without its plain margin but for a pad, and the box that was cut out of it."""
    height, width = picture.shape[:2]
    left, top, right, bottom = content_box(picture)
    if right - left < LEAST or bottom - top < LEAST:
        return picture, (0, 0, width, height)
    pad = int(PAD * max(right - left, bottom - top))
    box = max(0, left - pad), max(0, top - pad), min(width, right + pad), min(height, bottom + pad)
    return picture[box[1] : box[3], box[0] : box[2]], box


def grey(picture: Picture) -> Picture:
    """Luma (ITU-R BT.601)."""
    if picture.ndim == 2:
        return picture
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY), np.uint8)


def scaled(picture: Picture, side: int) -> Picture:
    """The picture with its longest side at `side` pixels; averaged where it shrinks, bilinear where it grows."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    size = max(8, round(width * scale)), max(8, round(height * scale))
    if size == (width, height):
        return picture
    filtered = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    return np.asarray(filtered, np.uint8)


def work_frame(picture: Picture) -> tuple[Picture, tuple[float, float, float, float]]:
    """The grey picture of a work frame, and the box of the whole picture in it."""
    height, width = picture.shape[:2]
    cut, (left, top, _, _) = trimmed(picture)
    framed = grey(scaled(cut, WORK_SIDE))
    # Sides are rounded, and none is shorter than `scaled` makes it, so each has a scale of its own.
    across, down = framed.shape[1] / cut.shape[1], framed.shape[0] / cut.shape[0]
    return framed, (-left * across, -top * down, (width - left) * across, (height - top) * down)


def query_frame(picture: Picture) -> Picture:
    """The grey picture of a query frame."""
    return grey(scaled(picture, QUERY_SIDE))
