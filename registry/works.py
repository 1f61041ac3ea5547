"""What a claimant registers: a Work, what is said about it, and the codes that recognise it."""

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


class Ground(StrEnum):
    """What lies under the transparent parts of a picture: a picture with alpha has one set of codes for each ground."""

    OPAQUE = "opaque"
    WHITE = "white"
    BLACK = "black"


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
    """A registered work. `sha256` is of the file's bytes; `entry` is its leaf's content at `index` of the log."""

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

    def known_to(self, viewer: Viewer) -> bool:
        """Whether the viewer may learn that the work is registered: a private one is its own account's secret."""
        return self.description.visibility is Visibility.PUBLIC or viewer.everything or viewer.account == self.account


@dataclass(frozen=True, slots=True)
class Codes:
    """The two codes that search compares, of one picture over one ground: 32 bytes of PDQ and 8 of pHash."""

    pdq: bytes
    phash: bytes


@dataclass(frozen=True, slots=True)
class Added:
    """A feed event: the work may be found by these codes; flat and noisy works have none."""

    seq: int
    work: WorkId
    codes: tuple[Codes, ...]


@dataclass(frozen=True, slots=True)
class Removed:
    """A feed event: the work is found no more."""

    seq: int
    work: WorkId


FeedEvent = Added | Removed
"""Events are numbered from 1, without gaps, in commit order."""
