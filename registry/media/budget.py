"""What a file may ask for, held against its header before anything costly begins."""

from dataclasses import dataclass

from registry.errors import MediaTooLarge


@dataclass(frozen=True, slots=True)
class Budget:
    """What a file may ask for, judged by its header. `total_pixels` counts those of all frames or layers together.

    The largest picture taken has 320 MB when decoded as RGBA, which leaves room in a worker's memory limit of 1 GiB
    and a little. AVIF's and HEIC's decoders need twice that; WebP's needs four times as much, and meets the limit from
    45 million pixels on.

    `pages` and `layers` are how many a draft may have at all; `parts` is how many pictures of it are looked at, the
    first or the largest ones. `nodes` and `depth` bound trees: the elements of an SVG, groups within groups.
    """

    size: int = 64 << 20
    pixels: int = 80_000_000
    frames: int = 1000
    total_pixels: int = 2_000_000_000
    pages: int = 200
    layers: int = 1000
    parts: int = 200
    nodes: int = 100_000
    depth: int = 64


def within(what: str, actual: int, limit: int) -> None:
    """Raises MediaTooLarge where `actual` is over `limit`."""
    if actual > limit:
        raise MediaTooLarge(what=what, limit=limit, actual=actual)
