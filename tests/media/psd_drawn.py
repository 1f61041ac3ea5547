"""PSD and PSB files that ask for too much, contradict themselves, or end early."""

import itertools
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import NamedTuple

from PIL import Image
from psd_tools.constants import Compression

from registry.errors import MalformedMedia, MediaTooDeep, MediaTooLarge
from tests.media.drawn import scene
from tests.media.psd_writer import (
    INDEXED,
    NOT_MERGED,
    Document,
    Layer,
    artb,
    block,
    document,
    drawn_layer,
    group,
    header,
    merged,
    resource,
)


class Hostile(NamedTuple):
    """A file that asks for too much, and which errors may answer it; none if it is to be read."""

    make: Callable[[], bytes]
    errors: tuple[type[Exception], ...]


_HUGE = 8900 * 8900
"""Pixels, just within the budget."""

_PICTURE = scene(160, 120)
_WHITE = merged([Image.new("L", (160, 120), 255)] * 3, Compression.RLE)
_RUNS = struct.pack(">H", 1)


def _claim(width: int, height: int, version: int = 1) -> bytes:
    return header(width, height, version=version) + bytes(4 * 3 if version == 1 else 4 * 2 + 8) + _RUNS + bytes(100)


def _layers(*layers: Layer, **changes: object) -> bytes:
    base = Document(160, 120, _WHITE, layers=layers)
    return replace(base, **changes).to_bytes()  # type: ignore[arg-type]


def _one_channel(box: tuple[int, int, int, int], packed: bytes, lengths: Sequence[int] | None = None) -> Layer:
    return Layer("bomb", box, [(number, packed) for number in range(3)], lengths=lengths)


@cache
def _deflated_nothing() -> bytes:
    return zlib.compress(bytes(4 * _HUGE), 9)


def _zip_bomb(way: int) -> Layer:
    """A layer that just fits, whose channels inflate to four times what it has room for."""
    return _one_channel((0, 0, 8900, 8900), struct.pack(">H", way) + _deflated_nothing())


def _endless_runs(side: int) -> bytes:
    """A channel whose every row expands to a hundred times its width."""
    row = b"\x81\x07" * (100 * side // 128 + 1)
    return _RUNS + struct.pack(">H", len(row)) * side + row * side


def _nested(depth: int) -> bytes:
    layers = [drawn_layer(_PICTURE, "inmost")]
    for number in range(depth):
        layers = group(f"group {number}", layers)
    return _layers(*layers)


def _deep_descriptor(depth: int) -> bytes:
    """A property with objects within objects, as psd-tools reads by recursion."""
    step = bytes(4) + b"null" + b"Objc" + struct.pack(">I", 0) + bytes(4) + b"null" + struct.pack(">I", 1)
    return block(b"artb", struct.pack(">I", 16) + step * depth)


def _truncated(quarters: int) -> bytes:
    whole = document(_PICTURE, [drawn_layer(_PICTURE)]).to_bytes()
    return whole[: len(whole) * quarters // 4]


def _resources(count: int) -> bytes:
    return replace(document(_PICTURE), resources=resource(1005, b"") * count).to_bytes()


def _lengths(offset: int, value: int) -> bytes:
    """A good file with one of its lengths overwritten."""
    whole = bytearray(document(_PICTURE, [drawn_layer(_PICTURE)]).to_bytes())
    struct.pack_into(">I", whole, offset, value)
    return bytes(whole)


HOSTILE: dict[str, Hostile] = {
    "psd of 13,000 by 13,000 in 138 bytes": Hostile(lambda: _claim(13_000, 13_000), (MediaTooLarge,)),
    "psd of 30,000 by 30,000": Hostile(lambda: _claim(30_000, 30_000), (MediaTooLarge,)),
    "psb of 300,000 by 300,000": Hostile(lambda: _claim(300_000, 300_000, version=2), (MediaTooLarge,)),
    "psb of four thousand million squared": Hostile(lambda: _claim(2**32 - 1, 2**32 - 1, version=2), (MediaTooLarge,)),
    "psd beyond its version": Hostile(lambda: _claim(30_001, 1), (MalformedMedia,)),
    "psd without width": Hostile(lambda: _claim(0, 100), (MalformedMedia,)),
    "psd within the budget and without data": Hostile(lambda: _claim(8900, 8900), (MalformedMedia,)),
    "psd that claims 32,767 layers": Hostile(lambda: _layers(count=32_767), (MediaTooLarge,)),
    "psd with 100,000 records": Hostile(
        lambda: _layers(*[Layer("")] * 100_000, count=100_000 - 2 * 65_536), (MediaTooLarge,)
    ),
    "psd with 1,000 layers of 8,900 by 8,900": Hostile(
        lambda: _layers(*[_one_channel((0, 0, 8900, 8900), bytes(8))] * 1000), (MediaTooLarge,)
    ),
    "psd with a layer of 2³¹ by 2³¹": Hostile(
        lambda: _layers(_one_channel((-(2**30), -(2**30), 2**30, 2**30), bytes(8))), (MediaTooLarge,)
    ),
    "psd with a layer of one pixel by 80 million": Hostile(
        lambda: _layers(_one_channel((0, 0, 80_000_000, 1), bytes(8)), resources=NOT_MERGED), (MediaTooLarge,)
    ),
    "psd with a huge layer and eight bytes for it": Hostile(
        lambda: _layers(_one_channel((0, 0, 8900, 8900), bytes(8))), (MalformedMedia,)
    ),
    "psd with a huge mask": Hostile(
        lambda: _layers(
            replace(drawn_layer(_PICTURE), mask=struct.pack(">4iBB", 0, 0, 30_000, 30_000, 0, 0) + bytes(2))
        ),
        (MediaTooLarge,),
    ),
    "psd whose rows expand a hundredfold": Hostile(
        lambda: _layers(_one_channel((0, 0, 2000, 2000), _endless_runs(2000))), ()
    ),
    "psd with 16 layers of nothing but runs": Hostile(
        lambda: _layers(*[_one_channel((0, 0, 8900, 8900), _runs(8900))] * 16), ()
    ),
    "psd with 25 layers of zip bombs with prediction": Hostile(lambda: _layers(*[_zip_bomb(3)] * 25), ()),
    "psd with 26 layers of zip bombs": Hostile(lambda: _layers(*[_zip_bomb(2)] * 26), (MediaTooLarge,)),
    "psd without a merged picture and with 25 layers of zip bombs": Hostile(
        lambda: _layers(*[_zip_bomb(3)] * 25, resources=NOT_MERGED), (MediaTooLarge,)
    ),
    "psd of idle bytes": Hostile(
        lambda: _layers(_one_channel((0, 0, 120, 150), _RUNS + b"\xff\xff" * 120 + b"\x80" * 65_535 * 120)),
        (MalformedMedia,),
    ),
    "psd with a zip bomb in each channel": Hostile(lambda: _layers(_zip_bomb(2)), ()),
    "psd with a zip bomb with prediction": Hostile(lambda: _layers(_zip_bomb(3)), ()),
    "psd with a zip bomb as its merged picture": Hostile(
        lambda: header(8900, 8900) + bytes(12) + struct.pack(">H", 2) + _deflated_nothing(), ()
    ),
    "psd of 32 bits with a zip bomb as its merged picture": Hostile(
        lambda: header(8900, 8900, depth=32) + bytes(12) + struct.pack(">H", 3) + _deflated_nothing(), (MediaTooLarge,)
    ),
    "psd with broken deflate": Hostile(
        lambda: _layers(_one_channel((0, 0, 120, 150), struct.pack(">H", 2) + b"\x78\x9c" + b"\xff" * 500)),
        (MalformedMedia,),
    ),
    "psd with 65 groups within groups": Hostile(lambda: _nested(65), (MediaTooDeep,)),
    "psd with 499 groups within groups": Hostile(lambda: _nested(499), (MediaTooDeep,)),
    "psd with ends of groups that never began": Hostile(
        lambda: _layers(*itertools.chain(*[group("", [])[:1] for _ in range(500)])), ()
    ),
    "psd with descriptors 100,000 deep": Hostile(
        lambda: _layers(replace(drawn_layer(_PICTURE), blocks=[_deep_descriptor(100_000)])), ()
    ),
    "psd with descriptors 100,000 deep for all layers": Hostile(
        lambda: document(_PICTURE, [drawn_layer(_PICTURE)], blocks=_deep_descriptor(100_000)).to_bytes(), ()
    ),
    "psd with an artboard that isn't a number": Hostile(
        lambda: _layers(*group("board", [], blocks=[artb(0, float("nan"), 100, float("inf"))])), ()
    ),
    "psd with layers inside out": Hostile(
        lambda: _layers(_one_channel((120, 160, 0, 0), bytes(40)), _one_channel((-5, -5, -9, -9), bytes(40))), ()
    ),
    "psd with a layer beside the canvas": Hostile(
        lambda: _layers(drawn_layer(_PICTURE, top=-(2**31), left=2**31 - 161)), ()
    ),
    "psd whose channels reach outside": Hostile(
        lambda: _layers(_one_channel((0, 0, 120, 160), bytes(40), [40, 2**32 - 1, 40])), (MalformedMedia,)
    ),
    "psd whose layers reach outside": Hostile(lambda: _lengths(34, 2**32 - 1), (MalformedMedia,)),
    "psd whose layers' layers reach outside": Hostile(lambda: _lengths(38, 2**31), (MalformedMedia,)),
    "psd whose layers are the length itself": Hostile(lambda: _lengths(34, 4), (MalformedMedia,)),
    "psb with a length of 2⁶³": Hostile(
        lambda: header(160, 120, version=2) + bytes(8) + struct.pack(">Q", 2**63) + bytes(50), (MalformedMedia,)
    ),
    "psd whose resources are longer than the file": Hostile(lambda: _lengths(30, 2**31), (MalformedMedia,)),
    "psd with a million resources": Hostile(lambda: _resources(1_000_000), (MediaTooLarge,)),
    "psd with a resource that reaches outside": Hostile(
        lambda: replace(
            document(_PICTURE), resources=b"8BIM" + struct.pack(">HHI", 1036, 0, 2**31) + bytes(20)
        ).to_bytes(),
        (MalformedMedia,),
    ),
    "psd with a thumbnail of 20 MB": Hostile(
        lambda: replace(document(_PICTURE), resources=resource(1036, bytes(20 << 20))).to_bytes(), ()
    ),
    "psd with a million properties": Hostile(
        lambda: _layers(replace(drawn_layer(_PICTURE), blocks=[block(b"xxxx", b"")] * 1_000_000)), (MediaTooLarge,)
    ),
    "psd with 7 bits a sample": Hostile(lambda: header(160, 120, depth=7) + bytes(20), (MalformedMedia,)),
    "psd with 32 bits of palette": Hostile(
        lambda: header(160, 120, 1, depth=32, mode=INDEXED) + bytes(20), (MalformedMedia,)
    ),
    "psd of palette without a palette": Hostile(
        lambda: header(160, 120, 1, mode=INDEXED) + bytes(14) + bytes(160 * 120), (MalformedMedia,)
    ),
    "psd in colour mode 5": Hostile(lambda: header(160, 120, mode=5) + bytes(20), (MalformedMedia,)),
    "psd without channels": Hostile(lambda: header(160, 120, 0) + bytes(20), (MalformedMedia,)),
    "psd with 57 channels": Hostile(lambda: header(160, 120, 57) + bytes(20), (MalformedMedia,)),
    "psd with 56 channels of 8,000 by 8,000": Hostile(lambda: header(8000, 8000, 56) + bytes(12) + _runs(8000, 56), ()),
    "psd with a layer of 65,535 channels": Hostile(
        lambda: _layers(Layer("wide", (0, 0, 120, 160), [(0, bytes(2))] * 65_535)), ()
    ),
    "psd packed in an unknown way": Hostile(
        lambda: header(160, 120) + bytes(12) + struct.pack(">H", 9) + bytes(160 * 120 * 3), (MalformedMedia,)
    ),
    "psd cut to its header": Hostile(lambda: header(160, 120), (MalformedMedia,)),
    **{f"psd cut to {n} of its quarters": Hostile(partial(_truncated, n), (MalformedMedia,)) for n in (1, 2, 3)},
}
"""What is in them → how to make them, and what may be said of them."""


def _runs(side: int, channels: int = 1) -> bytes:
    """Channels of one colour: the most pixels that PackBits gives for a byte."""
    full, rest = divmod(side, 128)
    row = b"\x81\x07" * full + (struct.pack("b", 1 - rest) + b"\x07" if rest > 1 else b"\x00\x07" * rest)
    return _RUNS + struct.pack(">H", len(row)) * side * channels + row * side * channels
