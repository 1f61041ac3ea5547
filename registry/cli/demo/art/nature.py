"""Drawings from nature: leaves on a herbarium sheet, and a still life with fruit."""

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
    rgb,
    swelling,
)


def leaves(rng: Random) -> Image.Image:
    """Three sprigs pressed on a herbarium sheet."""
    width, height = 620, 800
    sheets = (
        ("#f3ead6", ("#31572c", "#6a8d52", "#3f6b5c", "#a4633a")),
        ("#eef0e6", ("#234b4b", "#4f7d6a", "#7c8f4a", "#b0713f")),
        ("#f5e6d8", ("#5a2e2e", "#8a5a3c", "#6d7a45", "#c28a3a")),
    )
    paper, greens = sheets[rng.integers(len(sheets))]
    canvas = Canvas(width, height, paper)
    stain = noise(rng, width, height, 300, 3)
    canvas.wash(
        picture_of(blend([(0, mix(paper, "#c9ab7c", 0.3)), (0.5, paper), (1, mix(paper, "#ffffff", 0.5))], stain))
    )
    for inset, thick in ((24, 1.6), (30, 0.7)):
        canvas.line(
            [
                (inset, inset),
                (width - inset, inset),
                (width - inset, height - inset),
                (inset, height - inset),
                (inset, inset),
            ],
            thick,
            "#5a4632",
            0.55,
        )
    kinds = [_fern, _round_leaves, _broad_leaf, _willow]
    chosen = rng.permutation(len(kinds))[:3]
    inks = rng.permutation(len(greens))
    for slot, kind in enumerate(chosen):
        x = width * (0.27 + 0.235 * slot)
        foot = height * (0.86, 0.92, 0.84)[slot] - rng.uniform(0, 18)
        lean = (-0.12, 0.02, 0.10)[slot] + rng.uniform(-0.03, 0.03)
        tall = height * (0.60, 0.76, 0.62)[slot] * rng.uniform(0.94, 1.02)
        t = np.linspace(0, 1, 6)
        sway = rng.uniform(-18, 18)
        stem = outline(np.stack([x + lean * tall * t + sway * np.sin(t * 3.0), foot - tall * t], axis=1), steps=24)
        kinds[kind](canvas, rng, stem, rgb(greens[inks[slot]]))
    for tape in (0.27, 0.505, 0.74):
        x, y = width * tape - 20 + rng.uniform(-6, 6), height * 0.815 + rng.uniform(-8, 8)
        canvas.polygon([(x, y), (x + 44, y - 5), (x + 45, y + 8), (x + 1, y + 13)], "#fbf5e4", 0.8)
    for tick in range(11):
        canvas.line(
            [(width - 176 + tick * 12, height - 52), (width - 176 + tick * 12, height - (64 if tick % 5 == 0 else 58))],
            1.2,
            "#5a4632",
        )
    canvas.line([(width - 176, height - 52), (width - 56, height - 52)], 1.2, "#5a4632")
    return canvas.finish(rng, grain=3)


def _blade(
    canvas: Canvas, foot: Floats, tip: Floats, half: float, paint: Colour, bend: float = 0.08, fullest: float = 0.4
) -> None:
    """A leaf from foot to tip, with a midrib, one side of it in the light."""
    along = tip - foot
    across = np.array([-along[1], along[0]])
    spine = outline([foot, foot + along * 0.5 + across * bend, tip], steps=12)
    t = np.linspace(0, 1, len(spine))
    power = np.log(0.5) / np.log(fullest)
    halves = half * np.sin(np.pi * t**power) ** 0.9
    left, right = swelling(spine, halves)
    canvas.polygon(np.vstack([left, spine[::-1]]), mix(paint, "#fff7d6", 0.16))
    canvas.polygon(np.vstack([right, spine[::-1]]), mix(paint, "#0b1410", 0.12))
    if half > 9:
        for vein in range(3, len(spine) - 4, 3):
            for side in (left, right):
                end = side[min(vein + 4, len(spine) - 1)]
                canvas.line(
                    [tuple(spine[vein]), tuple(spine[vein] + (end - spine[vein]) * 0.9)],
                    0.8,
                    mix(paint, "#fff7d6", 0.45),
                    0.7,
                )
    canvas.line(spine, 1.3, mix(paint, "#fff7d6", 0.5), 0.85)


def _stem(canvas: Canvas, stem: Floats, paint: Colour) -> None:
    left, right = swelling(stem, np.linspace(3.0, 0.8, len(stem)))
    canvas.polygon(np.vstack([left, right[::-1]]), mix(paint, "#2b1c10", 0.35))


def _sides(stem: Floats, index: int) -> tuple[Floats, Floats]:
    """At a place of the stem: the way on, and the way to its left."""
    along = stem[min(index + 2, len(stem) - 1)] - stem[max(index - 2, 0)]
    along = along / np.hypot(*along)
    return along, np.array([along[1], -along[0]])


def _fern(canvas: Canvas, rng: Random, stem: Floats, paint: Colour) -> None:
    _stem(canvas, stem, paint)
    for index in range(int(len(stem) * 0.16), len(stem) - 1, 5):
        t = index / len(stem)
        along, aside = _sides(stem, index)
        long = 104 * np.sin(np.pi * (1 - t) ** 0.75) ** 0.8 + 6
        for side in (-1, 1):
            tip = stem[index] + aside * side * long * 0.88 + along * long * 0.42
            _blade(canvas, stem[index], tip, 3.0 + long * 0.062, mix(paint, "#d9c77a", 0.28 * t), bend=-0.09 * side)
    _blade(canvas, stem[-3], stem[-1] + (stem[-1] - stem[-3]) * 4, 5, paint)


def _round_leaves(canvas: Canvas, rng: Random, stem: Floats, paint: Colour) -> None:
    _stem(canvas, stem, paint)
    for turn, index in enumerate(range(int(len(stem) * 0.2), len(stem) - 2, 9)):
        t = index / len(stem)
        along, aside = _sides(stem, index)
        radius = 38 * (1 - 0.55 * t) * rng.uniform(0.9, 1.1)
        for side in (-1, 1):
            way = aside * side + along * rng.uniform(0.2, 0.6)
            foot = stem[index] + way * 7
            canvas.line([tuple(stem[index]), tuple(foot)], 1.6, mix(paint, "#2b1c10", 0.3))
            shade = mix(paint, ("#dfe6c8", "#7fa08a", "#274038")[(turn + (side > 0)) % 3], 0.34)
            _blade(canvas, foot, foot + way * radius * 1.75, radius * 0.82, shade, bend=0.03 * side, fullest=0.5)


def _broad_leaf(canvas: Canvas, rng: Random, stem: Floats, paint: Colour) -> None:
    _stem(canvas, stem[: len(stem) // 2], paint)
    foot, tip = stem[int(len(stem) * 0.34)], stem[-1]
    _blade(canvas, foot, tip, 92, paint, bend=rng.uniform(-0.08, 0.08), fullest=0.36)
    along, aside = _sides(stem, int(len(stem) * 0.14))
    start = stem[int(len(stem) * 0.14)]
    for side in (-1, 1):
        _blade(canvas, start, start + aside * side * 96 + along * 96, 31, mix(paint, "#d9c77a", 0.3), bend=0.14 * side)


def _willow(canvas: Canvas, rng: Random, stem: Floats, paint: Colour) -> None:
    _stem(canvas, stem, paint)
    for turn, index in enumerate(range(int(len(stem) * 0.14), len(stem) - 1, 7)):
        t, side = index / len(stem), 1 if turn % 2 else -1
        along, aside = _sides(stem, index)
        long = (128 - 62 * t) * rng.uniform(0.9, 1.1)
        tip = stem[index] + aside * side * long * 0.62 + along * long * 0.74
        _blade(canvas, stem[index], tip, 11.5 - 3 * t, mix(paint, "#cfd8a6", 0.3 * rng.random()), bend=-0.12 * side)
    for berry in range(7):
        place = stem[-1] + np.array([rng.uniform(-22, 22), rng.uniform(-26, 14)])
        canvas.line([tuple(stem[-6]), tuple(place)], 1, mix(paint, "#2b1c10", 0.3))
        canvas.disc(place[0], place[1], 5.2, mix("#b5412f", "#e7a13a", 0.12 * berry))


def fruit(rng: Random) -> Image.Image:
    """Pears, an orange and plums on a table, lit from the left."""
    width, height = 800, 640
    wall, cloth = (("#31505a", "#d9b382"), ("#6e4b3f", "#c9cfbf"), ("#c8b18f", "#5d3f3a"))[rng.integers(3)]
    canvas = Canvas(width, height, wall)
    canvas.wash(
        canvas.around(
            width * 0.22, height * 0.2, 760, [(0, mix(wall, "#fff2d8", 0.42)), (1, mix(wall, "#000000", 0.35))]
        )
    )
    edge = rng.uniform(370, 410)
    table = [(0, edge), (width, edge), (width, height), (0, height)]
    canvas.lay(
        canvas.down([(0, mix(cloth, "#ffffff", 0.12)), (1, mix(cloth, "#2a1408", 0.4))], top=edge), canvas.mask(table)
    )
    for stripe in np.arange(edge + 18, height, 34):
        canvas.box(0, stripe, width, 2 + (stripe - edge) * 0.02, mix(cloth, "#7a2f22", 0.6), 0.35)
    _jug(canvas, rng, rng.choice([0.2, 0.5, 0.78]) * width, edge + 60)
    row = [("pear", 1.0), ("orange", 0.8), ("pear", 0.9), ("plum", 0.62), ("plum", 0.56), ("apple", 0.82)]
    order = [row[index] for index in rng.permutation(len(row))]
    for slot, (kind, size) in enumerate(sorted(order[:5], key=lambda one: -one[1])):
        x = width * (0.14 + 0.18 * rng.permutation(5)[0]) if slot < 0 else width * (0.13 + 0.185 * ((slot * 2 + 1) % 5))
        _piece(canvas, rng, kind, x + rng.uniform(-18, 18), edge + 84 + slot * 26, 74 * size)
    return canvas.finish(rng)


def _jug(canvas: Canvas, rng: Random, x: float, foot: float) -> None:
    tall, half = rng.uniform(250, 300), rng.uniform(62, 76)
    profile = outline([(0, 0.56), (0.10, 0.78), (0.34, 1.0), (0.58, 0.82), (0.8, 0.44), (0.92, 0.42), (1, 0.56)])
    left = np.stack([x - profile[:, 1] * half, foot - profile[:, 0] * tall], axis=1)
    right = np.stack([x + profile[:, 1] * half, foot - profile[:, 0] * tall], axis=1)
    body = np.vstack([left, right[::-1]])
    glaze = ("#e8e2d2", "#35608a", "#7f9a83", "#b4532f")[rng.integers(4)]
    canvas.shadow(_cast(x, foot, half * 1.2), 16, "#1a0d05", 0.55)
    handle = outline(
        [
            (x + half * 0.42, foot - tall * 0.86),
            (x + half * 1.45, foot - tall * 0.82),
            (x + half * 1.5, foot - tall * 0.56),
            (x + half * 0.86, foot - tall * 0.46),
        ]
    )
    canvas.line(handle, 13, mix(glaze, "#000000", 0.35))
    canvas.line(handle - np.array([1.5, 2]), 5, mix(glaze, "#ffffff", 0.15))
    sheen = blend(
        [
            (0, mix(glaze, "#000000", 0.34)),
            (0.3, mix(glaze, "#fff6dc", 0.55)),
            (0.42, mix(glaze, "#fff0c8", 0.1)),
            (0.86, mix(glaze, "#150a10", 0.62)),
            (1, mix(glaze, "#ffcf9a", 0.1)),
        ],
        (np.arange(canvas.width) - x + half) / (2 * half),
    )
    canvas.lay(picture_of(sheen[None, :, :]), canvas.mask(body))
    canvas.oval(x, foot - tall, half * 0.56, 8, mix(glaze, "#000000", 0.55))
    for band in (0.62, 0.66):
        reach = float(np.interp(band, profile[:, 0], profile[:, 1])) * half
        canvas.line(
            outline([(x - reach, foot - tall * band), (x, foot - tall * band + 9), (x + reach, foot - tall * band)]),
            3,
            mix(glaze, "#1d2a3a", 0.65),
            0.8,
        )


def _piece(canvas: Canvas, rng: Random, kind: str, x: float, foot: float, radius: float) -> None:
    paints = {"pear": "#b9b243", "orange": "#e8882e", "plum": "#5b3358", "apple": "#b8342b"}
    t = np.linspace(0, 2 * np.pi, 90)
    lean = rng.uniform(-0.12, 0.12)
    if kind == "pear":
        up = 0.5 - 0.5 * np.cos(t)
        half = radius * np.sin(t) * (1 - 0.56 / (1 + np.exp(-(up - 0.60) * 11)))
        shape = np.stack([x + half + lean * up * radius * 2, foot - up * radius * 2.5], axis=1)
        stem = (x + lean * radius * 2, foot - radius * 2.46)
    else:
        dent = 0.09 * np.exp(-((np.mod(t, 2 * np.pi) - 1.5 * np.pi) ** 2) * 9) if kind == "apple" else 0 * t
        shape = np.stack(
            [x + radius * np.cos(t), foot - radius * 0.94 + radius * (0.94 - dent * 2) * np.sin(t)], axis=1
        )
        stem = (x, foot - radius * (1.88 if kind != "apple" else 1.70))
    canvas.shadow(_cast(x, foot, radius), 12, "#1a0d05", 0.62)
    canvas.lay(_lit(canvas, x, foot - radius, radius * 1.5, paints[kind]), canvas.mask(shape))
    if kind == "pear":
        blush = picture_of(200.0 * (noise(rng, canvas.width // 2, canvas.height // 2, 50, 2) > 0.62))
        canvas.lay("#a5522a", canvas.common(canvas.mask(shape), blush), 0.22)
    canvas.oval(x - radius * 0.36, foot - radius * 1.32, radius * 0.17, radius * 0.11, "#ffffff", 0.38)
    if kind == "orange":
        canvas.disc(*stem, 4, "#5d6b2f")
    else:
        canvas.line(outline([stem, (stem[0] + 4, stem[1] - 14), (stem[0] + 13, stem[1] - 25)]), 4, "#3d2a1a")


def _cast(x: float, foot: float, radius: float) -> Floats:
    """The shadow on the table of something that stands there, to the right of it."""
    across, down = (arc(0, 0, 1, 0, 360) * np.array([radius * 1.25, radius * 0.3])).T
    return np.stack([x + radius * 0.62 + across, foot - radius * 0.12 + down], axis=1)


def _lit(canvas: Canvas, x: float, y: float, radius: float, paint: str) -> Image.Image:
    """A round thing's shading, lit from the upper left, with a little light thrown back from the right."""
    stops = [
        (0.0, mix(paint, "#fff6dc", 0.5)),
        (0.3, mix(paint, "#fff0c8", 0.08)),
        (0.72, mix(paint, "#150a10", 0.45)),
        (1.0, mix(paint, "#150a10", 0.68)),
        (1.25, mix(paint, "#ffcf9a", 0.1)),
    ]
    return canvas.around(x - radius * 0.36, y - radius * 0.36, radius * 1.18, stops)
