"""Patterns that everybody has, drawn by code with chance variations: for tests and benches.

A pattern is a function of two coordinates in units of its period, so that one turn and one scale serve for all.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Plane = NDArray[np.float64]
Random = np.random.Generator
Pattern = Callable[[Plane, Plane, Random], Plane]
"""Two coordinates and chance → how much of the second colour, 0 to 1."""


def checks(u: Plane, v: Plane, random: Random) -> Plane:
    """A checkerboard: two squares to a period."""
    return ((np.floor(2 * u) + np.floor(2 * v)) % 2).astype(float)


def stripes(u: Plane, v: Plane, random: Random) -> Plane:
    """Stripes of one width and gaps of another."""
    return (u % 1 < random.uniform(0.15, 0.85)).astype(float)


def dots(u: Plane, v: Plane, random: Random) -> Plane:
    """Polka dots in squares."""
    return (np.hypot(u % 1 - 0.5, v % 1 - 0.5) < random.uniform(0.15, 0.42)).astype(float)


def offset_dots(u: Plane, v: Plane, random: Random) -> Plane:
    """Polka dots with every other row shifted by half."""
    row = np.floor(2 * v)
    return (np.hypot((u + row % 2 / 2) % 1 - 0.5, 2 * v % 1 / 2 - 0.25) < random.uniform(0.1, 0.24)).astype(float)


def gingham(u: Plane, v: Plane, random: Random) -> Plane:
    """Two crossing bands, half as dark where there is one."""
    return ((u % 1 < 0.5).astype(float) + (v % 1 < 0.5)) / 2


def tartan(u: Plane, v: Plane, random: Random) -> Plane:
    """One broad and one or two narrow bands, crossing themselves."""
    wide, at, thin = random.uniform(0.25, 0.45), random.uniform(0.62, 0.8), random.uniform(0.03, 0.1)
    second = random.choice([0.0, 0.05])

    def sett(x: Plane) -> Plane:
        x = x % 1
        return 0.6 * (x < wide) + 1.0 * (abs(x - at) < thin) + 1.0 * (abs(x - wide / 2) < second)

    return np.clip((sett(u) + sett(v)) / 2, 0, 1)


def grid(u: Plane, v: Plane, random: Random) -> Plane:
    """Thin crossing lines."""
    width = random.uniform(0.03, 0.25)
    return ((u % 1 < width) | (v % 1 < width)).astype(float)


def houndstooth(u: Plane, v: Plane, random: Random) -> Plane:
    """Four threads of each colour in a two-by-two twill."""
    x, y = np.floor(8 * u), np.floor(8 * v)
    warp, weft = x % 8 < 4, y % 8 < 4
    return np.where((x + y) % 4 < 2, warp, weft).astype(float)


def herringbone(u: Plane, v: Plane, random: Random) -> Plane:
    """Slanted stripes that turn round at every column."""
    lean = random.choice([1.0, 2.0])
    slope = np.where(np.floor(2 * u) % 2 == 0, 2 * u % 1, 1 - 2 * u % 1)
    return ((v * lean + slope) % 1 < 0.5).astype(float)


def chevrons(u: Plane, v: Plane, random: Random) -> Plane:
    """Zigzag bands."""
    return ((v + random.uniform(0.5, 1.5) * abs(u % 1 - 0.5)) % 1 < random.uniform(0.35, 0.65)).astype(float)


def diamonds(u: Plane, v: Plane, random: Random) -> Plane:
    """Lozenges that touch at their corners."""
    return (abs(u % 1 - 0.5) + abs(v % 1 - 0.5) < 0.5).astype(float)


PATTERNS: dict[str, Pattern] = {
    one.__name__: one
    for one in (
        checks, stripes, dots, offset_dots, gingham, tartan, grid, houndstooth, herringbone, chevrons, diamonds
    )
}  # fmt: skip


def colours(random: Random, least: float = 40) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two colours whose grey levels are at least so far apart."""
    weights = np.array([0.299, 0.587, 0.114])
    while True:
        first, second = random.uniform(0, 255, 3), random.uniform(0, 255, 3)
        if random.random() < 0.3:
            first = np.full(3, 255.0)
        if abs(weights @ (first - second)) >= least:
            return first, second


def pattern(
    name: str, random: Random, *, repeats: float, angle: float = 0.0, side: int = 480, plain: bool = False
) -> Image.Image:
    """A picture of a pattern with so many periods across its longer side, turned by `angle` degrees.

    A `plain` one is square and begins with a whole period, as most people would draw it.
    """
    proportion = 1.0 if plain else random.choice([1.0, 1.0, 0.75, 1.33])
    width, height = (side, int(side / proportion)) if proportion >= 1 else (int(side * proportion), side)
    y, x = np.mgrid[0 : 2 * height, 0 : 2 * width] / (2 * max(width, height)) * repeats
    turn = np.radians(angle)
    u = x * np.cos(turn) + y * np.sin(turn) + (0 if plain else random.uniform())
    v = y * np.cos(turn) - x * np.sin(turn) + (0 if plain else random.uniform())
    share = PATTERNS[name](u, v, random)
    share = share.reshape(height, 2, width, 2).mean(axis=(1, 3))[:, :, None]
    first, second = colours(random)
    return Image.fromarray((first * (1 - share) + second * share + 0.5).astype(np.uint8))
