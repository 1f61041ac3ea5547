"""Things laid over a picture: a banner with an offer, a watermark, stickers."""

import math

from PIL import Image, ImageDraw

from registry.cli.bench.attacks.attack import Dice, Others, Shown, Step
from registry.cli.bench.attacks.lettering import (
    BADGES,
    OFFERS,
    PAINTS,
    Colour,
    against,
    centred,
    lettered,
    shop_name,
)


def banner(share: float) -> Step:
    """A band across it that covers a share of the area, with an offer and the shop's name; mostly at the foot."""

    def step(shown: Shown, dice: Dice, others: Others) -> Shown:
        canvas = shown.picture.copy()
        width, height = canvas.size
        band = max(1, round(height * share))
        top = dice.one_of((height - band, height - band, 0, round((height - band) * dice.between(0.3, 0.8))))
        paint = dice.one_of(PAINTS)
        ImageDraw.Draw(canvas).rectangle((0, top, width - 1, top + band - 1), fill=paint)
        lines = (dice.one_of(OFFERS), shop_name(dice))
        middle = top + band * 0.6
        for words, box in ((lines[0], (0, top, width, middle)), (lines[1], (0, middle, width, top + band))):
            strip = lettered(words, (box[3] - box[1]) * 0.62, width * 0.9, against(paint))
            centred(canvas, strip, box)
        return shown.altered(canvas)

    return step


def corner_mark(shown: Shown, dice: Dice, others: Others) -> Shown:
    """A shop's name in a corner, half transparent."""
    canvas = shown.picture.copy()
    width, height = canvas.size
    strip = lettered(shop_name(dice), height * 0.07, width * 0.45, dice.one_of(((255, 255, 255), (30, 30, 30))), 170)
    gap = round(0.03 * min(width, height))
    x = dice.one_of((gap, width - strip.width - gap))
    y = dice.one_of((gap, height - strip.height - gap))
    canvas.paste(strip, (x, y), strip)
    return shown.altered(canvas)


def watermark(alpha: int) -> Step:
    """A shop's name all over it, slanted, in rows."""

    def step(shown: Shown, dice: Dice, others: Others) -> Shown:
        canvas = shown.picture.copy()
        width, height = canvas.size
        reach = math.ceil(math.hypot(width, height))
        ink: Colour = dice.one_of(((255, 255, 255), (128, 128, 128), (20, 20, 20)))
        words = lettered(shop_name(dice), max(width, height) * 0.06, reach, ink, alpha)
        sheet = Image.new("RGBA", (reach, reach), (*ink, 0))
        across, down = round(words.width * 1.35), round(words.height * 3.2)
        for row, y in enumerate(range(0, reach, down)):
            for x in range(-(row % 2) * across // 2, reach, across):
                sheet.paste(words, (x, y))
        sheet = sheet.rotate(dice.one_of((30, 35, -30)), Image.Resampling.BICUBIC)
        canvas.paste(sheet, ((width - reach) // 2, (height - reach) // 2), sheet)
        return shown.altered(canvas)

    return step


def sticker(share: float) -> Step:
    """A badge that covers a share of the area: round, a star of many points, or a label; off the middle."""

    def step(shown: Shown, dice: Dice, others: Others) -> Shown:
        canvas = shown.picture.copy()
        width, height = canvas.size
        kind = dice.one_of(("round", "star", "label"))
        paint = dice.one_of(PAINTS)
        badge = _badge(kind, share * width * height, (width, height), paint, dice)
        x = round(dice.one_of((0.06, 0.94)) * max(0, width - badge.width))
        y = round(dice.between(0, 1) * max(0, height - badge.height))
        canvas.paste(badge, (x, y), badge)
        return shown.altered(canvas)

    return step


def _badge(kind: str, area: float, room: tuple[int, int], paint: Colour, dice: Dice) -> Image.Image:
    """A badge of so many pixels' area; long pictures get a label, since nothing round would fit."""
    fill = {"round": math.pi / 4, "star": 0.66, "label": 0.95}[kind]
    side = math.sqrt(area / fill)
    wide = high = side
    if kind == "label" or side > min(room):
        kind = "label"
        side = math.sqrt(area / 0.95)
        wide, high = side * 1.35, side / 1.35
        if high > room[1]:
            wide, high = area / 0.95 / room[1], room[1]
        if wide > room[0]:
            wide, high = room[0], area / 0.95 / room[0]
    made = Image.new("RGBA", (max(8, round(wide)), max(8, round(high))), (*paint, 0))
    draw = ImageDraw.Draw(made)
    box = (0, 0, made.width - 1, made.height - 1)
    rim = against(paint)
    line = max(1, round(min(wide, high) / 30))
    if kind == "round":
        draw.ellipse(box, fill=paint, outline=rim, width=line)
    elif kind == "star":
        draw.polygon(_star(made.width / 2, 18), fill=paint, outline=rim)
    else:
        draw.rounded_rectangle(box, radius=min(wide, high) / 8, fill=paint, outline=rim, width=line)
    words = lettered(dice.one_of(BADGES), high * 0.4, wide * 0.68, rim)
    centred(made, words, (0, 0, made.width, made.height))
    return made


def _star(radius: float, points: int) -> list[tuple[float, float]]:
    return [
        (radius + reach * math.cos(angle), radius + reach * math.sin(angle))
        for reach, angle in ((radius * (0.85 if i % 2 else 1.0), math.pi * i / points) for i in range(2 * points))
    ]
