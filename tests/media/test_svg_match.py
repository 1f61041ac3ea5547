"""A logo is found by its renderings: other sizes, other grounds."""

import io

import pytest
import resvg_py
from PIL import Image

from registry.fingerprint.pdq import PDQRaster
from registry.media.budget import Budget
from registry.media.parts import parts
from registry.media.raster import WORKING_SIDE, rasters
from registry.media.sniff import MediaType, sniff
from registry.works import PartKind
from tests.media.drawn import encoded
from tests.media.svg_drawn import LOGOS, crest

NEAR = 31
"""Bits of PDQ: the distance that the literature calls a match."""

GROUNDS = (None, "white", "black", "#f4ead5", "#cfe3f5")


def codes(data: bytes) -> list[bytes]:
    whole = next(parts(data, sniff(data), Budget(), side=WORKING_SIDE))
    return [PDQRaster().compute(raster)[0] for _, raster in rasters(whole.decoded)]


def rendering(data: bytes, longest: int) -> Image.Image:
    """The logo as the plain renderer draws it, on nothing."""
    png = resvg_py.svg_to_bytes(svg_string=data.decode(), width=longest, height=longest, dpi=96, skip_system_fonts=True)
    with Image.open(io.BytesIO(png)) as picture:
        picture.load()
    assert max(picture.size) == longest
    return picture


def laid(picture: Image.Image, ground: str | None) -> bytes:
    """What a seller makes of it: a PNG, on a colour of their own."""
    if ground is None:
        return encoded(picture, "PNG")
    opaque = Image.new("RGB", picture.size, ground)
    opaque.paste(picture, mask=picture.getchannel("A"))
    return encoded(opaque, "PNG")


def nearest(ours: list[bytes], theirs: list[bytes]) -> int:
    return min((int.from_bytes(one) ^ int.from_bytes(other)).bit_count() for one in ours for other in theirs)


@pytest.mark.parametrize("name", LOGOS)
def test_a_logo_is_near_its_renderings(name: str) -> None:
    drawing = LOGOS[name]()
    ours = codes(drawing)
    for longest in (200, 517, 1100):
        picture = rendering(drawing, longest)
        distances = [nearest(ours, codes(laid(picture, ground))) for ground in GROUNDS]
        assert max(distances) <= NEAR, (longest, distances)


def test_different_logos_are_far_from_each_other() -> None:
    found = [codes(drawing()) for drawing in LOGOS.values()]
    assert min(nearest(one, other) for at, one in enumerate(found) for other in found[:at]) > 2 * NEAR


def test_a_layer_is_near_a_picture_of_it_alone() -> None:
    bands = next(part for part in parts(crest(), MediaType.SVG, Budget(), side=WORKING_SIDE) if part.name == "Bands")
    assert bands.kind is PartKind.LAYER
    text = crest().decode()
    alone = text.replace('id="Ground"', 'display="none"').replace('i:layer="yes"', 'display="none"').encode()
    picture = rendering(alone, 900)
    cut = picture.crop(picture.getchannel("A").getbbox())
    ours = [PDQRaster().compute(raster)[0] for _, raster in rasters(bands.decoded)]
    assert nearest(ours, codes(encoded(cut, "PNG"))) <= NEAR
