"""What comes back from the sandbox."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from registry.features import QUERY_SIDE, TEXTURE_SIDE, Picture, QueryFeatures
from registry.findings import Orientation
from registry.intake.crossing import nonsense, unpacked
from registry.works import Codes, Detail, TakenPart

CODES_VERSION = 3
"""Which set of schemes search compares by: raised when one of them changes. Works of an older one are brought up by
`originmark refingerprint`, and until then they match by digest only."""


@dataclass(frozen=True, slots=True)
class Intake:
    """A file to register, as the sandbox read it; what can be told of its bytes unread, whoever handed them in knows.

    `width` and `height` are the file's own, after EXIF orientation: pixels, or for drawings and pages their units
    rounded. `detail` is `DISTINCT` where any part is. The first part stands for the work. `raster` holds the canonical
    pictures of all parts, None where they aren't to be kept.
    """

    media_type: str
    width: int
    height: int
    detail: Detail
    parts: tuple[TakenPart, ...]
    raster: bytes | None = field(repr=False)


_QUALITY = 80


@dataclass(frozen=True, slots=True)
class Asked:
    """A picture of a listing's file, small, for a closer look and for people.

    `width` and `height` are the picture's own; `pixels` are of `size`, whose longest side is `QUERY_SIDE`, and of
    `mode` L or RGB.
    """

    width: int
    height: int
    mode: str
    size: tuple[int, int]
    pixels: bytes = field(repr=False)

    @property
    def picture(self) -> Picture:
        """The pixels as an array; raises WorkerDied where a worker sent something else."""
        try:
            across, down = self.size
            shape = (down, across) if self.mode == "L" else (down, across, 3)
            picture = np.frombuffer(self.pixels, np.uint8).reshape(shape)
        except (TypeError, ValueError) as error:
            raise nonsense() from error
        if not picture.size or max(self.size) != QUERY_SIDE:
            raise nonsense()
        return picture

    def jpeg(self) -> bytes:
        """The picture as it is kept for people to look at."""
        import cv2  # noqa: PLC0415 - for pictures that matched; other commands start without

        shown = self.picture if self.mode == "L" else cv2.cvtColor(self.picture, cv2.COLOR_RGB2BGR)
        _, jpeg = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        return jpeg.tobytes()


@dataclass(frozen=True, slots=True)
class Closer:
    """What a worker saw at a closer look, as it crosses to this process."""

    crossed: object = field(repr=False)

    @property
    def features(self) -> QueryFeatures:
        """The features; raises WorkerDied where a worker sent something else."""
        features = unpacked(QueryFeatures, self.crossed)
        if not _is_whole(features):
            raise nonsense()
        return features


@dataclass(frozen=True, slots=True)
class Query:
    """A listing picture to hold against the registry, as the sandbox read it.

    A variant has the codes that a work has if it is shown in that orientation. There are none unless `detail` is
    `DISTINCT`. `pictures` are those of the file for a closer look.
    """

    detail: Detail
    variants: tuple[tuple[Orientation, Codes], ...]
    pictures: tuple[Asked, ...] = ()


_MOST = 10_000
"""No picture has so many points, shapes or boxes."""

_Each = tuple[NDArray[Any] | None, tuple[int, ...]]
"""An array that tells something of several things, and the shape of what it tells of each."""


def _is_whole(seen: QueryFeatures) -> bool:
    """Whether arrays that tell of the same things tell of equally many, and of no more than a picture has."""
    texture = seen.texture
    shown = texture is None or (bool(texture.views) and all(_is_relief(view.relief) for view in texture.views))
    return shown and all(_agree(*arrays) for arrays in _arrays(seen))


def _arrays(seen: QueryFeatures) -> Iterator[tuple[_Each, ...]]:
    points, regions, texture = seen.keypoints, seen.regions, seen.texture
    places = (points.xy, (2,)), (points.size, ()), (points.angle, ())
    yield (points.codes, ()), *places, (points.mirrored, ()), (points.margins, (64,))
    for shapes in seen.shapes:
        yield (shapes.codes, ()), (shapes.frames, (2, 3)), (shapes.margins, (64,))
    yield (regions.codes, (len(Orientation), 4)), (regions.boxes, (4,))
    if texture is not None:
        yield (texture.codes.T, (4,)), (texture.xy, (2,)), (texture.diameter, ()), (texture.angle, ())


def _agree(*arrays: _Each) -> bool:
    shapes = {array.shape[: array.ndim - len(each)] for array, each in arrays if array is not None}
    ends = all(array is None or array.shape[array.ndim - len(each) :] == each for array, each in arrays)
    (count,) = shapes if len(shapes) == 1 else ((),)
    return ends and len(count) == 1 and count[0] <= _MOST


def _is_relief(relief: NDArray[Any]) -> bool:
    return relief.ndim == 2 and 0 < min(relief.shape) <= max(relief.shape) <= TEXTURE_SIDE
