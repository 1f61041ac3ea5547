"""Faint seamless textures, drawn: grain, weave and scattered marks of a few grey levels."""

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def grain(seed: int, side: int = 180, contrast: float = 4.0, width: float = 1.6) -> Picture:
    """Blurred noise on light grey; it goes on beyond its edges."""
    noise = np.random.default_rng(seed).normal(size=(side, side)).astype(np.float32)
    blurred = cv2.GaussianBlur(np.tile(noise, (3, 3)), (0, 0), width)[side : 2 * side, side : 2 * side]
    levels = 232 + contrast * blurred / blurred.std()
    return np.repeat(np.clip(np.round(levels), 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def marks(seed: int, side: int = 200) -> Picture:
    """Short strokes, five grey levels darker than their ground, over a finer grain."""
    rng = np.random.default_rng(seed)
    picture = grain(seed + 1000, side, 1.0)
    for _ in range(90):
        start = rng.integers(0, side, 2)
        angle = rng.uniform(0, np.pi)
        end = start + np.array([np.cos(angle), np.sin(angle)]) * rng.uniform(8, 22)
        cv2.line(picture, start.tolist(), end.astype(int).tolist(), (226, 226, 226), 2, cv2.LINE_AA)
    return picture


def stripes(period: int = 8, side: int = 160) -> Picture:
    """Upright stripes, which everybody has."""
    row = 230 + 4 * np.sign(np.sin(2 * np.pi * (np.arange(side) + 0.5) / period))
    return np.repeat(np.tile(row, (side, 1)).astype(np.uint8)[..., None], 3, axis=2)


def as_jpeg(picture: Picture, quality: int) -> Picture:
    """Saved as JPEG and read again."""
    saved = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(saved, cv2.IMREAD_COLOR), np.uint8)
