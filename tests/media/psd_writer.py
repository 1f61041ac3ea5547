"""PSD and PSB files written by code, in every way that they may be stored; and in ways that they may not."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageChops
from psd_tools.compression import compress
from psd_tools.constants import Compression

GREY, INDEXED, RGB, CMYK, MULTICHANNEL, DUOTONE, LAB, BITMAP = 1, 2, 3, 4, 7, 8, 9, 0
TRANSPARENCY, MASK, REAL_MASK = -1, -2, -3

Depth = Literal[1, 8, 16, 32]


def samples(levels: Image.Image, depth: Depth, *, light: bool = True) -> bytes:
    """One band of a picture as a channel stores it, unpacked; of 32 bits as amounts of light, unless told otherwise."""
    pixels = np.asarray(levels.convert("L"))
    match depth:
        case 1:
            return np.packbits(pixels < 128, axis=1).tobytes()
        case 8:
            return pixels.tobytes()
        case 16:
            return (pixels.astype(np.uint16) * 257).astype(">u2").tobytes()
        case 32:
            share = pixels / 255
            if light:
                share = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
            return share.astype(">f4").tobytes()


def channel(levels: Image.Image, way: Compression, *, depth: Depth = 8, version: int = 1, light: bool = True) -> bytes:
    """A layer's channel: how it is packed, and the packed rows, by psd-tools."""
    rows = samples(levels, depth, light=light)
    return struct.pack(">H", way) + compress(rows, way, levels.width, levels.height, depth, version)


def bands_of(picture: Image.Image) -> tuple[list[Image.Image], Image.Image | None]:
    """The colours as they are stored, and the transparency."""
    bands = [ImageChops.invert(band) if picture.mode == "CMYK" else band for band in picture.split()]
    return (bands[:-1], bands[-1]) if picture.mode in ("LA", "RGBA") else (bands, None)


def block(key: bytes, body: bytes, *, long: bool = False) -> bytes:
    """A property of a layer or of all layers."""
    return b"8BIM" + key + struct.pack(">Q" if long else ">I", len(body)) + body


def luni(name: str) -> bytes:
    """The property that is the layer's name."""
    packed = name.encode("utf-16-be", "surrogatepass")
    return block(b"luni", struct.pack(">I", len(packed) // 2) + packed + bytes(-len(packed) % 4))


def artb(top: float, left: float, bottom: float, right: float) -> bytes:
    """The property that makes a group an artboard: a descriptor that holds another, the rectangle."""
    sides = {b"Top ": top, b"Left": left, b"Btom": bottom, b"Rght": right}
    keys = b"".join(bytes(4) + key + b"doub" + struct.pack(">d", side) for key, side in sides.items())
    rectangle = struct.pack(">I", 12) + b"artboardRect" + b"Objc" + struct.pack(">IH", 1, 0) + bytes(4) + b"null"
    body = struct.pack(">I", 16) + struct.pack(">IH", 1, 0) + bytes(4) + b"null" + struct.pack(">I", 1)
    return block(b"artb", body + rectangle + struct.pack(">I", 4) + keys)


@dataclass(frozen=True)
class Layer:
    """A layer's record and its channels: (number, packed bytes). `box` is top, left, bottom, right."""

    name: str = "Layer"
    box: tuple[int, int, int, int] = (0, 0, 0, 0)
    channels: Sequence[tuple[int, bytes]] = ()
    opacity: int = 255
    clipped: bool = False
    flags: int = 0
    blend: bytes = b"norm"
    mask: bytes = b""
    blocks: Sequence[bytes] = ()
    lengths: Sequence[int] | None = None

    def record(self, version: int) -> bytes:
        lengths = self.lengths or [len(packed) for _, packed in self.channels]
        layout = ">hI" if version == 1 else ">hQ"
        listed = [
            struct.pack(layout, number, length) for (number, _), length in zip(self.channels, lengths, strict=True)
        ]
        short = self.name.encode("mac_roman", "replace")[:255]
        name = bytes([len(short)]) + short
        extra = struct.pack(">I", len(self.mask)) + self.mask + bytes(4) + name + bytes(-len(name) % 4)
        extra += b"".join((luni(self.name), *self.blocks))
        return (
            struct.pack(">4iH", *self.box, len(self.channels))
            + b"".join(listed)
            + b"8BIM"
            + self.blend
            + struct.pack(">BBBxI", self.opacity, self.clipped, self.flags, len(extra))
            + extra
        )


def drawn_layer(
    picture: Image.Image,
    name: str = "Layer",
    top: int = 0,
    left: int = 0,
    *,
    way: Compression = Compression.RLE,
    depth: Depth = 8,
    version: int = 1,
) -> Layer:
    """A layer of a picture: of mode L, RGB, CMYK or LAB, or one of the first two with an alpha channel."""
    colours, alpha = bands_of(picture)
    channels = [(number, channel(band, way, depth=depth, version=version)) for number, band in enumerate(colours)]
    if alpha:
        channels.insert(0, (TRANSPARENCY, channel(alpha, way, depth=depth, version=version, light=False)))
    return Layer(name, (top, left, top + picture.height, left + picture.width), channels)


def group(
    name: str, layers: Iterable[Layer], *, flags: int = 0, opacity: int = 255, blocks: Sequence[bytes] = ()
) -> list[Layer]:
    """A group's two records around its layers, from the back to the front."""
    end = Layer("</Layer group>", blocks=[block(b"lsct", struct.pack(">I", 3))])
    head = Layer(
        name,
        opacity=opacity,
        flags=flags,
        blend=b"pass",
        blocks=[block(b"lsct", struct.pack(">I", 1) + b"8BIMpass"), *blocks],
    )
    return [end, *layers, head]


def resource(number: int, body: bytes) -> bytes:
    """An image resource."""
    return b"8BIM" + struct.pack(">HHI", number, 0, len(body)) + body + bytes(len(body) % 2)


NOT_MERGED = resource(1057, struct.pack(">IB", 1, 0) + bytes(12))
"""Says that the merged picture isn't one."""


def merged(
    planes: Sequence[Image.Image], way: Compression, *, depth: Depth = 8, version: int = 1, transparent: bool = False
) -> bytes:
    """The last section: all channels one after the other, the last one transparency or not."""
    rows = b"".join(
        samples(one, depth, light=not transparent or number < len(planes) - 1) for number, one in enumerate(planes)
    )
    height = planes[0].height * len(planes)
    return struct.pack(">H", way) + compress(rows, way, planes[0].width, height, depth, version)


@dataclass(frozen=True)
class Document:
    """A file. `merged` is its last section, `colours` its colour mode data; `count` may lie about the layers."""

    width: int
    height: int
    merged: bytes
    channels: int = 3
    depth: int = 8
    mode: int = RGB
    version: int = 1
    colours: bytes = b""
    resources: bytes = b""
    layers: Sequence[Layer] = ()
    transparent: bool = False
    count: int | None = None
    blocks: bytes = b""
    elsewhere: bytes = b""

    def info(self) -> bytes:
        """How many layers there are, their records, and their channels."""
        count = len(self.layers) if self.count is None else self.count
        records = b"".join(layer.record(self.version) for layer in self.layers)
        packed = b"".join(packed for layer in self.layers for _, packed in layer.channels)
        info = struct.pack(">h", -count if self.transparent else count) + records + packed
        return info + bytes(-len(info) % 4)

    def section(self) -> bytes:
        """The layer and mask information; `elsewhere` is the property that holds the layers instead."""
        if not (self.layers or self.blocks or self.count):
            return b""
        layout = ">I" if self.version == 1 else ">Q"
        info = self.info() if self.layers or self.count else b""
        if self.elsewhere:
            body = struct.pack(layout, 0) + bytes(4) + block(self.elsewhere, info, long=self.version == 2)
        else:
            body = struct.pack(layout, len(info)) + info + bytes(4)
        return body + self.blocks

    def to_bytes(self) -> bytes:
        section = self.section()
        return b"".join(
            (
                header(self.width, self.height, self.channels, self.depth, self.mode, self.version),
                struct.pack(">I", len(self.colours)) + self.colours,
                struct.pack(">I", len(self.resources)) + self.resources,
                struct.pack(">I" if self.version == 1 else ">Q", len(section)) + section,
                self.merged,
            )
        )


def header(width: int, height: int, channels: int = 3, depth: int = 8, mode: int = RGB, version: int = 1) -> bytes:
    """The first 26 bytes."""
    return struct.pack(">4sH6xHIIHH", b"8BPS", version, channels, height, width, depth, mode)


def document(
    picture: Image.Image,
    layers: Sequence[Layer] = (),
    *,
    way: Compression = Compression.RLE,
    depth: Depth = 8,
    version: int = 1,
    resources: bytes = b"",
    blocks: bytes = b"",
) -> Document:
    """A file whose merged picture this is: of mode L, RGB, CMYK, LAB, or one of the first two with transparency."""
    mode = {"L": GREY, "LA": GREY, "RGB": RGB, "RGBA": RGB, "CMYK": CMYK, "LAB": LAB}[picture.mode]
    planes, alpha = bands_of(picture)
    if alpha:  # as Photoshop stores it: mixed with white
        white = Image.new("L", picture.size, 255)
        planes = [*(Image.composite(one, white, alpha) for one in planes), alpha]
    return Document(
        picture.width,
        picture.height,
        merged(planes, way, depth=depth, version=version, transparent=alpha is not None),
        channels=len(planes),
        depth=depth,
        mode=mode,
        version=version,
        resources=resources,
        layers=layers,
        blocks=blocks,
        transparent=alpha is not None,
        elsewhere={16: b"Lr16", 32: b"Lr32"}.get(depth, b"") if layers else b"",
    )
