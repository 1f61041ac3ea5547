"""The vectors are what their makers write, so that a change of either shows."""

from pathlib import Path

import pytest

from tests.vectors.make import DOCUMENTS


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.name)
def test_the_file_is_what_its_maker_writes(file: Path) -> None:
    assert file.read_text("utf-8") == DOCUMENTS[file]()


def test_every_file_has_a_maker() -> None:
    assert set(Path(__file__).parents[1].joinpath("vectors").glob("*.json")) == set(DOCUMENTS)
