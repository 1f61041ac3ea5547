"""Hostile files of pixels in the sandbox: each is read or refused with its own error, within its limits."""

import builtins
from collections.abc import Iterator

import pytest

from registry.media.raster import WORKING_SIDE
from registry.media.sandbox.pool import Limits, Sandbox
from tests.media.raster_hostile import HOSTILE

evaluate = builtins.eval  # a job that can be anything: workers import nothing from tests

_EACH = "[its.decoded.picture.size for its in parts(data, sniff(data), Budget(), side=side)]"
_NAMES = (
    "dict(vars(modules['registry.media.parts']), sniff=modules['registry.media.sniff'].sniff, data=data, side=side)"
)
JOB = f"(lambda modules: eval({_EACH!r}, {_NAMES}))(__import__('sys').modules)"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(preload=("registry.media.parts",), workers=2, limits=Limits(cpu_seconds=8, wall_seconds=60)) as pool:
        yield pool


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_read_or_refused(sandbox: Sandbox, name: str) -> None:
    make, errors = HOSTILE[name]
    arguments = {"data": make(), "side": WORKING_SIDE}
    if errors:
        with pytest.raises(errors):
            sandbox.run(evaluate, JOB, arguments)
    else:
        assert sandbox.run(evaluate, JOB, arguments)
