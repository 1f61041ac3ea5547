"""The picture of the whole of a PSD or PSB file: however it is stored, it is what it shows."""

import struct
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from psd_tools.constants import Compression

from registry.errors import MediaTooLarge, UnsupportedMedia
from registry.media.picture import Decoded
from registry.media.raster import rasters
from registry.works import Ground, PartKind
from tests.media import profiles
from tests.media.drawn import BUDGET, all_parts, cut_out, encoded, first_part, scene
from tests.media.psd_writer import (
    BITMAP,
    DUOTONE,
    INDEXED,
    MULTICHANNEL,
    NOT_MERGED,
    Depth,
    Document,
    Layer,
    artb,
    bands_of,
    document,
    drawn_layer,
    group,
    merged,
    resource,
)

RAW, RLE, ZIP, PREDICTED = Compression
SCENE = scene(1000, 750)
GREY = SCENE.convert("L")
CUT_OUT = cut_out(1000, 750)
WHITE = Image.new("RGB", SCENE.size, "white")


def levels(decoded: Decoded, ground: Ground = Ground.OPAQUE) -> NDArray[np.int_]:
    return dict(rasters(decoded))[ground].astype(int)


def furthest(data: bytes, picture: Image.Image) -> int:
    """How far the whole is from a picture, in grey levels, on every ground that either lies on."""
    found, expected = first_part(data), first_part(encoded(picture, "PNG"))
    assert (found.width, found.height) == picture.size
    assert [ground for ground, _ in rasters(found)] == [ground for ground, _ in rasters(expected)]
    return max(int(np.abs(levels(found, ground) - levels(expected, ground)).max()) for ground, _ in rasters(expected))


@pytest.mark.parametrize("way", list(Compression))
@pytest.mark.parametrize("depth", [8, 16, 32])
@pytest.mark.parametrize("version", [1, 2])
def test_colour_in_every_depth_and_packing(way: Compression, depth: Depth, version: int) -> None:
    assert furthest(document(SCENE, way=way, depth=depth, version=version).to_bytes(), SCENE) <= 1


@pytest.mark.parametrize("way", list(Compression))
@pytest.mark.parametrize("depth", [8, 16, 32])
def test_grey_in_every_depth_and_packing(way: Compression, depth: Depth) -> None:
    assert furthest(document(GREY, way=way, depth=depth).to_bytes(), GREY) <= 1


@pytest.mark.parametrize("size", [(1000, 750), (301, 2003), (127, 90)])
def test_sides_that_no_factor_divides(size: tuple[int, int]) -> None:
    picture = scene(*size)
    assert furthest(document(picture).to_bytes(), picture) <= 2


def test_ink_is_stored_the_other_way_round() -> None:
    assert furthest(document(SCENE.convert("CMYK")).to_bytes(), SCENE) <= 1


def test_lab_is_what_lab_shows() -> None:
    lab = profiles.lab(np.asarray(SCENE).reshape(-1, 3) / 255) * (2.55, 1, 1) + (0, 128, 128)
    bands = [Image.fromarray(one.reshape(750, 1000).round().astype(np.uint8)) for one in lab.T]
    assert furthest(document(Image.merge("LAB", bands)).to_bytes(), SCENE) <= 4


def test_a_palette_with_a_colour_that_is_none() -> None:
    few = SCENE.quantize(12)
    palette = np.zeros((256, 3), np.uint8)
    palette[:12] = np.reshape(few.getpalette()[: 3 * 12], (12, 3))  # type: ignore[index]
    indices = np.asarray(few)
    file = Document(
        *few.size,
        merged([Image.fromarray(indices)], RLE),
        channels=1,
        mode=INDEXED,
        colours=palette.T.tobytes(),
    )
    assert furthest(file.to_bytes(), few.convert("RGB")) == 0
    holed = few.convert("RGBA")
    holed.putalpha(Image.fromarray(np.where(indices == 3, 0, 255).astype(np.uint8)))
    assert furthest(replace(file, resources=resource(1047, struct.pack(">H", 3))).to_bytes(), holed) <= 1


def test_bits_are_ink() -> None:
    drawing = GREY.point(lambda level: 255 if level > 120 else 0)
    file = Document(*drawing.size, merged([drawing], RLE, depth=1), channels=1, depth=1, mode=BITMAP)
    assert furthest(file.to_bytes(), drawing) == 0
    narrow = drawing.resize((1003, 750), Image.Resampling.NEAREST)
    file = Document(*narrow.size, merged([narrow], RAW, depth=1), channels=1, depth=1, mode=BITMAP)
    assert furthest(file.to_bytes(), narrow) == 0


@pytest.mark.parametrize("mode", [DUOTONE, MULTICHANNEL])
def test_a_press_s_colours_are_seen_as_grey(mode: int) -> None:
    file = replace(document(GREY), mode=mode, colours=bytes(532))
    assert furthest(file.to_bytes(), GREY) == 0


@pytest.mark.parametrize("way", [RAW, RLE, ZIP])
@pytest.mark.parametrize("depth", [8, 16, 32])
def test_transparency_is_taken_off_the_white_it_was_mixed_with(way: Compression, depth: Depth) -> None:
    file = document(CUT_OUT, [drawn_layer(CUT_OUT, depth=depth)], way=way, depth=depth)
    assert furthest(file.to_bytes(), CUT_OUT) <= 2


def test_grey_with_transparency() -> None:
    cut = CUT_OUT.convert("LA")
    assert furthest(document(cut, [drawn_layer(cut)]).to_bytes(), cut.convert("RGBA")) <= 2


def test_a_saved_selection_is_no_transparency() -> None:
    selection = Image.linear_gradient("L").resize(SCENE.size)
    channels = [*SCENE.split(), selection]
    plain = replace(document(SCENE), channels=4, merged=merged(channels, RLE))
    named = replace(plain, resources=resource(1053, struct.pack(">I", 77)))
    layered = replace(plain, layers=[drawn_layer(SCENE, "Background")])
    assert furthest(named.to_bytes(), SCENE) <= 1
    assert furthest(layered.to_bytes(), SCENE) <= 1
    assert first_part(plain.to_bytes()).picture.mode == "RGBA"


def test_a_profile_says_what_the_numbers_mean() -> None:
    stored = Image.fromarray((profiles.stored(SCENE, profiles.ADOBE_LIKE) * 255).round().astype(np.uint8))
    profile = resource(1039, profiles.rgb_profile(profiles.ADOBE_LIKE))
    assert furthest(document(stored, resources=profile).to_bytes(), SCENE) <= 3
    assert furthest(document(stored).to_bytes(), SCENE) > 3


@pytest.mark.parametrize("depth", [8, 16])
def test_ink_with_a_profile_and_with_transparency(depth: Depth) -> None:
    inked = profiles.inked(SCENE, 1.6)
    profile = resource(1039, profiles.ink_profile(1.6))
    opaque = document(inked, depth=depth, resources=profile)
    assert furthest(opaque.to_bytes(), SCENE) <= 8
    alpha = CUT_OUT.getchannel("A")
    white = Image.new("L", SCENE.size, 255)
    planes = [*(Image.composite(band, white, alpha) for band in bands_of(inked)[0]), alpha]
    cut = replace(opaque, channels=5, merged=merged(planes, RLE, depth=depth, transparent=True))
    assert furthest(cut.to_bytes(), CUT_OUT) <= 8


class TestWithoutMergedPicture:
    """A file saved without compatibility has a white sheet where the merged picture is."""

    def file(self, *layers: Layer) -> bytes:
        return document(WHITE, layers, resources=NOT_MERGED).to_bytes()

    def test_the_layers_are_laid_on_one_another(self) -> None:
        patch = scene(400, 300).transpose(Image.Transpose.ROTATE_180)
        expected = SCENE.copy()
        expected.paste(patch, (700, 500))
        assert furthest(self.file(drawn_layer(SCENE), drawn_layer(patch, top=500, left=700)), expected) <= 6

    def test_what_lies_beside_the_canvas_is_cut_off(self) -> None:
        large = scene(1400, 1000)
        expected = large.crop((200, 100, 1200, 850))
        assert furthest(self.file(drawn_layer(large, top=-100, left=-200)), expected) <= 6

    def test_opacity_counts_that_of_groups_too(self) -> None:
        grey = Image.new("RGB", SCENE.size, (60, 90, 120))
        over = group("half", [replace(drawn_layer(grey), opacity=128)], opacity=128)
        assert furthest(self.file(drawn_layer(SCENE), *over), Image.blend(SCENE, grey, 0.25)) <= 3

    def test_clipped_layers_show_only_over_their_base(self) -> None:
        base = drawn_layer(CUT_OUT)
        photograph = SCENE.transpose(Image.Transpose.ROTATE_180)
        clipped = replace(drawn_layer(photograph), clipped=True)
        expected = photograph.convert("RGBA")
        expected.putalpha(CUT_OUT.getchannel("A"))
        laid = CUT_OUT.copy()
        laid.alpha_composite(expected)
        assert furthest(self.file(base, clipped), laid) <= 6

    def test_hidden_layers_and_textures_stay_out(self) -> None:
        dark = Image.new("RGB", SCENE.size, "black")
        hidden = replace(drawn_layer(dark), flags=2)
        texture = replace(drawn_layer(dark), blend=b"mul ")
        assert furthest(self.file(drawn_layer(SCENE), hidden, texture), SCENE) <= 1

    @pytest.mark.parametrize("mode", ["L", "LA", "CMYK"])
    def test_in_other_modes(self, mode: str) -> None:
        picture = CUT_OUT.convert("LA") if mode == "LA" else SCENE.convert(mode)
        blank = Image.new("L" if mode == "LA" else mode, SCENE.size)
        expected = picture.convert("RGBA" if mode == "LA" else "RGB")
        file = document(blank, [drawn_layer(picture)], resources=NOT_MERGED)
        assert furthest(file.to_bytes(), expected) <= 2

    def test_nothing_to_lay_is_told_with_a_remedy(self) -> None:
        with pytest.raises(UnsupportedMedia) as refused:
            first_part(self.file(Layer("curves")))
        assert "Maximize Compatibility" in refused.value.remedy

    def test_without_layers_the_merged_picture_is_the_picture(self) -> None:
        assert furthest(document(SCENE, resources=NOT_MERGED).to_bytes(), SCENE) <= 1


class TestArtboards:
    def boards(self, *, merged_too: bool = True) -> bytes:
        left, right = scene(480, 750), scene(480, 700).transpose(Image.Transpose.ROTATE_180)
        canvas = WHITE.copy()
        canvas.paste(left, (0, 0))
        canvas.paste(right, (520, 50))
        layers = [
            *group("Front", [drawn_layer(left)], blocks=[artb(0, 0, 750, 480)]),
            *group("Back\n side", [drawn_layer(right, top=50, left=520)], blocks=[artb(50, 520, 750, 1000)]),
            *group("Hidden", [], flags=2, blocks=[artb(0, 0, 750, 480)]),
            *group("Tiny", [], blocks=[artb(0, 0, 20, 20)]),
            *group("All of it", [], blocks=[artb(0, 0, 750, 1000)]),
        ]
        resources = b"" if merged_too else NOT_MERGED
        return document(canvas if merged_too else WHITE, layers, resources=resources).to_bytes()

    @pytest.mark.parametrize("merged_too", [True, False])
    def test_they_are_cut_out_of_the_whole(self, *, merged_too: bool) -> None:
        whole, front, back, *layers = all_parts(self.boards(merged_too=merged_too))
        assert whole.kind is PartKind.WHOLE
        assert (front.kind, front.name) == (PartKind.ARTBOARD, "Front")
        assert (back.kind, back.name) == (PartKind.ARTBOARD, "Back side")
        assert {layer.kind for layer in layers} == {PartKind.LAYER}
        assert (back.decoded.width, back.decoded.height) == (480, 700)
        for part, picture in ((front, scene(480, 750)), (back, scene(480, 700).transpose(Image.Transpose.ROTATE_180))):
            expected = levels(first_part(encoded(picture, "PNG")))
            assert np.abs(levels(part.decoded) - expected).mean() < 2


@pytest.mark.parametrize("version", [1, 2])
def test_pixels_are_counted_in_the_header(version: int) -> None:
    data = document(SCENE, version=version).to_bytes()
    with pytest.raises(MediaTooLarge) as refused:
        first_part(data[:40], replace(BUDGET, pixels=749_999))
    assert (refused.value.what, refused.value.actual) == ("pixels", 750_000)
