"""Drawings that mean harm: each is refused with a reason, or drawn without what was asked; no file is ever opened."""

import builtins
import contextlib
import io
import random
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest
import resvg_py
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from registry.errors import MediaError, MediaTooDeep, MediaTooLarge
from registry.media.budget import Budget
from registry.media.parts import parts
from registry.media.raster import WORKING_SIDE
from registry.media.sandbox.pool import Limits, Sandbox
from registry.media.sniff import sniff
from registry.media.svg.pictures import embed
from registry.media.svg.tree import ATTRIBUTES, ELEMENTS, Element, read, write
from registry.media.svg.weight import weigh
from tests.media.drawn import encoded, scene
from tests.media.svg_drawn import LOGOS, NAMESPACES, collage, embedded, layered, svg
from tests.media.svg_hostile import ENDED, HOSTILE, RECT

evaluate = builtins.eval  # a job that can be anything: workers import nothing from tests

_EACH = "[(its.name, digest(its.decoded.picture.tobytes())) for its in parts(data, sniff(data), Budget(), side=side)]"
_NAMES = "dict(vars(modules['registry.media.parts']), digest=modules['zlib'].crc32, data=data, side=side, sniff=sniff)"
_JOB = f"(lambda modules: (lambda sniff: eval({_EACH!r}, {_NAMES}))(modules['registry.media.sniff'].sniff))"
JOB = f"{_JOB}(__import__('sys').modules)"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    limits = Limits(cpu_seconds=2, wall_seconds=60)
    with Sandbox(preload=("registry.media.parts", "zlib"), workers=1, limits=limits) as pool:
        yield pool


def away(sandbox: Sandbox, data: bytes) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = sandbox.run(evaluate, JOB, {"data": data, "side": WORKING_SIDE})
    return found


def here(data: bytes) -> list[tuple[str, int]]:
    return [
        (part.name, zlib.crc32(part.decoded.picture.tobytes()))
        for part in parts(data, sniff(data), Budget(), side=WORKING_SIDE)
    ]


def cleaned(data: bytes) -> Element:
    root = read(data, Budget())
    embed(root, Budget(), WORKING_SIDE)
    weigh(root, Budget())
    return root


def written(root: Element) -> str:
    """What the renderer is given."""
    pieces: list[str] = []
    write(root, pieces)
    return "".join(pieces)


def below(element: Element) -> Iterator[Element]:
    yield element
    for child in element.children:
        yield from below(child)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_drawing_is_refused_or_drawn(sandbox: Sandbox, name: str) -> None:
    make, errors = HOSTILE[name]
    if not errors:
        assert away(sandbox, make())[0][0] == ""
        return
    with pytest.raises(errors) as caught:
        away(sandbox, make())
    assert caught.value.remedy or errors is ENDED


@pytest.mark.parametrize("name", [name for name, hostile in HOSTILE.items() if not hostile.errors])
def test_the_renderer_is_given_no_name_of_a_file(name: str) -> None:
    text = written(cleaned(HOSTILE[name].make()))
    for word in ("file:", "http:", "passwd", "hostname", ".png", "import", "script", "<!", "<?", "svg+xml"):
        assert word not in text


def test_without_files_it_is_drawn_the_same(sandbox: Sandbox) -> None:
    cyrillic = svg(f'<g id="Ж">{RECT}</g><use href="#Ж" x="80"/>', head='<?xml version="1.0" encoding="Windows-1251"?>')
    for data in (*(drawing() for drawing in LOGOS.values()), layered(), collage(), cyrillic.decode().encode("cp1251")):
        assert away(sandbox, data) == here(data)


def test_a_picture_file_that_is_there_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("there.png", "#there"):
        (tmp_path / name).write_bytes(encoded(scene(), "PNG"))
    monkeypatch.chdir(tmp_path)
    read_by_others = 0
    for href in ("there.png", f"{tmp_path}/there.png", f"file://{tmp_path}/there.png", "#there"):
        image = svg(f'<image width="300" height="300" xlink:href="{href}"/>')
        shape = '<rect width="99" height="99" filter="url(#f)"/>'
        effect = svg(f'<filter id="f"><feImage href="{href}"/></filter>{shape}')
        around = svg(f'<image width="300" height="300" href="{embedded(image, "svg+xml")}"/>')
        for data in (image, effect, around):
            assert here(data) == here(svg(""))
            png = resvg_py.svg_to_bytes(svg_string=data.decode(), skip_system_fonts=True)
            with Image.open(io.BytesIO(png)) as plain:
                read_by_others += plain.getchannel("A").getbbox() is not None
    assert read_by_others >= 2  # the renderer left alone does read them


VALUES = st.one_of(
    st.sampled_from(
        [
            "url(#a)", "url('#a') red", 'URL( "#b" )', "url(file:///a)", "url(#a) url(/b#c)", "url(", "u\\72l(x)",
            "url(#a", "url(data:x)", "#a", "a#a", "data:image/png;base64,AAAA", "file:///a", "//a/b", "url(#a)url(x)",
            "@import url(x)", "fill:url(x);stroke:url(#a)", "1e999", "-1", "none", "src(x)", "url(u#rl(x))",
        ]
    ),
    st.text(alphabet="url(#a)'\" ;:/x", max_size=20),
)  # fmt: skip

INWARD = re.compile(r"url\(#[^\"'()]+\)")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(ELEMENTS)),
            st.dictionaries(st.sampled_from(sorted(ATTRIBUTES | {"xlink:href", "onclick", "src"})), VALUES, max_size=5),
        ),
        max_size=6,
    ),
    VALUES,
)
def test_whatever_is_written_nothing_refers_outwards(elements: list[tuple[str, dict[str, str]]], css: str) -> None:
    opened = "".join(
        f"<{name} {' '.join(f'{key}={quoteattr(value)}' for key, value in attributes.items())}>"
        for name, attributes in elements
    )
    closed = "".join(f"</{name}>" for name, _ in reversed(elements))
    root = cleaned(svg(f"<style>*{{fill:{escape(css)}}}g{{{escape(css)}}}</style>{opened}{closed}"))
    for element in below(root):
        assert element.name in ELEMENTS - {"style"}
        assert element.attributes.keys() <= ATTRIBUTES - {"style", "class"}
        href = element.attributes.get("href", "#")
        assert href.startswith("data:image/png;base64,iVBOR" if element.name == "image" and href != "#" else "#")
        for value in element.attributes.values():
            assert "url(" not in INWARD.sub("", value).lower()
    assert read(written(root).replace("<svg", f"<svg {NAMESPACES}", 1).encode(), Budget()).name == "svg"


def test_there_is_a_level_and_a_number_of_nodes_that_is_just_taken() -> None:
    def nested(levels: int) -> bytes:
        return svg("<g>" * (levels - 2) + RECT + "</g>" * (levels - 2))

    assert len(here(nested(64))) == 1
    with pytest.raises(MediaTooDeep):
        here(nested(65))
    few = Budget(nodes=50)
    assert read(svg("<g/>" * 49), few).name == "svg"
    with pytest.raises(MediaTooLarge, match="nodes"):
        read(svg("<g/>" * 50), few)
    # Two hundred may be drawn: the root, the group with its 30 shapes, and it again with each use.
    group = f'<g id="a">{RECT * 30}</g>'
    weigh(read(svg(group + '<use href="#a"/>' * 5), few), few)
    with pytest.raises(MediaTooLarge, match="drawn"):
        weigh(read(svg(group + '<use href="#a"/>' * 6), few), few)


def test_damage_is_told_or_overlooked(sandbox: Sandbox) -> None:
    dice = random.Random(7)
    for drawing in (LOGOS["crest"], LOGOS["lens"], layered):
        good = drawing()
        for _ in range(15):
            bad = bytearray(good)
            for _ in range(dice.randrange(1, 6)):
                at = dice.randrange(len(bad))
                bad[at : at + dice.choice((0, 1, 1, 30))] = dice.choice(
                    (b"<", b'"', b"9", b"e9", b"-", b"#", b"&", b"")
                )
            with contextlib.suppress(MediaError):
                assert away(sandbox, bytes(bad))
