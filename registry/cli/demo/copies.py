"""What becomes of a picture before somebody else sells it: altered copies, each as the bytes of a file."""

import io
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageEnhance, ImageOps

from registry.cli.demo.art.artworks import png
from registry.findings import Orientation


@dataclass(frozen=True, slots=True)
class Copying:
    """A way to alter a picture, in words that follow its title; `orientation` is how the copy shows the original."""

    words: str
    make: Callable[[Image.Image], bytes]
    orientation: Orientation = Orientation.UPRIGHT


def _as_jpeg(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=70)
    return file.getvalue()


def _halved(picture: Image.Image) -> bytes:
    return png(picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS))


def _mirrored(picture: Image.Image) -> bytes:
    return png(ImageOps.mirror(picture))


def _turned(picture: Image.Image) -> bytes:
    return png(picture.transpose(Image.Transpose.ROTATE_90))


def _brightened(picture: Image.Image) -> bytes:
    return png(ImageEnhance.Brightness(picture).enhance(1.15))


def _tilted(picture: Image.Image) -> bytes:
    return png(picture.rotate(2, Image.Resampling.BICUBIC, fillcolor="white"))


def _cropped(share: float) -> Callable[[Image.Image], bytes]:
    def crop(picture: Image.Image) -> bytes:
        across, down = round(picture.width * share / 2), round(picture.height * share / 2)
        return png(picture.crop((across, down, picture.width - across, picture.height - down)))

    return crop


SAME = Copying("byte for byte", png)
EVERYDAY = (
    Copying("as JPEG of quality 70", _as_jpeg),
    Copying("halved in size", _halved),
    Copying("mirrored", _mirrored, Orientation.MIRRORED),
    Copying("turned by 90°", _turned, Orientation.TURNED_90),
    Copying("brightened by 15 %", _brightened),
)
"""What any copy goes through: all of it is blocked, for every work."""

CROPPED_A_LITTLE = Copying("cropped by 3 %", _cropped(0.03))
CROPPED_MORE = Copying("cropped by 6 %", _cropped(0.06))
TILTED = Copying("tilted by 2°", _tilted)
