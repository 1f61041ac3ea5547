"""Files of two formats: what they are besides pictures doesn't come out of the house again."""

from collections.abc import Iterator

import pytest

from registry.intake.desk import IntakeDesk
from tests.hostile.polyglots import ENTITY, PHP, POLYGLOTS, SCRIPT

PAYLOADS = (PHP, SCRIPT, ENTITY, b"alert(1)", b"evil.sh", b"%PDF")


@pytest.fixture(scope="module")
def desk() -> Iterator[IntakeDesk]:
    with IntakeDesk(workers=1) as desk:
        desk.start()
        yield desk


@pytest.mark.parametrize("name", [name for name, (_, errors) in POLYGLOTS.items() if not errors])
def test_what_comes_out_is_a_picture(desk: IntakeDesk, name: str) -> None:
    make, _ = POLYGLOTS[name]
    data = make()
    taken = desk.take_in(data)
    assert any(payload in data for payload in PAYLOADS) or name == "JPEG and another JPEG"
    assert taken.raster
    for kept in (taken.raster, *(part.thumbnail for part in taken.parts)):
        assert not any(payload in kept for payload in PAYLOADS)
