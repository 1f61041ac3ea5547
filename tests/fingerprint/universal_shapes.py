"""Shapes that everybody has and things that nothing is printed on, drawn by code with chance variations.

A thing is a list of layers in a unit square, y downwards: an outline, and how much lighter or darker than the thing it
is; 0 is the thing itself, None is a hole that shows the ground.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from tests.fingerprint.universal_patterns import colours

Random = np.random.Generator
Outline = Sequence[tuple[float, float]]
Layer = tuple[Outline, float | None]


def curve(*points: tuple[float, float], steps: int = 24) -> list[tuple[float, float]]:
    """A Bézier curve of any degree (de Casteljau)."""
    t = np.linspace(0, 1, steps)[:, None]
    level = [np.repeat(np.array([point]), steps, axis=0) for point in points]
    while len(level) > 1:
        level = [(1 - t) * one + t * other for one, other in pairwise(level)]
    return [(float(x), float(y)) for x, y in level[0]]


def mirrored(half: Outline) -> list[tuple[float, float]]:
    """The left half of an outline, and the right half as its mirror image."""
    return [*half, *((1 - x, y) for x, y in reversed(half))]


def regular(corners: int, inner: float = 1.0, turn: float = -90.0) -> list[tuple[float, float]]:
    """A polygon with so many corners; a star where `inner`, the radius between them, is less than 1."""
    count = corners if inner == 1.0 else 2 * corners
    angles = np.radians(turn + np.arange(count) * 360 / count)
    radii = np.where(np.arange(count) % 2, inner, 1.0) if inner != 1.0 else np.ones(count)
    return [(0.5 + r * np.cos(a) / 2, 0.5 + r * np.sin(a) / 2) for a, r in zip(angles, radii, strict=True)]


def rounded(left: float, top: float, right: float, bottom: float, radius: float) -> list[tuple[float, float]]:
    """A rectangle with round corners."""
    corners = [(right, bottom, 0), (left, bottom, 90), (left, top, 180), (right, top, 270)]
    outline = []
    for x, y, start in corners:
        x += radius if x == left else -radius
        y += radius if y == top else -radius
        angles = np.radians(np.linspace(start, start + 90, 10))
        outline += [(x + radius * np.cos(angle), y + radius * np.sin(angle)) for angle in angles]
    return outline


def circle(random: Random) -> list[Layer]:
    """A disc."""
    return [(regular(90), 0)]


def square(random: Random) -> list[Layer]:
    """A square, sometimes with round corners."""
    return [(rounded(0, 0, 1, 1, random.choice([0.0, 0.08])), 0)]


def triangle(random: Random) -> list[Layer]:
    """A triangle."""
    return [(regular(3), 0)]


def hexagon(random: Random) -> list[Layer]:
    """A hexagon."""
    return [(regular(6), 0)]


def star(random: Random) -> list[Layer]:
    """A star of five points."""
    return [(regular(5, random.uniform(0.36, 0.5)), 0)]


def heart(random: Random) -> list[Layer]:
    """A heart of two curves, wider or narrower."""
    dip, wide = random.uniform(0.18, 0.28), random.uniform(-0.15, -0.05)
    return [(mirrored(curve((0.5, dip), (0.35, -0.18), (wide, 0.0), (-0.02, 0.55), (0.5, 1.0), steps=50)), 0)]


def ring(random: Random) -> list[Layer]:
    """A ring."""
    inner = random.uniform(0.5, 0.85)
    return [(regular(90), 0), ([(0.5 + (x - 0.5) * inner, 0.5 + (y - 0.5) * inner) for x, y in regular(90)], None)]


def t_shirt(random: Random) -> list[Layer]:
    """Short sleeves, a round neck."""
    sleeve, cuff, body = random.uniform(0.26, 0.42), random.uniform(0.1, 0.18), random.uniform(0.2, 0.27)
    neck, shoulder, deep = random.uniform(0.36, 0.41), random.uniform(0.04, 0.1), random.uniform(0.06, 0.13)
    half = [
        *curve((0.5, deep), (neck + 0.03, deep), (neck, 0.0), steps=10),
        *curve((neck, 0.0), (0.28, shoulder / 2), (0.2, shoulder + 0.02), steps=10),
        (0.0, sleeve - 0.02), (cuff, sleeve + 0.07), (body, sleeve - 0.06), (body + 0.01, 0.97), (0.3, 1.0), (0.5, 1.0),
    ]  # fmt: skip
    layers: list[Layer] = [(mirrored(half), 0)]
    if random.random() < 0.5:
        layers.append((mirrored(curve((0.5, deep), (neck + 0.03, deep), (neck, 0), (0.5, 0.03), steps=14)), -0.25))
    return layers


def hoodie(random: Random) -> list[Layer]:
    """Long sleeves that hang, a hood, sometimes a pocket."""
    hand, body, hood = random.uniform(0.8, 0.92), random.uniform(0.2, 0.25), random.uniform(0.3, 0.37)
    half = [
        *curve((0.5, 0.0), (hood + 0.02, 0.0), (hood, 0.16), steps=12),
        *curve((hood, 0.16), (0.2, 0.2), (0.12, 0.3), steps=10),
        (0.0, hand), (0.1, hand + 0.03), (body, 0.45), (body, 0.97), (body + 0.03, 1.0), (0.5, 1.0),
    ]  # fmt: skip
    layers: list[Layer] = [(mirrored(half), 0)]
    if random.random() < 0.6:
        layers.append((mirrored(curve((0.5, 0.04), (0.41, 0.05), (0.4, 0.16), (0.5, 0.24), steps=14)), -0.3))
    if random.random() < 0.6:
        layers.append((mirrored([(0.5, 0.66), (0.39, 0.66), (0.33, 0.86), (0.5, 0.86)]), -0.1))
    return layers


def mug(random: Random) -> list[Layer]:
    """A cylinder with a handle, sometimes seen a little from above."""
    right, top, thick = random.uniform(0.66, 0.78), random.uniform(0.0, 0.1), random.uniform(0.05, 0.08)
    low, high = random.uniform(0.68, 0.8), random.uniform(0.2, 0.3)

    def handle(grow: float) -> list[tuple[float, float]]:
        far = 1.12 + grow * 1.3
        return curve((right - 0.02, high - grow), (far, high - grow), (far, low + grow), (right - 0.02, low + grow))

    bow = random.uniform(0.0, 0.12)
    body = [
        *curve((0.0, top), (right / 2, top - bow), (right, top)),
        *curve((right, 0.95), (right / 2, 0.95 + bow), (0, 0.95)),
    ]
    layers: list[Layer] = [(handle(thick), 0), (handle(0.0), None), (body, 0)]
    if bow > 0.03:
        rim = [
            *curve((0.0, top), (right / 2, top - bow), (right, top)),
            *curve((right, top), (right / 2, top + bow), (0, top)),
        ]
        layers.append((rim, -0.15))
    return layers


def phone_case(random: Random) -> list[Layer]:
    """A tall rectangle with round corners and holes for the lenses."""
    layers: list[Layer] = [(rounded(0.25, 0, 0.75, 1, random.uniform(0.06, 0.1)), 0)]
    if random.random() < 0.6:
        size = random.uniform(0.14, 0.22)
        layers.append((rounded(0.28, 0.03, 0.28 + size, 0.03 + size, 0.04), random.choice([-0.4, -0.7])))
    return layers


def framed(random: Random) -> list[Layer]:
    """An empty poster in a frame, with or without a mount."""
    across = random.choice([0.7, 0.8, 1.0])
    left, width = (1 - across) / 2, random.uniform(0.03, 0.09)
    layers: list[Layer] = [(rounded(left, 0, 1 - left, 1, 0), 0)]
    light = random.choice([0.6, 0.9])
    layers.append((rounded(left + width, width, 1 - left - width, 1 - width, 0), light))
    if random.random() < 0.5:
        mount = width + random.uniform(0.08, 0.15)
        layers.append((rounded(left + mount, mount, 1 - left - mount, 1 - mount, 0), light - random.uniform(0.08, 0.2)))
    return layers


SHAPES: dict[str, Callable[[Random], list[Layer]]] = {
    one.__name__: one for one in (circle, square, triangle, hexagon, star, heart, ring)
}
THINGS: dict[str, Callable[[Random], list[Layer]]] = {
    one.__name__: one for one in (t_shirt, hoodie, mug, phone_case, framed)
}


def drawn(
    name: str,
    random: Random,
    *,
    side: int = 480,
    share: float | None = None,
    turn: float = 0.0,
    soft: bool = False,
    printed: Image.Image | None = None,
) -> Image.Image:
    """A shape or thing on a plain ground; `share` of the side is as large as it is, left to chance unless given.

    `soft` shades it as mock-ups are: light from one side, a shadow below. `printed` is laid on its chest.
    """
    proportion = random.choice([1.0, 1.0, 0.8, 1.25])
    width, height = (side, int(side / proportion)) if proportion >= 1 else (int(side * proportion), side)
    size = (share or random.uniform(0.5, 0.92)) * min(width, height)
    room = np.array([width - size, height - size])
    corner = room * (0.5 if share or random.random() < 0.5 else random.uniform(0.2, 0.8, 2))
    layers = {**SHAPES, **THINGS}[name](random)
    ground, fill = colours(random)
    lift = 255 if fill.mean() < 128 else -255
    label, levels = Image.new("L", (2 * width, 2 * height), 0), [ground]
    pen = ImageDraw.Draw(label)
    angle = np.radians(turn)
    for outline, light in layers:
        points = (np.array(outline) - 0.5) @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        at = (points + 0.5) * size + corner
        if light is not None:
            tone = fill + (abs(light) * lift if light > 0 else light * fill)
            levels.append(np.clip(tone, 0, 255))
        pen.polygon([(float(2 * x), float(2 * y)) for x, y in at], fill=0 if light is None else len(levels) - 1)
    regions = np.asarray(label)
    flat = np.stack(levels)[regions].reshape(height, 2, width, 2, 3).mean(axis=(1, 3))
    inside = (regions > 0).reshape(height, 2, width, 2).mean(axis=(1, 3))
    if soft:
        flat = _shaded(flat, inside, random)
    picture = Image.fromarray(np.clip(flat + 0.5, 0, 255).astype(np.uint8))
    if printed is not None:
        part = printed.convert("RGB").resize((int(size * 0.3),) * 2)
        picture.paste(part, (int(corner[0] + size * 0.35), int(corner[1] + size * 0.35)))
    return picture


def _shaded(flat: NDArray[np.float64], inside: NDArray[np.float64], random: Random) -> NDArray[np.float64]:
    """Light that falls off across thing and ground, and a soft shadow."""
    height, width = inside.shape
    y, x = np.mgrid[0:height, 0:width] / max(height, width) - 0.5
    towards = random.uniform(0, 2 * np.pi)
    fall = 1 + random.uniform(0.05, 0.3) * (x * np.cos(towards) + y * np.sin(towards))
    behind = 1 + random.uniform(-0.15, 0.15) * (x**2 + y**2) * 2
    shadow = Image.fromarray((inside * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(max(height, width) / 40))
    cast = np.roll(np.asarray(shadow) / 255, max(height, width) // 60, axis=0) * random.uniform(0.05, 0.3)
    thing = flat * fall[:, :, None]
    ground = flat * behind[:, :, None] * (1 - cast[:, :, None])
    return inside[:, :, None] * thing + (1 - inside[:, :, None]) * ground
