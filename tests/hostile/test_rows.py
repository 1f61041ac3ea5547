"""What hostile files once did to a reader of this kind, one row each, and what they come to now."""

import time
from collections.abc import Iterator

import pytest

from registry.errors import MediaError
from registry.intake.desk import IntakeDesk
from tests.hostile.files import CASES, HEAVY
from tests.hostile.service import ANSWERED_WITHIN, OVERLOADED

ROWS: dict[str, tuple[str, ...]] = {
    "PNG 13k² RGBA, 657 KB": ("pixels: png of 13,000 by 13,000", "pixels: png of 8,900 by 8,900 in 310 KB"),
    "WebP 13k², 40 bytes": (
        "pixels: webp of 13,000 by 13,000 in 40 bytes",
        "pixels: webp of 8,900 by 8,900 in 40 bytes",
    ),
    "AVIF 13k², 3.5 KB": (
        "avif: 13,000 by 13,000 in 4 KB",
        "avif: 13,000 by 13,000 that says 8,000 by 8,000",
        "pixels: avif that says 64 by 64 and codes 4,000 by 4,000",
    ),
    "GIF, 200 frames of 3000²": (
        "pixels: gif with 200 frames of 3,000 by 3,000",
        "pixels: gif with 300 frames of 3,000 by 3,000",
    ),
    "`.jpg` holding PostScript": (
        "pixels: PostScript called jpeg",
        "pixels: PostScript behind a jpeg's first bytes",
        "pixels: jpeg with PostScript in it",
    ),
    "SVG with an `href` to a file": ("svg: image from a file", "svg: use of a file", "svg: drawing in a drawing"),
    "SVG 100k × 100k; 200k nested groups; blur": (
        "svg: size: canvas of 100,000",
        "svg: deep groups",
        "svg: huge blur",
    ),
    "PDF 3.9 KB, double Flate; 44 KB, 300k operators": (
        "pdf: pdf of 5 KB that inflates twice to 3 GB",
        "pdf: pdf that fills its page 300,000 times",
    ),
    "PDF page of 14,400 pt": ("pdf: pdf of 200 pages of 14,400 points", "pdf: pdf of a page of 10⁹ points"),
    "PSD 13k²": ("psd: psd of 13,000 by 13,000 in 138 bytes",),
    # "HLS or ffconcat named .mp4" and "video of 1 h at 1000 fps" come with video; until then no film is read at all.
}
"""What was seen → the files that would do it again."""


@pytest.fixture(scope="module")
def desk() -> Iterator[IntakeDesk]:
    with IntakeDesk(workers=1) as desk:
        desk.start()
        yield desk


@pytest.mark.parametrize("row", ROWS)
def test_a_row(desk: IntakeDesk, row: str) -> None:
    for name in ROWS[row]:
        data = CASES[name].make()
        start = time.monotonic()
        error = desk.take_in_soon(data, keep=True).exception()
        assert time.monotonic() - start < OVERLOADED * ANSWERED_WITHIN
        assert error is None or isinstance(error, MediaError)
        assert CASES[name].answered_by(None if error is None else type(error)), (name, error)


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 40
    assert CASES.keys() > HEAVY
