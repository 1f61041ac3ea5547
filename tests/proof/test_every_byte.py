"""Every changed byte of a valid certificate is refused by the parser, or makes an answer worse."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.proof.certificate import ForeignWitness, encode_certificate, parse_certificate
from registry.proof.errors import ProofError
from registry.proof.verify import Yes
from tests.certified import certified, fully_verified

WORLD = certified()
# With a witness that nobody here can check, so that its bytes are tried as well.
FULL = replace(
    WORLD.certificate, witnesses=(*WORLD.certificate.witnesses, ForeignWitness("sundial", {"shadow": ["long", 3]}))
)
VALID = encode_certificate(FULL)
BYTES = [bytes([byte]) for byte in b'09afF ",:\\}]-\x00\xff']


def _survives(edited: bytes) -> bool:
    """Whether a verifier who brings everything would accept it."""
    try:
        certificate = parse_certificate(edited)
    except ProofError:
        return False
    return fully_verified(WORLD, certificate).accepted


def test_it_is_valid() -> None:
    assert _survives(VALID)
    verification = fully_verified(WORLD, parse_certificate(VALID))
    answers = (verification.same_bytes, verification.looks_alike, verification.anchored, verification.declared)
    assert all(isinstance(answer, Yes) for answer in (*answers, verification.witnesses[0]))


@pytest.mark.parametrize("bit", range(8))
def test_every_flipped_bit(bit: int) -> None:
    for place in range(len(VALID)):
        edited = bytearray(VALID)
        edited[place] ^= 1 << bit
        assert not _survives(bytes(edited)), (place, edited[max(place - 30, 0) : place + 30])


@pytest.mark.parametrize("byte", BYTES, ids=repr)
def test_every_byte_replaced(byte: bytes) -> None:
    for place in range(len(VALID)):
        if VALID[place : place + 1] != byte:
            edited = VALID[:place] + byte + VALID[place + 1 :]
            assert not _survives(edited), (place, edited[max(place - 30, 0) : place + 30])


def test_every_byte_lost() -> None:
    for place in range(len(VALID)):
        assert not _survives(VALID[:place] + VALID[place + 1 :]), place


@pytest.mark.parametrize("byte", [b"0", b" ", b"\n", b",", b"\xef\xbb\xbf"], ids=repr)
def test_a_byte_inserted_everywhere(byte: bytes) -> None:
    for place in range(len(VALID) + 1):
        assert not _survives(VALID[:place] + byte + VALID[place:]), place


def test_every_letter_in_capitals() -> None:
    for place in range(len(VALID)):
        capital = VALID[place : place + 1].upper()
        if capital != VALID[place : place + 1]:
            assert not _survives(VALID[:place] + capital + VALID[place + 1 :]), place
    assert not _survives(VALID.upper())


def test_every_length_but_its_own() -> None:
    for length in range(len(VALID)):
        assert not _survives(VALID[:length]), length
    assert not _survives(VALID + VALID)


places = st.integers(0, len(VALID))


@given(places, places, st.binary(max_size=8))
@settings(max_examples=500)
def test_any_stretch_replaced(start: int, end: int, inserted: bytes) -> None:
    start, end = min(start, end), max(start, end)
    edited = VALID[:start] + inserted + VALID[end:]
    assert edited == VALID or not _survives(edited)


@given(st.lists(st.tuples(st.integers(0, len(VALID) - 1), st.integers(1, 255)), min_size=1, max_size=5))
@settings(max_examples=500)
def test_several_bytes_changed(changes: list[tuple[int, int]]) -> None:
    edited = bytearray(VALID)
    for place, change in changes:
        edited[place] ^= change
    assert bytes(edited) == VALID or not _survives(bytes(edited))


@given(places, places, places)
@settings(max_examples=300)
def test_stretches_that_change_places(first: int, second: int, third: int) -> None:
    a, b, c = sorted((first, second, third))
    edited = VALID[:a] + VALID[b:c] + VALID[a:b] + VALID[c:]
    assert edited == VALID or not _survives(edited)
