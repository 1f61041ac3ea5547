"""The jobs of the sandbox, by name: whoever submits one imports no decoder, and a worker has them all."""

from typing import TYPE_CHECKING

from registry.intake.taken import Asked, Closer, Intake, Query
from registry.works import Recoded

if TYPE_CHECKING:
    from registry.findings import Placement
    from registry.media.budget import Budget

PRELOAD = (__name__, "registry.intake.reading", "registry.intake.warmed", "registry.media.overlay", "scipy.fftpack")
"""What workers import before their first job; the last is what imagehash imports when it's called."""


def read_work(data: bytes, budget: "Budget | None", keep: bool) -> Intake:
    """A file to register."""
    from registry.intake import reading  # noqa: PLC0415 - decoders are for workers

    return reading.read_work(data, budget, keep=keep)


def read_query(data: bytes, budget: "Budget | None") -> Query:
    """A listing picture to check."""
    from registry.intake import reading  # noqa: PLC0415 - decoders are for workers

    return reading.read_query(data, budget)


def read_closer(asked: Asked) -> Closer:
    """A picture that was read before, looked at closer."""
    from registry.intake import reading  # noqa: PLC0415 - decoders are for workers

    return reading.read_closer(asked)


def read_kept(raster: bytes) -> tuple[Recoded, ...]:
    """A work's canonical pictures, for the schemes of today."""
    from registry.intake import reading  # noqa: PLC0415 - decoders are for workers

    return reading.read_kept(raster)


def draw_overlay(work: bytes, asked: bytes, placement: "Placement") -> bytes:
    """Two small pictures of the registry's own, and where one lies in the other, drawn as one JPEG."""
    from registry.media import overlay  # noqa: PLC0415 - decoders are for workers

    return overlay.overlay(work, asked, placement)
