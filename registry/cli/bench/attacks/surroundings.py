"""The work among other things: a screenshot with an interface around it, a collage, and pictures to fill both."""

import math

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from registry.cli.bench.attacks.attack import Dice, Others, Shown, Step, fitted, resized, shift
from registry.cli.bench.attacks.lettering import (
    OFFERS,
    PAINTS,
    PAPERS,
    Colour,
    against,
    lettered,
    shop_name,
)

Box = tuple[int, int, int, int]
"""Left, top, right, bottom; right and bottom are outside."""

_MOST_TRIMMED = 0.12
"""So much of a picture's side may be cut off so that it fills a cell; else it is shown whole, with paper around it."""


def collage(cells: int) -> Step:
    """One of 2, 4 or 9 equal cells shows the work, the others other pictures."""
    across, down = {2: (2, 1), 4: (2, 2), 9: (3, 3)}[cells]

    def step(shown: Shown, dice: Dice, others: Others) -> Shown:
        width, height = _sheet(shown.picture.size, across, down)
        gap = dice.one_of((0, 4, 10))
        sheet = Image.new("RGB", (width, height), dice.one_of(PAPERS))
        boxes = [
            (
                width * x // across + gap // 2,
                height * y // down + gap // 2,
                width * (x + 1) // across - (gap + 1) // 2,
                height * (y + 1) // down - (gap + 1) // 2,
            )
            for y in range(down)
            for x in range(across)
        ]
        mine = int(dice.numbers.integers(cells))
        for place, box in enumerate(boxes):
            if place != mine:
                size = box[2] - box[0], box[3] - box[1]
                sheet.paste(ImageOps.fit(another(others, dice), size, Image.Resampling.LANCZOS), box[:2])
        return _laid(shown, sheet, boxes[mine])

    return step


def phone(shown: Shown, dice: Dice, others: Others) -> Shown:
    """A shop's page on a telephone: the work fills the width, and words and buttons stand above and below."""
    screen = Image.new("RGB", (520, 960), "white")
    page = _Page(screen, dice, dark=dice.happens(0.3))
    page.bar(0, 34, page.ground)
    page.words("9:41", (16, 8), 17)
    page.words("5G  87%", (430, 8), 17)
    page.bar(34, 92, page.ground)
    page.words("<", (18, 46), 32)
    page.words(shop_name(dice), (60, 50), 26)
    bottom = 92 + 520
    laid = _laid(shown, screen, (0, 92, 520, bottom), page.ground)
    page.dots((260, bottom + 16), 5)
    page.words(f"EUR {dice.between(5, 90):.2f}", (20, bottom + 32), 34)
    page.words(
        f"{dice.one_of(OFFERS).title()}  -  4.{int(dice.between(1, 9))} (1,2{int(dice.between(10, 99))})",
        (20, bottom + 80),
        20,
    )
    page.lines((20, bottom + 118, 500, bottom + 200))
    page.button((20, bottom + 214, 250, bottom + 272), "Add to cart", dice.one_of(PAINTS[:7]))
    page.button((270, bottom + 214, 500, bottom + 272), "Buy now", dice.one_of(PAINTS[:7]))
    for place, label in enumerate(("Home", "Search", "Cart", "You")):
        page.words(label, (38 + 125 * place, 926), 18)
    return laid


def shop_page(shown: Shown, dice: Dice, others: Others) -> Shown:
    """A shop's page on a desk: the work takes about a third, beside thumbnails, a description and other goods."""
    screen = Image.new("RGB", (1000, 720), "white")
    page = _Page(screen, dice, dark=dice.happens(0.2))
    page.bar(0, 30, (222, 225, 230))
    page.field((130, 5, 760, 26), "https://www.example.shop/item/8841")
    page.bar(30, 90, dice.one_of(PAINTS[:8]))
    page.words(shop_name(dice), (24, 44), 30, (255, 255, 255))
    page.field((330, 45, 780, 76), "Search for anything")
    for row in range(4):
        screen.paste(ImageOps.fit(another(others, dice), (64, 64)), (24, 110 + 74 * row))
    laid = _laid(shown, screen, (104, 110, 624, 560), page.ground)
    page.words(f"{dice.one_of(OFFERS).title()} - {shop_name(dice)}", (650, 116), 24)
    page.words(f"$ {dice.between(8, 120):.2f}", (650, 160), 36)
    page.lines((650, 220, 970, 330))
    page.button((650, 350, 970, 400), "Add to basket", dice.one_of(PAINTS[:7]))
    page.button((650, 414, 970, 464), "Save for later", (120, 120, 120))
    page.lines((650, 486, 970, 560))
    page.words("You may also like", (24, 576), 22)
    for place in range(6):
        screen.paste(ImageOps.fit(another(others, dice), (150, 110)), (24 + 162 * place, 608))
    return laid


def feed(shown: Shown, dice: Dice, others: Others) -> Shown:
    """A page of finds on a desk: the work is one of six pictures, with prices under them."""
    screen = Image.new("RGB", (1000, 860), "white")
    page = _Page(screen, dice, dark=dice.happens())
    page.bar(0, 60, page.ground)
    page.words(shop_name(dice), (24, 14), 30)
    page.field((330, 14, 780, 48), dice.one_of(OFFERS).lower())
    for place in range(5):
        page.words(("All", "Art", "Clothing", "Home", "Gifts")[place], (24 + 110 * place, 70), 20)
    mine = int(dice.numbers.integers(6))
    laid = shown
    for place in range(6):
        left, top = 20 + 325 * (place % 3), 104 + 376 * (place // 3)
        box = left, top, left + 310, top + 290
        if place == mine:
            laid = _laid(shown, screen, box, page.ground)
        else:
            screen.paste(ImageOps.fit(another(others, dice), (310, 290), Image.Resampling.LANCZOS), (left, top))
        page.words(f"{shop_name(dice)}", (left, top + 298), 20)
        page.words(f"$ {dice.between(4, 80):.2f}", (left, top + 324), 26)
    return laid


def another(others: Others, dice: Dice) -> Image.Image:
    """One of the other pictures, or one drawn here when there are none."""
    return dice.one_of(others).convert("RGB") if others else _drawn(dice)


class _Page:
    """A page of an interface, drawn on."""

    def __init__(self, screen: Image.Image, dice: Dice, *, dark: bool) -> None:
        self.ground: Colour = (24, 24, 27) if dark else (255, 255, 255)
        self.draw = ImageDraw.Draw(screen)
        self.screen = screen
        self.dice = dice
        self.draw.rectangle((0, 0, *screen.size), fill=self.ground)

    def bar(self, top: int, bottom: int, colour: Colour) -> None:
        self.draw.rectangle((0, top, self.screen.width, bottom - 1), fill=colour)
        self.draw.line((0, bottom - 1, self.screen.width, bottom - 1), fill=(170, 170, 170))

    def words(self, words: str, place: tuple[int, int], height: int, ink: Colour | None = None) -> None:
        strip = lettered(words, height, self.screen.width - place[0], ink or against(self.ground))
        self.screen.paste(strip, place, strip)

    def lines(self, box: Box) -> None:
        """A paragraph, as far away as nobody reads it."""
        for top in range(box[1], box[3] - 10, 20):
            right = box[0] + (box[2] - box[0]) * self.dice.between(0.55, 1)
            x = float(box[0])
            while x < right:
                end = min(right, x + self.dice.between(14, 70))
                self.draw.rectangle((x, top, end, top + 7), fill=(150, 150, 155))
                x = end + 6

    def field(self, box: Box, words: str) -> None:
        self.draw.rounded_rectangle(box, radius=8, fill=(255, 255, 255), outline=(180, 180, 180))
        self.words(words, (box[0] + 12, box[1] + 6), box[3] - box[1] - 12, (90, 90, 90))

    def button(self, box: Box, words: str, colour: Colour) -> None:
        self.draw.rounded_rectangle(box, radius=12, fill=colour)
        strip = lettered(words, (box[3] - box[1]) * 0.42, (box[2] - box[0]) * 0.8, against(colour))
        x, y = (box[0] + box[2] - strip.width) // 2, (box[1] + box[3] - strip.height) // 2
        self.screen.paste(strip, (x, y), strip)

    def dots(self, place: tuple[int, int], count: int) -> None:
        for i in range(count):
            x = place[0] + (i - count // 2) * 16
            grey = (110, 110, 110) if i == 0 else (200, 200, 200)
            self.draw.ellipse((x - 4, place[1] - 4, x + 4, place[1] + 4), fill=grey)


def _laid(shown: Shown, sheet: Image.Image, box: Box, paper: Colour | None = None) -> Shown:
    """The work into a box of a sheet: filling it where that cuts off little, or whole, on paper."""
    room = box[2] - box[0], box[3] - box[1]
    width, height = shown.picture.size
    scale = max(room[0] / width, room[1] / height)
    filling = max(1, round(width * scale)), max(1, round(height * scale))
    if max(1 - room[0] / filling[0], 1 - room[1] / filling[1]) <= _MOST_TRIMMED:
        made = resized(shown, filling)
        left, top = (filling[0] - room[0]) // 2, (filling[1] - room[1]) // 2
        sheet.paste(made.picture.crop((left, top, left + room[0], top + room[1])), box[:2])
        return made.moved(sheet, shift(box[0] - left, box[1] - top))
    made = resized(shown, fitted(shown.picture.size, room))
    if paper is not None:
        ImageDraw.Draw(sheet).rectangle((box[0], box[1], box[2] - 1, box[3] - 1), fill=paper)
    x = box[0] + (room[0] - made.picture.width) // 2
    y = box[1] + (room[1] - made.picture.height) // 2
    sheet.paste(made.picture, (x, y))
    return made.moved(sheet, shift(x, y))


def _sheet(size: tuple[int, int], across: int, down: int) -> tuple[int, int]:
    """A collage's size: cells near the work's proportions, at most 3 : 4, and the longest side at 900 pixels."""
    ratio = min(4 / 3, max(3 / 4, size[0] / size[1])) * across / down
    return (900, round(900 / ratio)) if ratio >= 1 else (round(900 * ratio), 900)


def _drawn(dice: Dice) -> Image.Image:
    """A picture of nothing: soft light, shapes and a horizon, so that it has both edges and smooth parts."""
    side = 360
    ground, sky = dice.one_of(PAINTS), dice.one_of(PAINTS)
    picture = Image.new("RGB", (side, side), ground)
    light = Image.linear_gradient("L").resize((side, side)).rotate(dice.one_of((0, 90, 180, 270)))
    picture.paste(Image.new("RGB", (side, side), sky), (0, 0), light)
    draw = ImageDraw.Draw(picture)
    for _ in range(int(dice.between(5, 14))):
        x, y, radius = dice.between(0, side), dice.between(0, side), dice.between(12, 90)
        paint = dice.one_of(PAINTS)
        angle, corners = dice.between(0, 6), int(dice.between(3, 9))
        points = [
            (
                x + radius * dice.between(0.5, 1) * math.cos(angle + 2 * math.pi * i / corners),
                y + radius * dice.between(0.5, 1) * math.sin(angle + 2 * math.pi * i / corners),
            )
            for i in range(corners)
        ]
        if dice.happens(0.3):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=paint)
        else:
            draw.polygon(points, fill=paint)
    return picture.filter(ImageFilter.GaussianBlur(dice.between(0.3, 2.5)))
