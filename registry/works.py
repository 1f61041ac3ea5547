"""What a claimant registers: a Work, what is said about it, and the codes that recognise it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from registry.accounts import AccountId, Viewer
from registry.clock import Seconds

WorkId = NewType("WorkId", str)
"""`wrk_` and 20 characters of base32: 100 random bits, so that a work can't be found by counting."""


class Kind(StrEnum):
    """What sort of work it is."""

    IMAGE = "image"
    DESIGN = "design"


class Visibility(StrEnum):
    """Who may learn that the work is registered."""

    PUBLIC = "public"
    PRIVATE = "private"


class Role(StrEnum):
    """In which role the claimant declares."""

    AUTHOR = "author"
    HOLDER = "holder"
    AGENT = "agent"


class Detail(StrEnum):
    """What a work's fingerprints may be used for: decided once, when it is registered.

    Blank, flat and noisy pictures have codes that say nothing about them, so these works match by digest only.
    """

    DISTINCT = "distinct"
    FLAT = "flat"
    NOISY = "noisy"
    COMMON = "common"  # what everybody has: checks, stripes, a plain circle, a blank T-shirt


def overall(details: Sequence[Detail]) -> Detail:
    """What several pictures of one thing are good for together: distinct where any is, else as the first."""
    return Detail.DISTINCT if Detail.DISTINCT in details else details[0]


class Ground(StrEnum):
    """What lies under the transparent parts of a picture: a picture with alpha has one set of codes for each ground."""

    OPAQUE = "opaque"
    WHITE = "white"
    BLACK = "black"


class PartKind(StrEnum):
    """What a part is of its file."""

    WHOLE = "whole"
    PAGE = "page"
    ARTBOARD = "artboard"
    LAYER = "layer"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class Part:
    """One of a work's pictures: the whole of it, a page, an artboard, a layer, a picture set into a page.

    Numbered from 0, which is the part that stands for the work. `name` is what the file calls it, empty for the whole.
    """

    number: int
    kind: PartKind
    name: str
    width: int
    height: int
    detail: Detail

    @property
    def label(self) -> str:
        """How to speak of it: "page 7", "picture 2 on page 7", "the layer “Logo”"; empty for the whole."""
        match self.kind:
            case PartKind.WHOLE:
                return ""
            case PartKind.PAGE | PartKind.PICTURE:
                return self.name
            case PartKind.ARTBOARD | PartKind.LAYER:
                return f"the {self.kind} “{self.name}”"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A code that survives re-encoding.

    `scheme` names the code and its version; `code` is 8 bytes for `phash-v1`, 32 for `pdq-raster-v1`; `quality` is the
    scheme's own measure, 0 (says nothing) to 100.
    """

    scheme: str
    ground: Ground
    code: bytes
    quality: int


@dataclass(frozen=True, slots=True)
class Description:
    """What the claimant says of a file; the same file with another description is a conflict."""

    title: str
    kind: Kind = Kind.IMAGE
    visibility: Visibility = Visibility.PUBLIC
    role: Role = Role.AUTHOR
    previous: WorkId | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """A registered work. `sha256` is of the file's bytes; `entry` is its leaf's content at `index` of the log.

    `raster` and `original` name the blobs that are kept of it. A work that is `withdrawn` is matched no more.
    """

    id: WorkId
    account: AccountId
    description: Description
    sha256: bytes
    size: int
    media_type: str
    width: int
    height: int
    detail: Detail
    entry: bytes
    index: int
    registered: Seconds
    raster: str | None = None
    original: str | None = None
    withdrawn: Seconds | None = None

    def known_to(self, viewer: Viewer) -> bool:
        """Whether the viewer may learn that the work is registered: a private one is its own account's secret."""
        return self.description.visibility is Visibility.PUBLIC or viewer.everything or viewer.account == self.account


@dataclass(frozen=True, slots=True)
class Codes:
    """The two codes that search compares, of one picture over one ground: 32 bytes of PDQ and 8 of pHash."""

    pdq: bytes
    phash: bytes


def differing_bits(one: bytes, other: bytes) -> int:
    """The Hamming distance of two codes of the same length."""
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()


@dataclass(frozen=True, slots=True)
class TakenPart:
    """A part as it was taken in: what it is, its fingerprints, and a small JPEG of it.

    `codes` are what search compares it by, for each ground; none unless its detail is `DISTINCT`. `features` are what
    regional matching knows of it, packed; empty where there is nothing to know.
    """

    part: Part
    fingerprints: tuple[Fingerprint, ...]
    codes: dict[Ground, Codes]
    thumbnail: bytes
    features: bytes = b""


@dataclass(frozen=True, slots=True)
class Recoded:
    """What the schemes of today say of a part, by the canonical picture that was kept of it."""

    number: int
    detail: Detail
    codes: dict[Ground, Codes]
    features: bytes = b""


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is kept of a file besides its record: its canonical raster unless refused, the file itself if asked for."""

    raster: bool = True
    original: bool = False


USUAL_KEEPING = Keeping()


@dataclass(frozen=True, slots=True)
class Added:
    """A feed event: the work may be found by these codes or packed features, each with the number of its part.

    An index of codes is told no features, and one of features no codes. Works without a distinct part have no codes.
    """

    seq: int
    work: WorkId
    codes: tuple[tuple[int, Codes], ...] = ()
    features: tuple[tuple[int, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Removed:
    """A feed event: the work is found no more."""

    seq: int
    work: WorkId


@dataclass(frozen=True, slots=True)
class Passed:
    """A feed event about a work that was erased since: nothing to do, and nothing to know."""

    seq: int


FeedEvent = Added | Removed | Passed
"""Events are numbered from 1, without gaps, in commit order."""
