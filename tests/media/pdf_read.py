"""PDFs as `registry.media.parts` reads them, and which of their parts a picture is near to."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from registry.fingerprint.pdq import colours, pdq
from registry.media.budget import Budget
from registry.media.parts import parts
from registry.media.picture import PartPicture
from registry.media.raster import WORKING_SIDE, rasters
from registry.media.shrink import small
from registry.media.sniff import MediaType
from tests.media.pdf_writer import Writer

BITS = 31
"""Up to this distance of PDQ a copy is blocked."""


def read(data: bytes, budget: Budget | None = None) -> list[PartPicture]:
    return list(parts(data, MediaType.PDF, budget or Budget(), side=WORKING_SIDE))


def names(found: list[PartPicture]) -> list[str]:
    return [part.name for part in found]


def pixels(part: PartPicture) -> NDArray[np.uint8]:
    return np.asarray(part.decoded.picture)


def code(image: Image.Image | PartPicture) -> int:
    decoded = image.decoded if isinstance(image, PartPicture) else small(image, WORKING_SIDE)
    (_, raster), *_ = rasters(decoded)
    return int.from_bytes(pdq(colours(raster))[0], "big")


def near(image: Image.Image, found: list[PartPicture]) -> list[str]:
    return [part.name for part in found if (code(part) ^ code(image)).bit_count() <= BITS]


def one_page(content: str, resources: str = "") -> bytes:
    writer = Writer()
    writer.page(content, resources=resources)
    return writer.written()
