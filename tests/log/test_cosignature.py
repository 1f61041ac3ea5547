"""Cosignatures held against the specification's example, another implementation's vectors, and a forger."""

from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import InvalidInput
from registry.log.cosignature import COSIGNATURE, cosign, cosigned_at
from registry.log.note import checkpoint_note, key_id, parse_checkpoint, parse_note, verifier_key
from tests.log.test_note import C2SP_CHECKPOINT, KEY, NAME, OTHER_KEY, ROOT

WITNESS, NOW = "witness.example/w1", 1_795_000_000
C2SP_COSIGNED = (
    f"{C2SP_CHECKPOINT}\n— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+"
    "mbIUBkBIfZ+qnA==\n"
)
PUBLISHED_KEY = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
"""A witness's key of the public network, as transparency-dev's formats have it in their tests."""

NOTE = KEY.signed(checkpoint_note(NAME, 70_000, ROOT))


def cosigned(note: str = NOTE, time: int = NOW, name: str = WITNESS) -> str:
    return cosign(note, name=name, public_key=OTHER_KEY.public, sign=OTHER_KEY.sign, time=time)


def read(note: str, name: str = WITNESS) -> int:
    return cosigned_at(note, name=name, public_key=OTHER_KEY.public, verify=OTHER_KEY.verify)


def test_the_specs_example_has_its_time_where_it_is_read() -> None:
    note = parse_note(C2SP_COSIGNED)
    assert note.text == C2SP_CHECKPOINT
    (signed,) = note.by("witness.example.com/w1", bytes.fromhex("8d66cf3f"))
    assert int.from_bytes(signed[:8], "big") == 1_679_315_147
    assert len(signed) == 8 + 64


def test_a_published_key_of_a_witness_is_named_as_its_owner_does() -> None:
    name, hex_id, encoded = PUBLISHED_KEY.split("+", 2)
    key = b64decode(encoded)
    assert key[:1] == COSIGNATURE
    assert key_id(name, key[1:], COSIGNATURE).hex() == hex_id
    assert verifier_key(name, key[1:], COSIGNATURE) == PUBLISHED_KEY


def test_what_is_signed_is_what_the_spec_says() -> None:
    note = cosigned()
    line = parse_note(note).signatures[-1]
    message = f"cosignature/v1\ntime {NOW}\n{parse_note(NOTE).text}".encode()
    Ed25519PublicKey.from_public_bytes(OTHER_KEY.public).verify(line.signed[8:], message)
    assert note.startswith(NOTE)
    assert read(note) == NOW
    assert KEY.opened(note) == KEY.opened(NOTE), "the log's own signature stays good"


@given(st.integers(1, (1 << 63) - 1))
def test_any_time_goes_round(time: int) -> None:
    assert read(cosigned(time=time)) == time


def test_two_witnesses_and_two_times_stand_under_one_note() -> None:
    note = cosigned(cosigned(cosigned(time=NOW - 9)), name="another.example")
    assert read(note) == NOW
    assert read(note, "another.example") == NOW
    with pytest.raises(InvalidInput, match="no cosignature"):
        read(note, "third.example")


@given(st.data())
def test_one_changed_character_is_refused(data: st.DataObject) -> None:
    note = cosigned()
    text_end, line_start = note.index("\n\n"), note.rindex("— ")
    places = [place for place in range(len(note) - 1) if place < text_end or place >= line_start]
    # The last characters of the base64 before its padding have bits that mean nothing.
    at = data.draw(st.sampled_from([place for place in places if place < len(note) - 4]))
    changed = data.draw(st.characters(codec="utf-8").filter(lambda character: character != note[at]))
    with pytest.raises(InvalidInput):
        read(note[:at] + changed + note[at + 1 :])


def test_a_log_s_signature_is_no_cosignature_and_the_other_way_round() -> None:
    as_log = OTHER_KEY.signed(checkpoint_note(NAME, 70_000, ROOT), WITNESS)
    with pytest.raises(InvalidInput, match="no cosignature"):
        read(as_log)
    with pytest.raises(InvalidInput, match="no signature"):
        OTHER_KEY.opened(cosigned(), WITNESS)


@pytest.mark.parametrize("time", [0, -1, 1 << 63])
def test_times_that_no_cosignature_has(time: int) -> None:
    with pytest.raises(InvalidInput):
        cosigned(time=time)


@pytest.mark.parametrize("text", ["hello\n", "a\nb\nc\n", f"{NAME}\n7\nYWJj\n", f"{NAME}\n07\n{C2SP_CHECKPOINT[-45:]}"])
def test_only_checkpoints_are_cosigned(text: str) -> None:
    with pytest.raises(InvalidInput):
        cosigned(KEY.signed(text))


def test_a_checkpoint_is_read_back() -> None:
    origin, checkpoint = parse_checkpoint(C2SP_CHECKPOINT + "an extension line\n")
    assert (origin, checkpoint.size, checkpoint.root) == ("example.com/behind-the-sofa", 20_852_163, ROOT)


@given(st.integers(0, (1 << 63) - 1), st.binary(min_size=32, max_size=32))
def test_checkpoints_go_round(size: int, root: bytes) -> None:
    origin, checkpoint = parse_checkpoint(checkpoint_note(NAME, size, root))
    assert (origin, checkpoint.size, checkpoint.root) == (NAME, size, root)


@pytest.mark.parametrize("size", ["-1", "+1", "1.0", "01", "", "٣", "9" * 5_000, " 1"])
def test_sizes_that_no_checkpoint_has(size: str) -> None:
    with pytest.raises(InvalidInput):
        parse_checkpoint(f"{NAME}\n{size}\n{C2SP_CHECKPOINT.splitlines()[2]}\n")
