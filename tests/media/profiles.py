"""Colour profiles made by code, and pictures stored by them: what a camera, a screen or a press would write.

Profiles are of ICC version 2.4 (ICC.1:2001-04): a matrix and a curve for RGB, a curve for grey, a table for ink.
"""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float64]

D50 = (0.9642, 1.0, 0.8249)
D65_XY, D50_XY = (0.3127, 0.3290), (0.3457, 0.3585)
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


@dataclass(frozen=True)
class Space:
    """An RGB space: the chromaticities of its three primaries and of its white, and its gamma; None is sRGB's curve."""

    primaries: tuple[tuple[float, float], tuple[float, float], tuple[float, float]]
    white: tuple[float, float]
    gamma: float | None

    def to_pcs(self) -> Floats:
        """Linear RGB → XYZ under D50, where profiles connect (Bradford adaptation)."""
        red_green_blue = np.array([_xyz(xy) for xy in self.primaries]).T
        white = _xyz(self.white)
        native = red_green_blue * np.linalg.solve(red_green_blue, white)
        cones = (_BRADFORD @ D50) / (_BRADFORD @ white)
        adapted: Floats = np.linalg.solve(_BRADFORD, cones[:, None] * (_BRADFORD @ native))
        return adapted


SRGB = Space(((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)), D65_XY, None)
ADOBE_LIKE = Space(((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)), D65_XY, 563 / 256)
P3_LIKE = Space(((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)), D65_XY, None)
WIDE_LINEAR = Space(((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001)), D50_XY, 1.0)


def rgb_profile(space: Space) -> bytes:
    """A matrix and one curve."""
    columns = {name: _xyz_tag(column) for name, column in zip(("rXYZ", "gXYZ", "bXYZ"), space.to_pcs().T, strict=True)}
    curve = _curve(space.gamma)
    return _profile(b"mntr", b"RGB ", b"XYZ ", {**columns, "rTRC": curve, "gTRC": curve, "bTRC": curve})


def grey_profile(gamma: float) -> bytes:
    """One curve."""
    return _profile(b"mntr", b"GRAY", b"XYZ ", {"kTRC": _curve(gamma)})


def ink_profile(gain: float, steps: int = 9) -> bytes:
    """A press whose dots grow: ink `c` prints as `c ** (1 / gain)`, and then as subtractive colours do by the book."""
    printed = np.stack(np.meshgrid(*[np.linspace(0, 1, steps)] * 4, indexing="ij"), axis=-1).reshape(-1, 4)
    lightness = lab((1 - printed[:, :3]) * (1 - printed[:, 3:]))
    table = (np.clip(lightness * (652.8, 256, 256) + (0, 32768, 32768), 0, 65535)).round().astype(">u2").tobytes()
    grown = (np.linspace(0, 1, 256) ** (1 / gain) * 65535).round().astype(">u2").tobytes()
    identity = np.array([65536, 0, 0, 0, 65536, 0, 0, 0, 65536], ">i4").tobytes()
    lut = b"mft2" + bytes(4) + bytes([4, 3, steps, 0]) + identity + struct.pack(">HH", 256, 2)
    lut += 4 * grown + table + 3 * struct.pack(">HH", 0, 65535)
    return _profile(b"prtr", b"CMYK", b"Lab ", {"A2B0": lut})


def stored(picture: Image.Image, space: Space) -> Floats:
    """The numbers, from 0 to 1, that show an sRGB picture in another space."""
    wide = linear(np.asarray(picture) / 255) @ (np.linalg.solve(space.to_pcs(), SRGB.to_pcs())).T
    wide = np.clip(wide, 0, 1)
    if space.gamma is not None:
        return np.asarray(wide ** (1 / space.gamma))
    return np.where(wide <= 0.0031308, 12.92 * wide, 1.055 * wide ** (1 / 2.4) - 0.055)


def grey_stored(picture: Image.Image, gamma: float) -> Image.Image:
    """The levels that show a grey sRGB picture with another gamma."""
    return picture.point([round(255 * level ** (1 / gamma)) for level in linear(np.arange(256) / 255)])


def inked(picture: Image.Image, gain: float) -> Image.Image:
    """The inks that print an RGB picture with `ink_profile(gain)`, without black."""
    shrunk = [round(255 * (level / 255) ** gain) for level in range(256)]
    return picture.convert("CMYK").point(shrunk * 4)


def linear(levels: Floats) -> Floats:
    """sRGB's numbers → light (IEC 61966-2-1)."""
    return np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)


def lab(colours: Floats) -> Floats:
    """sRGB's numbers, shape (n, 3) → L* a* b* under D50."""
    ratio = linear(colours) @ SRGB.to_pcs().T / D50
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


def _xyz(xy: tuple[float, float]) -> Floats:
    x, y = xy
    return np.array([x / y, 1, (1 - x - y) / y])


def _xyz_tag(xyz: Floats | tuple[float, ...]) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in xyz))


def _curve(gamma: float | None) -> bytes:
    if gamma is not None:
        return b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    table = (linear(np.linspace(0, 1, 1024)) * 65535).round().astype(">u2")
    return b"curv" + bytes(4) + struct.pack(">I", 1024) + table.tobytes()


def _profile(kind: bytes, space: bytes, connection: bytes, tags: dict[str, bytes]) -> bytes:
    text = b"made by a test"
    described = b"desc" + bytes(4) + struct.pack(">I", len(text) + 1) + text + bytes(1 + 8 + 3 + 67 + 2)
    tags = {"desc": described, "cprt": b"text" + bytes(4) + text + bytes(2), "wtpt": _xyz_tag(D50), **tags}
    directory, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        directory += name.encode() + struct.pack(">II", 132 + 12 * len(tags) + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = bytes(4) + bytes(4) + b"\x02\x40\x00\x00" + kind + space + connection + bytes(12) + b"acsp" + bytes(28)
    header += struct.pack(">3i", *(round(value * 65536) for value in D50)) + bytes(48)
    return struct.pack(">I", len(header) + len(directory) + len(body)) + header[4:] + directory + body
