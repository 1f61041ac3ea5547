"""What saving and filtering does to a picture: JPEG, another size, blur, noise, sharpening."""

import io

import numpy as np
from PIL import Image, ImageFilter

from registry.cli.bench.attacks.attack import Dice, Others, Shown, Step, resized

_LEAST = 96
"""Pixels of the longest side that a picture isn't shrunk below: a smaller one sells nothing."""


def jpeg(quality: int) -> Step:
    """Saved as JPEG."""

    def step(shown: Shown, dice: Dice, others: Others) -> Shown:
        file = io.BytesIO()
        shown.picture.save(file, "JPEG", quality=quality)
        with Image.open(file) as saved:
            return shown.altered(saved.convert("RGB"))

    return step


def resize(share: float) -> Step:
    """Scaled to a share of its width and height."""

    def step(shown: Shown, dice: Dice, others: Others) -> Shown:
        width, height = shown.picture.size
        scale = min(1.0, max(share, _LEAST / max(width, height)))
        return resized(shown, (max(1, round(width * scale)), max(1, round(height * scale))))

    return step


def blur(share: float) -> Step:
    """Blurred by a Gaussian whose deviation is a share of the longest side."""

    def step(shown: Shown, dice: Dice, others: Others) -> Shown:
        return shown.altered(shown.picture.filter(ImageFilter.GaussianBlur(share * max(shown.picture.size))))

    return step


def noise(levels: float) -> Step:
    """Gaussian noise of so many levels, in colour or in grey."""

    def step(shown: Shown, dice: Dice, others: Others) -> Shown:
        width, height = shown.picture.size
        grain = dice.numbers.normal(0, levels, (height, width, dice.one_of((1, 3))))
        return shown.altered(Image.fromarray(np.clip(np.asarray(shown.picture) + grain, 0, 255).astype(np.uint8)))

    return step


def sharpen(radius: float, percent: int) -> Step:
    """Sharpened by an unsharp mask."""

    def step(shown: Shown, dice: Dice, others: Others) -> Shown:
        return shown.altered(shown.picture.filter(ImageFilter.UnsharpMask(radius, percent, 2)))

    return step
