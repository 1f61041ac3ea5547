"""Files of every format of pixels, with the codes that they must have: what pins the decoders.

    python -m tests.media.vectors           writes the codes anew, and the files that are missing
    python -m tests.media.vectors --check   prints how far the installed libraries are from them; 1 if it is too far

Pixels → codes is exact (tests/fingerprint/vectors.py). Bytes → codes goes through decoders, which change with Pillow
and libheif, so there is a tolerance. The files stay as they are: encoders change too, and these bytes are what counts.
A change of codes.json by more than the tolerance is a change of what is registered.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import PIL
from PIL import ExifTags, Image

from registry.fingerprint.pdq import PDQRaster
from registry.fingerprint.phash import PHash
from registry.media.raster import rasters
from tests.media import profiles
from tests.media.drawn import all_parts, cut_out, emblem, encoded, png16, scene
from tests.media.lookalikes import ycck
from tests.media.tiff_drawn import page, tiff

FOLDER = Path(__file__).parents[1] / "vectors" / "media"
CODES = FOLDER / "codes.json"

TOLERANCE = {PDQRaster.name: 2, PHash.name: 2}
"""Bits that a code may move between versions of the decoders.

Between Pillow 12.0.0 and 13.0.0 none of them moves at all, with libjpeg-turbo 3.1.2 and 3.2.0, libavif 1.3.0 and
1.4.2, Little CMS 2.17 and 2.19. Two is the least that a PDQ code can move by, half of whose bits are always set.
"""

SCENE = scene(200, 150)
SMALL = scene(96, 72)


def drawn() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """File names, and how each was first made."""
    sideways = Image.Exif()
    sideways[ExifTags.Base.Orientation] = 6
    adobe, wide = profiles.ADOBE_LIKE, profiles.P3_LIKE
    deep = np.asarray(SMALL).astype(np.uint16) * 257

    def told(space: profiles.Space, kind: str, **options: Any) -> bytes:
        numbers = Image.fromarray((profiles.stored(SCENE, space) * 255).round().astype(np.uint8))
        return encoded(numbers, kind, icc_profile=profiles.rgb_profile(space), **options)

    def inked() -> bytes:
        profile = profiles.ink_profile(1.6, steps=4)
        return encoded(profiles.inked(SCENE, 1.6), "JPEG", quality=85, icc_profile=profile)

    yield "baseline.jpg", lambda: encoded(SCENE, "JPEG", quality=85)
    yield "progressive.jpg", lambda: encoded(SCENE, "JPEG", quality=85, progressive=True)
    yield "large.jpg", lambda: encoded(scene(900, 800), "JPEG", quality=25)
    yield "sideways.jpg", lambda: encoded(SCENE, "JPEG", quality=85, exif=sideways)
    yield "adobe-rgb.jpg", lambda: told(adobe, "JPEG", quality=85)
    yield "cmyk.jpg", inked
    yield "ycck.jpg", lambda: ycck(SMALL)
    yield "plain.png", lambda: encoded(SMALL, "PNG")
    yield "cut-out.png", lambda: encoded(cut_out(320, 240).quantize(24), "PNG")
    yield "sixteen.png", lambda: png16(deep[::2, ::2])
    yield "palette.gif", lambda: encoded(emblem(160, 160).quantize(16), "GIF")
    yield "lossy.webp", lambda: encoded(SCENE, "WEBP", quality=80)
    yield "cut-out.webp", lambda: encoded(cut_out(320, 240), "WEBP", quality=80)
    yield (
        "pages.tiff",
        lambda: encoded(
            emblem(120, 120), "TIFF", compression="tiff_lzw", save_all=True, append_images=[emblem(120, 120).rotate(90)]
        ),
    )
    yield "sixteen.tiff", lambda: tiff([page(deep[::2, ::2], 2)])
    yield "palette.bmp", lambda: encoded(SMALL.quantize(64), "BMP")
    yield "plain.avif", lambda: encoded(SCENE, "AVIF", quality=75)
    yield "sideways.avif", lambda: encoded(SCENE, "AVIF", quality=75, exif=sideways.tobytes())
    yield "cut-out.avif", lambda: encoded(cut_out(), "AVIF", quality=75)
    yield "plain.heic", lambda: encoded(SCENE, "HEIC", quality=75)
    yield "sideways.heic", lambda: encoded(SCENE, "HEIC", quality=75, exif=sideways.tobytes())
    yield "display-p3.heic", lambda: told(wide, "HEIC", quality=75)
    yield "cut-out.heic", lambda: encoded(cut_out(), "HEIC", quality=75)


def computed(data: bytes) -> dict[str, Any]:
    """What the code and the libraries at hand make of a file."""
    found: dict[str, Any] = {"sha256": hashlib.sha256(data).hexdigest(), "parts": []}
    for part in all_parts(data):
        codes = {
            ground.value: {scheme.name: scheme.compute(raster)[0].hex() for scheme in (PDQRaster(), PHash())}
            for ground, raster in rasters(part.decoded)
        }
        size = [part.decoded.width, part.decoded.height]
        found["parts"].append({"kind": part.kind.value, "name": part.name, "size": size, "codes": codes})
    return found


def distances() -> dict[str, dict[str, int]]:
    """File → scheme → bits between the codes on record and those of the libraries at hand, the most of its parts.

    Raises ValueError where anything else differs: the bytes, parts, sizes or grounds.
    """
    found: dict[str, dict[str, int]] = {}
    for name, expected in json.loads(CODES.read_text()).items():
        actual = computed((FOLDER / name).read_bytes())
        if _shape(actual) != _shape(expected):
            raise ValueError(f"{name}: {_shape(actual)} instead of {_shape(expected)}")
        found[name] = dict.fromkeys(TOLERANCE, 0)
        for one, other in zip(actual["parts"], expected["parts"], strict=True):
            for ground, codes in one["codes"].items():
                for scheme, code in codes.items():
                    bits = (int(code, 16) ^ int(other["codes"][ground][scheme], 16)).bit_count()
                    found[name][scheme] = max(found[name][scheme], bits)
    return found


def _shape(vector: dict[str, Any]) -> tuple[object, ...]:
    parts = [(part["kind"], part["name"], part["size"], sorted(part["codes"])) for part in vector["parts"]]
    return vector["sha256"], parts


def main() -> int:
    """Writes or checks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        bits = distances()
        sys.stdout.write(json.dumps({"pillow": PIL.__version__, "bits": bits}) + "\n")
        return int(any(moved > TOLERANCE[scheme] for moves in bits.values() for scheme, moved in moves.items()))
    FOLDER.mkdir(exist_ok=True)
    vectors = {}
    for name, make in drawn():
        file = FOLDER / name
        if not file.exists():
            file.write_bytes(make())
        vectors[name] = computed(file.read_bytes())
    CODES.write_text(json.dumps(vectors, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
