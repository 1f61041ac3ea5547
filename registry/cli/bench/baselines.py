"""What everybody has: pHash and PDQ of the whole picture, as their libraries give them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import imagehash
import numpy as np
import pdqhash
from numpy.typing import NDArray

from registry.cli.bench.matcher import Index, Times
from registry.cli.bench.subjects import picture_of

Words = NDArray[np.uint64]
"""A code, 64 bits a word."""

_SIDE = 512
"""PDQ's authors scale a picture down to this before they hash it; pHash looks at far less."""


class PHashMatcher:
    """`imagehash.phash`, 64 bits."""

    name = "pHash"
    fixed: Mapping[str, float] = {}

    def read(self, picture: bytes) -> Words:
        """The code of the whole picture."""
        return _words(imagehash.phash(picture_of(picture, _SIDE)).hash)

    def altered(self, kept: object, dice: np.random.Generator) -> Words:
        """Another code."""
        return _words(dice.integers(0, 2, 64))

    def index(self, works: Sequence[object]) -> Index:
        """Compares with all."""
        return _Codes(np.array(works, dtype=np.uint64), reach=22, read=self)


class PDQMatcher:
    """`pdqhash.compute`, 256 bits; its authors call 31 bits and fewer a match."""

    name = "PDQ"
    fixed: Mapping[str, float] = {"31 bits": 256 - 31}

    def read(self, picture: bytes) -> Words:
        """The code of the whole picture."""
        bits, _ = pdqhash.compute(np.asarray(picture_of(picture, _SIDE)))
        return _words(bits)

    def altered(self, kept: object, dice: np.random.Generator) -> Words:
        """Another code."""
        return _words(dice.integers(0, 2, 256))

    def index(self, works: Sequence[object]) -> Index:
        """Compares with all."""
        return _Codes(np.array(works, dtype=np.uint64), reach=100, read=self)


@dataclass(frozen=True, slots=True)
class _Codes:
    """Codes of works, shape (works, words). The score of one is the number of bits that agree, within `reach`."""

    codes: Words
    reach: int
    read: PHashMatcher | PDQMatcher = field(repr=False)

    def scores(self, query: bytes) -> Mapping[int, float]:
        asked = self.read.read(query)
        differ = np.bitwise_count(self.codes ^ asked).sum(axis=1, dtype=np.int64)
        bits = 64 * self.codes.shape[1]
        near = np.flatnonzero(differ <= self.reach)
        return dict(zip(near.tolist(), (bits - differ[near]).astype(float).tolist(), strict=True))

    def times(self) -> Times:
        return {}

    @property
    def nbytes(self) -> int:
        return self.codes.nbytes


def _words(bits: NDArray[np.generic]) -> Words:
    return cast(Words, np.packbits(np.asarray(bits, dtype=bool).ravel()).view(np.uint64))
