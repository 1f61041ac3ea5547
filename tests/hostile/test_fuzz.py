"""A few hundred damaged files of every format: each is read or refused, and nothing is left behind."""

from collections.abc import Iterator

import pytest

from registry.intake.desk import IntakeDesk
from registry.media.sniff import MediaType, sniff
from tests.hostile.fuzzing import READ, Tally, fuzz, possessions
from tests.hostile.good import good_files
from tests.hostile.mutate import damaged

FIRST, COUNT = 70_000, 440
"""Other numbers than the bench begins with."""

PYTHON = ("NoneType", "object at 0x", "has no attribute", "unpack_from", "list index out of range", "AssertionError")
"""Words that tell nobody what is wrong with a file."""


@pytest.fixture(scope="module")
def desk() -> Iterator[IntakeDesk]:
    with IntakeDesk(workers=2) as desk:
        desk.start()
        yield desk


@pytest.mark.parametrize("media_type", MediaType)
def test_the_good_files_are_good(desk: IntakeDesk, media_type: MediaType) -> None:
    for data in good_files()[media_type]:
        assert sniff(data) is media_type
        assert desk.take_in(data).media_type == media_type
        desk.look_at(data)


def test_damaged_files_are_read_or_refused(desk: IntakeDesk) -> None:
    fuzz(desk, range(FIRST - 40, FIRST), Tally())  # until everything has been imported and opened once
    before, tally = possessions(), Tally()
    fuzz(desk, range(FIRST, FIRST + COUNT), tally)
    assert tally.count == COUNT
    assert not tally.untyped
    assert not [reason for reason in tally.reasons if any(word in reason for word in PYTHON)]
    assert {label for label, _ in tally.results} == {media_type.label for media_type in MediaType}
    names = {name for _, name in tally.results}
    assert names >= {READ, "MalformedMedia"}
    after = possessions()
    for name in ("processes", "descriptors", "zygote's descriptors"):
        assert after[name] <= before[name], name


def test_a_number_is_the_same_file_every_time() -> None:
    assert [damaged(seed) for seed in range(200)] == [damaged(seed) for seed in range(200)]
    assert len({data for _, data in map(damaged, range(200))}) > 180
