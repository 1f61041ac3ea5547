"""Features of a picture that is, or shows, a texture."""

from collections.abc import Sequence

import cv2
import numpy as np

from registry.features import TEXTURE_MAP, Floats, Picture, TextureQuery, TextureView, TextureWork
from registry.fingerprint.regional.frame import content_box
from registry.fingerprint.texture.points import chosen, codes_of, points_of, variants_of
from registry.fingerprint.texture.relief import STEPS, framed, relief_of
from registry.fingerprint.texture.suspect import ASKED, REGISTERED, Box, loud, textured_box

_KEPT = 102
"""Keypoints of a work: with the map, that makes 2,381 bytes."""

_ASKED = 250
"""Keypoints of an asked picture."""

_FOUND = 300
_LEAST_SIDE = 24
_WHOLE = 0.0, 0.0, 1.0, 1.0
_NEARLY_WHOLE = 0.94
"""A picture without its margin is a view of its own where it's narrower than this share, or lower."""

_FILLED = 0.9
"""A work is a texture where texture fills so much of it: of anything else, an outline would be what is found."""

_PATCH = 0.6
"""A textured patch is one where it is a smaller share of the picture than this."""

_LEAST_CONTRAST = 0.3
"""Grey levels by which pixels commonly differ from their surroundings, after denoising. With less, what is left is the
rounding of grey levels and the grid of JPEG's blocks, which all pictures share."""


_STRIPED = 0.9
"""How much of a map's variance its columns' means may explain, or its rows': plain stripes are in every picture that
has an edge. Of 113 faint textures one is above 0.65, and was seen in photographs."""


def texture_of_work(picture: Picture) -> TextureWork | None:
    """A registered picture's texture; None where it is none, or too faint to be told from what saving adds."""
    if min(picture.shape[:2]) < _LEAST_SIDE or (patch := textured_box(picture, REGISTERED)) is None:
        return None
    if (patch[2] - patch[0]) * (patch[3] - patch[1]) < _FILLED or loud(picture):
        return None
    frame = framed(picture)
    if _contrast(frame) < _LEAST_CONTRAST:
        return None
    relief = relief_of(frame)
    small = cv2.resize(relief, (TEXTURE_MAP, TEXTURE_MAP), interpolation=cv2.INTER_AREA)
    signs = np.where(small > 0, 1, -1).astype(np.int8).ravel()
    if max(float(signs.reshape(small.shape).mean(axis=axis).var()) for axis in (0, 1)) > _STRIPED:
        return None
    points, descriptors = points_of(relief, _FOUND)
    kept = chosen(points, _KEPT)
    points = points[kept]
    codes = codes_of(descriptors[kept])
    size = relief.shape[1], relief.shape[0]
    return TextureWork(size, codes, points[:, :2], points[:, 2], points[:, 3], signs)


def texture_of_query(picture: Picture, boxes: Sequence[Box] = ()) -> TextureQuery | None:
    """An asked picture's texture, or None where it shows none.

    `boxes`: parts of the picture that may each be a whole work, in shares of its width and height. Where a texture
    fills but a part, its patch comes first and keypoints are looked for there; edges, words and other pictures would
    drown it.
    """
    if min(picture.shape[:2]) < _LEAST_SIDE or (patch := textured_box(picture, ASKED)) is None:
        return None
    height, width = picture.shape[:2]
    left, top, right, bottom = content_box(picture)
    content = left / width, top / height, right / width, bottom / height
    views = [_WHOLE] if min(content[2] - content[0], content[3] - content[1]) > _NEARLY_WHOLE else [content, _WHOLE]
    if (patch[2] - patch[0]) * (patch[3] - patch[1]) < _PATCH:
        views.insert(0, patch)
    cuts = [(box, cut) for box in [*views, *boxes] if min((cut := _cut(picture, box)).shape[:2]) >= _LEAST_SIDE]
    reliefs = [(box, relief_of(framed(cut))) for box, cut in cuts]
    points, descriptors = points_of(reliefs[0][1], _ASKED)
    codes = variants_of(descriptors)
    kept = tuple(TextureView(box, np.round(relief * STEPS).astype(np.int8)) for box, relief in reliefs)
    return TextureQuery(kept, codes, points[:, :2], points[:, 2], points[:, 3])


def _contrast(frame: Floats) -> float:
    """How far, in grey levels, a pixel commonly lies from its surroundings."""
    return float((frame - cv2.blur(frame, (17, 17))).std())


def _cut(picture: Picture, box: Box) -> Picture:
    height, width = picture.shape[:2]
    left, top, right, bottom = box
    return picture[round(top * height) : round(bottom * height), round(left * width) : round(right * width)]
