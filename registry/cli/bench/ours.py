"""The registry's own matching, as a check does it: codes of whole pictures, and a closer look where they don't block.

Here all happens in one process and in memory, with the functions that the sandbox's workers and the journey of checking
call; what a check does beside matching (accounts, silence, what is kept of it) is left out.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import faiss
import numpy as np
from numpy.typing import NDArray

from registry.cli.bench.matcher import Index, Times
from registry.findings import Size
from registry.fingerprint.regional.packed import pack, unpack
from registry.intake import reading
from registry.intake.taken import Asked, Query
from registry.match.thresholds import BLOCK, BLOCK_RATE, REACH, REVIEW_RATE, THRESHOLDS
from registry.matching.afar import borne_out
from registry.matching.fused import calibrated, fused
from registry.matching.known import KnownParts
from registry.matching.looking import look
from registry.matching.placed import placed
from registry.matching.stages import Stage, Stages
from registry.search.exact import ExactIndex
from registry.works import Added, Codes, WorkId

_Words = NDArray[np.uint64]

SURE = 20.0
"""The score of a work whose codes alone block, less what differs: above all rarities, since these are asked first."""


@dataclass(frozen=True, slots=True)
class Read:
    """What is kept of a work: for each part, by its number, its size in pixels, its codes and its packed features."""

    sizes: Mapping[int, Size]
    codes: tuple[tuple[int, Codes], ...]
    features: tuple[tuple[int, bytes], ...]


@dataclass(frozen=True)
class OwnMatcher:
    """The registry's own matching; without the closer look what `codes_only` says, to show what that look adds.

    A score is the rarity of the strongest evidence, minus the decimal logarithm of how many false pairs come as close;
    works whose codes alone block are above all of them.
    """

    codes_only: bool = False

    @property
    def name(self) -> str:
        """What it is called in tables."""
        return "Originmark, whole pictures only" if self.codes_only else "Originmark"

    @property
    def fixed(self) -> Mapping[str, float]:
        """Where its own rates for review and for block begin; what never blocks however rare is not told apart."""
        return {"review": _rarity(REVIEW_RATE), "block": SURE - 1 if self.codes_only else _rarity(BLOCK_RATE)}

    def read(self, picture: bytes) -> Read:
        """Codes and features of every part."""
        parts = reading.read_work(picture, None, keep=False).parts
        return Read(
            sizes={one.part.number: (one.part.width, one.part.height) for one in parts},
            codes=tuple((one.part.number, codes) for one in parts for codes in one.codes.values()),
            features=() if self.codes_only else tuple((one.part.number, one.features) for one in parts if one.features),
        )

    def altered(self, kept: object, dice: np.random.Generator) -> Read:
        """A work that there isn't: bits of codes flipped, everything else as it is."""
        assert isinstance(kept, Read)  # noqa: S101 - a bench hands back what `read` gave
        return Read(
            kept.sizes,
            tuple((part, Codes(_flipped(its.pdq, dice), _flipped(its.phash, dice))) for part, its in kept.codes),
            tuple((part, _altered(packed, dice)) for part, packed in kept.features),
        )

    def index(self, works: Sequence[object]) -> Index:
        """Both indexes that a check asks, as the feed would have filled them."""
        return _Own([one for one in works if isinstance(one, Read)], codes_only=self.codes_only)


class _Own:
    """Works by their places."""

    def __init__(self, works: Sequence[Read], *, codes_only: bool) -> None:
        faiss.omp_set_num_threads(1)
        self._sizes = [one.sizes for one in works]
        self._codes_only = codes_only
        self._stages = Stages()
        self._exact, self._known = ExactIndex(), KnownParts()
        self._exact.apply(_added(works, codes=True))
        if not codes_only:
            self._known.apply(_added(works, codes=False))

    def scores(self, query: bytes) -> Mapping[int, float]:
        """The cascade: a work whose codes block is the answer, and else whatever a closer look sees as well."""
        with self._stages.run(Stage.READ):
            asked = reading.read_query(query, None)
        with self._stages.run(Stage.CODES):
            found, settled = self._by_codes(asked)
        if not settled and not self._codes_only:
            for picture in asked.pictures:
                for place, rarity in self._closer(picture):
                    found[place] = max(found.get(place, 0.0), rarity)
        return found

    def times(self) -> Times:
        """Seconds by the registry's own stages."""
        return {stage.value: tally.seconds for stage, tally in self._stages.tallies().items()}

    @property
    def nbytes(self) -> int:
        """Bytes of both indexes."""
        return self._exact.nbytes + self._known.nbytes

    def _by_codes(self, asked: Query) -> tuple[dict[int, float], bool]:
        """What codes say of works, and whether it is enough to block: where light bears them out."""
        found: dict[int, float] = {}
        candidates = self._exact.search(asked.variants, REACH)
        sure = {one.work for one in candidates}
        if not self._codes_only:
            sure = borne_out(self._known, candidates, asked.pictures)
        for one in candidates:
            threshold = next((each for each in THRESHOLDS if each.holds(one.pdq, one.phash)), None)
            if threshold is None:
                continue
            score = _rarity(REVIEW_RATE) + (REACH.pdq - one.pdq) / 1000
            if threshold is BLOCK and one.work in sure:
                score = SURE - one.pdq / 100
            found[_place(one.work)] = max(found.get(_place(one.work), 0.0), score)
        return found, any(score >= SURE - 1 for score in found.values())

    def _closer(self, asked: Asked) -> Iterator[tuple[int, float]]:
        """Works that a closer look sees in a picture, each with how rare that is."""
        with self._stages.run(Stage.FEATURES):
            features = reading.read_closer(asked).features
        with self._stages.run(Stage.GUESSES):
            seen = look(self._known, features, asked.picture)
            for row, evidence in seen.evidence.items():
                part = self._known.known(row)
                its = None if part is None else fused(evidence, part.generic)
                if part is None or its is None:
                    continue
                place = _place(part.work)
                if placed(part, self._sizes[place][part.part], evidence, seen, asked) is not None:
                    yield place, its.rarity


def _added(works: Sequence[Read], *, codes: bool) -> Iterator[Added]:
    for place, work in enumerate(works):
        name = WorkId(str(place))
        if codes:
            yield Added(place + 1, name, codes=work.codes)
        else:
            yield Added(place + 1, name, features=work.features)


def _place(work: WorkId) -> int:
    return int(work)


def _rarity(rate: float) -> float:
    """The rarity from which on all kinds of evidence together let no larger share through."""
    return calibrated().together.score(-math.log10(rate))


def _altered(packed: bytes, dice: np.random.Generator) -> bytes:
    work = unpack(packed)
    return pack(
        replace(
            work,
            keypoints=replace(work.keypoints, codes=work.keypoints.codes ^ _flips(work.keypoints.codes.shape, dice)),
            shapes=replace(work.shapes, codes=work.shapes.codes ^ _flips(work.shapes.codes.shape, dice)),
            regions=replace(work.regions, codes=work.regions.codes ^ _flips(work.regions.codes.shape, dice)),
        )
    )


def _flipped(code: bytes, dice: np.random.Generator) -> bytes:
    words = np.frombuffer(code, np.uint64)
    return (words ^ _flips(words.shape, dice)).tobytes()


def _flips(shape: tuple[int, ...], dice: np.random.Generator) -> _Words:
    """Words of which a bit in eight is set: where three even chances agree."""
    one, two, three = cast(tuple[_Words, ...], dice.integers(0, 1 << 64, (3, *shape), dtype=np.uint64))
    return one & two & three
