"""The standard outlines, as `drawings` drew them, ready to be compared."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from registry.fingerprint.universal.outline import RAYS, RINGS, Floats

WEIGHTS: Floats = ((np.arange(RINGS)[:, None] + 0.5) / RINGS).astype(np.float32)
"""How large a cell of each ring is."""


@dataclass(frozen=True, slots=True)
class Standards:
    """All standard outlines.

    `details` says of each cell whether the thing's own details may lie there, shape (count, RINGS, RAYS); a shape has
    none. `areas` are the weighted sums of the signatures, `spectra` the conjugates of their transforms along the rays,
    shape (frequencies, count, RINGS).
    """

    names: tuple[str, ...]
    details: NDArray[np.bool_]
    areas: Floats
    spectra: NDArray[np.complex64]


def _read() -> dict[str, NDArray[np.generic]]:
    with np.load(Path(__file__).with_name("standards.npz"), allow_pickle=False) as held:
        return {name: held[name] for name in held.files}


_HELD = _read()
"""Read on import: a process that reads pictures can open no file later."""


@cache
def standards() -> Standards:
    """All standard outlines, unpacked when first asked for."""
    signatures, details = (
        np.unpackbits(np.asarray(_HELD[name], dtype=np.uint8), axis=2, count=RAYS) for name in ("signatures", "details")
    )
    return Standards(
        names=tuple(str(name) for name in _HELD["names"]),
        details=details.astype(np.bool_),
        areas=np.asarray((signatures * WEIGHTS).sum(axis=(1, 2)), dtype=np.float32),
        spectra=np.ascontiguousarray(np.fft.rfft(signatures, axis=2).conj().transpose(2, 0, 1)).astype(np.complex64),
    )
