"""Pictures drawn by code, and ways to write them that Pillow doesn't offer."""

import io
import struct
import zlib
from typing import Any

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from registry.media.budget import Budget
from registry.media.parts import parts
from registry.media.picture import Decoded, PartPicture
from registry.media.raster import WORKING_SIDE
from registry.media.sniff import sniff

BUDGET = Budget()


def scene(width: int = 320, height: int = 240) -> Image.Image:
    """A soft ground with a few plain shapes: detailed, and like itself in none of the eight orientations.

    Nothing but sums and products, so that it has the same bytes on every machine.
    """
    y, x = np.mgrid[0:height, 0:width]
    u, v = x / width, y / height
    pixels = np.stack([80 + 120 * u, 60 + 150 * v * u, 200 - 110 * v], axis=2)
    pixels += (36 * np.abs((3 * u + 1.5 * v) % 2 - 1) + 28 * np.abs((4 * v - u * u) % 2 - 1))[:, :, None] - 32
    pixels[(u - 0.3) ** 2 + (v - 0.35) ** 2 < 0.02] = (240, 220, 40)
    pixels[(u > 0.55) & (u < 0.9) & (v > 0.15) & (v < 0.4)] = (20, 30, 60)
    pixels[(u > 0.1) & (v > 0.7) & (u + v < 1.2)] = (250, 250, 250)
    pixels[(u > 0.72) & (v > 0.62) & (v < 0.93) & (u < 0.8)] = (180, 20, 30)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def weave(width: int = 360, height: int = 360) -> Image.Image:
    """A textile pattern of the whole picture: fine, repeating, saturated colours."""
    y, x = np.mgrid[0:height, 0:width]
    u, v = 9 * x / width, 9 * y / height
    wave = np.abs((u + 0.6 * v * v / 9) % 2 - 1) * np.abs((v - 0.4 * u) % 2 - 1)
    pixels = np.stack([230 * wave + 20, 200 - 180 * wave, 90 + 120 * np.abs((u * v / 6) % 2 - 1)], axis=2)
    pixels[((3 * u).astype(int) + (2 * v).astype(int)) % 5 == 0] *= 0.45
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def haze(width: int = 420, height: int = 300) -> Image.Image:
    """What a camera sees: light and dark at every size, from clouds to grain, in muted colours."""
    random = np.random.default_rng(11)
    pixels = np.zeros((height, width, 3))
    for cells in (3, 6, 12, 24, 48):
        tones = random.integers(0, 256, (cells, cells, 3), dtype=np.uint8)
        smooth = Image.fromarray(tones).resize((width, height), Image.Resampling.BICUBIC)
        pixels += np.asarray(smooth) * (1.2 / cells**0.75)
    pixels -= pixels.min()
    return Image.fromarray((pixels * (235 / pixels.max()) + 10).astype(np.uint8))


def emblem(width: int = 300, height: int = 300) -> Image.Image:
    """A logo: few flat colours on white."""
    picture = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(picture)
    pen.ellipse((width * 0.08, height * 0.1, width * 0.7, height * 0.72), "#0b3d91")
    pen.polygon([(width * 0.3, height * 0.95), (width * 0.95, height * 0.9), (width * 0.6, height * 0.3)], "#e4572e")
    pen.rectangle((width * 0.2, height * 0.25, width * 0.42, height * 0.5), "#f3a712")
    pen.line((width * 0.1, height * 0.85, width * 0.9, height * 0.15), "black", round(width * 0.04))
    return picture


def cut_out(width: int = 320, height: int = 240) -> Image.Image:
    """The scene in a ragged hole: transparent around it, half transparent at one side."""
    mask = Image.new("L", (width, height), 0)
    pen = ImageDraw.Draw(mask)
    pen.polygon(
        [(width * 0.1, height * 0.2), (width * 0.8, height * 0.05), (width * 0.95, height * 0.9), (40, 200)], 255
    )
    pen.rectangle((width * 0.1, height * 0.4, width * 0.3, height * 0.7), 128)
    picture = scene(width, height).convert("RGBA")
    picture.putalpha(mask)
    return picture


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The picture as a file."""
    buffer = io.BytesIO()
    if kind == "HEIC":
        pillow_heif.from_pillow(image).save(buffer, **options)
    else:
        image.save(buffer, kind, **options)
    return buffer.getvalue()


def all_parts(data: bytes, budget: Budget = BUDGET) -> list[PartPicture]:
    """All pictures of a file, decoded as they are for rasters."""
    return list(parts(data, sniff(data), budget, side=WORKING_SIDE))


def first_part(data: bytes, budget: Budget = BUDGET) -> Decoded:
    """The picture that stands for a file; the others aren't decoded."""
    return next(parts(data, sniff(data), budget, side=WORKING_SIDE)).decoded


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, depth: int, colour: int, packed: bytes, *extra: bytes) -> bytes:
    """A PNG file of any depth and colour type, from compressed scan lines."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = [png_chunk(b"IHDR", header), *extra, png_chunk(b"IDAT", packed), png_chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def png16(pixels: NDArray[np.uint16], profile: bytes = b"") -> bytes:
    """A PNG with 16 bits a sample: grey for two dimensions, RGB for three."""
    height, width = pixels.shape[:2]
    rows = pixels.astype(">u2").reshape(height, -1)
    lines = b"".join(b"\x00" + row.tobytes() for row in rows)
    extra = [png_chunk(b"iCCP", b"made by a test\x00\x00" + zlib.compress(profile))] if profile else []
    return png(width, height, 16, 0 if pixels.ndim == 2 else 2, zlib.compress(lines), *extra)


def webp_claim(width: int, height: int) -> bytes:
    """A lossless WebP of 40 bytes that claims any size."""
    bits = 0x2F | (width - 1) << 8 | (height - 1) << 22
    body = b"WEBPVP8L" + struct.pack("<I", 20) + bits.to_bytes(5, "little") + bytes(15)
    return b"RIFF" + struct.pack("<I", len(body)) + body
