"""All hostile files by name, in one shape: `CASES`. What they are of stands before the colon.

Each format's own files stand beside its tests, in tests/media; here they meet those that are of two formats or none.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from registry.errors import (
    MalformedMedia,
    MediaError,
    MediaTooHungry,
    MediaTooLarge,
    MediaTooSlow,
    UnsupportedMedia,
    WorkerDied,
)
from registry.media.sniff import MediaType
from tests.hostile.headers import BILLIONS, avif_bomb, wrong_headers
from tests.hostile.polyglots import POLYGLOTS
from tests.media import pdf_drawn, psd_drawn, raster_hostile, svg_hostile

_BY_LIMITS = {MediaTooSlow, MediaTooHungry, WorkerDied}

_DRAWN_SMALL = {MediaType.SVG, MediaType.PDF}


@dataclass(frozen=True)
class Case:
    """How to make a file, and what may be said of it: one of these errors, or, if it may be `read`, what it shows.

    What has `ended` files is a worker's limits alone, for the most part seconds after they were taken up.
    """

    make: Callable[[], bytes]
    errors: frozenset[type[MediaError]]
    read: bool

    @property
    def ended(self) -> bool:
        return bool(self.errors & _BY_LIMITS)

    def answered_by(self, error: type[MediaError] | None) -> bool:
        """Whether this is an answer that the file may have; None if it was read.

        What a machine reads in a few seconds, a slower one gives up.
        """
        if error is None:
            return self.read
        return error in self.errors or (self.read and error is MediaTooSlow)


def _case(make: Callable[[], bytes], errors: Iterable[type[Exception]]) -> Case:
    """Without an error the file is to be read; what only limits end may be read on a faster machine."""
    typed = frozenset(error for error in errors if issubclass(error, MediaError))
    return Case(make, typed, read=typed <= _BY_LIMITS)


def _gathered() -> Iterator[tuple[str, Case]]:
    groups: dict[str, Mapping[str, tuple[Callable[[], bytes], tuple[type[Exception], ...]]]] = {
        "svg": svg_hostile.HOSTILE,
        "pdf": pdf_drawn.HOSTILE,
        "psd": psd_drawn.HOSTILE,
        "pixels": raster_hostile.HOSTILE,
        "polyglot": POLYGLOTS,
    }
    for group, files in groups.items():
        for name, (make, errors) in files.items():
            yield f"{group}: {name}", _case(make, errors)
    yield "avif: 13,000 by 13,000 in 4 KB", _case(avif_bomb, (MediaTooLarge,))
    yield "avif: 13,000 by 13,000 that says 8,000 by 8,000", _case(partial(avif_bomb, 8000), (MediaTooHungry,))
    for name, make in wrong_headers():
        yield f"header: {name}", _case(make, (MalformedMedia, MediaTooLarge, UnsupportedMedia))
    for media_type, make in BILLIONS.items():
        small = media_type in _DRAWN_SMALL
        yield f"billions of pixels: {media_type.label}", _case(make, () if small else (MediaTooLarge,))


CASES: dict[str, Case] = dict(_gathered())

HEAVY = frozenset(
    {
        "pdf: pdf of 200 pages of 14,400 points",
        "pixels: png of 8,900 by 8,900 in 310 KB",
        "psd: psd with 16 layers of nothing but runs",
        "psd: psd with 25 layers of zip bombs with prediction",
        "psd: psd with 56 channels of 8,000 by 8,000",
        "psd: psd with a zip bomb as its merged picture",
        "psd: psd with a zip bomb in each channel",
        "psd: psd with a zip bomb with prediction",
        "svg: embedded pictures, many and large",
        "svg: huge blur",
        "svg: wide morphology",
    }
)
"""Those that take a second or more of honest work: as much as the budget allows."""
