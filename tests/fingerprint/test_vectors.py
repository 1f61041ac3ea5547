import json

import pytest

from tests.fingerprint.vectors import VECTORS, computed

PINNED = json.loads(VECTORS.read_text())
COMPUTED = computed()


def test_the_same_pictures_are_pinned() -> None:
    assert list(COMPUTED) == list(PINNED)
    assert len(PINNED) == 7


@pytest.mark.parametrize("name", PINNED)
def test_raster_and_codes_are_those_that_were_registered(name: str) -> None:
    assert COMPUTED[name] == PINNED[name]
