"""SVG drawings → the whole, the layers it is made of, and the pictures that are embedded in it.

    1. read       the elements that draw, within a budget of nodes and levels, without a reference out (`svg_tree`)
    2. embed      pictures decoded within the budget, and small ones of our own put in their place (`svg_pictures`)
    3. weigh      how much would be drawn, all references followed (`svg_weight`)
    4. draw       by resvg, at a size that we choose (`svg_canvas`)

Text is left out, since a worker can't open a font: a drawing of nothing but letters is blank. Designers convert the
text of a logo to paths before they hand it on. Animations and scripts are not run: what is seen is the first moment.
"""

import math
from collections.abc import Iterator
from dataclasses import replace

from PIL import Image

from registry.media.budget import Budget
from registry.media.picture import PartPicture, clean_name
from registry.media.shrink import small
from registry.media.svg.canvas import Region, draw, draw_unsized, region
from registry.media.svg.pictures import Embedded, embed
from registry.media.svg.tree import Element, read
from registry.media.svg.weight import weigh
from registry.works import PartKind

_WRAPPERS = ("svg", "g", "a", "switch")
"""What a drawing may be wrapped in as a whole."""

_UNDRAWN = frozenset(
    ("defs", "symbol", "linearGradient", "radialGradient", "pattern", "clipPath", "mask", "marker", "filter")
)
"""What is only drawn where something else refers to it."""

_SEARCH = 4
"""By how much the drawing in which the bounds of a layer are looked for is smaller."""

_SMALLEST_PICTURE = 64
"""In pixels: an embedded picture with a shorter side is an icon or a texture."""


def parts(data: bytes, budget: Budget, side: int) -> Iterator[PartPicture]:
    """The drawing, then its layers from the bottom up, then its embedded pictures, `budget.parts` in all.

    The sizes are in the file's own pixels, 96 to an inch. Where a drawing states no size, it is as large as it is
    drawn. A layer is shown without the empty space around it, as it is when it is used alone.

    Raises `MalformedMedia`, `MediaTooLarge`, `MediaTooDeep` or MemoryError.
    """
    root = read(data, budget)
    embedded = embed(root, budget, side)
    weigh(root, budget)
    canvas = region(root)
    if canvas is None:
        yield PartPicture(PartKind.WHOLE, "", small(draw_unsized(root, side), side))
    else:
        yield _part(PartKind.WHOLE, "", draw(root, canvas, side), canvas, side)
    left = budget.parts - 1
    if canvas is not None:
        for layer in _layers(root, canvas, side):
            if left <= 0:
                return
            yield layer
            left -= 1
    yield from _pictures(embedded, budget, side, left)


def _part(kind: PartKind, name: str, picture: Image.Image, shown: Region, side: int) -> PartPicture:
    width, height = shown.size
    return PartPicture(kind, name, replace(small(picture, side), width=width, height=height))


def _layers(root: Element, canvas: Region, side: int) -> Iterator[PartPicture]:
    """The layers that show something, where there are at least two things to tell apart."""
    path = _to_layers(root)
    drawn = [child for child in path[-1].children if child.name not in _UNDRAWN]
    layers = [child for child in drawn if child.layer is not None]
    if len(drawn) < 2:
        return
    references = [_References(child) for child in path[-1].children]
    for number, layer in enumerate(layers, 1):
        alone = _alone(path, layer, references)
        found = _trimmed(alone, canvas, side)
        if found is None:
            continue
        shown, picture = found
        yield _part(PartKind.LAYER, clean_name(layer.layer or "", f"layer {number}"), picture, shown, side)


def _trimmed(alone: Element, canvas: Region, side: int) -> tuple[Region, Image.Image] | None:
    """A layer without the empty space around it, and where it is; None when it shows nothing.

    Looked for in a small drawing, and then drawn with a little room around it, which is cut off exactly.
    """
    search = draw(alone, canvas, side // _SEARCH)
    box = search.getchannel("A").getbbox()
    if box is None:
        return None
    left, top, right, bottom = box
    room = max(0, left - 1), max(0, top - 1), min(search.width, right + 1), min(search.height, bottom + 1)
    shown = canvas.part(room, search.size)
    growth = max((room[2] - room[0]) / (right - left), (room[3] - room[1]) / (bottom - top))
    picture = draw(alone, shown, math.ceil(side * growth))
    exact = picture.getchannel("A").getbbox() or (0, 0, *picture.size)
    return shown.part(exact, picture.size), picture.crop(exact)


def _to_layers(root: Element) -> list[Element]:
    """The root and those below it that wrap all of the drawing: the layers are within the last one."""
    path = [root]
    while True:
        drawn = [child for child in path[-1].children if child.name not in _UNDRAWN]
        if len(drawn) != 1 or drawn[0].name not in _WRAPPERS:
            return path
        path.append(drawn[0])


class _References:
    """Which ids stand in a child of the layers' parent, and which are referred to from there."""

    def __init__(self, child: Element) -> None:
        self.child = child
        self.here: set[str] = set()
        self.wanted: set[str] = set()
        self._collect(child)

    def _collect(self, element: Element) -> None:
        for attribute, value in element.attributes.items():
            if attribute == "id":
                self.here.add(value)
            else:
                self.wanted.update(element.named(attribute))
        for child in element.children:
            self._collect(child)


def _alone(path: list[Element], layer: Element, references: list[_References]) -> Element:
    """The drawing with only this layer of the last one of `path`, and undrawn what it refers to in the others."""
    needed: list[_References] = []
    others: list[_References] = []
    for one in references:
        (needed if one.child is layer or one.child.name in _UNDRAWN else others).append(one)
    wanted = set[str]().union(*(one.wanted for one in needed))
    lent: list[Element] = []
    while found := [one for one in others if not wanted.isdisjoint(one.here)]:
        others = [one for one in others if wanted.isdisjoint(one.here)]
        wanted.update(*(one.wanted for one in found))
        lent += (one.child for one in found)
    *outer, inner = path
    alone = replace(inner, children=[*(one.child for one in needed), Element("defs", {}, lent)])
    for element in reversed(outer):
        alone = replace(element, children=[alone if child is inner else child for child in element.children])
        inner = element
    return alone


def _pictures(embedded: list[Embedded], budget: Budget, side: int, left: int) -> Iterator[PartPicture]:
    shown = [one for one in embedded if min(one.size) >= _SMALLEST_PICTURE]
    for number, one in enumerate(shown[: max(0, left)], 1):
        yield PartPicture(PartKind.PICTURE, f"picture {number}", one.decoded(budget, side))
