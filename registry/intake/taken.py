"""What comes back from the sandbox."""

from dataclasses import dataclass, field

from registry.findings import Orientation
from registry.works import Codes, Detail, TakenPart

CODES_VERSION = 1
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


@dataclass(frozen=True, slots=True)
class Query:
    """A listing picture to hold against the registry, as the sandbox read it.

    A variant has the codes that a work has if it is shown in that orientation. There are none unless `detail` is
    `DISTINCT`: then only the digest can be looked up.
    """

    detail: Detail
    variants: tuple[tuple[Orientation, Codes], ...]
