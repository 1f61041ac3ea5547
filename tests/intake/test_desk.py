"""A file's one trip through the sandbox, and what comes back."""

import io
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict

import numpy as np
import psutil
import pytest
from PIL import Image

from registry.errors import MalformedMedia, MediaTooLarge, UnsupportedMedia, WorkerDied
from registry.findings import Orientation
from registry.intake.desk import IntakeDesk
from registry.intake.reading import SCHEMES, read_query, read_work
from registry.intake.taken import Intake
from registry.media.budget import Budget
from registry.works import Codes, Detail, Fingerprint, Ground, Part, PartKind
from tests.media.drawn import cut_out, encoded, png16, scene, webp_claim

SCENE = encoded(scene(), "PNG")


@pytest.fixture(scope="module")
def desk() -> Iterator[IntakeDesk]:
    with IntakeDesk(workers=2) as desk:
        yield desk


def distance(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()


def fingerprints(intake: Intake) -> tuple[Fingerprint, ...]:
    """Those of the part that stands for the work."""
    return intake.parts[0].fingerprints


def test_a_work_is_taken_in(desk: IntakeDesk) -> None:
    intake = desk.take_in(SCENE)
    assert type(intake) is Intake
    assert (intake.media_type, intake.width, intake.height) == ("image/png", 320, 240)
    assert intake.detail is Detail.DISTINCT
    assert [(one.scheme, one.ground, len(one.code)) for one in fingerprints(intake)] == [
        ("phash-v1", Ground.OPAQUE, 8),
        ("pdq-raster-v1", Ground.OPAQUE, 32),
    ]
    assert all(0 < one.quality <= 100 for one in fingerprints(intake))
    phash, pdq = (one.code for one in fingerprints(intake))
    assert [one.part for one in intake.parts] == [Part(0, PartKind.WHOLE, "", 320, 240, Detail.DISTINCT)]
    assert intake.parts[0].codes == {Ground.OPAQUE: Codes(pdq=pdq, phash=phash)}
    assert Image.open(io.BytesIO(intake.parts[0].thumbnail)).size == (320, 240)


def test_workers_and_this_process_agree(desk: IntakeDesk) -> None:
    assert desk.take_in(SCENE) == read_work(SCENE, Budget(), keep=True)
    assert desk.look_at(SCENE) == read_query(SCENE, Budget())


def test_a_listing_is_looked_at_in_eight_orientations(desk: IntakeDesk) -> None:
    work = desk.take_in(SCENE)
    phash, pdq = (one.code for one in fingerprints(work))
    listing = scene().transpose(Image.Transpose.FLIP_LEFT_RIGHT).transpose(Image.Transpose.ROTATE_90)
    query = desk.look_at(encoded(listing, "JPEG", quality=80))
    assert [orientation for orientation, _ in query.variants] == list(Orientation)
    nearest, codes = min(query.variants, key=lambda variant: distance(variant[1].pdq, pdq))
    assert nearest is Orientation.MIRRORED_TURNED_90
    assert distance(codes.pdq, pdq) <= 12
    assert distance(codes.phash, phash) <= 4


def test_the_upright_variants_are_the_fingerprints(desk: IntakeDesk) -> None:
    query, work = (ask(encoded(cut_out(), "PNG")) for ask in (desk.look_at, desk.take_in))
    assert len(query.variants) == 16
    assert [codes for orientation, codes in query.variants if orientation is Orientation.UPRIGHT] == [
        work.parts[0].codes[Ground.WHITE],
        work.parts[0].codes[Ground.BLACK],
    ]


def test_transparency_has_a_set_of_codes_for_each_ground(desk: IntakeDesk) -> None:
    intake = desk.take_in(encoded(cut_out(), "WEBP", lossless=True))
    grounds = [Ground.WHITE, Ground.WHITE, Ground.BLACK, Ground.BLACK]
    assert [one.ground for one in fingerprints(intake)] == grounds
    on_white = Image.alpha_composite(Image.new("RGBA", (320, 240), "white"), cut_out()).convert("RGB")
    flattened = desk.take_in(encoded(on_white, "PNG"))
    for one, other in zip(fingerprints(intake)[:2], fingerprints(flattened), strict=True):
        assert distance(one.code, other.code) <= 2


def test_a_ground_that_hides_the_picture_has_no_codes(desk: IntakeDesk) -> None:
    drawing = Image.new("RGBA", (320, 240), "black")
    drawing.putalpha(scene().convert("L"))
    intake = desk.take_in(encoded(drawing, "PNG"))
    assert intake.detail is Detail.DISTINCT
    assert {one.ground for one in fingerprints(intake)} == {Ground.WHITE}
    assert list(intake.parts[0].codes) == [Ground.WHITE]
    assert len(desk.look_at(encoded(drawing, "PNG")).variants) == 8


def test_a_blank_says_so_and_is_compared_with_nothing(desk: IntakeDesk) -> None:
    blank = encoded(Image.new("RGB", (400, 300), "pink"), "PNG")
    query, work = desk.look_at(blank), desk.take_in(blank)
    assert query.detail is work.detail is Detail.FLAT
    assert query.variants == ()
    assert work.parts[0].codes == {}
    assert len(fingerprints(work)) == len(SCHEMES)


def test_noise_is_noisy(desk: IntakeDesk) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (512, 512, 3), dtype=np.uint8)
    assert desk.take_in(encoded(Image.fromarray(noise), "PNG")).detail is Detail.NOISY


SIXTEEN = png16(np.asarray(scene()).astype(np.uint16) * 257)


@pytest.mark.parametrize(
    ("data", "bits"),
    [
        (SIXTEEN, 0),
        (encoded(scene(), "BMP"), 0),
        (encoded(scene(), "TIFF", compression="tiff_lzw"), 0),
        (encoded(scene(), "WEBP", lossless=True), 0),
        (encoded(scene().convert("CMYK"), "TIFF"), 0),
        (encoded(scene().convert("L"), "PNG"), 2),
        (encoded(scene().quantize(64), "GIF"), 14),
        (encoded(scene().convert("CMYK"), "JPEG", quality=92), 8),
        (encoded(scene(), "WEBP", quality=80), 8),
        (encoded(scene(1280, 960), "PNG"), 14),
        (encoded(scene(1280, 960), "JPEG", quality=85), 14),
        (encoded(scene(160, 120), "PNG"), 14),
    ],
)
def test_the_same_picture_in_another_file_has_nearly_the_same_codes(desk: IntakeDesk, data: bytes, bits: int) -> None:
    (_, registered), (_, other) = fingerprints(desk.take_in(SCENE)), fingerprints(desk.take_in(data))
    assert distance(registered.code, other.code) <= bits


@pytest.mark.parametrize("orientation", range(2, 9))
def test_exif_orientation_changes_no_code(desk: IntakeDesk, orientation: int) -> None:
    stored_by = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    for kind in ("PNG", "TIFF"):
        intake = desk.take_in(encoded(scene().transpose(stored_by[orientation]), kind, exif=exif))
        plain = desk.take_in(SCENE)
        assert (intake.width, intake.height) == (320, 240)
        for one, other in zip(fingerprints(intake), fingerprints(plain), strict=True):
            assert distance(one.code, other.code) <= 4
        assert Image.open(io.BytesIO(intake.parts[0].thumbnail)).size == (320, 240)


def test_bad_files_are_told_apart(desk: IntakeDesk) -> None:
    with pytest.raises(UnsupportedMedia):
        desk.take_in(b"a text that was named picture.png")
    with pytest.raises(MalformedMedia, match="empty"):
        desk.take_in(b"")
    with pytest.raises(MalformedMedia, match="JPEG"):
        desk.take_in(encoded(scene(), "JPEG")[:3000])
    with pytest.raises(MediaTooLarge) as caught:
        desk.look_at(webp_claim(13_000, 13_000))
    assert (caught.value.what, caught.value.limit, caught.value.actual) == ("pixels", Budget().pixels, 169_000_000)
    assert desk.take_in(SCENE).width == 320


def test_the_budget_holds_in_the_workers() -> None:
    with IntakeDesk(budget=Budget(pixels=1000), workers=1) as desk, pytest.raises(MediaTooLarge) as caught:
        desk.take_in(SCENE)
    assert caught.value.limit == 1000


def test_a_killed_worker_costs_one_file() -> None:
    with IntakeDesk(workers=1) as desk:
        before = set(psutil.Process().children(recursive=True))
        desk.take_in(SCENE)
        workers = [p for p in psutil.Process().children(recursive=True) if p not in before and p.ppid() != os.getpid()]
        (worker,) = workers
        worker.send_signal(signal.SIGSTOP)
        stuck = desk.take_in_soon(SCENE, keep=True)
        following = desk.take_in_soon(SCENE, keep=True)
        while not stuck.running():
            time.sleep(0.01)
        time.sleep(0.3)  # from running to sent nothing can be seen from outside
        worker.kill()
        with pytest.raises(WorkerDied, match="SIGKILL"):
            stuck.result(timeout=30)
        assert following.result(timeout=30).width == 320


def test_an_error_in_the_middle_stops_no_other(desk: IntakeDesk) -> None:
    files = [SCENE, b"no picture", SCENE, b"", SCENE]
    answers = [future.exception() for future in [desk.take_in_soon(data, keep=True) for data in files]]
    refused = [type(answer) for answer in answers if answer is not None]
    assert refused == [UnsupportedMedia, MalformedMedia]
    assert [answer is None for answer in answers] == [True, False, True, False, True]


def test_threads_share_a_desk(desk: IntakeDesk) -> None:
    found: list[Intake] = []
    threads = [threading.Thread(target=lambda: found.append(desk.take_in(SCENE))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12
    assert all(asdict(one) == asdict(found[0]) for one in found)
