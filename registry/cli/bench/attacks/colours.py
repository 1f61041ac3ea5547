"""Other colours in the same places: brightness, contrast, gamma, saturation, grey, duotone, inversion."""

from colorsys import hls_to_rgb

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from registry.cli.bench.attacks.attack import Dice, Others, Shown, Step


def brightness(*factors: float) -> Step:
    """Brighter or darker by one of some factors."""

    def step(shown: Shown, dice: Dice, others: Others) -> Shown:
        return shown.altered(ImageEnhance.Brightness(shown.picture).enhance(dice.one_of(factors)))

    return step


def contrast(*factors: float) -> Step:
    """More or less contrast, about the picture's own mean."""

    def step(shown: Shown, dice: Dice, others: Others) -> Shown:
        return shown.altered(ImageEnhance.Contrast(shown.picture).enhance(dice.one_of(factors)))

    return step


def gamma(*exponents: float) -> Step:
    """Midtones lifted (an exponent below 1) or lowered."""

    def step(shown: Shown, dice: Dice, others: Others) -> Shown:
        exponent = dice.one_of(exponents)
        levels = [round(255 * (level / 255) ** exponent) for level in range(256)]
        return shown.altered(shown.picture.point(levels * 3))

    return step


def saturation(*factors: float) -> Step:
    """Paler or gaudier colours."""

    def step(shown: Shown, dice: Dice, others: Others) -> Shown:
        return shown.altered(ImageEnhance.Color(shown.picture).enhance(dice.one_of(factors)))

    return step


def grey(shown: Shown, dice: Dice, others: Others) -> Shown:
    """Without colours."""
    return shown.altered(shown.picture.convert("L").convert("RGB"))


def duotone(dark: float, light: float) -> Step:
    """Printed in two inks of any hue, of these lightnesses (0 to 1): black becomes the one, white the other."""

    def step(shown: Shown, dice: Dice, others: Others) -> Shown:
        hue = dice.between(0, 1)
        other = hue + dice.between(0.2, 0.8)
        table = np.linspace(_ink(hue, dark), _ink(other, light), 256)
        return shown.altered(Image.fromarray(np.round(table[np.asarray(shown.picture.convert("L"))]).astype(np.uint8)))

    return step


def inversion(shown: Shown, dice: Dice, others: Others) -> Shown:
    """The negative."""
    return shown.altered(ImageOps.invert(shown.picture))


def _ink(hue: float, lightness: float) -> tuple[float, ...]:
    return tuple(255 * part for part in hls_to_rgb(hue % 1, lightness, 0.75))
