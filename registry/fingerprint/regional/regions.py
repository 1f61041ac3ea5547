"""`dct-region-v1`: codes of whole pictures, taken of the boxes of an asked picture that may each be one.

A code is the signs of 16 × 16 low frequencies against their median, as PDQ's is (Facebook, The TMK+PDQF Video-Hashing
Algorithm and the PDQ Image-Hashing Algorithm, 2019), but of the cosine transform of the picture as a function, constant
over each pixel: nothing is sampled, and a mirrored or turned picture has exactly the same numbers with other signs and
in other places. So the eight ways that a picture may lie follow from one transform.

Even so a symmetric picture says little with half of its bits, for the sign of nothing is chance: such a copy is found
at a larger distance, which verification has to bear out.
"""

import numpy as np

from registry.features import Floats, Picture, Regions, Words
from registry.fingerprint.regional.frame import Box, content_box, grey, scaled
from registry.fingerprint.regional.region_proposals import LEAST, proposals

SCHEME = "dct-region-v1"
BITS = 256

SIDE = 256
"""The longest side of the picture that codes are taken of."""

QUERY_MOST = 20
"""Boxes of an asked picture: each costs eight codes to look for."""

LEAST_CONTRAST = 3.0
"""Grey levels of contrast in the frequencies that a code is of: below, it is JPEG's noise that decides the bits."""

ORIENTATIONS = 8
"""The codes of a box of an asked picture in order: o & 4 transposed, then o & 2 upside down, o & 1 left to right."""

_WAVES = np.arange(1, 17, dtype=np.float32)
_SIGNS = np.where(_WAVES % 2 == 1, -1, 1).astype(np.float32)
"""What a mirror makes of the cosines: odd ones change their sign."""


def work_regions(picture: Picture) -> Regions:
    """The codes of a work, given its picture: of the whole and of what lies within a plain margin, k = 1.

    Empty where the picture has no contrast.
    """
    small = scaled(picture, SIDE)
    height, width = small.shape[:2]
    boxes = [(0, 0, width, height)]
    content = content_box(small)
    if content != boxes[0] and min(content[2] - content[0], content[3] - content[1]) >= LEAST:
        boxes.append(content)
    return _regions(grey(small), boxes, 1)


def query_regions(picture: Picture) -> Regions:
    """The codes of an asked picture: of at most `QUERY_MOST` boxes, in eight orientations each, the whole first."""
    small = np.ascontiguousarray(scaled(picture, SIDE))
    if small.ndim == 2:
        small = np.repeat(small[:, :, None], 3, axis=2)
    return _regions(grey(small), proposals(small, QUERY_MOST), ORIENTATIONS)


def _regions(luma: Picture, boxes: list[Box], orientations: int) -> Regions:
    height, width = luma.shape
    levels = luma.astype(np.float32)
    spectra = np.stack([_spectrum(levels, box) for box in boxes])
    told = 2 * np.sqrt((spectra**2).sum(axis=(1, 2))) >= LEAST_CONTRAST
    shares = np.array(boxes, np.float32) / np.array([width, height, width, height], np.float32)
    return Regions(_codes(spectra[told], orientations), shares[told])


def _spectrum(levels: Floats, box: Box) -> Floats:
    """The frequencies (16, 16) of a box: the integral of grey levels times cosines over the unit square."""
    left, top, right, bottom = box
    inside = levels[top:bottom, left:right]
    return np.asarray(_cosines(bottom - top) @ inside @ _cosines(right - left).T, np.float32)


def _cosines(length: int) -> Floats:
    """The integrals (16, length) of cos(π k t) over each of `length` pixels that fill t = 0 to 1."""
    waves = np.sin(np.outer(np.pi * _WAVES, np.arange(length + 1, dtype=np.float32) / np.float32(length)))
    return np.asarray(np.diff(waves, axis=1) / (np.pi * _WAVES[:, None]), np.float32)


def _codes(spectra: Floats, orientations: int) -> Words:
    """Codes (n, orientations, 4): bit i of 256, row by row, is the highest but i of the words in order."""
    ways = np.empty((len(spectra), orientations, 16, 16), np.float32)
    for way in range(orientations):
        turned = spectra.transpose(0, 2, 1) if way & 4 else spectra
        across = _SIGNS if way & 1 else np.ones_like(_SIGNS)
        down = _SIGNS if way & 2 else np.ones_like(_SIGNS)
        ways[:, way] = turned * (down[:, None] * across)
    flat = ways.reshape(len(spectra), orientations, BITS)
    above = flat > np.median(flat, axis=2, keepdims=True)
    return np.packbits(above, axis=2).view(">u8").astype(np.uint64)
