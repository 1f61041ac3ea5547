"""Drawings of places: mountains at dusk, and a city at night by the water."""

import numpy as np
from PIL import Image

from registry.cli.demo.art.canvas import Canvas, Colour, Floats, Random, mix, outline, picture_of


def mountains(rng: Random) -> Image.Image:
    """Ridges behind ridges, paler the further away, under a low sun."""
    width, height = 800, 600
    skies = (
        ([(0, "#23264f"), (0.34, "#6d4a7c"), (0.56, "#e0705f"), (0.72, "#f8c987")], "#f8c987", "#12142b"),
        ([(0, "#2a5d7c"), (0.36, "#7fb2b4"), (0.58, "#dfe3bd"), (0.72, "#f7e7bf")], "#f3e6c4", "#0f2a33"),
        ([(0, "#3b2a4a"), (0.3, "#a4506b"), (0.52, "#f09a6b"), (0.72, "#fde2a8")], "#fbd9a5", "#231428"),
    )
    sky, mist, near = skies[rng.integers(len(skies))]
    canvas = Canvas(width, height, near)
    canvas.wash(canvas.down(sky))
    x, y = rng.uniform(0.2, 0.8) * width, rng.uniform(0.40, 0.47) * height
    canvas.glow(x, y, 330, "#fff1d0", 0.75)
    canvas.disc(x, y, rng.uniform(34, 48), "#fff6e0")
    places = np.arange(0, width + 5, 4.0)
    crest = np.full_like(places, height)
    for layer in range(6):
        depth = layer / 5
        base = height * (0.52 + 0.42 * depth**1.25)
        crest = base - _ridge(rng, len(places), 62 + 50 * depth, 70 - 30 * depth)
        shape = np.vstack([np.stack([places, crest], axis=1), [(width, height), (0, height)]])
        top, foot = mix(mist, near, 0.24 + 0.76 * depth), mix(mist, near, 0.04 + 0.80 * depth**1.4)
        canvas.lay(canvas.down([(0, top), (1, foot)], top=crest.min(), bottom=base + 90), canvas.mask(shape))
    for _ in range(70):
        at = rng.uniform(0, width)
        _pine(canvas, at, float(np.interp(at, places, crest)) + 6, rng.uniform(16, 46), mix(near, "#000000", 0.25))
    for _ in range(5):
        _gull(canvas, x + rng.uniform(-190, 190), y - rng.uniform(40, 130), rng.uniform(6, 11), mix(near, mist, 0.15))
    return canvas.finish(rng)


def _ridge(rng: Random, count: int, height: float, longest: float) -> Floats:
    """Heights of a ridge: folded noise, so that it comes to points."""
    total = np.zeros(count)
    for octave in range(6):
        step = longest / 2**octave
        knots = np.arange(0, count + 2 * step, step)
        values = rng.random(len(knots))
        wave = np.interp(np.arange(count), knots, values)
        total += (1 - np.abs(2 * wave - 1)) * 0.52**octave if octave < 2 else (wave - 0.5) * 0.52**octave
    return np.asarray(height * (total - total.min()))


def _pine(canvas: Canvas, x: float, foot: float, tall: float, paint: Colour) -> None:
    for tier in range(4):
        top, half = foot - tall * (1 - tier * 0.2), tall * (0.09 + 0.055 * tier)
        canvas.polygon([(x, top), (x + half, top + tall * 0.34), (x - half, top + tall * 0.34)], paint)
    canvas.box(x - tall * 0.03, foot - tall * 0.1, tall * 0.06, tall * 0.2, paint)


def _gull(canvas: Canvas, x: float, y: float, size: float, paint: Colour) -> None:
    for side in (-1, 1):
        wing = outline([(x, y), (x + side * size * 0.5, y - size * 0.42), (x + side * size * 1.15, y - size * 0.12)])
        canvas.line(wing, 1.4, paint)


def city(rng: Random) -> Image.Image:
    """A waterfront at night, its windows lit and mirrored in the water."""
    width, height = 800, 600
    shore = 440
    canvas = Canvas(width, height, "#0a1026")
    dusk = ("#3d3a6b", "#7a3f5f", "#1f5a6b")[rng.integers(3)]
    canvas.wash(canvas.down([(0, "#090d22"), (0.45, "#1a1f48"), (0.78, dusk)]))
    for _ in range(130):
        canvas.disc(rng.uniform(0, width), rng.uniform(0, 300), rng.uniform(0.4, 1.2), "#ffffff", rng.uniform(0.2, 0.9))
    moon = rng.uniform(90, width - 90), rng.uniform(70, 130)
    canvas.glow(*moon, 210, "#dfe6ff", 0.5)
    canvas.disc(*moon, 36, "#f4f1e1")
    for crater in range(5):
        turn = crater * 2.4
        canvas.disc(moon[0] + 18 * np.cos(turn), moon[1] + 17 * np.sin(turn), 3 + crater, "#d9d5c4", 0.8)
    canvas.glow(width / 2, shore, 420, "#ffb070", 0.35)
    for layer, (paint, tallest) in enumerate((("#3a3f72", 250), ("#262b57", 290), ("#141836", 235))):
        x = -rng.uniform(0, 40)
        while x < width:
            wide, tall = rng.uniform(34, 86), tallest * rng.uniform(0.3, 1)
            _tower(canvas, rng, (x, shore - tall, wide, tall), paint, lit=(0.1, 0.28, 0.42)[layer])
            x += wide + rng.choice([0, 0, 3, 14])
    canvas.box(0, shore - 3, width, 5, "#0b0e22")
    for lamp in range(20, width, 46):
        canvas.glow(lamp, shore - 9, 26, "#ffd79a", 0.9)
        canvas.disc(lamp, shore - 9, 1.8, "#fff3d6")
    return _mirrored(canvas.finish(rng, grain=0), rng, shore)


def _tower(canvas: Canvas, rng: Random, place: tuple[float, float, float, float], paint: str, lit: float) -> None:
    x, y, wide, tall = place
    canvas.box(x, y, wide, tall, paint)
    canvas.box(x, y, wide * 0.16, tall, "#ffffff", 0.05)
    roof = rng.integers(5)
    if roof == 0:
        canvas.box(x + wide * 0.47, y - 34, 2, 34, paint)
        canvas.disc(x + wide * 0.47 + 1, y - 34, 2, "#ff5a4e")
    elif roof == 1:
        canvas.polygon([(x, y + 1), (x + wide / 2, y - wide * 0.5), (x + wide, y + 1)], paint)
    elif roof == 2:
        canvas.box(x + wide * 0.2, y - 14, wide * 0.6, 15, paint)
    glass = ("#ffd98a", "#ffc46b", "#fff0c2", "#a9d7ff")[rng.choice(4, p=[0.4, 0.3, 0.2, 0.1])]
    pane, gap = rng.choice([4, 5]), rng.choice([9, 10, 11])
    for row in np.arange(y + 9, y + tall - 14, gap + 1):
        for column in np.arange(x + 6, x + wide - pane - 4, gap):
            if rng.random() < lit:
                canvas.box(column, row, pane, pane + 2, glass, rng.uniform(0.55, 1))
            else:
                canvas.box(column, row, pane, pane + 2, "#000000", 0.16)


def _mirrored(image: Image.Image, rng: Random, shore: int) -> Image.Image:
    """The picture with water below the shore: what stands above it upside down, wavering, darker with depth."""
    pixels = np.asarray(image, dtype=float)
    deep = pixels.shape[0] - shore
    rows = np.arange(deep)
    source = np.clip(shore - 4 - (rows * 1.45).astype(int), 0, shore - 1)
    drift = np.rint((2 + rows * 0.05) * np.sin(rows * 0.55 + 3 * rng.random()) * np.sin(rows * 0.13)).astype(int)
    columns = (np.arange(pixels.shape[1])[None, :] + drift[:, None]) % pixels.shape[1]
    water = pixels[source[:, None], columns]
    water = (water + np.roll(water, 1, axis=0) + np.roll(water, 2, axis=0)) / 3
    fade = np.linspace(0.72, 0.30, deep)[:, None, None]
    pixels[shore:] = water * fade + np.array([10, 18, 48]) * (1 - fade)
    return picture_of(pixels + rng.normal(0, 2, pixels.shape[:2])[:, :, None])
