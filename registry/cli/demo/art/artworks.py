"""The pictures of the demo: a dozen works, six strangers drawn the same way with other dice, and a blank card.

Everything is drawn from fixed seeds by the modules beside this one, so each call gives the same pixels again. No two of
them are alike to the fingerprints, which a test holds them to, so that they serve as test pictures elsewhere.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from registry.cli.demo.art.canvas import Random
from registry.cli.demo.art.charts import contours, moons
from registry.cli.demo.art.nature import fruit, leaves
from registry.cli.demo.art.patterns import kilim, tiles
from registry.cli.demo.art.places import city, mountains
from registry.cli.demo.art.shapes import bird, poster
from registry.cli.demo.art.waters import pond, ribbons


@dataclass(frozen=True, slots=True)
class Artwork:
    """A drawing with its title; RGB, 600 to 800 pixels a side."""

    title: str
    picture: Image.Image


_Painter = Callable[[Random], Image.Image]

_DOZEN: tuple[tuple[str, _Painter, int], ...] = (
    ("Far ridges", mountains, 2),
    ("Herbarium", leaves, 2),
    ("Quarter turns", tiles, 1),
    ("Koi pond", pond, 1),
    ("Night shift", city, 2),
    ("Swell", ribbons, 8),
    ("Regatta", poster, 4),
    ("Round bird", bird, 1),
    ("Still life", fruit, 1),
    ("Kilim", kilim, 1),
    ("Month of moons", moons, 1),
    ("Sheet 12", contours, 5),
)
_STRANGERS: tuple[tuple[str, _Painter, int], ...] = (
    ("other ridges", mountains, 31),
    ("other leaves", leaves, 33),
    ("other tiles", tiles, 37),
    ("another city", city, 34),
    ("another bird", bird, 34),
    ("another kilim", kilim, 35),
)


def artworks() -> Iterator[Artwork]:
    """The dozen, each drawn as it is asked for."""
    return (_drawn(*one) for one in _DOZEN)


def strangers() -> Iterator[Artwork]:
    """Six drawings that are nobody's copy, though they are of the same kinds."""
    return (_drawn(*one) for one in _STRANGERS)


def blank() -> Artwork:
    """A card of one colour: a picture that shows nothing."""
    return Artwork("a blank card", Image.new("RGB", (640, 480), (236, 231, 219)))


def png(picture: Image.Image) -> bytes:
    """The picture as a PNG file."""
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return file.getvalue()


def _drawn(title: str, painter: _Painter, seed: int) -> Artwork:
    return Artwork(title, painter(np.random.default_rng(seed)))
