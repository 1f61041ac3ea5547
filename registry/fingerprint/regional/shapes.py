"""The shapes of a picture with their codes: of a work to keep, and of an asked picture to look for.

They carry flat designs, which have few points that stand out. A photograph's shapes are seldom found again, so that
they are looked for only where a picture has flat areas.
"""

from registry.features import Floats, Picture, Shapes
from registry.fingerprint.regional.coder import codes, margins
from registry.fingerprint.regional.contours import filled
from registry.fingerprint.regional.shape_coder import VARIANTS, ShapeCoder, shape_coder
from registry.fingerprint.regional.shape_patches import patch_frames

WORK_MOST = 24
"""Codes kept of a work."""

QUERY_MOST = 100
"""Codes asked about, for each variant."""

_WORK_CONTOURS = 24
_QUERY_CONTOURS = 60
_PEAKS = 2, 0.8
"""Directions for each patch, and how strong they are beside the strongest: as a work's patch, so a query's."""


def work_shapes(frame: Picture, coder: ShapeCoder | None = None) -> Shapes:
    """The shapes of a work, given the grey picture of its work frame: at most `WORK_MOST`."""
    frames, descriptors = patch_frames(frame, filled(frame, _WORK_CONTOURS), *_PEAKS)
    frames, descriptors = frames[:WORK_MOST], descriptors[:WORK_MOST]
    return Shapes(codes((coder or shape_coder()).projections(descriptors)), frames)


def query_shapes(frame: Picture, coder: ShapeCoder | None = None) -> tuple[Shapes, Shapes, Shapes, Shapes]:
    """The shapes of an asked picture, given the grey picture of its query frame: at most `QUERY_MOST`, four times.

    As they are, and as the work would show them if the asked picture is mirrored, inverted, or both. In each, a shape
    that has the code of a work's shape says that the work's frame is the query's: the transform from work to query is
    `query.frames[i] ∘ work.frames[j]⁻¹`.
    """
    frames, descriptors = patch_frames(frame, filled(frame, _QUERY_CONTOURS), *_PEAKS)
    frames, descriptors = frames[:QUERY_MOST], descriptors[:QUERY_MOST]
    coder = coder or shape_coder()
    plain, mirrored, inverted, both = (
        _variant(coder.projections(descriptors[:, order]), frames, change) for order, change in VARIANTS
    )
    return plain, mirrored, inverted, both


def _variant(projections: Floats, frames: Floats, change: Floats) -> Shapes:
    changed = frames.copy()
    changed[:, :, :2] = frames[:, :, :2] @ change
    return Shapes(codes(projections), changed, margins(projections))
