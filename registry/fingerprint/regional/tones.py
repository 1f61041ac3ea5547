"""`tones-v1`: what a work looks like from afar, light and colour, in 134 bytes.

Outlines say where things end, not what fills them: two shirts laid out alike have the same. Once a guess says where a
work would lie in an asked picture, its light and colours there are compared with these (`registry.match.tones`).

The work frame is stretched to a square of 16 × 16 fields, whose lightness is kept in eight steps between the darkest
and the lightest, and to 6 × 6 fields, of which the two colour axes are kept in 15 steps each, finer near grey. All are
of CIELAB (ISO/CIE 11664-4), as OpenCV has it.

    1, 1      the darkest and the lightest field, L* of 100 in 255ths
    96        lightness, three bits a field, row by row
    36        colours, a byte a field: a* and b*, four bits each
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.features import COLOUR_SIDE, TONE_SIDE, Floats, Picture, Tones
from registry.fingerprint.regional.frame import trimmed

TONES_BYTES = 2 + TONE_SIDE * TONE_SIDE * 3 // 8 + COLOUR_SIDE * COLOUR_SIDE

_LIGHTEST = 100.0
_STEPS = 7
"""Of lightness, between the darkest and the lightest."""

_COLOURS = 7
_STRONGEST = 100.0
"""Steps of a colour axis on either side of grey, and where the last one is: the square roots are even."""


def work_tones(picture: Picture) -> Tones:
    """The tones of a work, given its picture."""
    cut, _ = trimmed(picture)
    rgb = cv2.cvtColor(np.ascontiguousarray(cut), cv2.COLOR_GRAY2RGB) if cut.ndim == 2 else cut
    light = _lab(cv2.resize(rgb, (TONE_SIDE, TONE_SIDE), interpolation=cv2.INTER_AREA))[:, :, 0]
    colour = _lab(cv2.resize(rgb, (COLOUR_SIDE, COLOUR_SIDE), interpolation=cv2.INTER_AREA))[:, :, 1:]
    return Tones(light, colour)


def _lab(rgb: NDArray[np.generic]) -> Floats:
    """CIELAB of RGB colours of 0 to 255, (height, width, 3)."""
    shares = np.asarray(rgb, np.float32) / np.float32(255)
    return np.asarray(cv2.cvtColor(shares, cv2.COLOR_RGB2LAB), np.float32)


def encode_tones(tones: Tones) -> bytes:
    """The bytes of tones."""
    ends = np.round(np.array([tones.light.min(), tones.light.max()]) * (255 / _LIGHTEST)).clip(0, 255).astype(np.uint8)
    low, high = _ends(ends)
    steps = np.round((tones.light - low) * (_STEPS / (high - low))).clip(0, _STEPS).astype(np.uint8)
    bits = np.unpackbits(steps.reshape(-1, 1), axis=1)[:, 5:]
    roots = np.sign(tones.colour) * np.sqrt(np.abs(tones.colour) / _STRONGEST)
    colours = (np.round(roots * _COLOURS).clip(-_COLOURS, _COLOURS) + _COLOURS).astype(np.uint8).reshape(-1, 2)
    return ends.tobytes() + np.packbits(bits).tobytes() + (colours[:, 0] << 4 | colours[:, 1]).tobytes()


def decode_tones(encoded: bytes) -> Tones:
    """Tones from `TONES_BYTES` bytes, any of which stand for some."""
    held = np.frombuffer(encoded, np.uint8)
    low, high = _ends(held[:2])
    bits = np.unpackbits(held[2 : -COLOUR_SIDE * COLOUR_SIDE]).reshape(-1, 3)
    steps = (bits @ np.array([4, 2, 1], np.uint8)).astype(np.float32)
    light = low + steps.reshape(TONE_SIDE, TONE_SIDE) * np.float32((high - low) / _STEPS)
    colours = held[-COLOUR_SIDE * COLOUR_SIDE :]
    roots = np.stack([colours >> 4, colours & 15], axis=1).astype(np.float32).clip(0, 2 * _COLOURS) - _COLOURS
    signed = np.sign(roots) * np.square(roots / _COLOURS) * np.float32(_STRONGEST)
    return Tones(light.astype(np.float32), signed.reshape(COLOUR_SIDE, COLOUR_SIDE, 2).astype(np.float32))


def _ends(ends: NDArray[np.uint8]) -> tuple[float, float]:
    """The lightness of the first and the last step; a plain picture has steps, too, which it doesn't use."""
    low, high = (ends.astype(np.float64) * (_LIGHTEST / 255)).tolist()
    return low, max(high, low + 1)
