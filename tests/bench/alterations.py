"""The ways in which listings change the pictures they copy, as far as they are plain."""

import io
from collections.abc import Iterator

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps


def alterations(picture: Image.Image) -> Iterator[tuple[str, Image.Image]]:
    """An RGB picture as listings show it: re-encoded, scaled, turned, cropped, framed, recoloured, written upon."""
    width, height = picture.size
    longest = max(width, height)

    def cropped(share: float) -> Image.Image:
        x, y = int(width * share / 2), int(height * share / 2)
        return picture.crop((x, y, width - x, height - y))

    yield "JPEG 70", _jpeg(picture, 70)
    yield "JPEG 20", _jpeg(picture, 20)
    yield "halved", _jpeg(picture.resize((max(1, width // 2), max(1, height // 2)), Image.Resampling.LANCZOS))
    yield "mirrored", _jpeg(ImageOps.mirror(picture))
    yield "turned 90°", _jpeg(picture.transpose(Image.Transpose.ROTATE_90))
    yield "turned 3°", _jpeg(picture.rotate(3, Image.Resampling.BICUBIC, fillcolor="white"))
    yield "20 % wider", _jpeg(picture.resize((int(width * 1.2), height)))
    yield "cropped 5 %", _jpeg(cropped(0.05))
    yield "cropped 10 %", _jpeg(cropped(0.10))
    yield "white border 5 %", _jpeg(ImageOps.expand(picture, int(longest * 0.05), "white"))
    yield "brighter 40 %", _jpeg(ImageEnhance.Brightness(picture).enhance(1.4))
    yield "contrast 60 %", _jpeg(ImageEnhance.Contrast(picture).enhance(1.6))
    yield "grey", _jpeg(picture.convert("L").convert("RGB"))
    yield "tinted", _jpeg(Image.blend(picture, Image.new("RGB", picture.size, (200, 80, 40)), 0.35))
    yield "blurred", _jpeg(picture.filter(ImageFilter.GaussianBlur(longest / 150)))
    banner = picture.copy()
    draw = ImageDraw.Draw(banner)
    draw.rectangle((width * 0.1, height * 0.80, width * 0.9, height * 0.92), fill="white")
    draw.rectangle((width * 0.12, height * 0.83, width * 0.88, height * 0.89), fill="black")
    yield "banner across", _jpeg(banner)


def _jpeg(picture: Image.Image, quality: int = 90) -> Image.Image:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=quality)
    return Image.open(io.BytesIO(stream.getvalue())).convert("RGB")


def as_png(picture: Image.Image) -> bytes:
    """A picture as a file that loses nothing."""
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=1)
    return stream.getvalue()
