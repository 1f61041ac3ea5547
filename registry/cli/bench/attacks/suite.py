"""The suite: 55 attacks, by family from the gentlest to the harshest."""

from registry.cli.bench.attacks import colours, covering, framing, mockups, quality, surroundings
from registry.cli.bench.attacks.attack import Attack, Step, Strength

_MILD, _MEDIUM, _STRONG = Strength


def _family(name: str, *attacks: tuple[str, Strength, tuple[Step, ...]]) -> tuple[Attack, ...]:
    return tuple(Attack(name, f"{name}-{what}" if what else name, strength, steps) for what, strength, steps in attacks)


ATTACKS: tuple[Attack, ...] = (
    *_family(
        "jpeg",
        ("75", _MILD, (quality.jpeg(75),)),
        ("40", _MEDIUM, (quality.jpeg(40),)),
        ("15", _STRONG, (quality.jpeg(15),)),
    ),
    *_family(
        "resize",
        ("50", _MILD, (quality.resize(0.5),)),
        ("25", _STRONG, (quality.resize(0.25),)),
    ),
    *_family(
        "aspect",
        ("1.15", _MILD, (framing.aspect(1.15),)),
        ("1.4", _MEDIUM, (framing.aspect(1.4),)),
    ),
    *_family(
        "crop",
        ("10", _MILD, (framing.crop(0.10),)),
        ("30", _MEDIUM, (framing.crop(0.30),)),
        ("50", _MEDIUM, (framing.crop(0.50),)),
        ("70", _STRONG, (framing.crop(0.70),)),
    ),
    *_family(
        "mirror",
        ("", _MILD, (framing.mirror,)),
        ("turned", _MEDIUM, (framing.mirror, framing.quarter_turn)),
    ),
    *_family(
        "rotation",
        ("5", _MILD, (framing.turn(5),)),
        ("15", _STRONG, (framing.turn(15),)),
        ("90", _MEDIUM, (framing.quarter_turn,)),
    ),
    *_family(
        "border",
        ("6", _MILD, (framing.border(0.06),)),
        ("20", _STRONG, (framing.border(0.20),)),
    ),
    *_family(
        "tone",
        ("brightness-20", _MILD, (colours.brightness(0.8, 1.2),)),
        ("contrast-50", _MEDIUM, (colours.contrast(0.5, 1.5),)),
        ("gamma", _MEDIUM, (colours.gamma(0.55, 1.8),)),
        ("all", _STRONG, (colours.brightness(0.65, 1.35), colours.contrast(0.55, 1.6), colours.gamma(0.7, 1.5))),
    ),
    *_family(
        "saturation",
        ("half", _MILD, (colours.saturation(0.5, 1.5),)),
        ("far", _STRONG, (colours.saturation(0.15, 2.5),)),
    ),
    *_family("grey", ("", _MILD, (colours.grey,))),
    *_family(
        "duotone",
        ("clear", _MEDIUM, (colours.duotone(0.12, 0.92),)),
        ("dull", _STRONG, (colours.duotone(0.25, 0.70),)),
    ),
    *_family("inversion", ("", _STRONG, (colours.inversion,))),
    *_family(
        "blur",
        ("soft", _MILD, (quality.blur(0.003),)),
        ("heavy", _STRONG, (quality.blur(0.009),)),
    ),
    *_family(
        "noise",
        ("10", _MILD, (quality.noise(10),)),
        ("35", _STRONG, (quality.noise(35),)),
    ),
    *_family("sharpen", ("", _MEDIUM, (quality.sharpen(2.5, 200),))),
    *_family(
        "banner",
        ("10", _MILD, (covering.banner(0.10),)),
        ("20", _MEDIUM, (covering.banner(0.20),)),
        ("30", _STRONG, (covering.banner(0.30),)),
    ),
    *_family(
        "watermark",
        ("corner", _MILD, (covering.corner_mark,)),
        ("all-over", _STRONG, (covering.watermark(120),)),
    ),
    *_family(
        "sticker",
        ("5", _MILD, (covering.sticker(0.05),)),
        ("15", _MEDIUM, (covering.sticker(0.15),)),
        ("30", _STRONG, (covering.sticker(0.30),)),
    ),
    *_family(
        "screenshot",
        ("phone", _MILD, (surroundings.phone,)),
        ("shop", _MEDIUM, (surroundings.shop_page,)),
        ("feed", _STRONG, (surroundings.feed,)),
    ),
    *_family(
        "collage",
        ("2", _MILD, (surroundings.collage(2),)),
        ("4", _MEDIUM, (surroundings.collage(4),)),
        ("9", _STRONG, (surroundings.collage(9),)),
    ),
    *_family(
        "mockup",
        ("poster", _MILD, (mockups.poster,)),
        ("hanging", _MEDIUM, (mockups.hanging,)),
        ("shirt", _STRONG, (mockups.shirt,)),
    ),
    *_family(
        "combined",
        ("crop-grey-border", _MEDIUM, (framing.crop(0.25), colours.grey, framing.border(0.06))),
        ("mirror-banner-resize", _MEDIUM, (framing.mirror, covering.banner(0.15), quality.resize(0.5))),
        ("crop-duotone-sticker", _STRONG, (framing.crop(0.40), colours.duotone(0.12, 0.92), covering.sticker(0.10))),
        ("mirror-crop-shop", _STRONG, (framing.mirror, framing.crop(0.25), surroundings.shop_page)),
        ("turn-mark-jpeg", _STRONG, (framing.turn(15), covering.watermark(90), quality.jpeg(25))),
    ),
)
