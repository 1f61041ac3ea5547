"""Sellers' words, the letters they are set in, and the colours of paper and paint."""

from functools import cache

from PIL import Image, ImageDraw, ImageFont

from registry.cli.bench.attacks.attack import Dice

Colour = tuple[int, int, int]

PAPERS: tuple[Colour, ...] = (
    (255, 255, 255),
    (255, 255, 255),
    (0, 0, 0),
    (238, 238, 238),
    (245, 240, 228),
    (34, 40, 52),
    (176, 48, 52),
    (44, 98, 120),
)
PAINTS: tuple[Colour, ...] = (
    (214, 40, 40),
    (247, 127, 0),
    (252, 191, 73),
    (0, 48, 73),
    (29, 53, 87),
    (42, 157, 143),
    (106, 76, 147),
    (20, 20, 20),
    (255, 255, 255),
)
OFFERS = (
    "SALE -50%",
    "FREE SHIPPING",
    "NEW ARRIVAL",
    "BEST SELLER",
    "100% COTTON",
    "LIMITED EDITION",
    "BUY 2 GET 1 FREE",
    "HANDMADE",
    "INSTANT DOWNLOAD",
    "Ships in 24 h",
    "TOP QUALITY",
    "A2 / A3 / A4",
)
BADGES = ("SALE", "NEW", "-50%", "HOT", "5 PCS", "FREE", "ECO", "No. 1")
_SYLLABLES = ("ka", "lo", "mi", "ra", "ven", "sto", "bel", "ni", "dor", "pia", "tus", "wen", "gra", "shi")


def shop_name(dice: Dice) -> str:
    """A shop's name that no shop has."""
    first = "".join(dice.one_of(_SYLLABLES) for _ in range(3)).capitalize()
    return f"{first} {dice.one_of(('Store', 'Prints', 'Shop', 'Art', 'Design', 'Home'))}"


@cache
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font that Pillow ships."""
    return ImageFont.load_default(max(6, size))


def against(paper: Colour) -> Colour:
    """Black or white, whichever is read on a colour."""
    return (15, 15, 15) if _luma(paper) > 140 else (250, 250, 250)


def lettered(words: str, height: float, width: float, ink: Colour, alpha: int = 255) -> Image.Image:
    """A transparent strip with the words, as large as fits, without margins."""
    size = max(6, round(height))
    across, down = _extent(words, size)
    size = max(6, int(size * min(1.0, width / across, height / down)))
    left, top, right, bottom = font(size).getbbox(words)
    strip = Image.new("RGBA", (max(1, int(right - left)), max(1, int(bottom - top))), (*ink, 0))
    ImageDraw.Draw(strip).text((-left, -top), words, font=font(size), fill=(*ink, alpha))
    return strip


def centred(canvas: Image.Image, strip: Image.Image, box: tuple[float, float, float, float]) -> None:
    """Lays a transparent strip into the middle of a box."""
    x = round((box[0] + box[2] - strip.width) / 2)
    y = round((box[1] + box[3] - strip.height) / 2)
    canvas.paste(strip, (x, y), strip)


def _extent(words: str, size: int) -> tuple[float, float]:
    left, top, right, bottom = font(size).getbbox(words)
    return max(1.0, right - left), max(1.0, bottom - top)


def _luma(colour: Colour) -> float:
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]
