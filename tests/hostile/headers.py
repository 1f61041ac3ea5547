"""Headers that lie: each format's first bytes before another's body, and claims of billions of pixels."""

import base64
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import partial

from registry.media.sniff import MediaType
from tests.hostile.good import good_files
from tests.media.boxes_drawn import claim, file_type, grid_claim, resized
from tests.media.drawn import png
from tests.media.pdf_writer import Writer
from tests.media.psd_writer import header
from tests.media.raster_hostile import HOSTILE as RASTERS
from tests.media.svg_drawn import svg

MAGIC: dict[MediaType, bytes] = {
    MediaType.JPEG: b"\xff\xd8\xff",
    MediaType.PNG: b"\x89PNG\r\n\x1a\n",
    MediaType.WEBP: b"RIFF\xff\xff\xff\x00WEBP",
    MediaType.GIF: b"GIF89a",
    MediaType.TIFF: b"II*\x00",
    MediaType.BMP: b"BM\xff\xff\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00",
    MediaType.AVIF: file_type(MediaType.AVIF),
    MediaType.HEIC: file_type(MediaType.HEIC),
    MediaType.SVG: b"<svg ",
    MediaType.PDF: b"%PDF-1.7\n",
    MediaType.PSD: b"8BPS\x00\x01",
}
"""What each format is recognised by."""


def wrong_headers() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Each format's magic before each other's body, and in place of its beginning."""
    for head in MediaType:
        for body in MediaType:
            if head is not body:
                yield f"{head.label} before a {body.label}", partial(_before, head, body)
                yield f"{head.label} in place of a {body.label}'s beginning", partial(_instead, head, body)


def _before(head: MediaType, body: MediaType) -> bytes:
    return MAGIC[head] + good_files()[body][0]


def _instead(head: MediaType, body: MediaType) -> bytes:
    magic = MAGIC[head]
    return magic + good_files()[body][0][len(magic) :]


def _webp_canvas() -> bytes:
    """An extended WebP of the largest canvas that the format knows, whose product a careful decoder would refuse."""
    chunk = b"VP8X" + struct.pack("<I", 10) + bytes(4) + b"\xff" * 6
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def _pdf_sheet(side: float) -> bytes:
    writer = Writer()
    writer.page("0 0 600 800 re f", box=(0, 0, side, side))
    return writer.written()


BILLIONS: dict[MediaType, Callable[[], bytes]] = {
    MediaType.JPEG: RASTERS["jpeg of 65,500 by 65,500"].make,
    MediaType.PNG: lambda: png(2**31 - 1, 2**31 - 1, 8, 2, b""),
    MediaType.WEBP: _webp_canvas,
    MediaType.GIF: RASTERS["gif of 65,535 by 65,535"].make,
    MediaType.TIFF: RASTERS["tiff of 2³² by 2³²"].make,
    MediaType.BMP: RASTERS["bmp of 2³¹ by 2³¹"].make,
    MediaType.AVIF: partial(claim, MediaType.AVIF, 2**32 - 1, 2**32 - 1),
    MediaType.HEIC: lambda: grid_claim(2**32 - 1, 2**32 - 1, in_idat=False),
    MediaType.SVG: partial(svg, '<rect width="1e9" height="1e9"/>', 'width="4000000000" height="4000000000"'),
    MediaType.PDF: partial(_pdf_sheet, 1e38),
    MediaType.PSD: lambda: header(300_000, 300_000, 56, version=2) + bytes(200),
}
"""A file of each format that claims thousands of millions of pixels. Drawings and pages are drawn at a size of ours."""

_AVIF_13K = (
    "c-muNU{FXasVqn=%S>Yc0uY^>nP!-qnV9D5Xy^nKdYzkElE?r7iWw<6MNl?FL1uCZ0~+8f$SlbPvlxL`E;A=T8N_h`@fjhajKV-"
    "=`9QWtW@cU*T&)z4lgb3;C6*Z&I_Kx)gYC-"
    "7EGQ}f(%zW`$sm0qnZ*UE5bKOiKrn+qL1slJNQ9Y#g9AwMB$gREH_G#XgoKmxbBgkkb1Hx)^D?kC0ENUe3vyw80y>O^k*S#l=&JJEl*AGt1}<*"
    "-??uN?%PwM);^i>9D<k|o`S77N@Bjb*nEt?lA?^GrO`%h43}H*$wa(mQ@sV^~m^H<AU%#l5Q26eE4JQ{>h%nAip2!t%mt0a3;8-"
    "rJ;GJ?azvan`+Usj%vflsj-"
    "?RAWpY$BRRu}!5Q*5j~By~b>8*DBQRI;|%9+Un&@Kl#xu8UTM$8fW!feQBgbyl6jBx>~Mc;e#^=5FSPE**+qdi2mriDZ`Y+!@CdQoY+EUUD3rG"
    "dYyubd&Y0f*ePez~(GJt|Rv*FgnRNjK<t(%#Fs}Xv~eq+-"
    "S^=#@uMkjmF$)%uy@mI%w|G;H6EGy_x6dPWIATb?57R=47=5m5Dp=`Ta>_{o*(0AHSBxnf{p;i#$eMg6Wb0N*-"
    "<h#0#GOo0X7Y^fH!tA7AuUbF2BXwRx{3*iKhCG})^jHY|4l0HX|pvH"
)
"""A plain colour of 13,000 by 13,000 pixels, coded by libavif at quality 10; deflated."""


def avif_bomb(said: int | None = None) -> bytes:
    """An AVIF of 13,000 pixels each way in 3,970 bytes, and what it says to be, if that isn't true."""
    data = zlib.decompress(base64.b85decode(_AVIF_13K))
    return data if said is None else resized(data, said, said)
