"""However a file holds a picture, if it looks the same to a person its codes are nearly the same."""

from collections.abc import Callable

import pytest
from PIL import Image

from tests.media.drawn import emblem, haze, scene, weave
from tests.media.lookalikes import compared

WITHIN = 10
"""Bits of PDQ, of 256; strangers are about 128 apart, and 31 is the distance that tells a copy."""


@pytest.mark.parametrize("draw", [scene, weave, haze, emblem])
def test_lookalikes_have_nearly_the_same_code(draw: Callable[[], Image.Image]) -> None:
    found = list(compared(draw()))
    assert {file.group for file in found} == {"colour", "grey", "cut out"}
    far = {f"{file.group}: {file.name}": file.pdq for file in found if file.pdq > WITHIN}
    assert far == {}
