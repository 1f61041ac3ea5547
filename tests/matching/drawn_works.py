"""Drawn pictures as the sandbox reads them: registered ones with their features, and asked ones with theirs."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image, ImageDraw

from registry.features import QueryFeatures
from registry.intake.reading import read_closer, read_query, read_work
from registry.intake.taken import Asked
from registry.works import Added, WorkId
from tests.journeys.pictures import Picture, saved

SIZE = 480, 360


@dataclass(frozen=True)
class Seen:
    """A picture that is asked about, and what a closer look in the sandbox makes of it."""

    asked: Asked
    features: QueryFeatures


def image(seed: int) -> Image.Image:
    return Picture(seed, SIZE).image()


def poster(seed: int) -> Image.Image:
    """Flat shapes and lines on a flat ground."""
    rng = np.random.default_rng(seed)
    picture = Image.new("RGB", SIZE, tuple(rng.integers(150, 256, 3).tolist()))
    pen = ImageDraw.Draw(picture)
    for _ in range(14):
        x, y = (int(rng.integers(0, side)) for side in SIZE)
        w, h = (int(rng.integers(side // 12, side // 4)) for side in SIZE)
        colour, start = tuple(rng.integers(0, 256, 3).tolist()), int(rng.integers(0, 360))
        box = x - w / 2, y - h / 2, x + w / 2, y + h / 2
        match int(rng.integers(0, 3)):
            case 0:
                pen.ellipse(box, fill=colour)
            case 1:
                angles = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 7))))
                pen.polygon([(x + w * np.cos(at) / 1.5, y + h * np.sin(at) / 1.5) for at in angles], fill=colour)
            case _:
                pen.arc(box, start, start + 200, fill=colour, width=7)
    return picture


def grain(seed: int, side: int = 200) -> Image.Image:
    """A faint seamless texture: what codes of whole pictures say nothing of."""
    noise = np.random.default_rng(seed).normal(size=(side, side))
    smooth = sum(np.roll(noise, (down, across), (0, 1)) for down in range(3) for across in range(3))
    levels = np.clip(np.round(231 + 4 * smooth / smooth.std()), 0, 255).astype(np.uint8)
    return Image.fromarray(levels).convert("RGB")


@cache
def packed(seed: int) -> bytes:
    """The features of a drawn work."""
    return packed_of(image(seed))


@cache
def packed_grain(seed: int) -> bytes:
    return packed_of(grain(seed))


def packed_of(picture: Image.Image) -> bytes:
    (part,) = read_work(saved(picture, "PNG"), None, keep=False).parts
    return part.features


def asked(picture: Image.Image) -> Seen:
    (asked,) = read_query(saved(picture, "PNG"), None).pictures
    return Seen(asked, read_closer(asked).features)


def added(seq: int, work: str, *parts: bytes) -> Added:
    """The event that adds a work with these parts."""
    return Added(seq, WorkId(work), features=tuple(enumerate(parts)))
