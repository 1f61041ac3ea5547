"""Intake: a file makes one trip through the sandbox, and comes back as what the journeys need of it.

    bytes → decoded once → raster for each ground → detail → codes        for a registration
                                                          → eight times   for a check
                        → thumbnail

Fingerprints are kept for the grounds on which the picture shows something: a black drawing on nothing has none on
black. If it shows nothing on any, its codes are kept for the record, `detail` says so, and nothing is compared by them.
"""

import hashlib
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from registry.findings import Orientation
from registry.fingerprint.detail import detail
from registry.fingerprint.pdq import PDQRaster
from registry.fingerprint.phash import PHash
from registry.fingerprint.scheme import Raster, Scheme
from registry.fingerprint.variants import variants
from registry.media.decode import Budget, decode
from registry.media.raster import WORKING_SIDE, rasters
from registry.media.sandbox import Limits, Sandbox
from registry.media.thumbnail import thumbnail
from registry.works import Codes, Detail, Fingerprint, Ground

__all__ = [
    "SCHEMES",
    "Budget",
    "Intake",
    "IntakeDesk",
    "Limits",
    "Query",
    "read_query",
    "read_work",
]

PHASH = PHash()
PDQ = PDQRaster()
SCHEMES: tuple[Scheme, ...] = (PHASH, PDQ)
"""The schemes that every work is registered with, in the order of its fingerprints for one ground."""


@dataclass(frozen=True, slots=True)
class Intake:
    """A file to register, as the sandbox read it. `sha256` and `size` are of its bytes.

    `width` and `height` are the picture's in pixels as it is seen, after EXIF orientation. `thumbnail` is a JPEG.
    """

    sha256: bytes
    size: int
    media_type: str
    width: int
    height: int
    detail: Detail
    fingerprints: tuple[Fingerprint, ...]
    thumbnail: bytes

    @property
    def codes(self) -> dict[Ground, Codes]:
        """What search compares the work by: its codes for each ground; none unless `detail` is `DISTINCT`."""
        if self.detail is not Detail.DISTINCT:
            return {}
        found = {(one.ground, one.scheme): one.code for one in self.fingerprints}
        grounds = dict.fromkeys(one.ground for one in self.fingerprints)
        return {ground: Codes(pdq=found[ground, PDQ.name], phash=found[ground, PHASH.name]) for ground in grounds}


@dataclass(frozen=True, slots=True)
class Query(Intake):
    """A listing picture to hold against the registry: what `Intake` has, and eight variants for each ground.

    A variant has the codes that a work has if it is shown in that orientation. There are none unless `detail` is
    `DISTINCT`: then only the digest can be looked up.
    """

    variants: tuple[tuple[Orientation, Codes], ...]


class IntakeDesk:
    """Takes files in; usable from any thread. `workers` is their number, one for each core unless told otherwise.

    Every method raises the `MediaError` that says why a file can't be taken in, or leaves it in its future.
    """

    def __init__(
        self, *, budget: Budget | None = None, limits: Limits | None = None, workers: int | None = None
    ) -> None:
        self._budget = budget or Budget()
        self._sandbox = Sandbox(
            preload=(__name__, "scipy.fftpack"),  # the latter is what imagehash imports when it is called
            results=(Intake, Query, Codes, Fingerprint, Detail, Ground, Orientation),
            workers=workers,
            limits=limits,
        )

    @property
    def workers(self) -> int:
        """How many files are read at once."""
        return self._sandbox.workers

    def take_in(self, data: bytes) -> Intake:
        """Reads a file to register."""
        return self.take_in_soon(data).result()

    def take_in_soon(self, data: bytes) -> "Future[Intake]":
        """Queues a file to register."""
        return self._sandbox.submit(read_work, data, self._budget)

    def look_at(self, data: bytes) -> Query:
        """Reads a listing picture to check."""
        return self.look_at_soon(data).result()

    def look_at_soon(self, data: bytes) -> "Future[Query]":
        """Queues a listing picture to check."""
        return self._sandbox.submit(read_query, data, self._budget)

    def close(self) -> None:
        """Ends the worker processes."""
        self._sandbox.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_work(data: bytes, budget: Budget) -> Intake:
    """Runs in a worker: a file to register."""
    intake, _ = _read(data, budget)
    return intake


def read_query(data: bytes, budget: Budget) -> Query:
    """Runs in a worker: a listing picture to check."""
    intake, grounds = _read(data, budget)
    found: tuple[tuple[Orientation, Codes], ...] = ()
    if intake.detail is Detail.DISTINCT:
        found = tuple(
            (orientation, Codes(pdq=PDQ.compute(turned)[0], phash=PHASH.compute(turned)[0]))
            for _, raster in grounds
            for orientation, turned in variants(raster)
        )
    return Query(
        intake.sha256,
        intake.size,
        intake.media_type,
        intake.width,
        intake.height,
        intake.detail,
        intake.fingerprints,
        intake.thumbnail,
        found,
    )


def _read(data: bytes, budget: Budget) -> tuple[Intake, tuple[tuple[Ground, Raster], ...]]:
    """The intake, and the rasters that its fingerprints are of."""
    decoded = decode(data, budget, side=WORKING_SIDE)
    seen = [_Seen.on(ground, raster) for ground, raster in rasters(decoded)]
    overall = next((Detail.DISTINCT for its in seen if its.detail is Detail.DISTINCT), seen[0].detail)
    kept = [its for its in seen if its.detail is overall]
    intake = Intake(
        sha256=hashlib.sha256(data).digest(),
        size=len(data),
        media_type=decoded.media_type.value,
        width=decoded.width,
        height=decoded.height,
        detail=overall,
        fingerprints=tuple(fingerprint for its in kept for fingerprint in its.fingerprints),
        thumbnail=thumbnail(decoded),
    )
    return intake, tuple((its.ground, its.raster) for its in kept)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A picture on one ground."""

    ground: Ground
    raster: Raster
    fingerprints: tuple[Fingerprint, Fingerprint]
    detail: Detail

    @classmethod
    def on(cls, ground: Ground, raster: Raster) -> Self:
        phash, pdq = (Fingerprint(scheme.name, ground, *scheme.compute(raster)) for scheme in SCHEMES)
        return cls(ground, raster, (phash, pdq), detail(raster, pdq.quality))
