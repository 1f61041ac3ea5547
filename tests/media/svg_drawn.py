"""Drawings made by code: logos, and drafts with layers and pictures."""

import base64
import math

from tests.media.drawn import encoded, scene

NAMESPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def svg(body: str, size: str = 'width="300" height="300"', head: str = "") -> bytes:
    return f"{head}<svg {NAMESPACES} {size}>{body}</svg>".encode()


def embedded(data: bytes, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def _star(x: float, y: float, outer: float, inner: float, points: int, turn: float = -math.pi / 2) -> str:
    corners = (
        (x + radius * math.cos(angle), y + radius * math.sin(angle))
        for step in range(2 * points)
        for radius, angle in [((outer, inner)[step % 2], turn + math.pi * step / points)]
    )
    return " ".join(f"{across:.2f},{down:.2f}" for across, down in corners)


def badge() -> bytes:
    """Rings, a star off the centre and a bar, in flat colours on nothing."""
    return svg(
        '<circle cx="150" cy="150" r="140" fill="#16324f"/><circle cx="150" cy="150" r="118" fill="#f2c14e"/>'
        f'<polygon points="{_star(130, 140, 95, 40, 7)}" fill="#d7263d"/>'
        '<rect x="60" y="200" width="190" height="34" rx="12" fill="#fff"/>'
        '<circle cx="205" cy="95" r="24" fill="#1b998b"/>'
    )


def monogram() -> bytes:
    """Black strokes on nothing at all: on black it can't be seen."""
    return svg(
        '<g fill="none" stroke="#000" stroke-width="26" stroke-linejoin="round">'
        '<path d="M40 270V40L150 190 260 40V270"/><path d="M70 150C110 90 200 330 285 140" stroke-width="12"/></g>'
        '<circle cx="250" cy="255" r="30"/>',
        'viewBox="0 0 300 300"',
    )


def leaf() -> bytes:
    """Gradients and curves, sized in millimetres, with a view box of another scale."""
    return svg(
        '<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#9bd770"/>'
        '<stop offset="1" stop-color="#1d5c2f"/></linearGradient><radialGradient id="s"><stop offset="0" '
        'stop-color="#fff3b0"/><stop offset="1" stop-color="#e09f3e"/></radialGradient></defs>'
        '<circle cx="24" cy="20" r="16" fill="url(#s)"/>'
        '<path d="M10 92C10 40 50 10 112 8C114 66 84 98 40 96C28 96 18 94 10 92Z" fill="url(#g)"/>'
        '<path d="M10 92Q60 70 104 18M44 76Q40 56 46 40M66 60Q66 40 76 26" stroke="#fff" stroke-width="3" '
        'fill="none"/>',
        'width="60mm" height="50mm" viewBox="0 0 120 100"',
    )


def crest() -> bytes:
    """Style sheets as Illustrator writes them, with entities, a clip path, and a hidden layer."""
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n<!-- Generator: a program -->\n'
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [\n'
        '\t<!ENTITY ns_ai "http://ns.adobe.com/AdobeIllustrator/10.0/">\n]>\n'
    )
    shield = "M50 30H250V150C250 220 200 260 150 285C100 260 50 220 50 150Z"
    return svg(
        "<style>.a{fill:#2d3047}.b{fill:#e0a458!important} .c,.d{fill:#419d78} g > .d{stroke:#fff;stroke-width:6}"
        "#hidden{display:none}</style>"
        f'<clipPath id="shield"><path d="{shield}"/></clipPath>'
        f'<g id="Ground"><path class="a" d="{shield}"/></g>'
        '<g id="Bands" clip-path="url(#shield)"><path class="b" d="M0 300L300 60V130L60 330Z" fill="#f00"/>'
        '<rect class="c" x="50" y="30" width="90" height="80"/></g>'
        f'<g i:layer="yes" id="Star_x20_of_x20_day"><polygon class="d" points="{_star(205, 215, 40, 16, 5)}"/></g>'
        '<g id="hidden"><rect width="300" height="300" fill="#f0f"/></g>',
        'xmlns:i="&ns_ai;" viewBox="0 0 300 300"',
        head,
    )


def flower() -> bytes:
    """One petal, drawn twelve times by reference, on a field of dots."""
    petals = "".join(
        f'<use xlink:href="#petal" transform="rotate({30 * turn} 150 140) scale({1 + turn % 3 * 0.12})"/>'
        for turn in range(12)
    )
    return svg(
        '<defs><path id="petal" d="M150 140C120 100 130 40 150 20C170 40 180 100 150 140Z" fill="#c8553d" '
        'fill-opacity="0.85"/><pattern id="dots" width="30" height="30" patternUnits="userSpaceOnUse">'
        '<circle cx="15" cy="15" r="6" fill="#588b8b"/></pattern></defs>'
        f'<rect y="200" width="300" height="100" fill="url(#dots)"/>{petals}'
        '<circle cx="150" cy="140" r="22" fill="#ffd5c2"/><path d="M146 160L130 300H150L158 160Z" fill="#2d6a4f"/>'
    )


def lens() -> bytes:
    """Soft shadow, mask and blend, on a ground of its own: nothing is transparent."""
    return svg(
        '<filter id="f" x="-20%" y="-20%" width="150%" height="150%"><feGaussianBlur stdDeviation="7"/></filter>'
        '<mask id="m"><rect width="400" height="300" fill="#fff"/><circle cx="180" cy="130" r="52"/></mask>'
        '<rect width="400" height="300" fill="#efe9dc"/>'
        '<circle cx="192" cy="150" r="104" filter="url(#f)" opacity=".6"/>'
        '<circle cx="180" cy="130" r="104" fill="#264653" mask="url(#m)"/>'
        '<rect x="250" y="190" width="130" height="40" rx="20" fill="#e76f51" transform="rotate(40 250 190)"/>'
        '<g style="mix-blend-mode:multiply"><circle cx="90" cy="80" r="60" fill="#e9c46a"/></g>',
        'width="400" height="300"',
    )


def banner() -> bytes:
    """Seven times as wide as it is high."""
    bars = "".join(
        f'<rect x="{20 + 34 * step}" y="{20 + (step * step * 7) % 40}" width="{12 + step * 5 % 19}" '
        f'height="{20 + step * 29 % 70}" fill="#{(step * 977 + 300) % 4096:03x}"/>'
        for step in range(19)
    )
    return svg(f'{bars}<path d="M0 100Q170 10 350 80T700 20V100Z" fill="#102542"/>', 'viewBox="0 0 700 100"')


LOGOS = {drawing.__name__: drawing for drawing in (badge, monogram, leaf, crest, flower, lens, banner)}


def crowd(nodes: int) -> bytes:
    """A drawing of so many shapes, in groups of a hundred, that is dark on one side and bright on the other."""
    shapes = [
        f'<rect x="{step * 7919 % 290}" y="{step * 104729 % 290}" width="{4 + step % 23}" height="{3 + step % 17}" '
        f'fill="hsl({step * 37 % 360},60%,{10 + step * 7919 % 290 // 4}%)"/>'
        for step in range(nodes)
    ]
    return svg("".join(f"<g>{''.join(shapes[at : at + 100])}</g>" for at in range(0, nodes, 100)))


def layered() -> bytes:
    """Three Inkscape layers, one of them hidden; the second borrows a shape from the first."""
    layer = 'inkscape:groupmode="layer" inkscape:label'
    return svg(
        '<defs><linearGradient id="g"><stop stop-color="#123"/><stop offset="1" stop-color="#9cf"/></linearGradient>'
        "</defs>"
        f'<g {layer}="Sky"><rect width="400" height="300" fill="url(#g)"/><circle id="sun" cx="300" cy="70" r="40" '
        'fill="#fc3"/></g>'
        f'<g {layer}="Boat &#9973; {"long " * 40}" style="display:inline">'
        '<path d="M40 200H200L170 250H70Z" fill="#822"/><path d="M110 190V60L190 190Z" fill="#eee"/>'
        '<use href="#sun" transform="translate(-240 120) scale(.8)"/></g>'
        f'<g {layer}="Notes" style="display:none"><rect width="400" height="300" fill="#f0f"/></g>',
        'width="400" height="300" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"',
    )


def collage() -> bytes:
    """Two embedded pictures, one of them twice, and an icon."""
    photo = embedded(encoded(scene(320, 240), "JPEG", quality=90), "jpeg")
    icon = embedded(encoded(scene(32, 32), "PNG"))
    return svg(
        f'<image x="10" y="10" width="200" height="150" xlink:href="{photo}"/>'
        f'<image x="220" y="180" width="80" height="60" href="{photo}"/><image x="20" y="200" href="{icon}"/>'
        f'<image x="150" y="190" width="60" height="90" href="{embedded(encoded(scene(90, 140), "PNG"))}"/>'
    )
