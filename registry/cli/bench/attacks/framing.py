"""Another frame for the picture: stretched, cropped, mirrored, turned, with a border."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from registry.cli.bench.attacks.attack import Dice, Map, Others, Shown, Step, resized, shift
from registry.cli.bench.attacks.lettering import PAPERS, Colour

_TRIES = 16
_LEAST_LEFT = 0.5
"""Nobody cuts a turned picture down to less than this share of its area; it stays whole instead."""


def aspect(share: float) -> Step:
    """Stretched, wider or higher, by a share."""

    def step(shown: Shown, dice: Dice, others: Others) -> Shown:
        width, height = shown.picture.size
        root = math.sqrt(share if dice.happens() else 1 / share)
        return resized(shown, (max(1, round(width * root)), max(1, round(height / root))))

    return step


def crop(away: float) -> Step:
    """Cut down, off-centre, by a share of the area.

    Nobody sells an empty corner, so the cut holds a fair share of what there is to see, if any of some throws does.
    """

    def step(shown: Shown, dice: Dice, others: Others) -> Shown:
        width, height = shown.picture.size
        kept = 1 - away
        detail = _detail(shown.picture)
        best, most = (0, 0, width, height), -1.0
        for _ in range(_TRIES):
            across = min(1.0, max(kept, math.sqrt(kept) * dice.between(0.85, 1.18)))
            wide, high = max(1, round(width * across)), max(1, round(height * kept / across))
            left, top = (round(dice.between(0, whole - part)) for whole, part in ((width, wide), (height, high)))
            box = left, top, left + wide, top + high
            held = _sum(detail, box)
            if held > most:
                best, most = box, held
            if held >= 0.7 * kept:
                best = box
                break
        return shown.moved(shown.picture.crop(best), shift(-best[0], -best[1]))

    return step


def mirror(shown: Shown, dice: Dice, others: Others) -> Shown:
    """Left becomes right."""
    width = shown.picture.width
    by = np.array([[-1, 0, width - 1], [0, 1, 0], [0, 0, 1.0]])
    return shown.moved(ImageOps.mirror(shown.picture), by)


def quarter_turn(shown: Shown, dice: Dice, others: Others) -> Shown:
    """Turned by 90°, one way or the other."""
    width, height = shown.picture.size
    if dice.happens():
        by = np.array([[0, 1, 0], [-1, 0, width - 1], [0, 0, 1.0]])
        return shown.moved(shown.picture.transpose(Image.Transpose.ROTATE_90), by)
    by = np.array([[0, -1, height - 1], [1, 0, 0], [0, 0, 1.0]])
    return shown.moved(shown.picture.transpose(Image.Transpose.ROTATE_270), by)


def turn(degrees: float) -> Step:
    """Turned a little, one way or the other: whole on plain paper, or cut so that no paper shows."""

    def step(shown: Shown, dice: Dice, others: Others) -> Shown:
        radians = math.radians(degrees if dice.happens() else -degrees)
        cosine, sine = math.cos(radians), math.sin(radians)
        width, height = shown.picture.size
        size = _inscribed(width, height, abs(sine), cosine)
        if dice.happens() or size[0] * size[1] < _LEAST_LEFT * width * height:
            size = width * cosine + height * abs(sine), width * abs(sine) + height * cosine
        wide, high = max(1, round(size[0])), max(1, round(size[1]))
        about = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
        by = shift((wide - 1) / 2, (high - 1) / 2) @ about @ shift(-(width - 1) / 2, -(height - 1) / 2)
        return shown.moved(_warped(shown.picture, by, (wide, high), dice.one_of(PAPERS)), by)

    return step


def border(share: float) -> Step:
    """A frame around it, a share of the longest side; wide ones with a line, or like an instant photo."""

    def step(shown: Shown, dice: Dice, others: Others) -> Shown:
        width, height = shown.picture.size
        edge = max(1, round(share * max(width, height)))
        foot = edge * 2 if share > 0.1 and dice.happens() else edge
        paper = dice.one_of(PAPERS)
        framed = Image.new("RGB", (width + 2 * edge, height + edge + foot), paper)
        if share > 0.1:
            line: Colour = (40, 40, 40) if sum(paper) > 380 else (225, 225, 225)
            inset = edge // 2
            box = (edge - inset, edge - inset, edge + width + inset, edge + height + inset)
            ImageDraw.Draw(framed).rectangle(box, outline=line, width=max(1, edge // 12))
        framed.paste(shown.picture, (edge, edge))
        return shown.moved(framed, shift(edge, edge))

    return step


def _warped(picture: Image.Image, by: Map, size: tuple[int, int], paper: Colour) -> Image.Image:
    pixels = cv2.warpPerspective(np.asarray(picture), by, size, flags=cv2.INTER_CUBIC, borderValue=paper)
    return Image.fromarray(pixels.astype(np.uint8, copy=False))


def _inscribed(width: float, height: float, sine: float, cosine: float) -> tuple[float, float]:
    """The largest upright rectangle inside a turned one (the two cases of the well-known solution)."""
    long, short = max(width, height), min(width, height)
    if short <= 2 * sine * cosine * long:
        half = short / 2
        return (half / sine, half / cosine) if width >= height else (half / cosine, half / sine)
    double = cosine * cosine - sine * sine
    return (width * cosine - height * sine) / double, (height * cosine - width * sine) / double


def _detail(picture: Image.Image) -> NDArray[np.float64]:
    """How much there is to see, summed up from the top left corner, as shares of the whole; 0 everywhere in a blank."""
    grey = np.asarray(picture.convert("L"), dtype=np.float32)
    strength = np.abs(cv2.Sobel(grey, cv2.CV_32F, 1, 0)) + np.abs(cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    summed: NDArray[np.float64] = cv2.integral(np.minimum(strength, 200)).astype(np.float64)
    summed /= max(float(summed[-1, -1]), 1e-9)
    return summed


def _sum(summed: NDArray[np.float64], box: tuple[int, int, int, int]) -> float:
    left, top, right, bottom = box
    return float(summed[bottom, right] - summed[top, right] - summed[bottom, left] + summed[top, left])
