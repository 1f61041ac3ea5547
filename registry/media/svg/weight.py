"""What a drawing costs to draw, counted before it is drawn: a file of 2 KB can ask for 2⁵⁰ circles.

`use`, patterns, markers, masks, clip paths and filters draw what they refer to each time anew. So each element is
counted as often as it is drawn; one node stands for what a rectangle costs. It is an upper bound: a paint counts for
every shape below the element that sets it, and definitions count where they stand too.
"""

from dataclasses import dataclass

from registry.errors import MediaTooDeep
from registry.media.budget import Budget, within
from registry.media.svg.tree import Element

_DRAWN_PER_NODE = 4
"""How often the nodes of the budget may be drawn on average."""

_PAINTS = ("fill", "stroke", "marker-start", "marker-end", "marker-mid")
"""Inherited, so that they count for all shapes below; the last one is drawn at every corner of a line."""

_REFERENCES = ("href", "clip-path", "mask", "filter")
_REFERRING = _REFERENCES + _PAINTS

_SHARED = ("linearGradient", "radialGradient")
"""Computed once however many shapes they paint."""

_CHARACTERS_PER_NODE = 64
_CHARACTERS_PER_CORNER = 4
_PIXELS_PER_NODE = 100
_NODES_PER_PRIMITIVE = 20
"""A filter's primitive looks at every pixel of a region, a rectangle at those of its edges."""

_OCTAVES = 5
"""The sixth halves the size of the noise once more, below that of a pixel."""

_MORPHOLOGY = 5.0
_KERNEL = 5
"""What grows with the square of a radius, or of a kernel's side, is left out beyond these."""


@dataclass(frozen=True, slots=True)
class _Weight:
    """`shapes` is how many of the nodes can have a paint, `corners` where their lines can have a marker.

    `height` counts levels, references among them.
    """

    nodes: int
    shapes: int
    corners: int
    height: int


def weigh(root: Element, budget: Budget) -> None:
    """Cuts references that lead back to where they come from, and filters back to what can be seen.

    Raises `MediaTooLarge` when more would be drawn than the budget allows, and `MediaTooDeep` for chains of references.
    """
    scale = _Scale(root, budget.depth)
    within("nodes as drawn", scale.weigh(root).nodes, _DRAWN_PER_NODE * budget.nodes)


class _Scale:
    def __init__(self, root: Element, depth: int) -> None:
        self._depth = depth
        self._named: dict[str, Element] = {}
        self._known: dict[Element, _Weight] = {}
        self._path: set[Element] = set()
        self._name(root)

    def _name(self, element: Element) -> None:
        if "id" in element.attributes:
            self._named[element.attributes["id"]] = element
        for child in element.children:
            self._name(child)

    def weigh(self, element: Element) -> _Weight:
        known = self._known.get(element)
        if len(self._path) + (known.height if known else 1) > self._depth:
            raise MediaTooDeep(what="elements and references", limit=self._depth)
        if known is None:
            self._path.add(element)
            known = self._known[element] = self._sum(element)
            self._path.remove(element)
        return known

    def _sum(self, element: Element) -> _Weight:
        attributes = element.attributes
        line = len(attributes.get("d", "")) + len(attributes.get("points", ""))
        nodes = 1 + line // _CHARACTERS_PER_NODE + element.pixels // _PIXELS_PER_NODE
        if element.name.startswith("fe"):
            nodes += _NODES_PER_PRIMITIVE
            _tame(element)
        referring = [attribute for attribute in _REFERRING if "#" in attributes.get(attribute, "")]
        if not element.children and not referring:
            return _Weight(nodes, 1, line // _CHARACTERS_PER_CORNER, 1)
        below = [self.weigh(child) for child in element.children]
        below += [weight for one in referring if one in _REFERENCES for weight in self._referred(element, one)]
        nodes += sum(weight.nodes for weight in below)
        shapes = 1 + sum(weight.shapes for weight in below)
        corners = line // _CHARACTERS_PER_CORNER + sum(weight.corners for weight in below)
        height = max((weight.height for weight in below), default=0)
        for attribute in referring:
            for weight in self._referred(element, attribute) if attribute in _PAINTS else ():
                nodes += weight.nodes * (corners if attribute == "marker-mid" else shapes)
                height = max(height, weight.height)
        return _Weight(nodes, shapes, corners, height + 1)

    def _referred(self, element: Element, attribute: str) -> list[_Weight]:
        """The weights of what an attribute refers to; one that leads back here is taken out of the drawing."""
        targets = [self._named[name] for name in element.named(attribute) if name in self._named]
        if any(target in self._path for target in targets):
            del element.attributes[attribute]
            return []
        weights = [self.weigh(target) for target in targets]
        return [
            _Weight(0, 0, 0, weight.height) if target.name in _SHARED else weight
            for target, weight in zip(targets, weights, strict=True)
        ]


def _tame(element: Element) -> None:
    """Takes from a filter's primitive what only costs time."""
    attributes = element.attributes
    if element.name == "feTurbulence" and _largest(attributes.get("numOctaves", "")) > _OCTAVES:
        attributes["numOctaves"] = str(_OCTAVES)
    elif element.name == "feMorphology" and _largest(attributes.get("radius", "")) > _MORPHOLOGY:
        attributes["radius"] = "0"
    elif element.name == "feConvolveMatrix" and _largest(attributes.get("order", "")) > _KERNEL:
        attributes.update(order="1", kernelMatrix="1")


def _largest(numbers: str) -> float:
    """The largest of a few numbers; infinite where they are written in a way that isn't read here."""
    try:
        return max((float(number) for number in numbers.replace(",", " ").split()), default=0.0)
    except ValueError:
        return float("inf")
