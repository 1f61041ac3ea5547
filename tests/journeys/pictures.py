"""Pictures drawn by a seed, and what people do to them."""

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw


@dataclass(frozen=True)
class Picture:
    """Shapes over a soft ground: enough of its own to be told from any other seed's."""

    seed: int
    size: tuple[int, int] = (320, 240)

    def image(self) -> Image.Image:
        rng = np.random.default_rng(self.seed)
        coarse = rng.integers(0, 256, (5, 6, 3), dtype=np.uint8)
        image = Image.fromarray(coarse).resize(self.size, Image.Resampling.BICUBIC)
        pen = ImageDraw.Draw(image)
        for _ in range(9):
            x, y = (int(rng.integers(0, side)) for side in self.size)
            width, height = (int(rng.integers(side // 10, side // 3)) for side in self.size)
            colour = tuple(int(value) for value in rng.integers(0, 256, 3))
            draw = pen.ellipse if rng.random() < 0.5 else pen.rectangle
            draw((x, y, x + width, y + height), fill=colour)
        return image

    def png(self) -> bytes:
        return saved(self.image(), "PNG")

    def jpeg(self, quality: int = 70) -> bytes:
        return saved(self.image(), "JPEG", quality=quality)

    def mirrored(self) -> bytes:
        return saved(self.image().transpose(Image.Transpose.FLIP_LEFT_RIGHT), "PNG")

    def turned(self) -> bytes:
        return saved(self.image().transpose(Image.Transpose.ROTATE_90), "PNG")

    def cropped(self, share: float) -> bytes:
        """Cut at the left and at the top, by this share of each side."""
        image = self.image()
        return saved(image.crop((int(image.width * share), int(image.height * share), *image.size)), "PNG")


def blank() -> bytes:
    """A white card."""
    return saved(Image.new("RGB", (200, 200), "white"), "PNG")


def saved(image: Image.Image, suffix: str, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, suffix, **options)
    return buffer.getvalue()
