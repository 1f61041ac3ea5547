"""Pictures drawn by code, good ones and bad ones."""

import io
import random
import struct

from PIL import Image, ImageDraw, ImageOps


def drawing(seed: object, size: tuple[int, int] = (420, 320)) -> Image.Image:
    """A picture full of shapes: the same for the same seed, and unlike any other."""
    source = random.Random(str(seed))
    picture = Image.new("RGB", size, _colour(source))
    draw = ImageDraw.Draw(picture)
    for _ in range(40):
        x, y, side = source.randrange(size[0]), source.randrange(size[1]), source.randrange(15, 130)
        shape = source.choice([draw.ellipse, draw.rectangle])
        shape((x - side / 2, y - side / 2, x + side / 2, y + side / 2), fill=_colour(source))
    return picture


def png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def jpeg(picture: Image.Image, quality: int = 70) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file.getvalue()


def mirrored(picture: Image.Image) -> Image.Image:
    return ImageOps.mirror(picture)


def blank() -> bytes:
    return png(Image.new("RGB", (200, 200), "white"))


def huge_webp() -> bytes:
    """Forty bytes that claim 13,000 pixels squared: a VP8X header with nothing behind it."""
    side = (13_000 - 1).to_bytes(3, "little")
    body = (
        b"WEBP" + b"VP8X" + struct.pack("<I", 10) + bytes(4) + side + side + b"VP8L" + struct.pack("<I", 2) + bytes(2)
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _colour(source: random.Random) -> tuple[int, int, int]:
    return source.randrange(256), source.randrange(256), source.randrange(256)
