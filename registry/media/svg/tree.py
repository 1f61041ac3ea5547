"""An SVG file → a tree of the elements and attributes that draw something, and of nothing else.

    1. read        by expat, in one pass that stops at the first element or level over the budget
    2. keep        what is on the lists below: no scripts, links, foreign objects, metadata, instructions, DOCTYPE
    3. look inward a reference may name an id of the same drawing and nothing else; only pictures may carry `data:`
    4. cascade     style sheets become attributes (`svg_style`), so that what refers to what is seen in one place

What is written out again by `write` is of these lists only, so that the renderer, which reads any file that an `href`
names, is never given a name.

Text isn't drawn: a worker can't open a font, and letters in another font than the designer's would be another picture.
So text elements are on no list.
"""

import codecs
import re
from dataclasses import dataclass, field
from xml.parsers import expat

from registry.errors import MalformedMedia, MediaTooDeep
from registry.media.budget import Budget, within
from registry.media.svg.style import Stylesheet, Subject

_ENCODINGS = frozenset({"utf-8", "utf-16", "us-ascii", "iso-8859-1"})
_PRELOADED = frozenset(
    {"utf8", "ascii", "latin-1", "latin1", "iso-8859-2", "iso-8859-15", "windows-1250", "windows-1251", "windows-1252"}
)
"""Those that expat knows, and those that it asks Python for, which can't import one any more when in a worker."""

for _encoding in _PRELOADED:
    codecs.lookup(_encoding)

SVG_NAMESPACE = "http://www.w3.org/2000/svg"

_XLINK_HREF = "http://www.w3.org/1999/xlink href"
_INKSCAPE = "http://www.inkscape.org/namespaces/inkscape "
_ILLUSTRATOR_LAYER = "http://ns.adobe.com/AdobeIllustrator/10.0/ layer"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ELEMENTS = _words(
    "svg g defs symbol use a switch style path rect circle ellipse line polyline polygon image linearGradient "
    "radialGradient stop pattern clipPath mask marker filter feBlend feColorMatrix feComponentTransfer feComposite "
    "feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG "
    "feFuncR feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting "
    "feSpotLight feTile feTurbulence"
)

PROPERTIES = _words(
    "clip-path clip-rule color color-interpolation color-interpolation-filters display fill fill-opacity fill-rule "
    "filter flood-color flood-opacity font-size image-rendering isolation lighting-color marker-end marker-mid "
    "marker-start mask mask-type mix-blend-mode opacity overflow paint-order shape-rendering stop-color stop-opacity "
    "stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity "
    "stroke-width transform transform-box transform-origin vector-effect visibility"
)
"""What may stand in an attribute or in a style."""

ATTRIBUTES = PROPERTIES | _words(
    "id class style href viewBox preserveAspectRatio x y x1 y1 x2 y2 cx cy r rx ry fx fy fr width height d points "
    "pathLength gradientUnits gradientTransform spreadMethod offset patternUnits patternContentUnits patternTransform "
    "clipPathUnits maskUnits maskContentUnits markerUnits markerWidth markerHeight refX refY orient systemLanguage "
    "requiredFeatures requiredExtensions filterUnits primitiveUnits in in2 result mode type values tableValues slope "
    "intercept amplitude exponent stdDeviation edgeMode dx dy operator k1 k2 k3 k4 radius baseFrequency numOctaves "
    "seed stitchTiles scale xChannelSelector yChannelSelector order kernelMatrix divisor bias targetX targetY "
    "preserveAlpha kernelUnitLength surfaceScale diffuseConstant specularConstant specularExponent azimuth elevation "
    "z pointsAtX pointsAtY pointsAtZ limitingConeAngle"
)

_LED_ASTRAY = ("a", "image", "feImage")
"""Whose `href` is never an id. Of an id that it doesn't find, resvg thinks that it is the name of a picture's file."""

_STYLE_ONLY = ("isolation", "mix-blend-mode")
"""What renderers take from a style and from no attribute."""

_URL = re.compile(r"""url\(\s*(["']?)#([^"'()]+)\1\s*\)""", re.IGNORECASE)
_NAMED = re.compile(r"url\(#([^)]*)\)")

_MARKUP = re.compile(r"[&<>\"\t\n\r]")
_ESCAPES = str.maketrans({mark: f"&#{ord(mark)};" for mark in '&<>"\t\n\r'})

_ATTRIBUTES_PER_NODE = 10
"""How many attributes a node of the budget may have on average."""

_STYLE_CHARACTERS = 100_000
_SHEET_CHARACTERS = 8 << 20
"""Of one `style` or `class`, and of all style elements: room for the fonts that some programs put there."""

_ENTITIES = 64
_ENTITY_CHARACTERS = 8 << 20
"""What the entities of a file may come to once they stand in its text: a billion laughs don't fit."""

_AUTOMATIC_ID = re.compile(r"g?[-_.\d]*")
_HEX_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{2,4})_")


@dataclass(slots=True, eq=False)
class Element:
    """An element as far as it can draw. `layer` is its name where an editor that has layers gave it one."""

    name: str
    attributes: dict[str, str]
    children: list["Element"] = field(default_factory=list)
    layer: str | None = None
    pixels: int = 0
    """Of the picture that an `image` draws."""

    def named(self, attribute: str) -> list[str]:
        """The ids that an attribute refers to."""
        value = self.attributes.get(attribute, "")
        return [value[1:]] if attribute == "href" and value.startswith("#") else _NAMED.findall(value)


def read(data: bytes, budget: Budget) -> Element:
    """The root of a drawing.

    Raises `MalformedMedia`, `MediaTooLarge(what="nodes")` or `MediaTooDeep`; and MemoryError.
    """
    within("attributes", data.count(b"="), _ATTRIBUTES_PER_NODE * budget.nodes)
    reader = _Reader(data, budget)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.XmlDeclHandler = reader.declaration
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = reader.entity
    try:
        # In one piece: expat begins a token anew with every piece it is given.
        parser.Parse(data.lstrip() if data[:1].isspace() else data, True)
    except expat.ExpatError as error:
        if error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_MEMORY]:
            raise MemoryError from error
        raise MalformedMedia(
            f"The SVG file is no well-formed XML: {expat.ErrorString(error.code)} in line {error.lineno:,}."
        ) from error
    if reader.root is None:
        raise MalformedMedia("The SVG file has no drawing: its root is no svg element.")
    sheet = Stylesheet("\n".join(reader.styles), PROPERTIES)
    _finish(reader.root, [], sheet, set())
    return reader.root


def write(element: Element, out: list[str]) -> None:
    """Appends the element as XML, for a default namespace of SVG."""
    out.append(f"<{element.name}")
    out += (f" {name}={_quoted(value)}" for name, value in element.attributes.items() if name not in _STYLE_ONLY)
    style = ";".join(f"{name}:{element.attributes[name]}" for name in _STYLE_ONLY if name in element.attributes)
    if style:
        out.append(f" style={_quoted(style)}")
    if not element.children:
        out.append("/>")
        return
    out.append(">")
    for child in element.children:
        write(child, out)
    out.append(f"</{element.name}>")


def _quoted(value: str) -> str:
    return f'"{value.translate(_ESCAPES)}"' if _MARKUP.search(value) else f'"{value}"'


class _Reader:
    """What expat calls: it keeps the elements of the list, and skips all that lies within any other."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        self.root: Element | None = None
        self.styles: list[str] = []
        self._data = data
        self._budget = budget
        self._path: list[Element] = []
        self._skipped = 0
        """How many of the open elements are within one that isn't kept."""
        self._nodes = 0
        self._entities = 0
        self._style_characters = 0
        self._namespace = SVG_NAMESPACE

    def declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS | _PRELOADED:
            raise MalformedMedia(
                f"The SVG file says that it is written in `{encoding[:40]}`, an encoding that is not read.",
                remedy="Save the drawing in UTF-8 and try once more.",
            )

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._nodes += 1
        within("nodes", self._nodes, self._budget.nodes)
        if len(self._path) + self._skipped >= self._budget.depth:
            raise MediaTooDeep(what="elements", limit=self._budget.depth)
        namespace, _, name = tag.rpartition(" ")
        if self._nodes == 1:
            if name != "svg" or namespace not in (SVG_NAMESPACE, ""):
                raise MalformedMedia("The SVG file has no drawing: its root is no svg element.")
            self._namespace = namespace
        elif self._skipped or namespace != self._namespace or name not in ELEMENTS:
            self._skipped += 1
            return
        element = Element(name, _kept(name, attributes), layer=_layer(attributes) if name == "g" else None)
        if self._path:
            if name != "style":
                self._path[-1].children.append(element)
        else:
            self.root = element
        self._path.append(element)

    def end(self, _tag: str) -> None:
        if self._skipped:
            self._skipped -= 1
        else:
            self._path.pop()

    def text(self, text: str) -> None:
        if not self._skipped and self._path and self._path[-1].name == "style":
            self._style_characters += len(text)
            within("characters in its style sheets", self._style_characters, _SHEET_CHARACTERS)
            self.styles.append(text)

    def entity(
        self,
        name: str,
        parameter: bool,
        value: str | None,
        _base: str | None,
        _system: str | None,
        _public: str | None,
        _notation: str | None,
    ) -> None:
        """Takes the short words that Illustrator declares for its namespaces, and no other entity."""
        if parameter or value is None or not {"&", "<", "%"}.isdisjoint(value):
            raise MalformedMedia(
                f"The SVG file declares the entity `{name[:40]}`, which refers to something else.",
                remedy="Export the drawing again as plain SVG, without entities in its DOCTYPE.",
            )
        self._entities += 1
        within("entities", self._entities, _ENTITIES)
        within("characters from entities", self._data.count(b"&") * len(value), _ENTITY_CHARACTERS)


def _kept(name: str, given: dict[str, str]) -> dict[str, str]:
    """The attributes of an element that draw, with references that stay within the drawing."""
    kept: dict[str, str] = {}
    for attribute in ("style", "class"):
        within(f"characters in a {attribute} attribute", len(given.get(attribute, "")), _STYLE_CHARACTERS)
    for attribute, value in given.items():
        # A style is looked at later, one declaration at a time.
        if attribute in ATTRIBUTES and (inward := value if attribute == "style" else _inward(value)) is not None:
            kept[attribute] = inward
    href = given.get("href", given.get(_XLINK_HREF, "")).strip()
    kept.pop("href", None)
    embedded = name == "image" and href[:5].lower() == "data:"
    if embedded or (href.startswith("#") and name not in _LED_ASTRAY):
        kept["href"] = href
    return kept


def _inward(value: str) -> str | None:
    """A value whose references are ids of the same drawing, written in one way; None where one is anything else."""
    count = value.lower().count("url(") if "(" in value else 0
    if not count:
        return value
    inward, found = _URL.subn(lambda match: f"url(#{match[2].strip()})", value)
    return inward if found == count else None


def _layer(attributes: dict[str, str]) -> str | None:
    """The name of a group that is a layer: as Inkscape and Illustrator mark it, or an id that a person gave."""
    given = attributes.get("id", "")
    if attributes.get(_INKSCAPE + "groupmode") == "layer":
        return attributes.get(_INKSCAPE + "label", given)
    for name in (attributes.get("data-name"), given):
        if name and not _AUTOMATIC_ID.fullmatch(name[:100]):
            return _HEX_ESCAPE.sub(lambda match: chr(int(match[1], 16)), name).replace("_", " ")
    return given if attributes.get(_ILLUSTRATOR_LAYER) == "yes" else None


def _finish(element: Element, ancestors: list[Subject], sheet: Stylesheet, ids: set[str]) -> None:
    """Settles styles into attributes, and takes a second element's id away: a reference must mean one thing."""
    attributes = element.attributes
    classes = tuple(dict.fromkeys(attributes.pop("class", "").split()))
    subject = Subject(element.name, attributes.get("id"), classes)
    for name, value in sheet.styles(subject, ancestors, attributes.pop("style", "")).items():
        if (inward := _inward(value)) is not None:
            attributes[name] = inward
    identifier = attributes.get("id")
    if identifier in ids:
        del attributes["id"]
    elif identifier is not None:
        ids.add(identifier)
    ancestors.append(subject)
    for child in element.children:
        _finish(child, ancestors, sheet, ids)
    ancestors.pop()
