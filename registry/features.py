"""What regional matching knows of a picture: features of a registered work, and of a picture that is asked about.

Two frames of coordinates, both in pixels, x to the right, y down, (0, 0) the centre of the top left pixel:

work frame    the work's picture, trimmed of its plain margin and scaled so that its longest side is `WORK_SIDE`
query frame   the asked picture, scaled so that its longest side is `QUERY_SIDE`

A transform is an affine 2 × 3 matrix from a work frame to the query frame. A work that is found mirrored has a
transform with a negative determinant.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WORK_SIDE = 384
QUERY_SIDE = 512
EDGE_SIDE = 64
"""The longest side of the thumbnail that a work's edges are kept for: edge pixels are a sixth of the work frame's."""

Floats = NDArray[np.float32]
Words = NDArray[np.uint64]
Picture = NDArray[np.uint8]
"""Pixels of shape (height, width, 3), RGB, or (height, width), grey."""


@dataclass(frozen=True, slots=True)
class Keypoints:
    """Points that stand out, with codes of what surrounds them.

    `codes` (n,): 64 bits each, the first bit the highest. `xy` (n, 2), `size` (n,) the diameter in pixels, `angle` (n,)
    in radians, by the frame of the picture they are of. `mirrored` (n,): the code is of the surroundings as a mirror
    shows them. `margins` (n, 64), of an asked picture alone: how sure each bit is, 0 where it may as well be the other.
    """

    codes: Words
    xy: Floats
    size: Floats
    angle: Floats
    mirrored: NDArray[np.bool_]
    margins: NDArray[np.uint8] | None = None


@dataclass(frozen=True, slots=True)
class Shapes:
    """Filled shapes, each with a code of what it and its surroundings look like.

    `codes` (n,): 64 bits each, the first bit the highest. `frames` (n, 2, 3): the affine map from the square [-1, 1]²
    to the picture's frame. `margins` as those of `Keypoints`.
    """

    codes: Words
    frames: Floats
    margins: NDArray[np.uint8] | None = None


@dataclass(frozen=True, slots=True)
class Regions:
    """Boxes of a picture, each with codes of what it holds as a whole.

    `codes` (n, k, 4): 256 bits in four words; k is 1 for a work, and 8 for an asked picture, for the eight ways it may
    lie. `boxes` (n, 4): left, top, right, bottom, in shares of the whole picture's width and height.
    """

    codes: Words
    boxes: Floats


@dataclass(frozen=True, slots=True)
class Edges:
    """Edge points of a work's thumbnail, whose longest side is `EDGE_SIDE`.

    `points` (n, 4): x, y, and the unit normal, towards the lighter side. `size`: the thumbnail's width and height.
    """

    points: Floats
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Hypotheses:
    """Places where works may be shown, the likeliest first: guesses, each to be verified.

    `rows` (n,) names the part of a work as the index numbers it; `transforms` (n, 2, 3) from its work frame to the
    query frame; `votes` (n,) how much speaks for it and `counts` (n,) how many separate points do, 0 where it is a
    guess by the whole picture or by one region of the asked one.
    """

    rows: NDArray[np.int32]
    transforms: NDArray[np.float64]
    votes: Floats
    counts: NDArray[np.int32]


TONE_SIDE, COLOUR_SIDE = 16, 6
"""A work's lightness is known for so many fields across and down, and its colours for fewer."""


@dataclass(frozen=True, slots=True)
class Tones:
    """What a work looks like from afar, its frame stretched to a square.

    `light` (TONE_SIDE, TONE_SIDE): L* of CIELAB, 0 to 100. `colour` (COLOUR_SIDE, COLOUR_SIDE, 2): its a* and b*.
    """

    light: Floats
    colour: Floats

    @property
    def contrast(self) -> float:
        """How much of it there is to see: the standard deviation of light, L*."""
        return float(self.light.std())


TEXTURE_SIDE = 256
"""The longest side of a texture's frame: the whole picture, scaled up or down to it."""

TEXTURE_MAP = 96
"""A texture's map has so many samples across and down, whatever the picture's proportions."""


@dataclass(frozen=True, slots=True)
class TextureWork:
    """What is known of a registered picture that is a texture or a seamless pattern.

    `size` is the texture frame's width and height. In it lie keypoints: `codes` (n,), `xy` (n, 2), `diameter` (n,) in
    pixels, `angle` (n,) in radians. `signs` (TEXTURE_MAP²,), of -1 and 1: where the relief lies below and above its
    surroundings, row by row, stretched over the whole picture.
    """

    size: tuple[int, int]
    codes: Words
    xy: Floats
    diameter: Floats
    angle: Floats
    signs: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class TextureView:
    """A box of an asked picture, as a texture frame of its own.

    `box`: left, top, right, bottom, in shares of the asked picture's width and height. `relief` (height, width): how
    far a pixel lies above its surroundings, in 40ths of their contrast.
    """

    box: tuple[float, float, float, float]
    relief: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class TextureQuery:
    """What is known of an asked picture that may show a texture.

    `views`: the picture, and boxes of it that may each be a whole work. `codes` (4, n): of each keypoint as it is,
    mirrored, inverted, and both; `xy` (n, 2), `diameter` (n,), `angle` (n,) in the frame of the first view.
    """

    views: tuple[TextureView, ...]
    codes: Words
    xy: Floats
    diameter: Floats
    angle: Floats


@dataclass(frozen=True, slots=True)
class Correspondences:
    """Points of a work found in the asked picture where one affine map says they should be.

    `transform` (2, 3) from the work's frame to the query frame; `work` (n, 2) and `query` (n, 2) the points that agree
    with it, the surest first; `score` is how many tenfold rarer than by chance so much agreement is, lowered where the
    points lie along a line.
    """

    row: int
    transform: NDArray[np.float64]
    work: Floats
    query: Floats
    score: float


@dataclass(frozen=True, slots=True)
class WorkFeatures:
    """A part of a registered work, as regional matching sees it.

    `size` is the work frame's width and height; `picture` the box of the whole picture in it: left, top, right, bottom,
    beyond the frame where a margin was trimmed. `generic` is how well the picture is explained by what everybody has,
    0 (not at all) to 255.
    """

    size: tuple[int, int]
    picture: tuple[float, float, float, float]
    keypoints: Keypoints
    shapes: Shapes
    edges: Edges
    regions: Regions
    tones: Tones
    generic: int
    texture: TextureWork | None = None


@dataclass(frozen=True, slots=True)
class QueryFeatures:
    """An asked picture, as regional matching sees it.

    `shapes` are told four times, as they are and as a mirror and an inversion show them, or not at all; `texture` only
    of a picture that may show one.
    """

    keypoints: Keypoints
    shapes: tuple[Shapes, ...]
    regions: Regions
    texture: TextureQuery | None
