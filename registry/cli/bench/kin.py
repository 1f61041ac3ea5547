"""Which works a query may rightly find: those equal to what it shows, and those that show the same object."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from registry.cli.bench.labels import SameObject


@dataclass(frozen=True, slots=True)
class Kindred:
    """Works by their places: equal to a picture, itself among them if it is a work; and those of the same object."""

    equal: frozenset[int]
    same: frozenset[int]


def kindred(pixels: Sequence[bytes], others: Sequence[bytes], labels: SameObject) -> list[Kindred]:
    """The kindred works of every work and then of every other picture.

    `pixels` and `others` are digests of what works and others show. `labels` numbers works and others in one row; a
    label of a picture holds for every picture that is equal to it.
    """
    everyone = [*pixels, *others]
    alike: dict[bytes, set[int]] = defaultdict(set)
    for place, digest in enumerate(everyone):
        alike[digest].add(place)
    found = []
    for digest in everyone:
        equal = alike[digest]
        labelled = {far for near in equal for far in labels.of(near)}
        same = {twin for far in labelled for twin in alike[everyone[far]]} - equal
        found.append(Kindred(_works(equal, len(pixels)), _works(same, len(pixels))))
    return found


def _works(places: Iterable[int], count: int) -> frozenset[int]:
    return frozenset(place for place in places if place < count)
