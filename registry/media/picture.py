"""A picture of a file, decoded as far as its rasters need."""

from dataclasses import dataclass, replace
from typing import Self

from PIL import Image

from registry.works import PartKind

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF 2.32, tag 0x0112: what to do with the stored pixels to see them upright."""

SIDEWAYS = frozenset(TURNS[orientation] for orientation in (5, 6, 7, 8))


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture decoded as far as its raster needs. `width` and `height` are the file's own, after orientation.

    `picture` is of mode L, RGB or RGBA, the last only where something is transparent, and carries no metadata. It
    lies as it was stored, to be seen after `turn`, and only its top left `extent` is filled: where a side isn't a
    multiple of the factor it was reduced by, the last pixel stands for less than the others. `scaled` minds both.
    """

    width: int
    height: int
    picture: Image.Image
    extent: tuple[float, float]
    turn: Image.Transpose | None

    def scaled(
        self, size: tuple[int, int], resample: Image.Resampling, *, mode: str | None = None, gap: float | None = None
    ) -> Image.Image:
        """The picture upright, in `size` pixels, converted to `mode` first; `gap` is Pillow's `reducing_gap`."""
        if self.turn in SIDEWAYS:
            size = size[1], size[0]
        picture = self.picture if mode is None else self.picture.convert(mode)
        small = picture.resize(size, resample, box=(0, 0, *self.extent), reducing_gap=gap)
        return small if self.turn is None else small.transpose(self.turn)

    def on_ground(self, colour: str) -> Self:
        """The picture with what is transparent laid on a plain colour."""
        if self.picture.mode != "RGBA":
            return self
        ground = Image.new("RGB", self.picture.size, colour)
        ground.paste(self.picture, mask=self.picture.getchannel("A"))
        return replace(self, picture=ground)


@dataclass(frozen=True, slots=True)
class PartPicture:
    """One of the pictures that a file holds. `name` is what the file calls it, or which one of its kind it is.

    The first picture of a file stands for the file. Names come from foreign bytes: at most `MAX_NAME` printable
    characters, empty for `WHOLE`.
    """

    kind: PartKind
    name: str
    decoded: Decoded


MAX_NAME = 80


def clean_name(name: str, fallback: str) -> str:
    """A name from a file, made fit to be shown: printable, without surplus space, `MAX_NAME` characters at most."""
    printable = "".join(character if character.isprintable() else " " for character in name[: 4 * MAX_NAME])
    return " ".join(printable.split())[:MAX_NAME].strip() or fallback
