"""PSD and PSB files: the picture of the whole, its artboards, and the layers worth showing.

    1. take apart      the header and the layers' records, against the budget, before any pixel is unpacked
    2. the whole       the merged picture; where it was saved without one, its layers laid on one another
    3. artboards       cut out of the whole
    4. layers          each by itself, with its own transparency

Hidden layers stay out, and so does what lies in hidden groups or is clipped to a hidden layer: designers hide what
nobody is to see, and a match would tell that it is there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from PIL import Image

from registry.media.budget import Budget, within
from registry.media.picture import Decoded, PartPicture, clean_name
from registry.media.psd.file import PSDFile, read
from registry.media.psd.laid import laid, least_factor, to_be_laid
from registry.media.psd.layout import Box, Divider, Pixels
from registry.media.psd.pixels import alpha_of, effort, paint
from registry.media.shrink import small
from registry.works import PartKind

_LEAST_SIDE = 64
"""An artboard or a layer is worth showing from this many pixels on, on both sides…"""

_LEAST_SHARE = 100
"""…and a layer only if it is no less than one part in so many of the canvas."""

_LONGEST_SIDE = 300_000
"""In pixels, the format's own bound. Pillow takes eight bytes for a row beside its pixels, and a row may have one."""

_MOST_EFFORT = 1_200_000_000
"""By `effort`, for one file: its whole, and five layers of 8,000 × 6,000 pixels, or as many more as are smaller."""


@dataclass(frozen=True, slots=True)
class _Named:
    """An artboard, or a layer, which has pixels."""

    name: str
    box: Box
    pixels: Pixels | None = None


def parts(data: bytes, budget: Budget, side: int) -> Iterator[PartPicture]:
    """The whole, then artboards and layers from the back to the front; of too many, the largest.

    Only the merged picture minds blending and effects. A layer is what its pixels and its mask make of it, cropped to
    what isn't transparent; layers of vectors, fills and adjustments have no pixels.

    Raises `MalformedMedia`, `MediaTooLarge`, `MediaTooDeep`; `UnsupportedMedia` where nothing shows the whole.
    """
    # 1. take apart
    file = read(data, budget)
    _check_sizes(file, budget)
    spent = sum(effort(file, pixels) for pixels in ([file.merged] if file.merged else to_be_laid(file)))
    within("bytes of unpacked pixels", spent, _MOST_EFFORT)
    artboards = _largest(file, _artboards(file), budget.parts - 1, _MOST_EFFORT)
    layers = _largest(file, _layers(file), budget.parts - 1 - len(artboards), _MOST_EFFORT - spent)

    # 2. the whole
    factor = max(1, min(box.shorter for box in (file.canvas, *(one.box for one in artboards))) // side)
    if file.merged:
        whole = paint(file, file.merged, alpha_of(file, file.merged), file.canvas, factor)
    else:
        factor = max(factor, least_factor(file))
        whole = laid(file, factor)
    yield PartPicture(PartKind.WHOLE, "", _small(whole, file.canvas, factor, side))

    # 3. artboards
    for board in artboards:
        top, left, bottom, right = (round(edge / factor) for edge in board.box)
        cut = whole.crop((left, top, max(right, left + 1), max(bottom, top + 1)))
        yield PartPicture(PartKind.ARTBOARD, board.name, _small(cut, board.box, factor, side))
    del whole

    # 4. layers
    for layer in layers:
        if layer.pixels and (drawn := _drawn(file, layer.pixels, side)):
            yield PartPicture(PartKind.LAYER, layer.name, drawn)


def _check_sizes(file: PSDFile, budget: Budget) -> None:
    """Holds what layers would show against the budget; those that are hidden are never unpacked."""
    total = 0
    for record in file.records:
        if record.pixels and record.opacity:
            total += record.box.area
            for box in (record.box, *([record.pixels.mask.box] if record.pixels.mask else [])):
                within("pixels along one side of a layer", max(box.width, box.height), _LONGEST_SIDE)
                within("pixels in one layer", box.area, budget.pixels)
    within("pixels in all its layers", total, budget.total_pixels)


def _artboards(file: PSDFile) -> list[_Named]:
    boards: list[_Named] = []
    for record in file.records:
        if record.artboard and record.opacity:
            box = record.artboard.within(file.canvas)
            if box.shorter >= _LEAST_SIDE and box != file.canvas:
                boards.append(_Named(clean_name(record.name, f"Artboard {len(boards) + 1}"), box))
    return boards


def _layers(file: PSDFile) -> list[_Named]:
    """The layers worth showing, judged by their records."""
    shown = [record for record in file.records if record.opacity and record.divider is Divider.LAYER]
    if len(shown) == 1 and shown[0].box == file.canvas:
        return []  # it shows what the whole does
    return [
        _Named(clean_name(record.name, f"Layer {number}"), record.box, record.pixels)
        for number, record in enumerate(shown, 1)
        if record.pixels and _is_worth_showing(file, record.box)
    ]


def _is_worth_showing(file: PSDFile, box: Box) -> bool:
    return box.shorter >= _LEAST_SIDE and box.area * _LEAST_SHARE >= file.canvas.area


def _largest(file: PSDFile, parts: list[_Named], limit: int, most_effort: int) -> list[_Named]:
    """The largest of them that the limits allow, in the order that they came in."""
    taken: list[int] = []
    for place in sorted(range(len(parts)), key=lambda place: -parts[place].box.area):
        pixels = parts[place].pixels
        cost = effort(file, pixels) if pixels else 0
        if len(taken) < limit and cost <= most_effort:
            most_effort -= cost
            taken.append(place)
    return [parts[place] for place in sorted(taken)]


def _drawn(file: PSDFile, pixels: Pixels, side: int) -> Decoded | None:
    """A layer alone; None where too little of it isn't transparent."""
    alpha = alpha_of(file, pixels)
    box = Box(0, 0, pixels.box.height, pixels.box.width)
    if alpha:
        left, top, right, bottom = alpha.getbbox() or (0, 0, 0, 0)
        box = Box(top, left, bottom, right)
        if not _is_worth_showing(file, box):
            return None
    factor = max(1, box.shorter // side)
    return _small(paint(file, pixels, alpha, box, factor), box, factor, side)


def _small(picture: Image.Image, box: Box, factor: int, side: int) -> Decoded:
    """A picture of `box`, which was reduced by `factor` as it was painted, reduced as far as it may be."""
    decoded = small(picture, side)
    width, height = decoded.extent
    filled = (
        width * min(1, box.width / factor / picture.width),
        height * min(1, box.height / factor / picture.height),
    )
    return replace(decoded, width=box.width, height=box.height, extent=filled)
