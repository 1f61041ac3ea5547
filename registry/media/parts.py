"""The pictures of a file, whatever its format: first the one that stands for it, then its pages, layers or pictures.

They come one at a time, so that only one of them is in memory. To be called in a sandbox's worker.
"""

import struct
import warnings
from collections.abc import Callable, Iterator

from PIL import Image

from registry.errors import MalformedMedia, MediaError
from registry.media.budget import Budget, within
from registry.media.decode import pictures
from registry.media.pdf import parts as pdf
from registry.media.picture import PartPicture
from registry.media.psd import parts as psd
from registry.media.sniff import MediaType
from registry.media.svg import parts as svg

Reader = Callable[[bytes, Budget, int], Iterator[PartPicture]]
"""Bytes that sniffing found to be of the format, the budget, and the side that no picture is reduced below."""

_DRAFTS: dict[MediaType, Reader] = {
    MediaType.PDF: pdf.parts,
    MediaType.PSD: psd.parts,
    MediaType.SVG: svg.parts,
}
"""The readers of formats that aren't mere pixels; all others are read by `decode`."""


def parts(data: bytes, media_type: MediaType, budget: Budget, *, side: int) -> Iterator[PartPicture]:
    """The pictures of a file of this type, at least one; neither side is reduced below `side` pixels.

    Raises `MalformedMedia`, `MediaTooLarge` or `MediaTooDeep`, at the first picture or at a later one; and MemoryError
    where the process is limited.
    """
    within("bytes", len(data), budget.size)
    shown = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            reader = _DRAFTS.get(media_type)
            drawn = pictures(data, media_type, budget, side) if reader is None else reader(data, budget, side)
            for picture in drawn:
                shown = True
                yield picture
    except (MediaError, MemoryError, RecursionError):
        raise
    except Exception as error:  # a damaged file makes parsers raise whatever they stumble over
        raise MalformedMedia(f"The {media_type.label} file is damaged: {_reason(error)}.") from error
    if not shown:
        raise MalformedMedia(f"The {media_type.label} file shows nothing: it has no page, layer or picture.")


_STUMBLES = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, UnicodeError, struct.error)
"""What parsers raise where they didn't look before they read: their words are about Python, and not about the file."""

_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


def _reason(error: Exception) -> str:
    """What is wrong with the file, in the parser's words where these are meant to be read."""
    if isinstance(error, _BOMBS):
        return "a picture in it is far larger than its header says"
    words = str(error).strip().rstrip(".")
    # Pillow passes on what it stumbled over as a SyntaxError.
    if isinstance(error, _STUMBLES) or isinstance(error.__cause__, _STUMBLES) or not words:
        return "its pieces don't fit together"
    return words
