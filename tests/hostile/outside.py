"""Files that point at another file and at a server, in every way that their formats have: `pointing`."""

import struct
from collections.abc import Iterator

from registry.media.sniff import MediaType
from tests.hostile.good import good_files
from tests.media import svg_hostile
from tests.media.boxes_drawn import box, full_box
from tests.media.drawn import encoded, scene
from tests.media.pdf_drawn import reaching_out
from tests.media.pdf_writer import Writer, stream
from tests.media.psd_writer import block, document, drawn_layer, resource
from tests.media.svg_drawn import embedded, svg

_POINTING_SVG = "file:///etc/passwd", "/etc/passwd", "http://127.0.0.1:9/"
"""What the drawings of `svg_hostile` point at, to be told elsewhere."""


def pointing(file: str, address: str) -> Iterator[tuple[str, bytes]]:
    """Names and files; `file` is an absolute path, `address` a URL that ends with a slash."""
    for name, case in svg_hostile.HOSTILE.items():
        data = case.make()
        if any(target.encode() in data for target in _POINTING_SVG):
            yield f"svg: {name}", _told(data, file, address)
    yield "svg: in a drawing within", _within(file, address)
    yield "pdf: streams, fonts, forms and actions", reaching_out(file)
    yield "pdf: the same by URL", _pdf_by_url(address)
    yield "psd: a linked object and a path", _linked(file, address)
    for media_type in (MediaType.AVIF, MediaType.HEIC):
        for target in (f"file://{file}", f"{address}x"):
            yield f"{media_type.label.lower()}: pixels in {target}", _elsewhere(media_type, target)
    yield "jpeg: XMP that includes", _xmp(file, address)
    yield "jpeg in name only: PostScript", f"%!PS-Adobe-3.0 EPSF-3.0\n({file}) (r) file run".encode()
    yield "film in name only: playlist", f"#EXTM3U\n#EXTINF:9,\nfile://{file}\n#EXTINF:9,\n{address}x.ts\n".encode()
    yield "film in name only: list", f"ffconcat version 1.0\nfile '{file}'\nfile '{address}x'\n".encode()


def _told(data: bytes, file: str, address: str) -> bytes:
    return data.replace(b"/etc/passwd", file.encode()).replace(b"http://127.0.0.1:9/", address.encode())


def _within(file: str, address: str) -> bytes:
    """References in a drawing within the drawing, where a filter on the outer one doesn't see them."""
    inner = svg(
        f'<image width="9" height="9" href="file://{file}"/><image width="9" height="9" href="{address}a.png"/>'
    )
    return svg(f'<rect width="200" height="99"/><image width="90" height="90" href="{embedded(inner, "svg+xml")}"/>')


def _pdf_by_url(address: str) -> bytes:
    writer = Writer()
    there = f"/F << /FS /URL /F ({address}x) >>"
    head = "/Type /XObject /Subtype /Image /Width 9 /Height 9 /BitsPerComponent 8 /ColorSpace /DeviceGray"
    image = writer.add(stream(bytes(81), f"{head} {there}"))
    opening = f"<< /S /URI /URI ({address}opened) >>"
    writer.page(
        [writer.stream(b"", there), writer.stream(b"/P Do 10 10 100 100 re f")],
        {"P": image},
        entries=f"/AA << /O << /S /SubmitForm /F << /FS /URL /F ({address}form) >> >> >>",
    )
    return writer.written(catalogue=f"/OpenAction {opening} /URI << /Base ({address}) >>")


def _linked(file: str, address: str) -> bytes:
    """A smart object whose contents are in a file elsewhere, and a URL among the resources."""
    picture = scene(90, 80)
    name = file.encode("utf-16-be")
    link = b"liFE" + struct.pack(">I", 7) + b"\x24" + b"0" * 36 + struct.pack(">I", len(name) // 2) + name + bytes(60)
    layer = drawn_layer(picture, "linked")
    return document(
        picture,
        [layer],
        resources=resource(1035, address.encode()) + resource(1060, f"<x:xmpmeta href='file://{file}'/>".encode()),
        blocks=block(b"lnkE", struct.pack(">Q", len(link)) + link),
    ).to_bytes()


def _elsewhere(media_type: MediaType, target: str) -> bytes:
    """A coded picture whose bytes are said to be in another file (ISO/IEC 14496-12, 8.7.2): `iloc` names it by `dref`.

    The picture is good but for that, so that a reader which overlooks it shows the picture.
    """
    data = good_files()[media_type][0]
    start = data.index(b"meta") - 4
    (length,) = struct.unpack_from(">I", data, start)
    place = full_box(b"dref", struct.pack(">I", 1), full_box(b"url ", target.encode() + b"\x00"))
    extra = box(b"dinf", place)
    meta = bytearray(data[start : start + length])
    meta[:4] = struct.pack(">I", length + len(extra))
    located = meta.index(b"iloc")
    _point_elsewhere(meta, located + 4, len(extra))
    return data[:start] + bytes(meta) + extra + data[start + length :]


def _point_elsewhere(meta: bytearray, at: int, moved: int) -> None:
    """Sets the first item's data reference to 1; its offset, which is counted in this file, moves with the file."""
    version = meta[at]
    offset_size = meta[at + 4] >> 4
    base_size = meta[at + 5] >> 4
    item = at + 8
    reference = item + (4 if version else 2)
    meta[reference : reference + 2] = b"\x00\x01"
    extent = reference + 2 + base_size + 2
    offset = int.from_bytes(meta[extent : extent + offset_size], "big") + moved
    meta[extent : extent + offset_size] = offset.to_bytes(offset_size, "big")


def _xmp(file: str, address: str) -> bytes:
    entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{file}">]>'
    packet = f'{entity}<x:xmpmeta xmlns:x="adobe:ns:meta/">&e;{address}</x:xmpmeta>'
    return encoded(scene(), "JPEG", xmp=packet.encode())
