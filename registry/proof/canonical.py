"""Canonical JSON: one byte string for one value, and a parser that accepts no other.

RFC 8785's bytes for the values that proofs hold: objects with ASCII keys, arrays, strings without lone surrogates,
integers with |n| < 2^53, true, false, null. No floats: their shortest form is where implementations differ. Size and
depth are bounded, so that nobody's file can exhaust its reader.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

from registry.proof.errors import Malformed, shown

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]

MAX_INT = 2**53 - 1
MAX_DEPTH = 16
MAX_BYTES = 2**20

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
"""A string, ended or not, or a bracket. Nothing is tried twice, so that no text takes longer than its length."""
_DEEPER = {"[": 1, "{": 1, "]": -1, "}": -1}

_MAX_DIGITS = len(str(-MAX_INT))


def encode(value: Json) -> bytes:
    """The canonical bytes of `value`; raises Malformed for what canonical JSON can't hold."""
    _admit(value, MAX_DEPTH)
    data = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    if len(data) > MAX_BYTES:
        raise Malformed(f"longer than {MAX_BYTES:,} bytes")
    return data


def decode(data: bytes) -> Json:
    """The value of canonical bytes; raises Malformed for any other bytes, even of the same value."""
    if len(data) > MAX_BYTES:
        raise Malformed(f"longer than {MAX_BYTES:,} bytes")
    try:
        text = data.decode()
        if nested_deeper(text, MAX_DEPTH):
            raise Malformed(f"nested deeper than {MAX_DEPTH}")
        value: Json = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_no_float,
            parse_constant=_no_float,
        )
    except (UnicodeDecodeError, RecursionError, json.JSONDecodeError) as error:
        raise Malformed(f"not JSON: {error}") from error
    if encode(value) != data:
        raise Malformed("not in canonical form")
    return value


def decode_object(data: bytes) -> dict[str, Json]:
    """Like `decode`, for bytes that must be an object."""
    value = decode(data)
    if not isinstance(value, dict):
        raise Malformed("not a JSON object")
    return value


def nested_deeper(text: str, depth: int) -> bool:
    """Whether lists and objects in this JSON lie more than `depth` deep in each other, found out without parsing it.

    Python's own guard can't be relied on: libraries raise the recursion limit (py-evm does), and then the parser, which
    is written in C, runs out of stack and takes the whole process with it.
    """
    level = 0
    for token in _TOKEN.finditer(text):
        level += _DEEPER.get(token[0], 0)
        if level > depth:
            return True
    return False


def _admit(value: Json, depth: int) -> None:
    if depth == 0:
        raise Malformed(f"nested deeper than {MAX_DEPTH}")
    match value:
        case None | bool():
            return
        case int():
            if abs(value) > MAX_INT:
                raise Malformed("an integer is 2^53 or more away from 0")
        case str():
            _admit_text(value)
        case list():
            for item in value:
                _admit(item, depth - 1)
        case dict():
            for key, item in value.items():
                _admit_key(key)
                _admit(item, depth - 1)
        case _:
            raise Malformed(f"{type(value).__name__} has no canonical form")


def _admit_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Malformed("a string holds a lone surrogate") from error


def _admit_key(key: str) -> None:
    if not key.isascii():
        raise Malformed(f"the key {shown(key)} is not ASCII")


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for key, item in pairs:
        if key in value:
            raise Malformed(f"the key {shown(key)} stands twice")
        value[key] = item
    return value


def _integer(text: str) -> int:
    if len(text) > _MAX_DIGITS:  # before int(), whose cost grows with the square of the digits
        raise Malformed("an integer is 2^53 or more away from 0")
    return int(text)


def _no_float(text: str) -> None:
    raise Malformed(f"the number {shown(text)} is not an integer")
