"""Pages whose pictures, patterns, letters and shadings cost more than they show."""

import zlib

from tests.media.drawn import encoded, scene
from tests.media.pdf_writer import SHEET, Writer, placed, stream


def swelling(megabytes: int, byte: int = 0, *, first: bytes = b"", times: int = 1) -> bytes:
    """Some bytes and then so many megabytes of one, deflated so many times over; put together from one block of it."""
    count, block = megabytes << 20, _deflated(bytes([byte]) * (1 << 20))
    one, other = divmod(zlib.adler32(first), 1 << 16)[::-1]
    other = (other + count * one + byte * count * (count + 1) // 2) % 65521
    check = (other << 16) + (one + byte * count) % 65521
    data = b"\x78\xda" + _deflated(first) + block * megabytes + b"\x03\0" + check.to_bytes(4, "big")
    for _ in range(times - 1):
        data = zlib.compress(data, 9)
    return data


def _deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH)


def claim(width: int, height: int, entries: str, data: bytes, filters: str) -> bytes:
    """A page with one picture that claims a size."""
    writer = Writer()
    head = f"/Type /XObject /Subtype /Image /Width {width} /Height {height} {entries}"
    writer.page(placed("P", 50, 50, 500, 700), {"P": writer.add(stream(data, head, filters))})
    return writer.written()


def jpeg_claim() -> bytes:
    """A JPEG of 65,000 pixels each way in a picture of 100."""
    data = bytearray(encoded(scene(16, 16), "JPEG"))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = (65_000).to_bytes(2, "big") * 2
    return claim(100, 100, "/BitsPerComponent 8 /ColorSpace /DeviceRGB", bytes(data), "/DCTDecode")


def jpx_claim(side: int, said: int) -> bytes:
    """A JPEG 2000 code stream of so many pixels each way in a picture that says another number."""
    data = bytearray(encoded(scene(64, 64), "JPEG2000", no_jp2=True))
    at = data.index(b"\xff\x51")  # SIZ: its length, capabilities, then width and height of the grid
    data[at + 6 : at + 14] = side.to_bytes(4, "big") * 2
    return claim(said, said, "/BitsPerComponent 8 /ColorSpace /DeviceRGB", bytes(data), "/JPXDecode")


def jbig2_claim(side: int, said: int) -> bytes:
    """A JBIG2 page of so many pixels each way, all of one generic region, in a picture that says another number."""
    size = side.to_bytes(4, "big") * 2 + bytes(8)
    region = size + b"\0\0\x03\xff\xfd\xff\x02\xfe\xfe\xfe" + bytes(64)
    data = b""
    for number, (kind, body) in enumerate([(48, size + bytes(3)), (38, region), (49, b"")]):
        data += number.to_bytes(4, "big") + bytes([kind, 0, 1]) + len(body).to_bytes(4, "big") + body
    return claim(said, said, "/BitsPerComponent 1 /ColorSpace /DeviceGray", data, "/JBIG2Decode")


def _tile(resources: str, step: float, box: str = SHEET) -> str:
    return (
        f"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [{box}] /XStep {step} /YStep {step}"
        f" /Resources << {resources} >>"
    )


def tiles(step: float) -> bytes:
    """A pattern with so small a step that the page takes many millions of its cells."""
    writer = Writer()
    writer.page(
        f"/Pattern cs /T scn {SHEET} re f",
        resources=f"/Pattern << /T {writer.stream(b'0 0 1 1 re f', _tile('', step))} >>",
    )
    return writer.written()


def picture_in_tile(side: int) -> bytes:
    """A picture that no list of the page's objects has: it is in the cell of a pattern."""
    writer = Writer()
    head = f"/Type /XObject /Subtype /Image /Width {side} /Height {side} /BitsPerComponent 8 /ColorSpace /DeviceRGB"
    image = writer.add(stream(swelling(16), head, "/FlateDecode"))
    cell = writer.stream(placed("P", 0, 0, 600, 800).encode(), _tile(f"/XObject << /P {image} >>", 600))
    writer.page(f"/Pattern cs /T scn {SHEET} re f", resources=f"/Pattern << /T {cell} >>")
    return writer.written()


def own_pattern() -> bytes:
    """A pattern that is filled with itself."""
    writer = Writer()
    own = writer.reserve()
    writer.fill(own, stream(b"/Pattern cs /T scn 0 0 50 50 re f", _tile(f"/Pattern << /T {own} >>", 20, "0 0 50 50")))
    writer.page(f"/Pattern cs /T scn {SHEET} re f", resources=f"/Pattern << /T {own} >>")
    return writer.written()


def own_letters() -> bytes:
    """A Type 3 font whose letters are set in it."""
    writer = Writer()
    own = writer.reserve()
    glyph = writer.stream(b"1000 0 d0 BT /F 1 Tf (aa) Tj ET 0 0 500 500 re f")
    writer.fill(
        own,
        "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1000 1000] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 97"
        f" /LastChar 97 /Widths [1000] /CharProcs << /a {glyph} >> /Encoding << /Differences [97 /a] >>"
        f" /Resources << /Font << /F {own} >> >> >>",
    )
    writer.page("BT /F 20 Tf 40 700 Td (aaaaaaaa) Tj ET", resources=f"/Font << /F {own} >>")
    return writer.written()


def own_function() -> bytes:
    """A function stitched of itself."""
    writer = Writer()
    own = writer.reserve()
    writer.fill(own, f"<< /FunctionType 3 /Domain [0 1] /Functions [{own} {own}] /Bounds [0.5] /Encode [0 1 0 1] >>")
    shading = f"<< /ShadingType 2 /ColorSpace /DeviceRGB /Coords [{SHEET}] /Function {own} >>"
    writer.page("/S sh", resources=f"/Shading << /S {shading} >>")
    return writer.written()


def own_colours_and_mask() -> bytes:
    """A picture that is its own mask, in a colour space that is based on itself."""
    writer = Writer()
    own, space = writer.reserve(), writer.reserve()
    writer.fill(space, f"[/Indexed {space} 255 <{'00' * 768}>]")
    head = f"/Type /XObject /Subtype /Image /Width 100 /Height 100 /BitsPerComponent 8 /ColorSpace {space} /SMask {own}"
    writer.fill(own, stream(bytes(10_000), head))
    writer.page(placed("P", 0, 0, 500, 500), {"P": own})
    return writer.written()


def shadings(number: int) -> bytes:
    """So many radial shadings over the whole page, each by a function stitched of 200."""
    writer = Writer()
    one = writer.add("<< /FunctionType 2 /Domain [0 1] /C0 [1 0 0] /C1 [0 0 1] /N 1.37 >>")
    bounds = " ".join(f"{step / 200:g}" for step in range(1, 200))
    parts = f"/Functions [{f'{one} ' * 200}] /Bounds [{bounds}] /Encode [{'0 1 ' * 200}]"
    stitched = writer.add(f"<< /FunctionType 3 /Domain [0 1] {parts} >>")
    shading = f"/ShadingType 3 /ColorSpace /DeviceRGB /Coords [300 400 0 300 400 500] /Function {stitched}"
    writer.page("/S sh\n" * number, resources=f"/Shading << /S << {shading} /Extend [true true] >> >>")
    return writer.written()


def calculator(operators: int) -> bytes:
    """A shading by a PostScript function of so many operators, computed for each pixel."""
    writer = Writer()
    body = "{ " + "dup mul sqrt " * (operators // 3) + " 0 0 }"
    function = writer.stream(body.encode(), "/FunctionType 4 /Domain [0 1 0 1] /Range [0 1 0 1 0 1]")
    shading = f"/ShadingType 1 /ColorSpace /DeviceRGB /Domain [0 1 0 1] /Matrix [600 0 0 800 0 0] /Function {function}"
    writer.page("/S sh\n", resources=f"/Shading << /S << {shading} >> >>")
    return writer.written()


def mesh(megabytes: int) -> bytes:
    """A shading of Coons patches by the million, all at one point."""
    writer = Writer()
    head = (
        "/ShadingType 6 /ColorSpace /DeviceRGB /BitsPerCoordinate 8 /BitsPerComponent 8 /BitsPerFlag 8"
        " /Decode [0 600 0 800 0 1 0 1 0 1]"
    )
    patches = writer.add(stream(swelling(megabytes), head, "/FlateDecode"))
    writer.page("/S sh", resources=f"/Shading << /S {patches} >>")
    return writer.written()
