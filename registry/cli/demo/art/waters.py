"""Drawings of water: a pond with koi, and a swell as ribbons."""

import numpy as np
from PIL import Image

from registry.cli.demo.art.canvas import (
    Canvas,
    Colour,
    Floats,
    Random,
    arc,
    blend,
    mix,
    noise,
    outline,
    picture_of,
    swelling,
)


def pond(rng: Random) -> Image.Image:
    """Koi from above, under lily pads."""
    width, height = 800, 640
    deep, shallow = (("#0d3b45", "#3f8f8a"), ("#12324f", "#3f7fa0"), ("#23402f", "#6f9c6a"))[rng.integers(3)]
    canvas = Canvas(width, height, deep)
    light = noise(rng, width, height, 260, 3)
    caustics = np.abs(noise(rng, width, height, 90, 2) - 0.5) < 0.012
    tint = np.array(blend([(0, deep), (1, shallow)], light)) + 16 * caustics[:, :, None]
    canvas.wash(picture_of(tint))
    places = [(0.26, 0.32), (0.60, 0.26), (0.42, 0.66), (0.76, 0.64), (0.13, 0.75)]
    for spot in rng.permutation(5)[:4]:
        across, down = places[spot]
        at = across * width + rng.uniform(-40, 40), down * height + rng.uniform(-40, 40)
        _koi(canvas, rng, at, rng.uniform(0, 2 * np.pi), rng.uniform(190, 250))
    for _ in range(3):
        x, y = rng.uniform(80, width - 80), rng.uniform(80, height - 80)
        for ripple in range(4):
            canvas.ring(x, y, 16 + ripple * 17, 1.6, "#ffffff", 0.28 - ripple * 0.06)
    corner = rng.integers(4)
    for pad in range(7):
        x = rng.uniform(-10, 270) if corner % 2 == 0 else rng.uniform(width - 270, width + 10)
        y = rng.uniform(-10, 190) if corner < 2 else rng.uniform(height - 190, height + 10)
        _lily_pad(canvas, rng, x, y, rng.uniform(34, 66), flower=pad == 6)
    return canvas.finish(rng)


def _koi(canvas: Canvas, rng: Random, at: tuple[float, float], turn: float, long: float) -> None:
    t = np.linspace(0, 1, 60)
    bend = rng.choice([-1, 1]) * rng.uniform(0.08, 0.14) * long
    local = np.stack([(t - 0.5) * long, bend * np.sin(t * np.pi * 1.35)], axis=1)
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    spine = local @ rotation + np.array(at)
    nose = np.sqrt(np.clip(1 - (1 - t / 0.22) ** 2, 0, 1)) * (t < 0.22) + (t >= 0.22)
    halves = long * 0.105 * nose * (1 - 0.84 * np.clip((t - 0.22) / 0.78, 0, 1) ** 1.3)
    left, right = swelling(spine, halves)
    body = np.vstack([left, right[::-1]])
    canvas.shadow(body + np.array([14, 20]), 14, "#02141a", 0.55)
    ground, patch = (("#f6efe2", "#e4572e"), ("#f6efe2", "#d8432b"), ("#f29c38", "#f6efe2"), ("#f3e9d8", "#22262b"))[
        rng.integers(4)
    ]
    back, along = spine[-1], (spine[-1] - spine[-6]) / np.hypot(*(spine[-1] - spine[-6]))
    across = np.array([-along[1], along[0]])
    for side in (-1, 1):
        fan = outline(
            [
                spine[-7],
                back + along * long * 0.12 + across * side * long * 0.05,
                back + along * long * 0.26 + across * side * long * 0.13,
                back + along * long * 0.11,
                back,
            ]
        )
        canvas.polygon(fan, mix(ground, "#ffffff", 0.3), 0.82)
        shoulder, out = spine[16], (left if side > 0 else right)[16] - spine[16]
        tip = shoulder + out * 2.7 + (spine[28] - spine[16]) * 1.0
        fin = outline([shoulder + out * 0.7, shoulder + out * 2.2, tip, (left if side > 0 else right)[25]])
        canvas.polygon(fin, mix(ground, "#ffffff", 0.3), 0.72)
    whole = canvas.mask(body)
    canvas.lay(ground, whole)
    blots = noise(rng, canvas.width // 2, canvas.height // 2, 37, 2) > 0.53
    canvas.lay(patch, canvas.common(whole, picture_of(255.0 * blots)))
    canvas.lay("#3b1c12", canvas.common(whole, canvas.mask(np.vstack([spine, right[::-1]]))), 0.13)
    canvas.line(spine[12:48], 2.2, mix(patch, "#000000", 0.35), 0.45)
    for flank in (left[7], right[7]):
        eye = spine[7] + (flank - spine[7]) * 0.72
        canvas.disc(eye[0], eye[1], 2.6, "#14181b")


def _lily_pad(canvas: Canvas, rng: Random, x: float, y: float, radius: float, *, flower: bool) -> None:
    notch = rng.uniform(0, 360)
    shape = np.vstack([arc(x, y, radius, notch + 16, notch + 344), [(x, y)]])
    canvas.shadow(shape + np.array([8, 11]), 10, "#02141a", 0.5)
    green = mix(("#4f8f4a", "#76a84f", "#3c7a55")[rng.integers(3)], "#0d3b2a", rng.uniform(0, 0.25))
    canvas.lay(
        canvas.around(x - radius / 3, y - radius / 3, radius * 1.5, [(0, mix(green, "#e9f0b0", 0.35)), (1, green)]),
        canvas.mask(shape),
    )
    for angle in range(40, 340, 30):
        vein = arc(x, y, radius * 0.9, notch + angle, notch + angle + 1)[0]
        canvas.line([(x, y), tuple(vein)], 1, mix(green, "#0a2a1c", 0.5), 0.55)
    if flower:
        for ring, (count, reach, paint) in enumerate(((9, 0.72, "#f3b8c6"), (7, 0.5, "#fbe3e8"))):
            for petal in range(count):
                turn = 2 * np.pi * petal / count + ring * 0.4
                tip = (x + np.cos(turn) * radius * reach, y + np.sin(turn) * radius * reach)
                left, right = swelling(np.linspace((x, y), tip, 14), radius * 0.15 * np.sin(np.linspace(0, np.pi, 14)))
                canvas.polygon(np.vstack([left, right[::-1]]), mix(paint, "#c95f7c", 0.12 * (petal % 2)))
        canvas.disc(x, y, radius * 0.14, "#f4c13d")


def ribbons(rng: Random) -> Image.Image:
    """A swell, as ribbons that lie over one another and break into curls."""
    width, height = 800, 600
    palettes = (
        ("#f4ecd8", ["#0b2545", "#13315c", "#1d5c86", "#3c8fb0", "#8dc3c6", "#e9e3cf"], "#e4a33a"),
        ("#f6eadf", ["#1b1b3a", "#3a2d5c", "#693668", "#a74482", "#e08aa0", "#f7dcd0"], "#f4b860"),
        ("#eef0e2", ["#0d2b25", "#15463b", "#226b57", "#54976f", "#a5c48c", "#eee6c3"], "#d9652b"),
    )
    paper, paints, sun = palettes[rng.integers(len(palettes))]
    canvas = Canvas(width, height, paper)
    x, y = rng.uniform(130, width - 130), rng.uniform(92, 130)
    canvas.disc(x, y, 60, sun)
    for ring in range(5):
        canvas.ring(x, y, 76 + 13 * ring, 2.2, sun, 0.75 - 0.13 * ring)
    places = np.arange(-20, width + 24, 4.0)
    count = 15
    phase, longest = rng.uniform(0, 6.28), rng.uniform(420, 620)
    second, third = rng.uniform(0, 6.28), rng.uniform(150, 210)
    for layer in range(count):
        depth = layer / (count - 1)
        swell = (20 + 44 * np.sin(np.pi * depth) ** 0.7) * np.sin(places / longest * 2 * np.pi + phase + 2.6 * depth)
        chop = 15 * np.sin(places / third * 2 * np.pi + second - 3.4 * depth) * (0.25 + np.sin(np.pi * depth))
        crest = 214 + 24 * layer + 40 * depth**2 - swell - chop
        shape = np.vstack([np.stack([places, crest], axis=1), [(width + 20, height), (-20, height)]])
        place = (layer * 2.35) % len(paints)
        low, share = int(place), place - int(place)
        paint = mix(paints[low], paints[(low + 1) % len(paints)], share if low + 1 < len(paints) else 0)
        above = np.stack([places, crest - 5], axis=1)
        canvas.shadow(np.vstack([above, above[::-1] + np.array([0, 16])]), 9, "#04101c", 0.36)
        canvas.polygon(shape, paint)
        edge = mix(paint, "#ffffff" if sum(paint) < 480 else paints[1], 0.55)
        canvas.line(np.stack([places, crest + 1], axis=1), 2.2, edge)
        for hatch in range(1, 4):
            canvas.line(np.stack([places, crest + 1 + 4.6 * hatch], axis=1), 0.9, edge, 0.5 - 0.11 * hatch)
        if layer in (2, 6, 10):
            _curls(canvas, rng, places, crest, edge, paint)
    return canvas.finish(rng, grain=3)


def _curls(canvas: Canvas, rng: Random, places: Floats, crest: Floats, foam: Colour, water: Colour) -> None:
    peak = int(np.argmin(crest + 900 * ((places < 60) | (places > 740))))
    for curl in range(5):
        index = min(len(places) - 1, max(0, peak + (curl - 2) * 9))
        radius = 21 - 3.2 * abs(curl - 2)
        x, y = float(places[index]), float(crest[index]) - radius * 0.35
        canvas.disc(x, y, radius, water)
        angles = np.linspace(-0.4, 3.6 * np.pi, 60)
        spiral = radius * (1 - np.linspace(0, 0.86, 60))
        canvas.line(np.stack([x + spiral * np.cos(angles), y - spiral * np.sin(angles)], axis=1), 2.4, foam)
