"""What an attack is: a way in which a thief changes a picture, with the truth about where the work ends up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

LONGEST = 1000
"""Pixels of the longest side of a work before it is attacked, and of every result: what marketplaces show."""

Map = NDArray[np.float64]
"""A projective map, shape (3, 3), of pixels: x to the right, y down, (0, 0) the centre of the top left one."""

Others = Sequence[Image.Image]
"""Pictures that stand beside the work where there is room for them, never the work itself."""


_T = TypeVar("_T")


class Strength(StrEnum):
    """How far an attack goes."""

    MILD = "mild"
    MEDIUM = "medium"
    STRONG = "strong"


class Dice:
    """Chance that depends on a seed alone."""

    def __init__(self, seed: bytes) -> None:
        self.numbers = np.random.default_rng(int.from_bytes(sha256(seed).digest()))

    def between(self, low: float, high: float) -> float:
        """A number from `low` to `high`."""
        return float(self.numbers.uniform(low, high))

    def one_of(self, choices: Sequence[_T]) -> _T:
        """One of some things."""
        return choices[int(self.numbers.integers(len(choices)))]

    def happens(self, share: float = 0.5) -> bool:
        """True in `share` of all throws."""
        return bool(self.numbers.random() < share)


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A picture that shows the work, and where it shows it.

    `transform` maps the pixels of the work, at the size it was given in, to this picture's. Cloth bends: then a point
    lies within `bend` pixels of where the map says.
    """

    picture: Image.Image
    transform: Map
    bend: float = 0.0

    def altered(self, picture: Image.Image) -> Self:
        """The same with other pixels in the same places."""
        return type(self)(picture, self.transform, self.bend)

    def moved(self, picture: Image.Image, by: Map, bend: float = 0.0) -> Self:
        """The same in other places: `by` maps this picture's pixels to the new one's."""
        stretch = float(np.sqrt(abs(np.linalg.det(by[:2, :2]))))
        return type(self)(picture, by @ self.transform, self.bend * stretch + bend)


Step = Callable[[Shown, Dice, Others], Shown]
"""One thing done to a picture."""


@dataclass(frozen=True, slots=True)
class Attack:
    """One or several steps by a name; `family` is what they are an example of."""

    family: str
    name: str
    strength: Strength
    steps: tuple[Step, ...]

    def __call__(self, picture: Image.Image, seed: bytes, others: Others = ()) -> Shown:
        """Attacks a picture: transparent parts become white; the same seed and pictures give the same result."""
        dice = Dice(seed)
        shown = _bounded(Shown(on_white(picture), np.eye(3)))
        for step in self.steps:
            shown = step(shown, dice, others)
        return _bounded(shown)


def seed_of(work: str, attack: str, run: str = "") -> bytes:
    """The seed for a work and an attack, by their names; another `run` is another throw of all dice."""
    return sha256("\0".join([run, work, attack]).encode()).digest()


def on_white(picture: Image.Image) -> Image.Image:
    """The picture in RGB, laid on white where it is transparent."""
    if picture.mode == "RGB":
        return picture
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    white = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(white, layer).convert("RGB")


def scaling(across: float, down: float) -> Map:
    """The map of a picture that is stretched so many times; corners go to corners, so centres move by half a pixel."""
    return np.array([[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1]])


def shift(across: float, down: float) -> Map:
    """The map of a picture that is moved."""
    return np.array([[1, 0, across], [0, 1, down], [0, 0, 1.0]])


def resized(shown: Shown, size: tuple[int, int]) -> Shown:
    """Another size, with Lanczos' filter."""
    if size == shown.picture.size:
        return shown
    width, height = shown.picture.size
    by = scaling(size[0] / width, size[1] / height)
    return shown.moved(shown.picture.resize(size, Image.Resampling.LANCZOS), by)


def fitted(size: tuple[int, int], box: tuple[float, float]) -> tuple[int, int]:
    """The largest size of the same proportions that fits into a box."""
    scale = min(box[0] / size[0], box[1] / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _bounded(shown: Shown) -> Shown:
    if max(shown.picture.size) <= LONGEST:
        return shown
    return resized(shown, fitted(shown.picture.size, (LONGEST, LONGEST)))
