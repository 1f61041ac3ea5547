"""A canvas for drawings made of shapes: three times as large as the picture it becomes, so that edges come out smooth.

Coordinates are pixels of the finished picture, with y downwards. Paints that vary (gradients, noise) are made small and
scaled up, since a picture three times as wide has nine times the pixels.
"""

from collections.abc import Sequence
from math import ceil, floor
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

SCALE = 3

Random = np.random.Generator
Floats = NDArray[np.floating[Any]]
Point = tuple[float, float]
Points = Floats | Sequence[Point] | Sequence[Floats]
Colour = tuple[int, int, int]
Stops = Sequence[tuple[float, str | Colour]]


def rgb(paint: str | Colour) -> Colour:
    """The colour that `#rrggbb` names."""
    if not isinstance(paint, str):
        return paint
    red, green, blue = ImageColor.getrgb(paint)[:3]
    return red, green, blue


def mix(one: str | Colour, other: str | Colour, share: float) -> Colour:
    """A colour between the two: `share` 0 is the one, 1 the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(rgb(one), rgb(other), strict=True))
    return red, green, blue


def blend(stops: Stops, at: Floats) -> Floats:
    """The colours of a gradient at these places (0 to 1, any shape): the shape with three more values at its end."""
    places = [place for place, _ in stops]
    colours = np.array([rgb(paint) for _, paint in stops], dtype=float)
    return np.stack([np.interp(at, places, colours[:, channel]) for channel in range(3)], axis=-1)


def picture_of(values: Floats) -> Image.Image:
    """The picture of an array of 0 to 255: greys where it has two axes, colours where it has three."""
    return Image.fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))


def outline(points: Points, steps: int = 14) -> Floats:
    """A smooth open line through the points, by Catmull and Rom's spline: `steps` places for each stretch."""
    knots = np.asarray(points, dtype=float)
    padded = np.vstack([2 * knots[0] - knots[1], knots, 2 * knots[-1] - knots[-2]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    stretches = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False)
    ]
    return np.vstack([*stretches, knots[-1:]])


def arc(x: float, y: float, radius: float, start: float, end: float) -> Floats:
    """Points of a circle from one angle to another, in degrees, clockwise from the right."""
    angles = np.radians(np.linspace(start, end, max(8, int(abs(end - start) / 2))))
    return np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=1)


def swelling(spine: Floats, halves: Floats) -> tuple[Floats, Floats]:
    """The two sides of a shape that runs along a spine, `halves` wide to each side of each point."""
    along = np.gradient(spine, axis=0)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) / (np.hypot(along[:, 0], along[:, 1])[:, None] + 1e-9)
    return spine + across * halves[:, None], spine - across * halves[:, None]


def noise(rng: Random, width: int, height: int, cell: float, octaves: int = 3) -> Floats:
    """Smooth noise from 0 to 1, (height, width); its largest features are about `cell` pixels."""
    total = np.zeros((height, width))
    for octave in range(octaves):
        step = cell / 2**octave
        grid = rng.random((int(height / step) + 3, int(width / step) + 3)).astype(np.float32)
        layer = Image.fromarray(grid).resize(
            (int(grid.shape[1] * step), int(grid.shape[0] * step)), Image.Resampling.BICUBIC
        )
        total += np.asarray(layer, dtype=float)[:height, :width] * 0.5**octave
    low, high = total.min(), total.max()
    return np.asarray((total - low) / (high - low))


class Canvas:
    """A picture under way."""

    def __init__(self, width: int, height: int, ground: str | Colour) -> None:
        self.width, self.height = width, height
        self._image = Image.new("RGB", (width * SCALE, height * SCALE), rgb(ground))
        self._draw = ImageDraw.Draw(self._image, "RGBA")

    def polygon(self, points: Points, paint: str | Colour, alpha: float = 1) -> None:
        """A filled shape."""
        self._draw.polygon(_flat(points), fill=_with_alpha(paint, alpha))

    def disc(self, x: float, y: float, radius: float, paint: str | Colour, alpha: float = 1) -> None:
        """A filled circle."""
        self.oval(x, y, radius, radius, paint, alpha)

    def oval(self, x: float, y: float, across: float, down: float, paint: str | Colour, alpha: float = 1) -> None:
        """A filled ellipse with these half axes."""
        box = [side * SCALE for side in (x - across, y - down, x + across, y + down)]
        self._draw.ellipse(box, fill=_with_alpha(paint, alpha))

    def ring(self, x: float, y: float, radius: float, width: float, paint: str | Colour, alpha: float = 1) -> None:
        """A circle's line, its middle at the radius."""
        outer = radius + width / 2
        box = [side * SCALE for side in (x - outer, y - outer, x + outer, y + outer)]
        self._draw.ellipse(box, outline=_with_alpha(paint, alpha), width=max(1, round(width * SCALE)))

    def box(self, x: float, y: float, width: float, height: float, paint: str | Colour, alpha: float = 1) -> None:
        """A filled rectangle."""
        if width > 0 and height > 0:
            corners = [x * SCALE, y * SCALE, (x + width) * SCALE - 1, (y + height) * SCALE - 1]
            self._draw.rectangle(corners, fill=_with_alpha(paint, alpha))

    def line(self, points: Points, width: float, paint: str | Colour, alpha: float = 1) -> None:
        """A line through the points."""
        self._draw.line(
            _flat(points), fill=_with_alpha(paint, alpha), width=max(1, round(width * SCALE)), joint="curve"
        )

    def mask(self, *shapes: Points) -> Image.Image:
        """Where these shapes are, together."""
        mask = Image.new("L", self._image.size, 0)
        draw = ImageDraw.Draw(mask)
        for shape in shapes:
            draw.polygon(_flat(shape), fill=255)
        return mask

    def lay(self, paint: Image.Image | str | Colour, mask: Image.Image, alpha: float = 1) -> None:
        """Paints where the mask is; a paint or a mask of another size is scaled to the canvas."""
        box = _box_of(mask, self._image.size)
        if box is None:
            return
        cover = _part(mask, box, self._image.size)
        if alpha < 1:
            cover = cover.point([round(level * alpha) for level in range(256)])
        self._image.paste(
            _part(paint, box, self._image.size) if isinstance(paint, Image.Image) else rgb(paint), box, cover
        )

    def wash(self, paint: Image.Image) -> None:
        """Paints all of the canvas."""
        self._image.paste(_part(paint, (0, 0, *self._image.size), self._image.size))

    def down(self, stops: Stops, top: float = 0, bottom: float | None = None) -> Image.Image:
        """A gradient from top to bottom, as a paint."""
        rows = np.arange(self.height, dtype=float)
        low = self.height if bottom is None else bottom
        return picture_of(blend(stops, (rows - top) / (low - top))[:, None, :])

    def around(self, x: float, y: float, radius: float, stops: Stops) -> Image.Image:
        """A gradient from a point outwards, as a paint: its end is `radius` away."""
        rows, columns = np.mgrid[0 : self.height : 2, 0 : self.width : 2].astype(float)
        return picture_of(blend(stops, np.hypot(columns - x, rows - y) / radius))

    def glow(self, x: float, y: float, radius: float, paint: str | Colour, strength: float) -> None:
        """Light around a point, fading to nothing at the radius."""
        rows, columns = np.mgrid[0 : self.height : 4, 0 : self.width : 4].astype(float)
        fade = np.clip(1 - np.hypot(columns - x, rows - y) / radius, 0, 1) ** 2
        self.lay(paint, picture_of(255 * strength * fade))

    def shadow(self, shape: Points, blur: float, paint: str | Colour, alpha: float) -> None:
        """A soft dark shape."""
        small = Image.new("L", (self.width // 2, self.height // 2), 0)
        ImageDraw.Draw(small).polygon([place / 2 for place in np.asarray(shape, dtype=float).ravel()], fill=255)
        self.lay(paint, small.filter(ImageFilter.GaussianBlur(blur / 2)), alpha)

    def common(self, one: Image.Image, other: Image.Image) -> Image.Image:
        """Where both masks are."""
        whole = Image.new("L", self._image.size, 0)
        box = _box_of(one, self._image.size)
        if box is not None:
            both = ImageChops.multiply(_part(one, box, whole.size), _part(other, box, whole.size))
            whole.paste(both, box)
        return whole

    def finish(self, rng: Random, grain: float = 2.5) -> Image.Image:
        """The picture, with a little of the paper's grain: `grain` levels of 255, one standard deviation."""
        pixels = np.asarray(self._image.reduce(SCALE), dtype=float)
        return picture_of(pixels + rng.normal(0, grain, pixels.shape[:2])[:, :, None])


def _box_of(mask: Image.Image, size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """The part of a canvas of this size that holds all of the mask, scaled to it; None where the mask is empty."""
    box = mask.getbbox()
    if box is None or mask.size == size:
        return box
    across, down = size[0] / mask.width, size[1] / mask.height
    left, top = max(0, floor((box[0] - 1) * across)), max(0, floor((box[1] - 1) * down))
    return left, top, min(size[0], ceil((box[2] + 1) * across)), min(size[1], ceil((box[3] + 1) * down))


def _part(image: Image.Image, box: tuple[int, int, int, int], size: tuple[int, int]) -> Image.Image:
    """What of the image falls into this part of a canvas of this size, once it is scaled to it."""
    if image.size == size:
        return image.crop(box)
    across, down = image.width / size[0], image.height / size[1]
    source = (box[0] * across, box[1] * down, box[2] * across, box[3] * down)
    return image.resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.BILINEAR, box=source)


def _flat(points: Points) -> list[float]:
    flat: list[float] = (np.asarray(points, dtype=float) * SCALE).ravel().tolist()
    return flat


def _with_alpha(paint: str | Colour, alpha: float) -> tuple[int, int, int, int]:
    return (*rgb(paint), round(255 * alpha))
