"""The pictures that a bench measures on: which files, in which folder, and which of them are attacked."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from PIL import Image

from registry.cli.bench.attacks.attack import LONGEST, fitted
from registry.cli.files import pictures_in
from registry.errors import InvalidInput
from registry.media.budget import Budget
from registry.media.parts import parts
from registry.media.sniff import sniff


@dataclass(frozen=True, slots=True)
class Subject:
    """A picture to measure on. `name` is its path in the folder, so that results don't depend on where that lies."""

    folder: str
    name: str
    path: Path

    @property
    def title(self) -> str:
        """What it is called in what is told."""
        return f"{self.folder}/{self.name}"


def subjects_in(folders: Sequence[Path]) -> list[Subject]:
    """The pictures of some folders, by folder and name; raises InvalidInput for what is no folder, or has none."""
    for folder in folders:
        if not folder.is_dir():
            raise InvalidInput(f"{folder} is no folder.", field="folder", remedy="Name folders of pictures.")
    names = Counter(folder.resolve().name for folder in folders)
    found = []
    for folder in folders:
        label = folder.resolve().name if names[folder.resolve().name] == 1 else folder.as_posix()
        found += [Subject(label, path.relative_to(folder).as_posix(), path) for path in pictures_in([folder])]
    return found


def chosen(subjects: Sequence[Subject], count: int, seed: str) -> list[Subject]:
    """`count` pictures of each folder, or all where it has fewer, by the hash of seed and name: nobody chooses."""
    kept = []
    for folder in dict.fromkeys(subject.folder for subject in subjects):
        of_folder = [subject for subject in subjects if subject.folder == folder]
        kept += sorted(of_folder, key=lambda subject: lot(seed, subject.name))[:count]
    return kept


def picture_of(data: bytes, longest: int = LONGEST) -> Image.Image:
    """What a file shows, in RGB on white, with at most `longest` pixels a side; raises MediaError where it can't be.

    Read in this process: a bench reads its operator's own pictures, not strangers' uploads.
    """
    decoded = next(iter(parts(data, sniff(data), Budget(), side=longest))).decoded
    size = decoded.width, decoded.height
    if max(size) > longest:
        size = fitted(size, (longest, longest))
    return decoded.on_ground("white").scaled(size, Image.Resampling.LANCZOS, mode="RGB")


def lot(seed: str, name: str) -> bytes:
    """What a name draws in the lottery of a seed: the smallest are chosen."""
    return sha256(f"{seed}\0{name}".encode()).digest()
