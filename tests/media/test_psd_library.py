"""psd-tools, which parses everything, and the reader, which parses little, see the same in the same file."""

import io
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from psd_tools import PSDImage
from psd_tools.api.layers import Group, Layer
from psd_tools.constants import Compression

from registry.media.psd.file import PSDFile, read
from registry.media.psd.layout import Divider
from registry.media.psd.pixels import alpha_of, paint
from tests.media.drawn import BUDGET, cut_out, scene
from tests.media.psd_writer import document, drawn_layer, group

MODES = ["L", "RGB", "CMYK"]
NAMES = st.text(st.characters(codec="mac_roman", exclude_categories=["Cc", "Co"]), max_size=30)


def saved(file: PSDImage) -> bytes:
    """The file without what `save` does first, which is to render its layers."""
    buffer = io.BytesIO()
    file._record.write(buffer)
    return buffer.getvalue()


def painted(file: PSDFile) -> Image.Image:
    assert file.merged is not None
    return paint(file, file.merged, alpha_of(file, file.merged), file.canvas, 1)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("way", list(Compression))
def test_the_merged_picture_that_the_library_writes(mode: str, way: Compression) -> None:
    picture = scene(211, 133).convert(mode)
    stored = Image.eval(picture, lambda ink: 255 - ink) if mode == "CMYK" else picture
    found = painted(read(saved(PSDImage.frompil(stored, compression=way)), BUDGET))
    assert found.mode == mode
    assert np.array_equal(np.asarray(found), np.asarray(picture))


@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_the_layers_that_the_library_writes(data: st.DataObject) -> None:
    """Names, rectangles and what is visible, in trees of groups, and the pixels."""
    file = PSDImage.new("RGB", (200, 150), color=255)
    parents: list[PSDImage | Group] = [file]
    pictures: dict[str, Image.Image] = {}
    for number in range(data.draw(st.integers(1, 7), "layers")):
        parent = parents[data.draw(st.integers(0, len(parents) - 1), "parent")]
        name = data.draw(NAMES, "name") + str(number)
        made: Layer
        if data.draw(st.booleans(), "group"):
            made = parent.create_group(name=name)
            parents.append(made)
        else:
            size = data.draw(st.tuples(st.integers(1, 90), st.integers(1, 90)), "size")
            pictures[name] = cut_out(*size) if number % 2 else scene(*size)
            top, left = data.draw(st.tuples(st.integers(-50, 160), st.integers(-50, 160)), "place")
            way = data.draw(st.sampled_from(list(Compression)), "way")
            made = parent.create_pixel_layer(pictures[name], name=name, top=top, left=left, compression=way)
        made.visible = data.draw(st.booleans(), "visible")
    packed = saved(file)
    theirs = {layer.name: layer for layer in PSDImage.open(io.BytesIO(packed)).descendants()}
    ours = read(packed, BUDGET)
    found = {one.name.rstrip("\0"): one for one in ours.records if one.divider is not Divider.END_OF_GROUP}
    assert list(found) == [record.name for record in _from_the_back(theirs.values())]
    for name, one in found.items():
        layer = theirs[name]
        assert (one.opacity > 0) == layer.is_visible()
        assert layer.is_group() == (one.divider is not Divider.LAYER)
        if name in pictures:
            assert one.pixels
            assert (one.box.left, one.box.top, one.box.right, one.box.bottom) == layer.bbox
            box = one.box._replace(top=0, left=0, bottom=one.box.height, right=one.box.width)
            picture = paint(ours, one.pixels, alpha_of(ours, one.pixels), box, 1).convert("RGBA")
            assert np.array_equal(np.asarray(picture), np.asarray(pictures[name].convert("RGBA")))


def _from_the_back(layers: Iterable[Layer]) -> list[Layer]:
    """A group after what it holds, as files have it; the library tells it first."""
    top = [layer for layer in layers if isinstance(layer.parent, PSDImage)]
    return [one for layer in top for one in _with_children_first(layer)]


def _with_children_first(layer: Layer) -> list[Layer]:
    children = list(layer) if isinstance(layer, Group) else []
    return [*(one for child in children for one in _with_children_first(child)), layer]


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("depth", [8, 16])
def test_the_library_reads_what_the_tests_write(version: int, depth: int) -> None:
    """Otherwise the reader would be tested with files of no one's format."""
    picture = cut_out(160, 120)
    layers = [
        drawn_layer(scene(160, 120), "Background", depth=depth, version=version),  # type: ignore[arg-type]
        *group("Groupe d’été", [drawn_layer(picture, "Motif", depth=depth, version=version)]),  # type: ignore[arg-type]
    ]
    file = document(scene(160, 120), layers, depth=depth, version=version)  # type: ignore[arg-type]
    opened = PSDImage.open(io.BytesIO(file.to_bytes()))
    assert [layer.name for layer in opened.descendants()] == ["Background", "Groupe d’été", "Motif"]
    (motif,) = [layer for layer in opened.descendants() if layer.name == "Motif"]
    seen = motif.topil()
    assert seen is not None
    assert np.abs(np.asarray(seen).astype(int) - np.asarray(picture)).max() <= 1
    whole = opened.topil()
    assert whole is not None
    assert np.abs(np.asarray(whole).astype(int) - np.asarray(scene(160, 120))).max() <= 1
