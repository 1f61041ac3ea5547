"""Small good files of every format, in the flavours that decoders have a path of their own for."""

from functools import cache

import numpy as np
from PIL import Image
from psd_tools.constants import Compression

from registry.media.sniff import MediaType
from tests.media.drawn import cut_out, encoded, png16, scene
from tests.media.pdf_writer import A4, HELVETICA, Writer, catalogue, motif, placed
from tests.media.profiles import ADOBE_LIKE, rgb_profile
from tests.media.psd_writer import NOT_MERGED, artb, document, drawn_layer, group
from tests.media.svg_drawn import crest, embedded, svg

_SIZE = (60, 44)


@cache
def good_files() -> dict[MediaType, tuple[bytes, ...]]:
    """Format → its files."""
    still, cut = scene(*_SIZE), cut_out(*_SIZE)
    frames = {"save_all": True, "append_images": [scene(24, 18).rotate(turn) for turn in (20, 40)]}
    return {
        MediaType.JPEG: (
            encoded(still, "JPEG"),
            encoded(still, "JPEG", progressive=True, quality=60),
            encoded(still.convert("CMYK"), "JPEG"),
            encoded(still.convert("L"), "JPEG", restart_marker_rows=1),
            encoded(still, "JPEG", exif=_sideways(), icc_profile=_profile()),
            encoded(still, "MPO", save_all=True, append_images=[still]),
        ),
        MediaType.PNG: (
            encoded(still, "PNG"),
            encoded(cut, "PNG"),
            encoded(still.quantize(9), "PNG"),
            encoded(still.convert("1"), "PNG"),
            png16(np.asarray(still).astype(np.uint16) * 257, _profile()),
            encoded(scene(24, 18), "PNG", **frames),
        ),
        MediaType.WEBP: (
            encoded(still, "WEBP"),
            encoded(cut, "WEBP"),
            encoded(still, "WEBP", lossless=True),
            encoded(scene(24, 18), "WEBP", **frames),
            encoded(still, "WEBP", exif=_sideways(), icc_profile=_profile()),
        ),
        MediaType.GIF: (
            encoded(still, "GIF"),
            encoded(cut.quantize(8), "GIF", transparency=0),
            encoded(scene(24, 18), "GIF", **frames),
        ),
        MediaType.TIFF: (
            *(encoded(still, "TIFF", compression=how) for how in _TIFF_PACKINGS),
            encoded(still.convert("1"), "TIFF", compression="group4"),
            encoded(cut, "TIFF"),
            encoded(still.convert("CMYK"), "TIFF"),
            encoded(scene(24, 18), "TIFF", **frames),
        ),
        MediaType.BMP: (encoded(still, "BMP"), encoded(still.quantize(9), "BMP"), encoded(cut, "BMP")),
        MediaType.AVIF: (
            encoded(still, "AVIF", speed=10),
            encoded(cut, "AVIF", speed=10),
            encoded(still, "AVIF", speed=10, exif=_sideways(), icc_profile=_profile()),
            encoded(scene(24, 18), "AVIF", speed=10, **frames),
        ),
        MediaType.HEIC: (
            encoded(still, "HEIC"),
            encoded(cut, "HEIC"),
            encoded(still, "HEIC", exif=_sideways(), icc_profile=_profile()),
        ),
        MediaType.SVG: (
            crest(),
            svg(f'<image width="90" height="90" href="{embedded(encoded(still, "JPEG"))}"/>'),
            svg(_STYLED),
        ),
        MediaType.PDF: (catalogue(2, motif), _flat_pdf(), _pdf_of_pictures()),
        MediaType.PSD: _psd_files(),
    }


_TIFF_PACKINGS = ("raw", "tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits")

_STYLED = (
    "<style>.a{fill:#a33;opacity:.5} g>rect{stroke:blue}</style>"
    '<linearGradient id="l"><stop stop-color="red"/><stop offset="1" stop-color="navy"/></linearGradient>'
    '<clipPath id="c"><circle cx="90" cy="90" r="80"/></clipPath>'
    '<filter id="f"><feGaussianBlur stdDeviation="3"/></filter>'
    '<g clip-path="url(#c)"><rect class="a" width="120" height="200" fill="url(#l)" filter="url(#f)"/>'
    '<path d="M10 80C40 10 65 10 95 80S150 150 180 80" stroke="#000" fill="none" transform="rotate(9 20 20)"/></g>'
    '<g id="one"><polygon points="200,10 250,190 160,210"/></g><use href="#one" x="30" opacity=".4"/>'
)


def _sideways() -> Image.Exif:
    exif = Image.Exif()
    exif[274] = 6
    return exif


@cache
def _profile() -> bytes:
    return rgb_profile(ADOBE_LIKE)


def _flat_pdf() -> bytes:
    """Nothing in it is deflated, so that a changed byte is a changed operator."""
    writer = Writer()
    content = (
        "q 0.8 0.2 0.2 rg 40 40 200 300 re f Q q 0 0 1 RG 9 w 10 10 m 90 300 400 500 300 700 c S Q\n"
        "BT /F 60 Tf 40 700 Td (Sheet) Tj ET /S sh q /G gs 1 0 0 1 30 30 cm 0 0 200 200 re W n /X Do Q\n"
    )
    shading = (
        f"/Shading << /S << /ShadingType 2 /ColorSpace /DeviceRGB /Coords [0 0 {A4[0]} {A4[1]}] /Extend [true true]"
        " /Function << /FunctionType 2 /Domain [0 1] /C0 [1 0 0] /C1 [0 1 1] /N 1.5 >> >> >>"
    )
    form = writer.stream(b"0 1 0 rg 0 0 90 90 re f", "/Type /XObject /Subtype /Form /BBox [0 0 99 99]", packed=False)
    writer.page(
        [writer.stream(content.encode(), packed=False)],
        {"X": form},
        resources=f"{HELVETICA} {shading} /ExtGState << /G << /ca 0.5 /BM /Multiply >> >>",
    )
    return writer.written()


def _pdf_of_pictures() -> bytes:
    writer = Writer()
    pictures = {
        "A": writer.picture(scene(60, 44)),
        "B": writer.picture(cut_out(60, 44)),
        "C": writer.picture(scene(60, 44).convert("CMYK"), jpeg=True),
        "D": writer.stream(
            encoded(scene(32, 32), "JPEG2000"),
            "/Type /XObject /Subtype /Image /Width 32 /Height 32 /Filter /JPXDecode",
            packed=False,
        ),
    }
    drawn = "".join(placed(name, 40, 40 + 190 * at, 240, 180) for at, name in enumerate(pictures))
    writer.page(drawn, pictures)
    return writer.written()


def _psd_files() -> tuple[bytes, ...]:
    picture, cut = scene(90, 80), cut_out(90, 80)
    layers = [
        drawn_layer(picture, "Background", way=Compression.ZIP_WITH_PREDICTION),
        *group("Board", [drawn_layer(cut, "Motif", 5, -5)], blocks=[artb(0, 0, 75, 70)]),
        drawn_layer(picture, "Raw", way=Compression.RAW),
    ]
    deep = [drawn_layer(picture, depth=16, version=2), drawn_layer(cut, depth=16, version=2)]
    return (
        document(picture, layers).to_bytes(),
        document(picture, layers, resources=NOT_MERGED).to_bytes(),
        document(picture, deep, depth=16, version=2).to_bytes(),
        document(cut.convert("LA"), layers, way=Compression.ZIP).to_bytes(),
        document(picture.convert("CMYK")).to_bytes(),
    )
