"""Pairs of pictures that show the same object, from a file of labels: they count neither for nor against a matcher."""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from registry.cli.bench.subjects import Subject
from registry.errors import InvalidInput

Label = tuple[str, str]
"""Two files that show the same object, as they are named in the file of labels."""


class SameObject:
    """Which pictures of a list are known to show the same object as which others, by their places in it."""

    def __init__(self, labels: Iterable[Label], subjects: Iterable[Subject]) -> None:
        self._of: dict[int, set[int]] = {}
        places: dict[str, set[int]] = {}
        for place, subject in enumerate(subjects):
            for name in {subject.title, subject.name, subject.path.name}:
                places.setdefault(name, set()).add(place)
        for one, other in labels:
            for left in _named(one, places):
                for right in _named(other, places):
                    if left != right:
                        self._of.setdefault(left, set()).add(right)
                        self._of.setdefault(right, set()).add(left)

    def of(self, place: int) -> frozenset[int]:
        """The pictures that show what this one shows."""
        return frozenset(self._of.get(place, ()))


def _named(name: str, places: Mapping[str, set[int]]) -> set[int]:
    """The pictures of this name, or of all names that fit where it has an asterisk."""
    if "*" not in name:
        return places.get(name, set())
    return {place for each, held in places.items() if fnmatchcase(each, name) for place in held}


def read_labels(path: Path) -> tuple[Label, ...]:
    """The pairs of a file of tab-separated lines: file, file, reason; `#` begins a remark.

    A file is named as the bench tells of it (`folder/name`), by its path in its folder, or by its last name alone, and
    an asterisk stands for any characters; a line may name pictures that aren't measured. Raises InvalidInput for a line
    without a reason.
    """
    return tuple(_lines(path))


def _lines(path: Path) -> Iterator[Label]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"The labels {path} can't be read: {error}.", field="same_object", remedy="Save them as TSV in UTF-8."
        ) from error
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) != 3 or not all(cells):
            raise InvalidInput(
                f"Line {number} of {path} isn't two files and a reason, separated by tabs.",
                field="same_object",
                remedy="Mend it, or begin it with #.",
            )
        yield cells[0], cells[1]
