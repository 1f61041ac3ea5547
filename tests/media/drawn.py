"""Pictures drawn by code, and ways to write them that Pillow doesn't offer."""

import io
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw


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
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, depth: int, colour: int, packed: bytes, *extra: bytes) -> bytes:
    """A PNG file of any depth and colour type, from compressed scan lines."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = [png_chunk(b"IHDR", header), *extra, png_chunk(b"IDAT", packed), png_chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def png16(pixels: NDArray[np.uint16]) -> bytes:
    """A PNG with 16 bits a sample: grey for two dimensions, RGB for three."""
    height, width = pixels.shape[:2]
    rows = pixels.astype(">u2").reshape(height, -1)
    lines = b"".join(b"\x00" + row.tobytes() for row in rows)
    return png(width, height, 16, 0 if pixels.ndim == 2 else 2, zlib.compress(lines))


def webp_claim(width: int, height: int) -> bytes:
    """A lossless WebP of 40 bytes that claims any size."""
    bits = 0x2F | (width - 1) << 8 | (height - 1) << 22
    body = b"WEBPVP8L" + struct.pack("<I", 20) + bits.to_bytes(5, "little") + bytes(15)
    return b"RIFF" + struct.pack("<I", len(body)) + body
