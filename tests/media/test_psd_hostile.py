"""PSD files that ask for too much, or are damaged: each is answered soon, by an error that says what it is."""

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psd_tools.constants import Compression

from registry.errors import MediaError
from tests.media.drawn import all_parts, cut_out, scene
from tests.media.psd_drawn import HOSTILE
from tests.media.psd_writer import NOT_MERGED, artb, document, drawn_layer, group

FAST = 10.0
"""CPU seconds; what takes them is unpacking as many pixels as the budget allows."""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_answered_soon(name: str) -> None:
    make, errors = HOSTILE[name]
    data = make()
    start = time.process_time()
    if errors:
        with pytest.raises(errors):
            all_parts(data)
    else:
        assert all_parts(data)
    assert time.process_time() - start < FAST


def good_files() -> list[bytes]:
    picture = scene(90, 80)
    layers = [
        drawn_layer(picture, "Background", way=Compression.ZIP_WITH_PREDICTION),
        *group("Board", [drawn_layer(cut_out(90, 80), "Motif", 5, -5)], blocks=[artb(0, 0, 75, 70)]),
        drawn_layer(picture, "Raw", way=Compression.RAW),
    ]
    deep = [drawn_layer(picture, depth=16, version=2), drawn_layer(cut_out(90, 80), depth=16, version=2)]
    return [
        document(picture, layers).to_bytes(),
        document(picture, layers, resources=NOT_MERGED).to_bytes(),
        document(picture, deep, depth=16, version=2).to_bytes(),
        document(cut_out(90, 80), layers).to_bytes(),
    ]


GOOD = good_files()


@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    """Bytes changed where the structure lies, or anywhere, and perhaps an end that is missing."""
    damaged = bytearray(data.draw(st.sampled_from(GOOD), "file"))
    for _ in range(data.draw(st.integers(1, 4), "changes")):
        reach = data.draw(st.sampled_from([26, 700, len(damaged)]), "reach")
        at = data.draw(st.integers(0, min(reach, len(damaged)) - 1), "at")
        damaged[at] = data.draw(st.sampled_from([0, 1, 2, 0x7F, 0x80, 0xFF, damaged[at] ^ 1]), "byte")
    damaged[:6] = b"8BPS\0\2" if damaged[5] == 2 else b"8BPS\0\1"
    end = data.draw(st.one_of(st.none(), st.integers(6, len(damaged))), "end")
    with contextlib.suppress(MediaError):
        assert all_parts(bytes(damaged[:end]))
