"""Long lists in stretches that a statement can take: 32,766 parameters on SQLite, 65,535 on PostgreSQL."""

from collections.abc import Collection, Iterator
from typing import TypeVar

T = TypeVar("T")

STRETCH = 1_000


def stretches(items: Collection[T]) -> Iterator[list[T]]:
    """The items in their order, at most `STRETCH` at a time; nothing for none."""
    rest = list(items)
    for start in range(0, len(rest), STRETCH):
        yield rest[start : start + STRETCH]
