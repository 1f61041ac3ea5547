"""Drawings that are patterns: a wall of tiles, and a kilim drawn stitch by stitch."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from registry.cli.demo.art.canvas import Canvas, Floats, Random, arc, mix, outline, picture_of, rgb

THREAD = 6
"""Pixels of a kilim's stitch."""


def tiles(rng: Random) -> Image.Image:
    """A wall of tiles, each with one of eight motifs of quarter circles, triangles and dots."""
    side, count = 720, 6
    margin = 36
    palettes = (
        ("#f2e8d5", "#1f3a5f", "#d1495b", "#edae49", "#2a7f78"),
        ("#f4efe6", "#22223b", "#e07a5f", "#81b29a", "#f2cc8f"),
        ("#efe9dc", "#3d2c2e", "#c8553d", "#588b8b", "#f28f3b"),
    )
    palette = palettes[rng.integers(len(palettes))]
    canvas = Canvas(side, side, palette[0])
    cell = (side - 2 * margin) / count
    motifs: tuple[Callable[[Canvas, Random, float, float, float, str, str], None], ...] = (
        _quarter,
        _petal,
        _halves,
        _rainbow,
        _target,
        _sails,
        _dots,
        _four_petals,
    )
    before: list[tuple[int, int]] = [(-1, -1)] * count
    for row in range(count):
        for column in range(count):
            kind, ground = rng.integers(len(motifs)), rng.integers(len(palette))
            near = (before[column], before[column - 1] if column else (-1, -1))
            while any(kind == other[0] for other in near) or any(ground == other[1] for other in near):
                kind, ground = rng.integers(len(motifs)), rng.integers(len(palette))
            before[column] = (int(kind), int(ground))
            first, second = rng.permutation([index for index in range(len(palette)) if index != ground])[:2]
            x, y = margin + column * cell, margin + row * cell
            canvas.box(x, y, cell, cell, palette[ground])
            motifs[kind](canvas, rng, x, y, cell, palette[first], palette[second])
    return canvas.finish(rng, grain=3)


def _corner(rng: Random, x: float, y: float, cell: float) -> tuple[float, float, float]:
    """A tile's corner, and the angle at which a quarter circle round it begins to lie inside the tile."""
    turn = int(rng.integers(4))
    return x + cell * (turn in (1, 2)), y + cell * (turn in (2, 3)), 90.0 * turn


def _sector(canvas: Canvas, corner: tuple[float, float, float], radius: float, paint: str) -> None:
    x, y, start = corner
    canvas.polygon(np.vstack([[(x, y)], arc(x, y, radius, start, start + 90)]), paint)


def _quarter(canvas: Canvas, rng: Random, x: float, y: float, cell: float, one: str, other: str) -> None:
    corner = _corner(rng, x, y, cell)
    _sector(canvas, corner, cell, one)
    _sector(canvas, corner, cell * 0.46, other)


def _rainbow(canvas: Canvas, rng: Random, x: float, y: float, cell: float, one: str, other: str) -> None:
    corner = _corner(rng, x, y, cell)
    for ring, paint in ((1.0, one), (0.8, other), (0.6, one), (0.4, other), (0.2, one)):
        _sector(canvas, corner, cell * ring, paint)


def _petal(canvas: Canvas, rng: Random, x: float, y: float, cell: float, one: str, other: str) -> None:
    _leaf(canvas, x, y, cell, one, falling=bool(rng.integers(2)))
    canvas.disc(x + cell / 2, y + cell / 2, cell * 0.12, other)


def _leaf(canvas: Canvas, x: float, y: float, cell: float, paint: str, *, falling: bool) -> None:
    """The part that two quarter circles round opposite corners share."""
    if falling:
        shape = np.vstack([arc(x + cell, y, cell, 90, 180), arc(x, y + cell, cell, -90, 0)])
    else:
        shape = np.vstack([arc(x, y, cell, 0, 90), arc(x + cell, y + cell, cell, 180, 270)])
    canvas.polygon(shape, paint)


def _four_petals(canvas: Canvas, rng: Random, x: float, y: float, cell: float, one: str, other: str) -> None:
    half = cell / 2
    for index, (right, low) in enumerate(((0, 0), (1, 0), (1, 1), (0, 1))):
        _leaf(canvas, x + half * right, y + half * low, half, (one, other)[index % 2], falling=index % 2 == 0)


def _halves(canvas: Canvas, rng: Random, x: float, y: float, cell: float, one: str, other: str) -> None:
    half = cell / 2
    if rng.integers(2):
        canvas.polygon(arc(x + half, y + half, half, 180, 360), one)
        canvas.polygon(arc(x + half, y + cell, half, 180, 360), other)
    else:
        canvas.polygon(arc(x + half, y + half, half, 90, 270), one)
        canvas.polygon(arc(x + cell, y + half, half, 90, 270), other)


def _target(canvas: Canvas, rng: Random, x: float, y: float, cell: float, one: str, other: str) -> None:
    for radius, paint in ((0.46, one), (0.30, other), (0.14, one)):
        canvas.disc(x + cell / 2, y + cell / 2, cell * radius, paint)


def _sails(canvas: Canvas, rng: Random, x: float, y: float, cell: float, one: str, other: str) -> None:
    half = cell / 2
    if rng.integers(2):
        for right, low in ((0, 0), (1, 0), (0, 1), (1, 1)):
            left, top = x + right * half, y + low * half
            canvas.polygon([(left, top), (left + half, top), (left, top + half)], one if right == low else other)
    else:
        canvas.polygon([(x, y), (x + cell, y), (x, y + cell)], one)
        canvas.polygon([(x + half, y + half), (x + cell, y + half), (x + half, y + cell)], other)


def _dots(canvas: Canvas, rng: Random, x: float, y: float, cell: float, one: str, other: str) -> None:
    special = rng.integers(9)
    for index in range(9):
        across, down = x + cell * (0.2 + 0.3 * (index % 3)), y + cell * (0.2 + 0.3 * (index // 3))
        canvas.disc(across, down, cell * 0.1, other if index == special else one)


def kilim(rng: Random) -> Image.Image:
    """A kilim, drawn thread by thread: borders, stepped diamonds, and a fringe."""
    width, height = 640, 800
    columns, rows = 101, 123
    palettes = (
        ("#7d1f26", "#e9d9b6", "#1f3b57", "#d08a2e", "#2c5b4b"),
        ("#24425c", "#eadfc6", "#a63a2b", "#dca447", "#6b2737"),
        ("#8c4a22", "#f0e2c4", "#3b2a24", "#4f7a76", "#c9a03a"),
    )
    palette = palettes[rng.integers(len(palettes))]
    canvas = Canvas(width, height, "#d9d2c3")
    canvas.wash(canvas.around(width * 0.3, height * 0.2, 900, [(0, "#e6e0d3"), (1, "#b9b0a0")]))
    left, top = (width - columns * THREAD) / 2, (height - rows * THREAD) / 2
    right, bottom = width - left, height - top
    frame = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    canvas.shadow(frame + np.array([9, 12]), 16, "#2b2018", 0.6)
    for x in np.arange(left + 3, right, 6.1):
        for edge, out in ((top + 2, -1), (bottom - 2, 1)):
            ends = (x + rng.uniform(-4, 4), edge + out * rng.uniform(18, 25))
            strand = outline([(x, edge), (x + rng.uniform(-2, 2), edge + out * 12), ends], steps=5)
            canvas.line(strand, 2.2, mix("#efe4ca", "#8a7a5c", rng.uniform(0, 0.4)))
    cloth = np.array([rgb(paint) for paint in palette], dtype=float)[_chart(rng, rows, columns)]
    cloth *= 1 + 0.12 * (rng.random((rows, columns, 1)) - 0.5) + 0.09 * (rng.random((rows, 1, 1)) - 0.5)
    whole = np.zeros((height, width, 3))
    whole[int(top) : int(top) + rows * THREAD, int(left) : int(left) + columns * THREAD] = _woven(cloth)
    canvas.lay(picture_of(whole), canvas.mask(frame))
    return canvas.finish(rng, grain=3)


def _woven(cloth: Floats) -> Floats:
    """Each stitch of a chart as a raised thread, in turn along and across: THREAD pixels for every stitch."""
    rows, columns, _ = cloth.shape
    ridge = np.sin((np.arange(THREAD) + 0.5) / THREAD * np.pi) - 0.6
    along = (np.indices((rows, columns)).sum(axis=0) % 2 == 0)[:, :, None, None]
    relief = np.where(along, ridge[:, None], ridge[None, :]).transpose(0, 2, 1, 3)
    stitches = np.kron(cloth, np.ones((THREAD, THREAD, 1)))
    return np.asarray(stitches * (1 + 0.32 * relief.reshape(rows * THREAD, columns * THREAD, 1)))


def _chart(rng: Random, rows: int, columns: int) -> NDArray[np.int64]:
    """Which yarn each stitch has: a toothed border round a field with stepped diamonds, the same left and right."""
    row, column = np.indices((rows, columns))
    edge = np.minimum(np.minimum(row, rows - 1 - row), np.minimum(column, columns - 1 - column))
    aside, count = np.abs(column - columns // 2), int(rng.integers(2, 5))
    field = rows - 36
    tall = field / count
    place = (row - 18) % tall
    steps = (np.abs(place - tall / 2) * (columns - 36) / tall // 3 + aside // 3).astype(int)
    reach = int((columns - 36) / 2 // 3)
    yarns = [int(yarn) for yarn in rng.permutation(5)]
    rings = np.array([yarns[(ring * 2 + ring // 3) % 5] for ring in range(64)])
    chart = np.where(steps <= reach - 1, rings[np.clip(reach - 1 - steps, 0, 63)], yarns[3])
    period = int(rng.choice([6, 8, 10]))
    stars = ((row + period // 2) % period + aside % period <= 2) & (steps > reach + 1)
    chart = np.where(stars, yarns[4], chart)
    along = np.where(np.minimum(row, rows - 1 - row) < np.minimum(column, columns - 1 - column), column, row)
    teeth = np.abs(along % 12 - 6) + 5 > edge - 1
    border = np.where(edge < 3, yarns[1], np.where(edge < 5, yarns[2], np.where(teeth, yarns[0], yarns[4])))
    inner = np.where(edge < 14, yarns[2], yarns[1])
    return np.asarray(np.where(edge < 12, border, np.where(edge < 16, inner, chart)))
