"""What `tests.bench.sandbox` has read: picture jobs, and what a hostile draft does. Imported by workers."""

from registry.fingerprint.pdq import PDQRaster
from registry.fingerprint.phash import PHash
from registry.media.budget import Budget
from registry.media.parts import parts
from registry.media.raster import WORKING_SIDE, rasters
from registry.media.sniff import sniff

_SCHEMES = (PHash(), PDQRaster())


def read(data: bytes) -> list[tuple[bytes, int]]:
    """Decodes a file and computes its fingerprints."""
    return [
        scheme.compute(raster)
        for part in parts(data, sniff(data), Budget(), side=WORKING_SIDE)
        for _, raster in rasters(part.decoded)
        for scheme in _SCHEMES
    ]


def burn() -> None:
    """Computes for ever."""
    while True:
        pass


def eat() -> None:
    """Takes all memory that there is, touches it, and computes on it for ever."""
    eaten = []
    try:
        while True:
            eaten.append(bytearray(b"x") * (16 << 20))
    except MemoryError:
        while True:
            eaten[0].count(b"y")


def descend(depth: int) -> int:
    """Calls itself for ever."""
    return descend(depth + 1)
