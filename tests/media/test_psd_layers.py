"""The layers of a PSD or PSB file: which are told, what they show, and that one used alone is found again."""

import itertools
import struct
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw
from psd_tools.constants import Compression

from registry.errors import MediaTooDeep, MediaTooLarge
from registry.fingerprint.pdq import PDQRaster
from registry.media.budget import Budget
from registry.media.picture import Decoded, PartPicture
from registry.media.raster import rasters
from registry.works import Ground, PartKind
from tests.media import profiles
from tests.media.drawn import BUDGET, all_parts, cut_out, emblem, encoded, first_part, haze, scene, weave
from tests.media.psd_writer import (
    MASK,
    REAL_MASK,
    Document,
    Layer,
    block,
    channel,
    document,
    drawn_layer,
    group,
    merged,
    resource,
)

RLE = Compression.RLE
SCENE = scene(640, 480)
HALF = scene(320, 240).transpose(Image.Transpose.ROTATE_180)
BACKGROUND = drawn_layer(SCENE, "Background")


def layers_of(data: bytes, budget: Budget = BUDGET) -> list[PartPicture]:
    whole, *others = all_parts(data, budget)
    assert (whole.kind, whole.name) == (PartKind.WHOLE, "")
    assert all(part.kind is PartKind.LAYER for part in others)
    return others


def names(*layers: Layer, budget: Budget = BUDGET) -> list[str]:
    return [part.name for part in layers_of(document(SCENE, layers).to_bytes(), budget)]


def furthest(decoded: Decoded, picture: Image.Image) -> int:
    """In grey levels, on every ground that either lies on."""
    assert (decoded.width, decoded.height) == picture.size
    found, expected = dict(rasters(decoded)), dict(rasters(first_part(encoded(picture, "PNG"))))
    assert list(found) == list(expected)
    return max(int(np.abs(found[one].astype(int) - expected[one]).max()) for one in expected)


def codes(decoded: Decoded) -> dict[Ground, bytes]:
    return {ground: PDQRaster().compute(raster)[0] for ground, raster in rasters(decoded)}


def nearest(one: dict[Ground, bytes], other: dict[Ground, bytes]) -> int:
    """Bits between the codes of two pictures, on those grounds where they are nearest."""
    return min(
        (int.from_bytes(left) ^ int.from_bytes(right)).bit_count() for left in one.values() for right in other.values()
    )


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("way", list(Compression))
def test_a_layer_used_alone_is_found_again_and_named(way: Compression, version: int) -> None:
    """On white, at another size, as a PNG: within 31 bits of its layer, and of nothing else in the file."""
    pictures = {"Photograph": haze(500, 400), "Pattern": weave(360, 300), "Motif": cut_out(420, 320), "Logo": emblem()}
    canvas = scene(900, 700)
    layers = [drawn_layer(canvas, "Background", way=way, version=version)]
    for place, (name, picture) in enumerate(pictures.items()):
        top, left = 40 + 150 * (place // 2), 30 + 300 * (place % 2)
        canvas.paste(picture, (left, top), picture if picture.mode == "RGBA" else None)
        layers.append(drawn_layer(picture, name, top, left, way=way, version=version))
    parts = all_parts(document(canvas, layers, version=version).to_bytes())
    assert [part.name for part in parts] == ["", "Background", *pictures]
    for name, picture in pictures.items():
        shown = picture.convert("RGBA")
        alone = Image.new("RGBA", shown.size, "white")
        alone.alpha_composite(shown)
        box = shown.getchannel("A").getbbox()
        stolen = alone.crop(box).convert("RGB").resize((610, 490), Image.Resampling.LANCZOS)
        found = codes(first_part(encoded(stolen, "PNG")))
        distances = {part.name: nearest(codes(part.decoded), found) for part in parts}
        assert [other for other, bits in distances.items() if bits <= 31] == [name]


@pytest.mark.parametrize(
    ("mode", "depth"),
    [*itertools.product(["L", "LA", "RGB", "RGBA"], [8, 16, 32]), ("CMYK", 8), ("CMYK", 16)],
)
def test_layers_are_seen_in_every_mode_and_depth(mode: str, depth: int) -> None:
    picture = cut_out(320, 240) if mode in ("LA", "RGBA") else HALF
    stored, plain = picture.convert(mode), {"LA": "L", "RGBA": "RGB"}.get(mode, mode)
    layer = drawn_layer(stored, "it", 100, 200, depth=depth)  # type: ignore[arg-type]
    ground = drawn_layer(SCENE.convert(plain), depth=depth)  # type: ignore[arg-type]
    file = document(SCENE.convert(plain), [ground, layer], depth=depth)  # type: ignore[arg-type]
    _, found = layers_of(file.to_bytes())
    expected = stored.convert("RGB" if mode == "CMYK" else "RGBA" if mode == "LA" else mode)
    if "A" in mode:
        expected = expected.crop(expected.getchannel("A").getbbox())
    assert furthest(found.decoded, expected) <= 1


@pytest.mark.parametrize("mode", ["CMYK", "LAB"])
def test_modes_that_pillow_has_without_transparency(mode: str) -> None:
    picture = cut_out(1300, 1000)
    if mode == "CMYK":
        stored, profile = profiles.inked(picture.convert("RGB"), 1.6), resource(1039, profiles.ink_profile(1.6))
    else:
        lab = profiles.lab(np.asarray(picture)[:, :, :3].reshape(-1, 3) / 255) * (2.55, 1, 1) + (0, 128, 128)
        bands = [Image.fromarray(one.reshape(1000, 1300).round().astype(np.uint8)) for one in lab.T]
        stored, profile = Image.merge("LAB", bands), b""
    plain = drawn_layer(stored, "it")
    alpha = picture.getchannel("A")
    layer = replace(plain, channels=[(-1, channel(alpha, RLE)), *plain.channels])
    file = document(stored, [drawn_layer(stored), layer], resources=profile)
    _, found = layers_of(file.to_bytes())
    assert found.decoded.picture.mode == "RGBA"
    assert furthest(found.decoded, picture.crop(alpha.getbbox())) <= 10


def test_what_is_hidden_stays_out() -> None:
    hidden = replace(drawn_layer(HALF, "hidden"), flags=2)
    faded = replace(drawn_layer(HALF, "faded"), opacity=0)
    unfilled = replace(drawn_layer(HALF, "unfilled"), blocks=[block(b"iOpa", bytes(4))])
    within_hidden = group("hidden group", [*group("group", [drawn_layer(HALF, "within")])], flags=2)
    within_faded = group("faded group", [drawn_layer(HALF, "within")], opacity=0)
    on_hidden = [hidden, replace(drawn_layer(HALF, "clipped to it"), clipped=True)]
    shown = group("group", [drawn_layer(HALF, "shown")])
    on_shown = [drawn_layer(HALF, "base"), replace(drawn_layer(HALF, "clipped"), clipped=True)]
    after = drawn_layer(HALF, "after")
    assert names(
        BACKGROUND, hidden, faded, unfilled, *within_hidden, *within_faded, *on_hidden, *shown, *on_shown, after
    ) == ["Background", "shown", "base", "clipped", "after"]


def test_a_layer_that_is_the_whole_is_told_once() -> None:
    assert names(BACKGROUND) == []
    assert names(BACKGROUND, replace(drawn_layer(HALF), flags=2)) == []
    assert names(drawn_layer(scene(640, 470), "shorter")) == ["shorter"]
    assert names(BACKGROUND, Layer("curves")) == ["Background"]


def test_what_is_too_small_or_no_picture_is_left_out() -> None:
    empty = Image.new("RGBA", (640, 480))
    speck = empty.copy()
    speck.paste(HALF.resize((63, 300)), (10, 10))
    adjustment = replace(drawn_layer(HALF, "curves"), flags=0x18)
    colourless = replace(drawn_layer(HALF, "colourless"), channels=drawn_layer(HALF).channels[:2])
    layers = [
        BACKGROUND,
        drawn_layer(HALF.resize((63, 300)), "narrow"),
        drawn_layer(HALF.resize((300, 63)), "low"),
        drawn_layer(HALF.resize((64, 64)), "just right"),
        drawn_layer(empty, "empty"),
        drawn_layer(speck, "speck"),
        adjustment,
        colourless,
    ]
    assert names(*layers) == ["Background", "just right"]
    large = Document(1000, 700, merged([Image.new("L", (1000, 700))] * 3, RLE), layers=layers)
    assert [part.name for part in layers_of(large.to_bytes())] == ["Background"]


def test_a_layer_is_cropped_to_what_is_seen_of_it() -> None:
    canvas = Image.new("RGBA", (640, 480))
    canvas.paste(HALF, (301, 203))
    _, found = layers_of(document(SCENE, [BACKGROUND, drawn_layer(canvas)]).to_bytes())
    assert furthest(found.decoded, HALF) == 0


@pytest.mark.parametrize("number", [MASK, REAL_MASK])
def test_a_mask_is_part_of_its_layer(number: int) -> None:
    mask = Image.new("L", (200, 300), 0)
    ImageDraw.Draw(mask).ellipse((20, 20, 180, 200), fill=255)
    plain = drawn_layer(HALF, "masked", 50, 60)
    box = struct.pack(">4i", 30, 100, 330, 300)

    def masked(flags: int) -> Layer:
        body = box + bytes([0, flags, 0, 0])
        if number == REAL_MASK:
            body = bytes(16) + bytes([255, 0]) + bytes([flags, 0]) + box + bytes(2)
        return replace(plain, channels=[*plain.channels, (number, channel(mask, RLE))], mask=body)

    seen = Image.new("L", HALF.size, 0)
    seen.paste(mask, (100 - 60, 30 - 50))
    expected = HALF.convert("RGBA")
    expected.putalpha(seen)
    _, found = layers_of(document(SCENE, [BACKGROUND, masked(0)]).to_bytes())
    assert furthest(found.decoded, expected.crop(seen.getbbox())) <= 1
    _, found = layers_of(document(SCENE, [BACKGROUND, masked(2)]).to_bytes())
    assert furthest(found.decoded, HALF) == 0


def test_of_too_many_the_largest_are_told_in_the_file_s_order() -> None:
    layers = [drawn_layer(HALF.resize((width, 200)), f"{width} wide") for width in (300, 100, 400, 200, 250)]
    assert names(BACKGROUND, *layers, budget=replace(BUDGET, parts=4)) == ["Background", "300 wide", "400 wide"]


def test_names_are_cleaned() -> None:
    wild = drawn_layer(HALF, "  Logo\x00\x1b[31m\n \u202e日本 " + "x" * 200 + "\x00")
    nameless = drawn_layer(HALF, "\x00")
    _, one, two = names(BACKGROUND, wild, nameless)
    assert one.startswith("Logo [31m 日本 xxx")
    assert len(one) <= 80
    assert two == "Layer 3"


def test_properties_are_read_however_they_are_padded() -> None:
    for padding in range(4):
        odd = block(b"abcd", bytes(5)) + bytes(padding)
        hidden = replace(drawn_layer(HALF), blocks=[odd, block(b"iOpa", bytes(4))])
        assert names(BACKGROUND, hidden, drawn_layer(HALF, "shown")) == ["Background", "shown"]


@pytest.mark.parametrize(
    ("budget", "what"),
    [
        (replace(BUDGET, layers=3), "layers"),
        (replace(BUDGET, pixels=640 * 481), "pixels in one layer"),
        (replace(BUDGET, total_pixels=1_000_000), "pixels in all its layers"),
        (replace(BUDGET, nodes=3), "layer properties"),
    ],
)
def test_layers_are_held_against_the_budget_first(budget: Budget, what: str) -> None:
    broken = [replace(drawn_layer(scene(641, 482)), channels=[(number, bytes(9)) for number in range(3)])] * 4
    data = document(SCENE, broken).to_bytes()
    with pytest.raises(MediaTooLarge) as refused:
        all_parts(data, budget)
    assert refused.value.what == what


def test_groups_are_nested_no_deeper_than_the_budget() -> None:
    layers = [drawn_layer(HALF, "inmost")]
    for number in range(5):
        layers = group(f"group {number}", layers)
    assert names(BACKGROUND, *layers, budget=replace(BUDGET, depth=5)) == ["Background", "inmost"]
    with pytest.raises(MediaTooDeep):
        names(BACKGROUND, *layers, budget=replace(BUDGET, depth=4))
