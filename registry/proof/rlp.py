r"""RLP, Ethereum's serialisation: one byte string for one value, and a parser that accepts no other.

By appendix B of the yellow paper. A value is a byte string or a list of values; a number is its big-endian bytes
without leading zeros, 0 the empty string. Depth is bounded, so that nobody's bytes can exhaust their reader.

>>> encode([b"cat", [b""], encode_number(1024)]).hex()
'c983636174c180820400'
>>> decode(bytes.fromhex("c983636174c180820400"))
[b'cat', [b''], b'\x04\x00']
"""

from collections.abc import Sequence
from typing import Union

from registry.proof.errors import Malformed

Rlp = Union[bytes, "Sequence[Rlp]"]
"""A byte string, or a list of such values."""

MAX_DEPTH = 16

_STRING, _LIST = 0x80, 0xC0
_SHORT = 55
"""A payload of at most so many bytes has its length in the first byte."""


def encode(value: Rlp) -> bytes:
    """The bytes of a value."""
    if isinstance(value, bytes):
        if len(value) == 1 and value[0] < _STRING:
            return value
        return _head(_STRING, len(value)) + value
    payload = b"".join(encode(item) for item in value)
    return _head(_LIST, len(payload)) + payload


def decode(data: bytes) -> Rlp:
    """The value of exactly these bytes; lists come as lists. Raises Malformed for any but the canonical bytes."""
    value, end = _decode(data, 0, len(data), MAX_DEPTH)
    if end != len(data):
        raise Malformed("RLP: bytes stand behind the value")
    return value


def encode_number(number: int) -> bytes:
    """A number's bytes, to be encoded in turn."""
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def octets(value: Rlp, what: str, *, length: int | None = None) -> bytes:
    """The byte string, of this length where one is given; raises Malformed, with `what` it should have been."""
    if not isinstance(value, bytes):
        raise Malformed(f"{what} is a list and not bytes")
    if length is not None and len(value) != length:
        raise Malformed(f"{what} has {len(value):,} bytes and not {length}")
    return value


def items(value: Rlp, what: str) -> Sequence[Rlp]:
    """The list's items; raises Malformed where it's none."""
    if isinstance(value, bytes):
        raise Malformed(f"{what} is not a list")
    return value


def number(value: Rlp, what: str, *, bits: int = 64) -> int:
    """The number below two to the power of `bits`; raises Malformed for leading zeros and for more."""
    digits = octets(value, what)
    if digits[:1] == b"\0" or 8 * len(digits) > bits:
        raise Malformed(f"{what} is not a number of {bits} bits without leading zeros")
    return int.from_bytes(digits, "big")


def _head(kind: int, length: int) -> bytes:
    if length <= _SHORT:
        return bytes([kind + length])
    size = encode_number(length)
    return bytes([kind + _SHORT + len(size)]) + size


def _decode(data: bytes, start: int, limit: int, depth: int) -> tuple[Rlp, int]:
    """The value that begins at `start` and ends at `limit` or before, and where it ends."""
    if depth == 0:
        raise Malformed(f"RLP: nested deeper than {MAX_DEPTH}")
    if start >= limit:
        raise Malformed("RLP: cut off")
    first = data[start]
    if first < _STRING:
        return data[start : start + 1], start + 1
    kind = _STRING if first < _LIST else _LIST
    begin, end = _payload(data, start, limit, first - kind)
    if kind == _STRING:
        value = data[begin:end]
        if len(value) == 1 and value[0] < _STRING:
            raise Malformed("RLP: a small byte with a length before it")
        return value, end
    inner: list[Rlp] = []
    while begin < end:
        item, begin = _decode(data, begin, end, depth - 1)
        inner.append(item)
    return inner, end


def _payload(data: bytes, start: int, limit: int, length: int) -> tuple[int, int]:
    """Where the payload begins and ends, by its first byte without the kind."""
    begin = start + 1
    if length > _SHORT:
        size = data[begin : min(begin + length - _SHORT, limit)]
        begin += length - _SHORT
        length = int.from_bytes(size, "big")
        if size[:1] == b"\0" or length <= _SHORT:
            raise Malformed("RLP: a length that isn't written the shortest way")
    if begin + length > limit:
        raise Malformed("RLP: cut off")
    return begin, begin + length
