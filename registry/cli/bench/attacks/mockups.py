"""The work on goods: a poster on a wall, a hanging cloth, a T-shirt; from the side, with folds and their shadows."""

import math
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from registry.cli.bench.attacks.attack import Dice, Map, Others, Shown, fitted, resized, shift
from registry.cli.bench.attacks.lettering import Colour

_Floats = NDArray[np.float32]
_Height = Callable[[_Floats, _Floats], _Floats]

_WALLS: tuple[Colour, ...] = ((222, 217, 208), (196, 204, 210), (240, 238, 235), (168, 160, 150), (120, 134, 128))
_CLOTHS: tuple[Colour, ...] = ((248, 248, 246), (232, 230, 224), (205, 214, 224), (240, 222, 222))
_SHIRT = (
    (0.30, 0.06), (0.40, 0.10), (0.50, 0.115), (0.60, 0.10), (0.70, 0.06), (0.97, 0.17), (0.90, 0.40), (0.78, 0.36),
    (0.79, 0.97), (0.21, 0.97), (0.22, 0.36), (0.10, 0.40), (0.03, 0.17),
)  # fmt: skip
"""Outline of a T-shirt laid flat, in shares of the scene."""


def poster(shown: Shown, dice: Dice, others: Others) -> Shown:
    """Framed on a wall, seen a little from the side."""
    scene = _scene(shown.picture.size)
    print_size = fitted(shown.picture.size, (scene[0] * 0.66, scene[1] * 0.66))
    hung, place = _printed(shown, print_size, scene)
    sheet = Image.new("RGB", scene, dice.one_of(_WALLS))
    _shade_wall(sheet, dice)
    mat, rim = round(0.03 * max(scene)), round(0.018 * max(scene))
    x, y = place
    outer = (x - mat - rim, y - mat - rim, x + print_size[0] + mat + rim, y + print_size[1] + mat + rim)
    shadow = Image.new("L", scene, 0)
    ImageDraw.Draw(shadow).rectangle((outer[0] + 10, outer[1] + 14, outer[2] + 14, outer[3] + 18), fill=110)
    sheet.paste((40, 38, 36), (0, 0), shadow.filter(ImageFilter.GaussianBlur(12)))
    draw = ImageDraw.Draw(sheet)
    draw.rectangle(outer, fill=dice.one_of(((30, 28, 26), (120, 84, 52), (250, 250, 250))))
    draw.rectangle((x - mat, y - mat, x + print_size[0] + mat, y + print_size[1] + mat), fill=(252, 251, 248))
    sheet.paste(hung.picture, place)
    return _seen(hung.moved(sheet, shift(*place)), _tilt(dice, 8, 14, 4), dice.one_of(_WALLS))


def hanging(shown: Shown, dice: Dice, others: Others) -> Shown:
    """Printed on a hanging cloth with soft folds, seen from the side."""
    scene = _scene(shown.picture.size)
    print_size = fitted(shown.picture.size, (scene[0] * 0.72, scene[1] * 0.72))
    hung, place = _printed(shown, print_size, scene)
    cloth = Image.new("RGB", scene, dice.one_of(_CLOTHS))
    cloth.paste(hung.picture, place)
    bent = _folded(hung.moved(cloth, shift(*place)), dice, depth=0.008, folds=4, dark=0.20)
    return _seen(bent, _tilt(dice, 14, 22, 6), dice.one_of(_WALLS))


def shirt(shown: Shown, dice: Dice, others: Others) -> Shown:
    """Printed on a T-shirt's breast, with deep folds, seen from the side."""
    scene = 900, 960
    print_size = fitted(shown.picture.size, (scene[0] * 0.42, scene[1] * 0.50))
    worn, _ = _printed(shown, print_size, scene)
    place = (scene[0] - print_size[0]) // 2, round(scene[1] * 0.21)
    colour = dice.one_of(_CLOTHS)
    cloth = Image.new("RGB", scene, colour)
    ink = np.asarray(worn.picture, dtype=np.float32) * np.array(colour, dtype=np.float32) / 255
    cloth.paste(Image.fromarray(ink.astype(np.uint8)), place)
    bent = _folded(worn.moved(cloth, shift(*place)), dice, depth=0.014, folds=7, dark=0.34)
    outline = Image.new("L", scene, 0)
    ImageDraw.Draw(outline).polygon([(x * scene[0], y * scene[1]) for x, y in _SHIRT], fill=255)
    table = Image.new("RGB", scene, dice.one_of(_WALLS))
    _shade_wall(table, dice)
    table.paste((50, 48, 46), (8, 12), outline.filter(ImageFilter.GaussianBlur(9)))
    table.paste(bent.picture, (0, 0), outline.filter(ImageFilter.GaussianBlur(1.2)))
    return _seen(bent.altered(table), _tilt(dice, 20, 30, 8), dice.one_of(_WALLS))


def _scene(size: tuple[int, int]) -> tuple[int, int]:
    """A scene of about the work's proportions, at most 3 : 4."""
    ratio = min(4 / 3, max(3 / 4, size[0] / size[1]))
    return (960, round(960 / ratio)) if ratio >= 1 else (round(960 * ratio), 960)


def _printed(shown: Shown, size: tuple[int, int], scene: tuple[int, int]) -> tuple[Shown, tuple[int, int]]:
    """The work in print size, and where its corner goes so that it is in the middle."""
    return resized(shown, size), ((scene[0] - size[0]) // 2, (scene[1] - size[1]) // 2)


def _shade_wall(sheet: Image.Image, dice: Dice) -> None:
    """Light falls from one side."""
    fall = Image.linear_gradient("L").rotate(dice.one_of((0, 90, 270))).resize(sheet.size)
    sheet.paste((60, 58, 55), (0, 0), fall.point([level // 4 for level in range(256)]))


def _folded(shown: Shown, dice: Dice, *, depth: float, folds: int, dark: float) -> Shown:
    """Folds in cloth: ridges that move pixels by at most `depth` of the width and darken their far side."""
    width, height = shown.picture.size
    most = depth * width
    y, x = np.mgrid[:height, :width].astype(np.float32)
    across, down, slope = (np.zeros((height, width), np.float32) for _ in range(3))
    for _ in range(folds):
        angle = math.radians(dice.between(-35, 35))
        run = np.float32(math.cos(angle)), np.float32(math.sin(angle))
        middle = dice.between(0.15, 0.85) * width, dice.between(0.15, 0.85) * height
        wide = dice.between(0.03, 0.08) * width
        off = ((x - middle[0]) * run[0] + (y - middle[1]) * run[1]) / wide
        along = (-(x - middle[0]) * run[1] + (y - middle[1]) * run[0]) / (dice.between(0.25, 0.6) * height)
        ridge = off * np.exp(0.5 - off * off / 2 - along * along) * dice.between(0.6, 1)
        across += ridge * run[0]
        down += ridge * run[1]
        slope += ridge
    reach = float(np.hypot(across, down).max())
    across *= most / reach
    down *= most / reach
    moved = cv2.remap(np.asarray(shown.picture), x + across, y + down, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    light = 1 + dark * np.clip(slope, -1.2, 0.5)
    made = np.clip(moved * light[:, :, None], 0, 255).astype(np.uint8)
    return shown.moved(Image.fromarray(made), np.eye(3), bend=most)


def _tilt(dice: Dice, least: float, most: float, roll: float) -> tuple[float, float, float]:
    """Turned about the upright axis by an angle in degrees, about the level one by less, and rolled a little."""
    side = 1 if dice.happens() else -1
    return side * dice.between(least, most), dice.between(-most, most) / 2, dice.between(-roll, roll)


def _seen(shown: Shown, tilt: tuple[float, float, float], paper: Colour) -> Shown:
    """What a camera sees of a flat scene that is turned by three angles; the result has the scene's size."""
    width, height = shown.picture.size
    yaw, pitch, roll = (math.radians(angle) for angle in tilt)
    about_y = np.array([[math.cos(yaw), 0, math.sin(yaw)], [0, 1, 0], [-math.sin(yaw), 0, math.cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, math.cos(pitch), -math.sin(pitch)], [0, math.sin(pitch), math.cos(pitch)]])
    about_z = np.array([[math.cos(roll), -math.sin(roll), 0], [math.sin(roll), math.cos(roll), 0], [0, 0, 1]])
    turned = about_z @ about_x @ about_y
    distance = 2.2 * max(width, height)
    lens = np.array([[distance, 0, 0], [0, distance, 0], [0, 0, 1.0]])
    plane = np.column_stack([turned[:, 0], turned[:, 1], [0, 0, distance]])
    middle = (width - 1) / 2, (height - 1) / 2
    by: Map = shift(*middle) @ lens @ plane @ shift(-middle[0], -middle[1])
    by /= by[2, 2]
    pixels = cv2.warpPerspective(
        np.asarray(shown.picture), by, (width, height), flags=cv2.INTER_CUBIC, borderValue=paper
    )
    return shown.moved(Image.fromarray(pixels.astype(np.uint8, copy=False)), by)
