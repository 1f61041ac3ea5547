"""What regional matching sees in a picture: the features of a work to keep, and those of an asked picture."""

import numpy as np

from registry.features import Edges, Keypoints, Picture, QueryFeatures, Shapes, WorkFeatures
from registry.fingerprint.regional.contours import KEPT_FLAT, has_flat_areas
from registry.fingerprint.regional.edges import work_edges
from registry.fingerprint.regional.frame import query_frame, work_frame
from registry.fingerprint.regional.keypoints import query_keypoints, work_keypoints
from registry.fingerprint.regional.regions import query_regions, work_regions
from registry.fingerprint.regional.shapes import query_shapes, work_shapes
from registry.fingerprint.regional.tones import work_tones
from registry.fingerprint.regional.zoomed import together, zoomed
from registry.fingerprint.texture import texture_of_query, texture_of_work
from registry.match.aligned.generic import generic
from registry.works import Detail

TEXTURED = frozenset({Detail.FLAT, Detail.NOISY})
"""Whole-picture codes say nothing of a faint texture; whatever they do say something of is recognised without."""

_NONE, _NO_WORDS = np.zeros(0, np.float32), np.zeros(0, np.uint64)
NO_KEYPOINTS = Keypoints(_NO_WORDS, np.zeros((0, 2), np.float32), _NONE, _NONE, np.zeros(0, np.bool_))
NO_SHAPES = Shapes(_NO_WORDS, np.zeros((0, 2, 3), np.float32))


def work_features(picture: Picture, detail: Detail) -> WorkFeatures:
    """The features of a part of a work, given its picture; a texture is known by its relief and its look as a whole."""
    frame, whole = work_frame(picture)
    edges = work_edges(frame)
    texture = texture_of_work(picture) if detail in TEXTURED else None
    return WorkFeatures(
        size=(frame.shape[1], frame.shape[0]),
        picture=whole,
        keypoints=work_keypoints(frame) if texture is None else NO_KEYPOINTS,
        shapes=work_shapes(frame) if texture is None and has_flat_areas(frame, KEPT_FLAT) else NO_SHAPES,
        edges=edges if texture is None else Edges(edges.points[:0], edges.size),
        regions=work_regions(picture),
        tones=work_tones(picture),
        generic=generic(frame, edges),
        texture=texture,
    )


def query_features(picture: Picture) -> QueryFeatures:
    """The features of an asked picture, whose longest side is `registry.features.QUERY_SIDE`."""
    frame, regions = query_frame(picture), query_regions(picture)
    return QueryFeatures(
        keypoints=together([query_keypoints(frame), *zoomed(frame, regions)]),
        shapes=query_shapes(frame) if has_flat_areas(frame) else (),
        regions=regions,
        texture=texture_of_query(picture),
    )
