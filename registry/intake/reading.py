"""What a worker does with a file: decode it, look at it, and keep what the registry needs of it.

Fingerprints are kept for the grounds on which a picture shows something: a black drawing on nothing has none on black.
If it shows nothing on any, its codes are kept for the record, `detail` says so, and nothing is compared by them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np
from PIL import Image

from registry.features import QUERY_SIDE
from registry.findings import Orientation
from registry.fingerprint.detail import detail
from registry.fingerprint.pdq import PDQRaster
from registry.fingerprint.phash import PHash
from registry.fingerprint.regional.packed import pack
from registry.fingerprint.scheme import Raster, Scheme
from registry.fingerprint.variants import variants
from registry.intake.crossing import packed
from registry.intake.seeing import query_features, work_features
from registry.intake.taken import Asked, Closer, Intake, Query
from registry.media.budget import Budget
from registry.media.kept import LONGEST, Keeper, kept_pictures
from registry.media.parts import parts
from registry.media.picture import Decoded, PartPicture
from registry.media.raster import WORKING_SIDE, grounds_of, raster_of_kept, rasters_on, seen_alike
from registry.media.sniff import sniff
from registry.media.thumbnail import reduced, thumbnail
from registry.works import (
    Codes,
    Detail,
    Fingerprint,
    Ground,
    Part,
    PartKind,
    Recoded,
    TakenPart,
    differing_bits,
    overall,
)

PictureT = TypeVar("PictureT")

PHASH = PHash()
PDQ = PDQRaster()
SCHEMES: tuple[Scheme, ...] = (PHASH, PDQ)
"""The schemes that every work is registered with, in the order of its fingerprints for one ground."""

LOOKED_AT = 8
"""So many pictures of a listing's file are held against the registry, the first ones: listings show pictures."""

SAME_PICTURE = 8
"""A layer or a picture whose PDQ is this near to an earlier part's adds nothing to it: the same, re-encoded."""

_OPTIONAL = frozenset({PartKind.LAYER, PartKind.PICTURE})
"""Parts that are kept only if they have something to be recognised by; pages keep their place whatever they show."""


def read_work(data: bytes, budget: Budget | None, *, keep: bool) -> Intake:
    """A file to register; raises the MediaError that says why it can't be taken in."""
    media_type = sniff(data)
    keeper = Keeper() if keep else None
    taken: list[TakenPart] = []
    for picture in parts(data, media_type, budget or Budget(), side=WORKING_SIDE):
        grounds = grounds_of(picture.decoded)
        pictures = tuple((ground, reduced(decoded, LONGEST)) for ground, decoded in grounds)
        part = _take(len(taken), picture, grounds, pictures)
        if picture.kind in _OPTIONAL and not _worth_keeping(part, taken):
            continue
        taken.append(part)
        if keeper is not None:
            keeper.add(part.part.number, pictures)
    return Intake(
        media_type=media_type.value,
        width=taken[0].part.width,
        height=taken[0].part.height,
        detail=overall([one.part.detail for one in taken]),
        parts=tuple(taken),
        raster=None if keeper is None else keeper.packed(),
    )


def read_query(data: bytes, budget: Budget | None) -> Query:
    """A listing picture to check; raises the MediaError that says why it can't be read."""
    details: list[Detail] = []
    found: list[tuple[Orientation, Codes]] = []
    asked: list[Asked] = []
    for picture in parts(data, sniff(data), budget or Budget(), side=WORKING_SIDE):
        grounds = grounds_of(picture.decoded)
        seen = _Seen.of(rasters_on(grounds))
        details.append(seen.detail)
        if seen.detail is Detail.DISTINCT:
            found += seen.variants()
        asked.append(_asked(seen.clearest(grounds)))
        if len(details) == LOOKED_AT:
            break
    return Query(overall(details), tuple(found), tuple(asked))


def read_closer(asked: Asked) -> Closer:
    """What regional matching asks about a picture that was read before."""
    return Closer(packed(query_features(asked.picture)))


def read_kept(raster: bytes) -> tuple[Recoded, ...]:
    """What the schemes of today say of each part, by the canonical pictures that were kept."""
    pictures: dict[int, list[tuple[Ground, Image.Image]]] = {}
    for part, ground, picture in kept_pictures(raster):
        pictures.setdefault(part, []).append((ground, picture))
    return tuple(_recoded(part, kept) for part, kept in sorted(pictures.items()))


def _recoded(part: int, pictures: Sequence[tuple[Ground, Image.Image]]) -> Recoded:
    seen = _Seen.of(seen_alike(tuple((ground, raster_of_kept(picture)) for ground, picture in pictures)))
    return Recoded(part, seen.detail, seen.codes, _features(seen, pictures))


def _take(
    number: int,
    picture: PartPicture,
    grounds: tuple[tuple[Ground, Decoded], ...],
    pictures: tuple[tuple[Ground, Image.Image], ...],
) -> TakenPart:
    decoded, (_, plainest) = picture.decoded, grounds[0]
    seen = _Seen.of(rasters_on(grounds))
    part = Part(number, picture.kind, picture.name, decoded.width, decoded.height, seen.detail)
    return TakenPart(part, seen.fingerprints, seen.codes, thumbnail(plainest), _features(seen, pictures))


def _features(seen: "_Seen", pictures: Sequence[tuple[Ground, Image.Image]]) -> bytes:
    """What regional matching knows of a part; nothing where it shows what everybody has."""
    if seen.detail is Detail.COMMON:
        return b""
    return pack(work_features(np.asarray(seen.clearest(pictures)), seen.detail))


def _asked(decoded: Decoded) -> Asked:
    """The picture as regional matching wants it."""
    scale = QUERY_SIDE / max(decoded.width, decoded.height)
    size = max(8, round(decoded.width * scale)), max(8, round(decoded.height * scale))
    picture = decoded.scaled(size, Image.Resampling.BILINEAR)
    return Asked(decoded.width, decoded.height, picture.mode, picture.size, picture.tobytes())


def _worth_keeping(part: TakenPart, before: list[TakenPart]) -> bool:
    """Whether a layer or a picture can be recognised at all, and isn't one of the parts before it once more."""
    return bool(part.codes) and not any(
        differing_bits(codes.pdq, other.pdq) <= SAME_PICTURE
        for codes in part.codes.values()
        for earlier in before
        for other in earlier.codes.values()
    )


@dataclass(frozen=True, slots=True)
class _Ground:
    """A picture on one ground."""

    ground: Ground
    raster: Raster
    fingerprints: tuple[Fingerprint, Fingerprint]
    detail: Detail

    @classmethod
    def of(cls, ground: Ground, raster: Raster) -> Self:
        phash, pdq = (Fingerprint(scheme.name, ground, *scheme.compute(raster)) for scheme in SCHEMES)
        return cls(ground, raster, (phash, pdq), detail(raster, pdq.quality))


@dataclass(frozen=True, slots=True)
class _Seen:
    """A picture on those of its grounds that show the most of it."""

    detail: Detail
    grounds: tuple[_Ground, ...]

    @classmethod
    def of(cls, made: Iterable[tuple[Ground, Raster]]) -> Self:
        seen = [_Ground.of(ground, raster) for ground, raster in made]
        most = overall([its.detail for its in seen])
        return cls(most, tuple(its for its in seen if its.detail is most))

    def clearest(self, pictures: Sequence[tuple[Ground, PictureT]]) -> PictureT:
        """Of a picture on its grounds the one that shows most contrast; white where both show the same."""
        best = max(self.grounds, key=lambda its: float(its.raster.std()))
        return dict(pictures).get(best.ground, pictures[0][1])

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        return tuple(fingerprint for its in self.grounds for fingerprint in its.fingerprints)

    @property
    def codes(self) -> dict[Ground, Codes]:
        if self.detail is not Detail.DISTINCT:
            return {}
        return {
            its.ground: Codes(pdq=pdq.code, phash=phash.code)
            for its in self.grounds
            for phash, pdq in [its.fingerprints]
        }

    def variants(self) -> Iterator[tuple[Orientation, Codes]]:
        for its in self.grounds:
            for orientation, turned in variants(its.raster):
                yield orientation, Codes(pdq=PDQ.compute(turned)[0], phash=PHASH.compute(turned)[0])
