"""Drawings that tell something: the moon's month, and a sheet of a map."""

import numpy as np
from PIL import Image

from registry.cli.demo.art.canvas import Canvas, Colour, Floats, Random, Stops, blend, mix, noise, picture_of, rgb


def moons(rng: Random) -> Image.Image:
    """A month of the moon: its phases in a ring, and one of them large in the middle."""
    side = 760
    nights = (("#0d1330", "#e8d9a8", "#c9a95b"), ("#101c22", "#dfe7e4", "#7fb7a8"), ("#1d0f24", "#f1d9c8", "#d08a6a"))
    night, light, gold = nights[rng.integers(len(nights))]
    canvas = Canvas(side, side, night)
    centre, count = side / 2, int(rng.choice([16, 20, 24]))
    canvas.wash(canvas.around(centre, centre, 560, [(0, mix(night, gold, 0.24)), (1, night)]))
    for _ in range(230):
        canvas.disc(rng.uniform(0, side), rng.uniform(0, side), rng.uniform(0.5, 1.5), light, rng.uniform(0.15, 0.8))
    for radius, thick in ((342, 1.6), (350, 0.8), (212, 1.2), (206, 0.6)):
        canvas.ring(centre, centre, radius, thick, gold, 0.9)
    for tick in range(count * 4):
        angle = 2 * np.pi * tick / (count * 4)
        near = 350 if tick % 4 else 342
        canvas.line(
            [
                (centre + near * np.cos(angle), centre + near * np.sin(angle)),
                (centre + 358 * np.cos(angle), centre + 358 * np.sin(angle)),
            ],
            1.2,
            gold,
            0.9,
        )
    rough = noise(rng, side, side, 110, 4)
    tints: Stops = [(0, mix(light, "#6d6a70", 0.62)), (0.45, mix(light, "#8a868a", 0.28)), (0.75, light)]
    surface = picture_of(blend(tints, rough))
    start = rng.uniform(0, 2 * np.pi)
    for phase in range(count):
        angle = start + 2 * np.pi * phase / count
        place = centre + 277 * np.cos(angle), centre + 277 * np.sin(angle)
        _phase(canvas, place, min(36, 700 / count), phase / count, surface, mix(night, "#ffffff", 0.07))
    big = rng.uniform(136, 160)
    canvas.glow(centre, centre, 300, light, 0.4)
    _phase(
        canvas,
        (centre, centre),
        big,
        float(rng.choice([0.34, 0.42, 0.5, 0.58, 0.68])),
        surface,
        mix(night, "#ffffff", 0.07),
    )
    for _ in range(16):
        angle, out = rng.uniform(0, 2 * np.pi), big * rng.uniform(0, 0.8)
        canvas.ring(
            centre + out * np.cos(angle),
            centre + out * np.sin(angle),
            rng.uniform(4, 13),
            2,
            mix(light, "#55525a", 0.5),
            0.35,
        )
    for x, y in ((52, 52), (side - 52, 52), (52, side - 52), (side - 52, side - 52)):
        for ray in range(8):
            angle, reach = np.pi * ray / 4, 24 if ray % 2 == 0 else 11
            canvas.polygon(
                [
                    (x + reach * np.cos(angle), y + reach * np.sin(angle)),
                    (x + 3 * np.cos(angle + 1.57), y + 3 * np.sin(angle + 1.57)),
                    (x + 3 * np.cos(angle - 1.57), y + 3 * np.sin(angle - 1.57)),
                ],
                gold,
            )
    return canvas.finish(rng)


def _phase(
    canvas: Canvas, at: tuple[float, float], radius: float, phase: float, surface: Image.Image, dark: Colour
) -> None:
    """The moon as it looks at this part of its month: 0 new, 0.5 full. The terminator is half an ellipse."""
    x, y = at
    canvas.disc(x, y, radius, dark)
    lit_right = phase < 0.5
    angles = np.radians(np.linspace(-90, 90, 60))
    limb = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    bulge = np.cos(2 * np.pi * phase) * (1 if lit_right else -1)
    terminator = np.stack([np.cos(angles[::-1]) * bulge, np.sin(angles[::-1])], axis=1)
    if not lit_right:
        limb = limb * np.array([-1, 1])
    canvas.lay(surface, canvas.mask(np.vstack([limb, terminator]) * radius + np.array(at)))


def contours(rng: Random) -> Image.Image:
    """A sheet of a map: lines of equal height over tinted land, a lake or two, summits marked."""
    side, margin = 760, 34
    inks = (
        ("#f4eedd", [(0, "#dfe8c8"), (0.45, "#f1e6c2"), (0.8, "#e0bd8c"), (1, "#f6f1ea")], "#8a5a33", "#7fb3c8"),
        ("#eef1ee", [(0, "#d3e2d8"), (0.5, "#e9efe2"), (0.85, "#cfc6d8"), (1, "#ffffff")], "#3e5f6b", "#8fbdd6"),
        ("#1f2733", [(0, "#22303d"), (0.5, "#2b3d45"), (0.85, "#47585a"), (1, "#6b7d74")], "#e3c58b", "#14507a"),
    )
    paper, tints, ink, water = inks[rng.integers(len(inks))]
    rows, columns = np.mgrid[0:side, 0:side] / side
    height = 0.75 * noise(rng, side, side, 380, 3)
    for _ in range(3):
        across, down, reach = rng.uniform(0.15, 0.85), rng.uniform(0.15, 0.85), rng.uniform(0.10, 0.22)
        height += rng.uniform(0.3, 0.75) * np.exp(-((columns - across) ** 2 + (rows - down) ** 2) / (2 * reach**2))
    height = (height - height.min()) / (height.max() - height.min())
    lake = float(np.quantile(height, rng.uniform(0.08, 0.15)))
    fall_down, fall_across = np.gradient(height)
    slope = np.hypot(fall_down, fall_across) + 1e-6
    light = np.clip(1 + 35 * (fall_across + fall_down), 0.86, 1.10)[:, :, None]
    picture = blend(tints, height) * light
    wet = height < lake
    picture[wet] = blend([(0, mix(water, "#10344d", 0.35)), (1, water)], height / lake)[wet]
    interval = 0.034
    for every, thick, strength in ((1, 0.9, 0.66), (5, 1.8, 0.95)):
        step = interval * every
        away = np.abs((height - lake + step / 2) % step - step / 2) / slope
        cover = np.clip(thick / 2 + 0.5 - away, 0, 1) * strength
        cover[wet] *= 0.35
        picture += (np.array(rgb(ink)) - picture) * cover[:, :, None]
    canvas = Canvas(side, side, paper)
    frame = [(margin, margin), (side - margin, margin), (side - margin, side - margin), (margin, side - margin)]
    canvas.lay(picture_of(picture), canvas.mask(frame))
    for line in range(1, 5):
        place = margin + (side - 2 * margin) * line / 5
        canvas.line([(place, margin), (place, side - margin)], 0.8, ink, 0.35)
        canvas.line([(margin, place), (side - margin, place)], 0.8, ink, 0.35)
    for band in range(10):
        start, step = margin + (side - 2 * margin) * band / 10, (side - 2 * margin) / 10
        for edge in (margin - 8, side - margin + 2):
            canvas.box(start, edge, step, 6, ink if band % 2 else paper)
            canvas.box(edge, start, 6, step, ink if band % 2 else paper)
    canvas.line([*frame, frame[0]], 1.8, ink)
    for x, y in _summits(height, side, margin):
        canvas.polygon([(x, y - 8), (x + 7, y + 5), (x - 7, y + 5)], ink)
        canvas.disc(x, y + 0.5, 1.8, paper)
    return canvas.finish(rng, grain=2)


def _summits(height: Floats, side: int, margin: int) -> list[tuple[float, float]]:
    """The highest places that are higher than all around them, well inside the sheet."""
    coarse = height[::8, ::8]
    inside = range(1 + margin // 8 + 2, coarse.shape[0] - margin // 8 - 3)
    peaks = [
        (coarse[row, column], column * 8.0, row * 8.0)
        for row in inside
        for column in inside
        if coarse[row, column] == coarse[row - 2 : row + 3, column - 2 : column + 3].max()
    ]
    return [(x, y) for _, x, y in sorted(peaks, reverse=True)[:5]]
