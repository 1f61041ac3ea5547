"""The pictures that pin raster and codes; `python -m tests.fingerprint.vectors` writes vectors.json anew.

A change of that file is a change of what is registered: it needs a new `RASTER_VERSION` or a new scheme name.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from registry.fingerprint.detail import detail
from registry.fingerprint.pdq import PDQRaster
from registry.fingerprint.phash import PHash
from registry.media.raster import RASTER_VERSION, rasters
from tests.media.drawn import cut_out, encoded, first_part, png16, scene

VECTORS = Path(__file__).with_name("vectors.json")


def files() -> Iterator[tuple[str, bytes]]:
    """Lossless files of every path through the raster: plain, scaled up, reduced, transparent, 16 bits."""
    yield "scene", encoded(scene(), "PNG")
    yield "small scene", encoded(scene(40, 90), "PNG")
    yield "large scene", encoded(scene(1700, 1301), "PNG")
    yield "cut out", encoded(cut_out(), "PNG")
    yield "16 bits", png16(np.asarray(scene().convert("L")).astype(np.uint16) * 257)


def computed() -> dict[str, Any]:
    """What the code at hand makes of the pictures."""
    found: dict[str, Any] = {"raster version": RASTER_VERSION}
    for name, data in files():
        for ground, raster in rasters(first_part(data)):
            phash, _ = PHash().compute(raster)
            pdq, quality = PDQRaster().compute(raster)
            found[f"{name}, {ground}"] = {
                "raster sha256": hashlib.sha256(raster.tobytes()).hexdigest(),
                PHash.name: phash.hex(),
                PDQRaster.name: pdq.hex(),
                "quality": quality,
                "detail": detail(raster, quality).value,
            }
    return found


if __name__ == "__main__":
    VECTORS.write_text(json.dumps(computed(), indent=2) + "\n")
