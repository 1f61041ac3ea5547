"""Drawings that mean harm by name, each made when asked for: `HOSTILE`."""

import gzip
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from registry.errors import (
    MalformedMedia,
    MediaError,
    MediaTooDeep,
    MediaTooHungry,
    MediaTooLarge,
    MediaTooSlow,
    UnsupportedMedia,
    WorkerDied,
)
from tests.media.drawn import encoded, png, scene, webp_claim
from tests.media.svg_drawn import crest, embedded, svg


class Hostile(NamedTuple):
    """A drawing that asks for too much, and which errors may answer it; none if it is drawn without the rest."""

    make: Callable[[], bytes]
    errors: tuple[type[MediaError], ...]


ENDED = (MediaTooSlow, MediaTooHungry, WorkerDied)
"""What answers those that only the limits of a worker end."""

BROKEN = (MalformedMedia,)
LARGE = (MediaTooLarge,)
DEEP = (MediaTooDeep,)
EITHER = (MediaTooLarge, MediaTooDeep)
DRAWN: tuple[type[MediaError], ...] = ()

RECT = '<rect width="200" height="200" fill="#a33"/>'


def _doubled(count: int) -> str:
    """Ids `u0`, `u1`…, each of which draws the one before twice."""
    return f'<g id="u0">{RECT}</g>' + "".join(
        f'<g id="u{step}"><use href="#u{step - 1}"/><use xlink:href="#u{step - 1}"/></g>'
        for step in range(1, count + 1)
    )


def _filtered(primitives: str, *, wide: bool = True, times: int = 1) -> bytes:
    region = 'x="-900%" y="-900%" width="1900%" height="1900%"' if wide else ""
    shape = '<rect width="300" height="300" fill="#a33" filter="url(#f)"/>'
    return svg(f'<filter id="f" {region}>{primitives}</filter>' + times * shape)


def _patterns(count: int) -> bytes:
    """Patterns of patterns, each with the one before in two places."""
    nested = "".join(
        f'<pattern id="p{at}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<path d="M0 0H4V8Z" fill="url(#p{at - 1})"/><path d="M4 0H8V8Z" style="fill:url(#p{at - 1})"/></pattern>'
        for at in range(1, count + 1)
    )
    first = '<pattern id="p0" width="8" height="8"><path d="M0 0H9V9Z"/></pattern>'
    return svg(f'{first}{nested}<g fill="url(#p{count})"><path d="M0 0H300V300Z"/></g>')


def _masks(count: int) -> bytes:
    twice = '<g mask="url(#m{0})"/><g style="mask:url( \'#m{0}\' )"/>'
    nested = "".join(f'<mask id="m{at}">{RECT}{twice.format(at - 1)}</mask>' for at in range(1, count + 1))
    return svg(f'<mask id="m0"/>{nested}<g mask="url(#m{count})">{RECT}</g>')


def _circles() -> bytes:
    """Every kind of reference to itself."""
    return svg(
        f'{RECT}<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g><linearGradient id="l" href="#l"/>'
        '<pattern id="p" width="9" height="9"><rect width="9" height="9" fill="url(#p)"/></pattern>'
        '<rect x="200" width="99" height="99" fill="url(#p)" stroke="url(#l)"/>'
        '<mask id="m"><g mask="url(#m)"/></mask><clipPath id="c" clip-path="url(#c)"/>'
        '<g mask="url(#m)" clip-path="url(#c)"/><marker id="k"><path d="M0 0H9V9" marker-mid="url(#k)"/></marker>'
        '<path d="M0 0H9V9" marker-mid="url(#k)"/>'
    )


def _tangle(corners: int) -> bytes:
    line = " ".join(f"{at * 7919 % 300} {at * 104729 % 300}" for at in range(corners))
    return svg(f'<path d="M{line}" stroke="#000"/>')


def _declaring(subset: str, body: str) -> Hostile:
    document = f"<!DOCTYPE svg [{subset}]>"
    return Hostile(partial(svg, body, head=document), (MalformedMedia, MediaTooLarge, UnsupportedMedia))


_LAUGHS = '<!ENTITY l0 "ha">' + "".join(f'<!ENTITY l{step} "{10 * f"&l{step - 1};"}">' for step in range(1, 10))

_ENTITIES = {
    "billion laughs": _declaring(_LAUGHS, "<desc>&l9;</desc>"),
    "quadratic blow-up": _declaring(f'<!ENTITY a "{"x" * 3500}">', f"<desc>{'&a;' * 50_000}</desc>"),
    "quadratic blow-up in an attribute": _declaring(f'<!ENTITY a "{"x" * 3500}">', f'<g class="{"&a;" * 50_000}"/>'),
    "quadratic blow-up by a long entity": _declaring(f'<!ENTITY a "{"x" * 50_000}">', f"<desc>{'&a;' * 50_000}</desc>"),
    "entity from a file": _declaring('<!ENTITY x SYSTEM "file:///etc/passwd">', "<desc>&x;</desc>"),
    "entity from the network": _declaring('<!ENTITY x SYSTEM "http://127.0.0.1:9/x">', "<style>&x;</style>"),
    "parameter entity": _declaring('<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;', RECT),
    "parameter entity of markup": _declaring("<!ENTITY % p '<!ENTITY q \"q\">'> %p;", RECT),
    "entity of elements": _declaring("<!ENTITY x '<image href=\"/etc/passwd\"/>'>", "&x;"),
    "entity of itself": _declaring('<!ENTITY x "&#38;x;">', "<desc>&x;</desc>"),
    "many entities": _declaring("".join(f'<!ENTITY e{step} "x">' for step in range(200)), RECT),
    "unparsed entity": _declaring('<!NOTATION n SYSTEM "n"><!ENTITY x SYSTEM "/etc/passwd" NDATA n>', RECT),
    "DOCTYPE from a file": Hostile(partial(svg, RECT, head='<!DOCTYPE svg SYSTEM "file:///etc/passwd">'), DRAWN),
    "xml-stylesheet": Hostile(
        partial(svg, RECT, head='<?xml version="1.0"?><?xml-stylesheet href="file:///etc/passwd" type="text/css"?>'),
        DRAWN,
    ),
}

_REFERENCES = {
    "image from a file": '<image width="9" height="9" href="file:///etc/passwd"/>',
    "image from a path": '<image width="9" height="9" xlink:href="/etc/hostname"/><image href="a.png"/>',
    "image from the network": '<image width="9" height="9" href="http://127.0.0.1:9/a.png"/>',
    "image of an id": '<image width="9" height="9" href="#a"/>',
    "image by character references": '<image width="9" height="9" href="&#102;ile:///etc/passwd"/>',
    "use of a file": '<use href="/etc/passwd#a"/><use xlink:href="http://127.0.0.1:9/a.svg#a"/>',
    "feImage from a file": '<filter id="f"><feImage href="/etc/passwd"/></filter><g filter="url(#f)"><path/></g>',
    "feImage of no id": '<filter id="f"><feImage href="#none"/></filter><g filter="url(#f)"><path d="M0 0H9V9"/></g>',
    "style import": '<style>@import "file:///etc/passwd";@import url(http://127.0.0.1:9/a.css);</style>',
    "font-face": '<style>@font-face{font-family:"a";src:url(file:///etc/passwd)}</style><text>a</text>',
    "paint from a file": '<rect width="9" height="9" fill="url(file:///etc/passwd#a)" stroke="url(/etc/passwd)"/>',
    "mask from the network": '<g mask="url(http://127.0.0.1:9/a.svg#m)" style="filter:url( \'/etc/passwd#f\' )"/>',
    "style with escapes": "<style>g{fill:u\\72l(file:///etc/passwd)}</style><g/>",
    "script": '<script>fetch("http://127.0.0.1:9/")</script><script href="file:///etc/passwd"/>',
    "foreignObject": '<foreignObject width="9" height="9"><iframe xmlns="http://www.w3.org/1999/xhtml" '
    'src="file:///etc/passwd"/></foreignObject>',
    "base and include": '<g xml:base="file:///etc/"><image href="passwd"/></g>'
    '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>',
    "event handlers": '<g onload="alert(1)" onclick="alert(1)"/><animate href="#a" attributeName="href"/>',
    "nothing but references": '<a href="file:///etc/passwd"><cursor href="file:///etc/passwd"/></a>',
}
"""Those that would make a careless reader open a file or a socket."""

_TREES = {
    "deep groups": Hostile(lambda: svg("<g>" * 200_000 + "</g>" * 200_000), DEEP),
    "deep without end": Hostile(lambda: svg("")[:-6] + b"<g>" * 200_000, DEEP),
    "deep metadata": Hostile(lambda: svg("<metadata>" + "<x>" * 9999 + "</x>" * 9999 + "</metadata>"), DEEP),
    "wide": Hostile(lambda: svg("<g/>" * 150_000), LARGE),
    "wide metadata": Hostile(lambda: svg(f"<metadata>{'<x/>' * 150_000}</metadata>"), LARGE),
    "wide in UTF-16": Hostile(lambda: svg("<g/>" * 150_000).decode().encode("utf-16"), LARGE),
    "nested use": Hostile(lambda: svg(_doubled(50)), EITHER),
    "nested use, shallow": Hostile(lambda: svg(_doubled(20)), LARGE),
    "nested use that nothing draws": Hostile(lambda: svg(f"<defs>{_doubled(20)}</defs>"), LARGE),
    "two ids, one cheap": Hostile(lambda: svg(f'<g id="a"/>{_doubled(20).replace("u20", "a")}<use href="#a"/>'), LARGE),
    "chain of use": Hostile(
        lambda: svg(
            f'<g id="u0">{RECT}</g>' + "".join(f'<use id="u{at}" href="#u{at - 1}"/>' for at in range(1, 5000))
        ),
        DEEP,
    ),
    "circles": Hostile(_circles, DRAWN),
    "pattern bomb": Hostile(partial(_patterns, 29), EITHER),
    "mask bomb": Hostile(partial(_masks, 19), EITHER),
    "markers at every corner": Hostile(
        lambda: svg(
            f'<style>path{{marker:url(#m)}}</style><marker id="m">{RECT * 20}</marker><path d="M0 0{"h1v1" * 50_000}"/>'
        ),
        LARGE,
    ),
    "style rules": Hostile(
        lambda: svg(f'<style>{".a .b{fill:red}" * 5000}</style><g class="a">' + '<path class="b"/>' * 5000 + "</g>"),
        LARGE,
    ),
    "style comments": Hostile(lambda: svg(f"<style>{'/*' * 500_000}</style>{RECT}"), DRAWN),
    "style rules without end": Hostile(lambda: svg(f"<style>{'g{' * 500_000}</style>{RECT}"), DRAWN),
    "attributes": Hostile(lambda: svg("<g " + " ".join(f"a{at}=''" for at in range(200_000)) + "/>" + RECT), DRAWN),
}

_SIZES = {
    "canvas of 100,000": 'width="100000" height="100000"',
    "canvas of 10³⁰": 'width="1e30" height="1e30"',
    "canvas of nothing": 'width="0" height="0"',
    "canvas of less than nothing": 'width="-5" height="-5"',
    "canvas of no number": 'width="nan" height="infinity" viewBox="0 0 nan 1e999"',
    "one to a thousand": 'width="100000" height="100"',
    "one to a billion": 'viewBox="0 0 100000000 0.1"',
    "view box of nothing": 'width="300" height="300" viewBox="0 0 0 0"',
    "tiny view box": 'width="300" height="300" viewBox="0 0 1e-5 1e-5"',
    "far view box": 'width="300" height="300" viewBox="1e30 -1e30 300 300"',
    "no size": "",
}

_FAR = (
    '<circle r="3e30" stroke="red" stroke-width="1e38"/><path d="M-1e38 0L1e38 1e38Z" transform="scale(1e30)"/>'
    '<path d="M0 0H1e30" stroke="#000" stroke-dasharray="1e-30 1e-3"/>'
)

_FILTERS = {
    "huge blur": Hostile(lambda: _filtered('<feGaussianBlur stdDeviation="1e9"/>'), DRAWN),
    "wide morphology": Hostile(lambda: _filtered('<feMorphology operator="dilate" radius="5000"/>'), DRAWN),
    "large kernel": Hostile(
        lambda: _filtered(f'<feConvolveMatrix order="100" kernelMatrix="{"1 " * 10_000}"/>', wide=False), DRAWN
    ),
    "noise of many octaves": Hostile(
        lambda: _filtered('<feTurbulence baseFrequency=".1" numOctaves="2147483647"/>', wide=False), DRAWN
    ),
    "many filters": Hostile(lambda: _filtered('<feGaussianBlur stdDeviation="9"/>' * 50, times=2000), LARGE),
    "noise over and over": Hostile(lambda: _filtered('<feTurbulence baseFrequency=".1" numOctaves="5"/>' * 20), ENDED),
    "many layers": Hostile(lambda: svg('<g opacity=".5"><circle r="900"/><circle r="9"/></g>' * 9000), ENDED),
    "tangled line": Hostile(partial(_tangle, 400_000), ENDED),
    "far shapes": Hostile(partial(svg, _FAR), BROKEN),
    "far shapes without a canvas": Hostile(partial(svg, '<rect width="1e9" height="1e-3"/>', ""), DRAWN),
}

_PICTURES = {
    "drawing in a drawing": embedded(svg(f'{RECT}<image href="file:///etc/passwd"/>'), "svg+xml"),
    "drawing in a drawing, named a PNG": embedded(svg(f'{RECT}<image href="file:///etc/passwd"/>'), "png"),
    "packed drawing in a drawing": embedded(gzip.compress(svg(RECT), mtime=0), "svg+xml"),
    "drawing in plain text": "data:image/svg+xml,&lt;svg xmlns='http://www.w3.org/2000/svg'/>",
    "broken embedded picture": embedded(encoded(scene(), "PNG")[:500]),
    "PDF in a drawing": embedded(b"%PDF-1.7\n", "png"),
    "no base64": "data:image/png;base64,====",
    "data without a comma": "data:" + "a" * 9999,
}

_CLAIMS = {
    "embedded PNG of 13,000²": [png(13_000, 13_000, 8, 6, b"")],
    "embedded WebP of 16,000²": [webp_claim(16_000, 16_000)],
    "embedded pictures, many and large": [png(8000, 8000, 8, 6, bytes([at])) for at in range(40)],
}

_BROKEN = {
    **{f"cut at {part} of four quarters": lambda part=part: crest()[: len(crest()) * part // 4] for part in (1, 2, 3)},
    "cut before its end": lambda: crest()[:-3],
    "encoding that isn't so": lambda: svg(RECT, head='<?xml version="1.0" encoding="utf-16"?>'),
    "unknown encoding": lambda: svg(RECT, head='<?xml version="1.0" encoding="x-unheard-of"?>'),
    "multi-byte encoding": lambda: svg(RECT, head='<?xml version="1.0" encoding="shift_jis"?>'),
    "no UTF-8": lambda: svg(RECT).replace(b"#a33", b"\xff\xfe\x80"),
    "NULs": lambda: svg(RECT).replace(b"<rect", b"\x00<rect"),
    "NULs behind": lambda: svg(RECT) + bytes(5000),
    "zip behind": lambda: svg(RECT) + b"PK\x03\x04" + bytes(range(256)),
    "HTML behind": lambda: svg(RECT) + b"<script>alert(1)</script>",
    "prefix without a namespace": lambda: b"<svg:svg><svg:g/></svg:svg>",
    "foreign namespace": lambda: b"<svg xmlns='urn:x'><g/></svg>",
    "HTML around": lambda: b"<html><body>" + svg(RECT) + b"</body></html>",
    "comment with a drawing": lambda: b"<!-- <svg> --><p/>",
}

HOSTILE: dict[str, Hostile] = {
    **_ENTITIES,
    **{name: Hostile(partial(svg, RECT + body), DRAWN) for name, body in _REFERENCES.items()},
    **_TREES,
    **{f"size: {name}": Hostile(partial(svg, RECT, size), DRAWN) for name, size in _SIZES.items()},
    **_FILTERS,
    **{
        name: Hostile(partial(svg, f'{RECT}<image width="90" height="90" href="{href}"/>'), DRAWN)
        for name, href in _PICTURES.items()
    },
    **{
        name: Hostile(partial(svg, "".join(f'<image href="{embedded(data)}"/>' for data in claims)), LARGE)
        for name, claims in _CLAIMS.items()
    },
    **{name: Hostile(make, (MalformedMedia, UnsupportedMedia)) for name, make in _BROKEN.items()},
    "PDF within": Hostile(lambda: svg(f"<!--\n%PDF-1.7\n-->{RECT}"), DRAWN),
    "nothing but text": Hostile(lambda: svg('<text x="9" y="99" font-size="60">Originmark</text>'), DRAWN),
}
