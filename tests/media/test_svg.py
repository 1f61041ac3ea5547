"""SVG drawings as a person sees them: sizes, layers, embedded pictures."""

import io

import numpy as np
import pytest
import resvg_py
from PIL import Image, ImageChops

from registry.media.budget import Budget
from registry.media.parts import parts
from registry.media.picture import MAX_NAME, PartPicture
from registry.media.raster import WORKING_SIDE
from registry.media.sniff import MediaType, sniff
from registry.works import PartKind
from tests.media.drawn import encoded, scene
from tests.media.svg_drawn import LOGOS, collage, crest, crowd, embedded, layered, svg

SIDE = WORKING_SIDE
SQUARE = '<rect x="30" y="60" width="120" height="60" fill="#c00"/>'


def read(data: bytes, budget: Budget | None = None) -> list[PartPicture]:
    assert sniff(data) is MediaType.SVG
    return list(parts(data, MediaType.SVG, budget or Budget(), side=SIDE))


def seen(data: bytes) -> Image.Image:
    return read(data)[0].decoded.picture


def difference(one: Image.Image, other: Image.Image) -> int:
    """The largest difference of any sample, transparency reckoned with."""
    return max(
        high
        for ground in ("#fff", "#000")
        for _, high in ImageChops.difference(*(on_ground(picture, ground) for picture in (one, other))).getextrema()
    )


def on_ground(picture: Image.Image, colour: str) -> Image.Image:
    ground = Image.new("RGB", picture.size, colour)
    ground.paste(picture, mask=picture.getchannel("A") if picture.mode == "RGBA" else None)
    return ground


@pytest.mark.parametrize("name", [name for name in LOGOS if name != "banner"])
def test_it_looks_as_the_renderer_draws_the_file_itself(name: str) -> None:
    data = LOGOS[name]()
    picture = seen(data)
    png = resvg_py.svg_to_bytes(
        svg_string=data.decode(), width=picture.width, height=picture.height, dpi=96, skip_system_fonts=True
    )
    with Image.open(io.BytesIO(png)) as plain:
        assert plain.size == picture.size
        for ground in ("#fff", "#000"):
            between = ImageChops.difference(on_ground(picture, ground), on_ground(plain, ground))
            # Millimetres are rounded to pixels in another place: a shade on the edges.
            assert np.asarray(between).mean() < (0.6 if name == "leaf" else 0.01)


@pytest.mark.parametrize(
    ("size", "reported", "drawn"),
    [
        ('width="300" height="200"', (300, 200), (576, 384)),
        ('width="0.5in" height="36pt"', (48, 48), (384, 384)),
        ('width="210mm" height="297mm"', (794, 1123), (384, 543)),
        ('width=" 10CM" height="4pc "', (378, 64), (384, 384)),
        ('viewBox="5,5 40 10"', (40, 10), (384, 384)),
        ('width="100%" height="100%" viewBox="0 0 30 20"', (30, 20), (576, 384)),
        ('width="90" viewBox="0 0 30 20"', (90, 60), (576, 384)),
        ('height="90" viewBox="0 0 30 20"', (135, 90), (576, 384)),
        ('width="10" height="10" viewBox="0 0 30 20"', (10, 10), (384, 384)),
        ('width="-9" height="none" viewBox="0 0 30 20"', (30, 20), (576, 384)),
        ('width="5000" height="5"', (5000, 5), (384, 384)),
        ('width="0.2" height="0.3"', (1, 1), (384, 576)),
        ('width="1e8" height="1e8"', (1_000_000, 1_000_000), (384, 384)),
    ],
)
def test_sizes_are_stated_in_many_ways(size: str, reported: tuple[int, int], drawn: tuple[int, int]) -> None:
    decoded = read(svg(SQUARE, size))[0].decoded
    assert (decoded.width, decoded.height) == reported
    assert decoded.picture.size == drawn
    assert decoded.extent == drawn


def test_without_a_size_all_that_is_drawn_is_the_picture() -> None:
    decoded = read(svg('<rect x="30" y="60" width="120" height="20"/><circle cx="500" cy="50" r="100"/>', ""))[
        0
    ].decoded
    assert decoded.width == 4 * decoded.height
    alpha = np.asarray(decoded.picture.getchannel("A"))
    assert alpha[:, -1].any()
    assert alpha[-1].any()
    assert min(decoded.picture.size) >= SIDE


def test_a_banner_is_squeezed_and_nothing_is_lost() -> None:
    picture = seen(svg('<rect x="500" width="250" height="1"/>', 'width="1000" height="1"'))
    alpha = np.asarray(picture.getchannel("A"))
    assert (alpha[:, 200:280] == 255).all()
    assert not alpha[:, :190].any()
    assert not alpha[:, 290:].any()


def test_the_view_box_is_placed_as_the_file_says() -> None:
    full = '<rect width="10" height="10"/>'
    for align, columns in (("xMinYMid", (0, 192)), ("xMidYMid", (192, 576)), ("xMaxYMid", (576, 768))):
        size = f'width="40" height="20" viewBox="0 0 10 10" preserveAspectRatio="{align}"'
        alpha = np.asarray(seen(svg(full, size)).getchannel("A"))
        assert (alpha[:, columns[0] : columns[0] + 1] == 255).all()
        assert (alpha > 0).mean() == 0.5
    squeezed = seen(svg(full, 'width="40" height="20" viewBox="0 0 10 10" preserveAspectRatio="none"'))
    assert squeezed.mode == "RGB"


def test_a_place_on_the_root_means_nothing() -> None:
    assert difference(seen(svg(SQUARE, 'x="50px" y="9" width="300" height="300"')), seen(svg(SQUARE))) == 0


def test_lengths_within_the_drawing_have_units_too() -> None:
    one = seen(svg('<rect x="10mm" y="1in" width="25.4mm" height="36pt"/>'))
    other = seen(svg('<rect x="37.795" y="96" width="96" height="48"/>'))
    assert difference(one, other) <= 2


def test_style_sheets_entities_and_hidden_things_are_minded() -> None:
    picture = seen(crest()).convert("RGB")
    assert picture.getpixel((80, 330)) != (255, 0, 255)
    assert picture.getpixel((100, 100)) == (0x41, 0x9D, 0x78)
    assert picture.getpixel((288, 192)) == (0xE0, 0xA4, 0x58)


def test_a_prefix_or_no_namespace_at_all_is_the_same_drawing() -> None:
    plain = seen(svg(SQUARE))
    prefixed = (
        b'<s:svg xmlns:s="http://www.w3.org/2000/svg" width="300" height="300"><s:rect x="30" y="60" width="120" '
    )
    bare = b'<svg width="300" height="300"><rect x="30" y="60" width="120" height="60" fill="#c00"/></svg>'
    assert difference(seen(prefixed + b'height="60" fill="#c00"/></s:svg>'), plain) == 0
    assert difference(seen(bare), plain) == 0


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1", "windows-1251"])
def test_encodings(encoding: str) -> None:
    head = "" if encoding.startswith("utf") else f'<?xml version="1.0" encoding="{encoding.upper()}"?>'
    name = "Ж" if encoding == "windows-1251" else "é"
    text = svg(f'<g id="{name}">{SQUARE}</g><use href="#{name}" x="99"/>', head=head).decode()
    picture = seen(text.encode(encoding))
    assert difference(picture, seen(svg(f'{SQUARE}<g transform="translate(99)">{SQUARE}</g>'))) == 0


def test_text_is_left_out() -> None:
    assert seen(svg('<text y="200" font-size="200">A</text>')).getextrema()[3] == (0, 0)
    assert difference(seen(svg(f"<text>A</text>{SQUARE}<desc>B</desc>")), seen(svg(SQUARE))) == 0


def test_a_few_thousand_shapes_are_no_trouble() -> None:
    assert len(read(crowd(3000))) == 1


def test_layers_are_parts_by_the_names_their_makers_gave() -> None:
    whole, sky, boat = read(layered())
    assert (whole.kind, whole.name, whole.decoded.picture.mode) == (PartKind.WHOLE, "", "RGB")
    assert (sky.kind, sky.name) == (PartKind.LAYER, "Sky")
    assert (boat.kind, boat.name[:10]) == (PartKind.LAYER, "Boat ⛵ lon")
    assert len(boat.name) <= MAX_NAME
    assert (sky.decoded.width, sky.decoded.height) == (400, 300)


def test_a_layer_is_shown_alone_without_the_space_around_it() -> None:
    _, _, boat = read(layered())
    # From x 0 to 200 and y 60 to 250: the sun is borrowed from another layer.
    assert (boat.decoded.width, boat.decoded.height) == (200, 190)
    alone = svg(
        '<path d="M40 200H200L170 250H70Z" fill="#822"/><path d="M110 190V60L190 190Z" fill="#eee"/>'
        '<circle cx="300" cy="70" r="40" fill="#fc3" transform="translate(-240 120) scale(.8)"/>',
        'width="200" height="190" viewBox="0 60 200 190" preserveAspectRatio="none"',
    )
    picture = seen(alone)
    for ground in ("#fff", "#000"):
        one, other = (
            on_ground(each, ground).resize((128, 128), Image.Resampling.BOX) for each in (boat.decoded.picture, picture)
        )
        assert np.asarray(ImageChops.difference(one, other)).mean() < 1
    assert boat.decoded.picture.getchannel("A").getbbox() == (0, 0, *boat.decoded.picture.size)


def test_illustrators_layers_have_ids_for_names() -> None:
    assert [part.name for part in read(crest())] == ["", "Ground", "Bands", "Star of day"]


def test_layers_are_found_within_what_wraps_them() -> None:
    layers = f'<g id="One">{SQUARE}</g><g id="Two"><circle r="40"/></g>'
    for body in (f"<g>{layers}</g>", f"<switch><foreignObject/><g><g>{layers}</g></g></switch>", f"<defs/>{layers}"):
        assert [part.name for part in read(svg(body))] == ["", "One", "Two"]


@pytest.mark.parametrize(
    "body",
    [
        f'<g id="One">{SQUARE}</g>',
        f'<g id="g12">{SQUARE}</g><g id="g12-3">{SQUARE}</g>',
        f"<g>{SQUARE}</g>{SQUARE}",
        f'<g id="Gone" opacity="0">{SQUARE}</g><g id="Hidden" visibility="hidden">{SQUARE}</g><g id="Empty"/>',
    ],
)
def test_what_is_no_layer_or_shows_nothing_is_no_part(body: str) -> None:
    assert len(read(svg(body))) == 1


def test_embedded_pictures_are_parts_once_each() -> None:
    whole, photo, portrait = read(collage())
    assert whole.kind is PartKind.WHOLE
    assert [(part.kind, part.name) for part in (photo, portrait)] == [
        (PartKind.PICTURE, "picture 1"),
        (PartKind.PICTURE, "picture 2"),
    ]
    assert (photo.decoded.width, photo.decoded.height) == (320, 240)
    assert (portrait.decoded.width, portrait.decoded.height) == (90, 140)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "AVIF"])
def test_embedded_pictures_are_drawn_where_they_stand(kind: str) -> None:
    picture = seen(svg(f'<image x="75" y="75" width="200" height="150" href="{embedded(encoded(scene(), kind))}"/>'))
    box = (96, 96, 352, 288)
    assert picture.getchannel("A").getbbox() == box
    expected = scene().resize((256, 192), Image.Resampling.BILINEAR)
    difference_ = ImageChops.difference(picture.crop(box).convert("RGB"), expected)
    assert np.asarray(difference_).mean() < (12 if kind == "GIF" else 6)


def test_a_large_embedded_picture_keeps_its_place() -> None:
    photo = embedded(encoded(scene(2400, 900), "PNG"))
    sized = seen(svg(f'<image width="2400" height="900" href="{photo}"/>', 'viewBox="0 0 2400 900"'))
    unsized = seen(svg(f'<image href="{photo}"/>', 'viewBox="0 0 2400 900"'))
    assert difference(sized, unsized) == 0
    assert sized.mode == "RGB"
    expected = scene(2400, 900).resize(sized.size, Image.Resampling.BOX)
    assert np.asarray(ImageChops.difference(sized, expected)).mean() < 4


def test_a_picture_on_its_side_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = embedded(
        encoded(scene(160, 120).transpose(Image.Transpose.ROTATE_90), "JPEG", quality=95, exif=exif), "jpeg"
    )
    picture = seen(svg(f'<image href="{lying}"/>', 'viewBox="0 0 160 120"'))
    expected = scene(160, 120).resize(picture.size, Image.Resampling.BILINEAR)
    assert np.asarray(ImageChops.difference(picture.convert("RGB"), expected)).mean() < 6


def test_no_more_parts_than_the_budget_has() -> None:
    body = "".join(f'<g id="Layer {at}"><rect x="{at * 30}" width="20" height="{at * 9 + 9}"/></g>' for at in range(9))
    photo = f'<image href="{embedded(encoded(scene(), "PNG"))}"/>'
    assert len(read(svg(body + photo))) == 11
    assert [part.name for part in read(svg(body + photo), Budget(parts=3))] == ["", "Layer 0", "Layer 1"]
    assert [part.name for part in read(svg(body + photo), Budget(parts=10))][-1] == "Layer 8"
    assert len(read(svg(body + photo), Budget(parts=1))) == 1
