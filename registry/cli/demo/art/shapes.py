"""Drawings of few flat shapes: a poster, and a bird that is nothing but circles."""

import numpy as np
from PIL import Image

from registry.cli.demo.art.canvas import Canvas, Colour, Random, arc, mix, outline


def poster(rng: Random) -> Image.Image:
    """A poster without words: a sun, a sail, and the sea in three stripes."""
    width, height = 600, 800
    palettes = (
        ("#f3e6cd", "#d8412f", "#173a5e", "#2d7f8f", "#f0b53f"),
        ("#f0ead8", "#e39b2d", "#27324a", "#4c8577", "#cf4d39"),
        ("#f5e4d7", "#e2605a", "#3a2449", "#7a5c99", "#f3b562"),
    )
    paper, sun, dark, sea, bright = palettes[rng.integers(len(palettes))]
    canvas = Canvas(width, height, paper)
    flip = bool(rng.integers(2))

    def across(x: float) -> float:
        return width - x if flip else x

    x, y, radius = across(rng.uniform(330, 390)), rng.uniform(250, 310), rng.uniform(170, 205)
    mast, foot = across(rng.uniform(210, 250)), rng.uniform(540, 560)
    for ray in range(36):
        angle, spread = np.radians(ray * 10), np.radians(2.2)
        near, far = radius + 26, radius + (120 if ray % 2 else 84)
        if y + near * np.sin(angle) > foot - 120:
            continue
        canvas.polygon(
            [
                (x + near * np.cos(angle), y + near * np.sin(angle)),
                (x + far * np.cos(angle - spread), y + far * np.sin(angle - spread)),
                (x + far * np.cos(angle + spread), y + far * np.sin(angle + spread)),
            ],
            bright,
            0.9,
        )
    canvas.disc(x, y, radius, sun)
    for stripe in range(6):
        canvas.box(x - radius - 2, y + radius * (0.18 + 0.14 * stripe), 2 * radius + 4, 3 + 2.4 * stripe, paper)
    lean = -1 if flip else 1
    canvas.polygon([(mast - 5 * lean, foot - 330), (mast - 5 * lean, foot - 34), (mast - 128 * lean, foot - 34)], sea)
    canvas.polygon(
        np.vstack(
            [
                outline(
                    [(mast + 6 * lean, foot - 372), (mast + 92 * lean, foot - 250), (mast + 150 * lean, foot - 34)]
                ),
                [(mast + 6 * lean, foot - 34)],
            ]
        ),
        dark,
    )
    canvas.polygon(
        np.vstack(
            [
                outline([(mast + 6 * lean, foot - 372), (mast + 60 * lean, foot - 240), (mast + 70 * lean, foot - 34)]),
                [(mast + 6 * lean, foot - 34)],
            ]
        ),
        bright,
    )
    canvas.box(mast - 2.5, foot - 384, 5, 384, dark)
    hull = np.vstack(
        [
            [(mast - 150 * lean, foot - 24), (mast + 176 * lean, foot - 24)],
            outline([(mast + 150 * lean, foot + 14), (mast + 96 * lean, foot + 44), (mast - 96 * lean, foot + 44)]),
        ]
    )
    canvas.polygon(hull, sun if rng.integers(2) else dark)
    canvas.line([(mast - 144 * lean, foot - 6), (mast + 164 * lean, foot - 6)], 4, paper)
    phase = rng.uniform(0, 6)
    places = np.arange(0, width + 3, 3.0)
    for band, paint in enumerate((sea, dark, sea, dark, bright)):
        top = foot + 8 + 46 * band + 15 * np.abs(np.sin(places / 600 * np.pi * 5 + phase + band * 1.57)) * -1
        shape = np.vstack([np.stack([places, top], axis=1), [(width, height), (0, height)]])
        canvas.polygon(shape, paint)
        canvas.line(np.stack([places, top + 9], axis=1), 2.4, paper, 0.85)
    for edge in ((0, 0, width, 22), (0, height - 22, width, 22), (0, 0, 22, height), (width - 22, 0, 22, height)):
        canvas.box(*edge, paper)
    return canvas.finish(rng, grain=4)


def bird(rng: Random) -> Image.Image:
    """A bird that is nothing but circles and what they share, with the construction left to see."""
    width, height = 700, 760
    palettes = (
        ("#f4efe4", ("#0f4c5c", "#1f7a8c", "#5fb0b7", "#e36414", "#fb8b24"), "#9a031e"),
        ("#20263f", ("#ef476f", "#f78c6b", "#ffd166", "#06d6a0", "#64b6e8"), "#fff3d6"),
        ("#efe3d3", ("#4a2545", "#824670", "#c17c9b", "#e0a458", "#f2d0a4"), "#2e1f27"),
    )
    paper, plumes, accent = palettes[rng.integers(len(palettes))]
    canvas = Canvas(width, height, paper)
    line = mix(paper, "#808080", 0.45)
    facing = 1 if rng.integers(2) else -1
    x, y = width / 2 + facing * rng.uniform(10, 40), height * rng.uniform(0.50, 0.56)
    breast = rng.uniform(96, 112)
    tilt = rng.uniform(14, 34)
    head = (x + facing * breast * 0.98, y - breast * 1.02)
    for cx, cy, radius in ((x, y, breast), (*head, breast * 0.5), (x, y, breast * 2.62), (*head, breast * 1.0)):
        canvas.ring(cx, cy, radius, 1.1, line, 0.8)
    for angle in (0, 45, 90, 135):
        way = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))]) * breast * 2.9
        canvas.line([(x - way[0], y - way[1]), (x + way[0], y + way[1])], 0.8, line, 0.6)
    for feather in range(5):
        turn = 228 - tilt * 0.5 - feather * 11
        _feather(
            canvas,
            (x - facing * breast * 0.35, y + breast * 0.30),
            turn,
            breast * (1.75 + 0.17 * feather),
            facing,
            plumes[feather % 5],
            line,
        )
    body = canvas.mask(arc(x, y, breast, 0, 360))
    canvas.lay(plumes[1], body)
    canvas.lay(
        plumes[2], canvas.common(body, canvas.mask(arc(x + facing * breast * 0.62, y + breast * 0.34, breast, 0, 360)))
    )
    canvas.lay(
        plumes[4], canvas.common(body, canvas.mask(arc(x + facing * breast * 1.05, y + breast * 0.5, breast, 0, 360)))
    )
    neck = arc(x + facing * breast * 0.5, y - breast * 0.42, breast * 0.62, 0, 360)
    canvas.polygon(neck, plumes[1])
    _beak(canvas, head, breast * 0.5, facing, accent)
    canvas.disc(*head, breast * 0.5, plumes[0])
    cheek = canvas.common(
        canvas.mask(arc(*head, breast * 0.5, 0, 360)),
        canvas.mask(arc(head[0] + facing * breast * 0.2, head[1] + breast * 0.42, breast * 0.5, 0, 360)),
    )
    canvas.lay(plumes[3], cheek)
    canvas.disc(head[0] + facing * breast * 0.12, head[1] - breast * 0.10, breast * 0.125, paper)
    canvas.disc(head[0] + facing * breast * 0.14, head[1] - breast * 0.10, breast * 0.07, "#14151c")
    for feather in range(7):
        turn = 186 - tilt * 0.3 - feather * (12 + tilt * 0.12)
        _feather(
            canvas,
            (x - facing * breast * 0.12, y - breast * 0.14),
            turn,
            breast * (1.75 + 0.16 * feather),
            facing,
            plumes[(feather + 2) % 5],
            line,
        )
    canvas.disc(x - facing * breast * 0.12, y - breast * 0.14, breast * 0.30, plumes[0])
    for leg in (-0.16, 0.2):
        canvas.line(
            [(x + facing * breast * leg, y + breast * 0.97), (x + facing * breast * leg, y + breast * 1.62)], 4, accent
        )
    perch = y + breast * 1.64
    canvas.line([(70, perch), (width - 70, perch)], 6, plumes[0])
    for index in range(3):
        canvas.disc(width / 2 - facing * (150 + 46 * index), perch + 34, 15, plumes[index + 2])
    return canvas.finish(rng, grain=3)


def _feather(
    canvas: Canvas, foot: tuple[float, float], angle: float, long: float, facing: int, paint: str, line: Colour
) -> None:
    """The lens that two equal circles share: `long` from the foot, at an angle from the bird's front."""
    way = np.array([np.cos(np.radians(angle)) * facing, -np.sin(np.radians(angle))])
    aside = np.array([-way[1], way[0]])
    middle, off, radius = np.array(foot) + way * long / 2, long * 0.60, float(np.hypot(long / 2, long * 0.60))
    half = np.degrees(np.arctan2(long / 2, off))
    lens = []
    for side in (-1, 1):
        centre = middle + aside * off * side
        towards = np.degrees(np.arctan2(*(middle - centre)[::-1]))
        lens.append(arc(centre[0], centre[1], radius, towards - half, towards + half))
    shape = np.vstack(lens)
    canvas.polygon(shape, paint)
    canvas.polygon(np.vstack([lens[1], shape[:1]]), mix(paint, "#ffffff", 0.16))
    canvas.line(np.vstack([shape, shape[:1]]), 1.0, line, 0.55)


def _beak(canvas: Canvas, head: tuple[float, float], radius: float, facing: int, paint: str) -> None:
    x, y = head
    upper = arc(x + facing * radius * 0.9, y + radius * 0.62, radius * 0.78, -90, 0 if facing > 0 else -180)
    canvas.polygon(np.vstack([upper, [(x + facing * radius * 0.5, y + radius * 0.32)]]), paint)
