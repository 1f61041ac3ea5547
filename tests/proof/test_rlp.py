"""RLP: the library's bytes for every value, and no others taken."""

from typing import Any

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st

from registry.proof.errors import Malformed
from registry.proof.rlp import MAX_DEPTH, decode, encode, encode_number, items, number, octets

values: st.SearchStrategy[Any] = st.recursive(
    st.binary(max_size=80) | st.binary(min_size=250, max_size=300), lambda inner: st.lists(inner, max_size=5)
)


@given(values)
def test_it_writes_what_the_library_writes_and_reads_it_back(value: Any) -> None:
    data = encode(value)
    assert data == rlp.encode(value)
    assert decode(data) == value == rlp.decode(data)


@given(values, st.data())
def test_one_value_has_one_spelling(value: Any, data: st.DataObject) -> None:
    good = encode(value)
    edited = bytearray(good)
    edited[data.draw(st.integers(0, len(good) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        other = decode(bytes(edited))
    except Malformed:
        return
    assert other != value
    assert encode(other) == bytes(edited)


@given(st.binary(max_size=100))
def test_it_refuses_and_takes_what_the_library_does(data: bytes) -> None:
    try:
        expected = rlp.decode(data)
    except rlp.DecodingError:
        with pytest.raises(Malformed):
            decode(data)
    else:
        assert decode(data) == expected
        assert encode(decode(data)) == data


@pytest.mark.parametrize(
    "data",
    [
        "",  # nothing
        "8100",  # a small byte with a length
        "b800",  # a long string of no length
        "b837" + "00" * 55,  # the long form where the short one would do
        "b90038" + "00" * 56,  # a length with a leading zero
        "83aabb",  # cut off
        "c281",  # cut off in a list
        "c88363617483646f",  # a list whose last item ends beyond it
        "8080",  # bytes behind the value
        "bfffffffffffffffff",  # a length beyond all memory
        "ffffffffffffffffff",
    ],
)
def test_bytes_that_are_no_value(data: str) -> None:
    with pytest.raises(Malformed):
        decode(bytes.fromhex(data))


def test_depth_is_bounded() -> None:
    deep = b""
    for depth in range(1, 2000):
        deep = rlp.codec.length_prefix(len(deep), 0xC0) + deep
        if depth <= MAX_DEPTH:
            assert encode(decode(deep)) == deep
        else:
            with pytest.raises(Malformed, match="nested deeper"):
                decode(deep)


@given(st.integers(0, 2**64 - 1))
def test_numbers_go_round(value: int) -> None:
    assert encode(encode_number(value)) == rlp.encode(value)
    assert number(encode_number(value), "it") == value


@pytest.mark.parametrize("digits", [b"\0", b"\0\1", b"\1" + bytes(8), [b"\1"]])
def test_what_is_no_number(digits: Any) -> None:
    with pytest.raises(Malformed):
        number(digits, "it")


def test_shapes_are_told() -> None:
    with pytest.raises(Malformed, match="it is a list"):
        octets([], "it")
    with pytest.raises(Malformed, match="has 2 bytes and not 3"):
        octets(b"ab", "it", length=3)
    with pytest.raises(Malformed, match="it is not a list"):
        items(b"", "it")
