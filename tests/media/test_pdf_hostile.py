"""Hostile PDFs in the sandbox: each is read or refused, with one of the errors that it may have."""

import builtins
import contextlib
import random
import zlib
from collections.abc import Iterator

import pytest

from registry.errors import MalformedMedia, MediaTooLarge, UnsupportedMedia
from registry.media.budget import Budget
from registry.media.parts import parts
from registry.media.raster import WORKING_SIDE
from registry.media.sandbox.pool import Limits, Sandbox
from registry.media.sniff import MediaType
from tests.media.pdf_drawn import HOSTILE
from tests.media.pdf_writer import catalogue, motif, set_in

evaluate = builtins.eval  # a job that can be anything: workers import nothing from tests

_EACH = "[(its.name, digest(its.decoded.picture.tobytes())) for its in parts(data, MediaType.PDF, Budget(), side=side)]"
_NAMES = "dict(vars(modules['registry.media.parts']), digest=modules['zlib'].crc32, data=data, side=side)"
JOB = f"(lambda modules: eval({_EACH!r}, {_NAMES}))(__import__('sys').modules)"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    limits = Limits(cpu_seconds=2, wall_seconds=60)
    with Sandbox(preload=("registry.media.parts", "zlib"), workers=2, limits=limits) as pool:
        yield pool


def read(sandbox: Sandbox, data: bytes) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = sandbox.run(evaluate, JOB, {"data": data, "side": WORKING_SIDE})
    return found


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_read_or_refused(sandbox: Sandbox, name: str) -> None:
    make, errors = HOSTILE[name]
    if errors:
        with pytest.raises(errors):
            read(sandbox, make())
    else:
        first, *_ = read(sandbox, make())
        assert first[0] == "page 1"


def test_without_files_it_is_drawn_the_same(sandbox: Sandbox) -> None:
    for data in (catalogue(3, motif), set_in("LiberationSans"), set_in("MS-Mincho")):
        here = [
            (part.name, zlib.crc32(part.decoded.picture.tobytes()))
            for part in parts(data, MediaType.PDF, Budget(), side=WORKING_SIDE)
        ]
        assert read(sandbox, data) == here


def test_damage_is_told_or_overlooked(sandbox: Sandbox) -> None:
    good = catalogue(2, motif)
    dice = random.Random(20)
    for _ in range(150):
        data = bytearray(good)
        for _ in range(dice.randrange(1, 40)):
            data[dice.randrange(8, len(data))] = dice.randrange(256)
        with contextlib.suppress(MalformedMedia, MediaTooLarge, UnsupportedMedia):
            assert read(sandbox, bytes(data))
