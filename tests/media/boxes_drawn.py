"""AVIF and HEIC files written or bent by hand."""

import struct

from registry.media.sniff import MediaType

BRANDS = {MediaType.AVIF: b"avif", MediaType.HEIC: b"heic"}


def box(kind: bytes, *bodies: bytes) -> bytes:
    """A box with its size before it."""
    body = b"".join(bodies)
    return struct.pack(">I", 8 + len(body)) + kind + body


def full_box(kind: bytes, *bodies: bytes, version: int = 0) -> bytes:
    """A box with a version and no flags."""
    return box(kind, bytes([version, 0, 0, 0]), *bodies)


def file_type(media_type: MediaType) -> bytes:
    """The first box, which says what the file is."""
    brand = BRANDS[media_type]
    return box(b"ftyp", brand, bytes(4), brand, b"mif1")


def claim(media_type: MediaType, width: int, height: int) -> bytes:
    """A file of about a hundred bytes that claims a picture of any size, and holds none."""
    size = full_box(b"ispe", struct.pack(">II", width, height))
    return file_type(media_type) + full_box(b"meta", box(b"iprp", box(b"ipco", size)))


def grid_claim(width: int, height: int, *, in_idat: bool, wide: bool = True) -> bytes:
    """A HEIC whose tiles are small, and whose grid puts them together to any size."""
    grid = bytes([0, int(wide), 0, 0]) + struct.pack(">II" if wide else ">HH", width, height)
    tile = box(b"iprp", box(b"ipco", full_box(b"ispe", struct.pack(">II", 64, 64))))
    items = full_box(
        b"iinf", struct.pack(">H", 1), full_box(b"infe", struct.pack(">HH4s", 1, 0, b"grid"), b"\x00", version=2)
    )
    start = file_type(MediaType.HEIC)

    def meta(offset: int) -> bytes:
        place = struct.pack(">HHHHHHII", 0x4400, 1, 1, int(in_idat), 0, 1, offset, len(grid))
        kept = [box(b"idat", grid)] if in_idat else []
        return full_box(b"meta", tile, items, full_box(b"iloc", place, version=1), *kept)

    if in_idat:
        return start + meta(0)
    return start + meta(len(start) + len(meta(0)) + 8) + box(b"mdat", grid)


def resized(data: bytes, width: int, height: int) -> bytes:
    """The file with another size in every property that states one."""
    at = data.find(b"ispe")
    while at >= 0:
        data = data[: at + 8] + struct.pack(">II", width, height) + data[at + 16 :]
        at = data.find(b"ispe", at + 16)
    return data


def nested(depth: int) -> bytes:
    """Boxes within boxes, as deep as one likes."""
    body = b""
    for _ in range(depth):
        body = box(b"iprp", body)
    return file_type(MediaType.HEIC) + full_box(b"meta", body)
