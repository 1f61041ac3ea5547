"""Typed reading of canonical JSON objects: every field taken once, none left over.

Hex has one case, lower, so that one value has one spelling.
"""

import re
from collections.abc import Mapping

from registry.proof.canonical import Json
from registry.proof.errors import Malformed, shown

_HEX = re.compile(r"(?:[0-9a-f]{2})*")


class Fields:
    """Takes an object apart; `done()` refuses what nobody took, so that no byte goes unread."""

    def __init__(self, value: Json, where: str) -> None:
        if not isinstance(value, dict):
            raise Malformed(f"{where} is not an object")
        self._left: Mapping[str, Json] = value
        self._where = where

    def _take(self, name: str) -> Json:
        if name not in self._left:
            raise Malformed(f"{self._where} lacks `{name}`")
        value = self._left[name]
        self._left = {key: item for key, item in self._left.items() if key != name}
        return value

    def text(self, name: str) -> str:
        """A string."""
        value = self._take(name)
        if not isinstance(value, str):
            raise Malformed(f"`{name}` of {self._where} is not a string")
        return value

    def number(self, name: str) -> int:
        """An integer of 0 or more."""
        value = self._take(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise Malformed(f"`{name}` of {self._where} is not an integer of 0 or more")
        return value

    def octets(self, name: str, length: int) -> bytes:
        """`length` bytes in lower-case hex."""
        return read_hex(self._take(name), length, f"`{name}` of {self._where}")

    def octets_or_none(self, name: str, length: int) -> bytes | None:
        """`length` bytes in lower-case hex, or null."""
        value = self._take(name)
        return None if value is None else read_hex(value, length, f"`{name}` of {self._where}")

    def octets_list(self, name: str, length: int, *, most: int) -> tuple[bytes, ...]:
        """A list of at most `most` hex strings, each of `length` bytes."""
        return tuple(read_hex(item, length, f"`{name}` of {self._where}") for item in self.items(name, most=most))

    def octets_upto(self, name: str, most: int) -> bytes:
        """At most `most` bytes in lower-case hex."""
        return _read_hex_upto(self._take(name), most, f"`{name}` of {self._where}")

    def octets_list_upto(self, name: str, longest: int, *, most: int) -> tuple[bytes, ...]:
        """A list of at most `most` hex strings, each of at most `longest` bytes."""
        return tuple(
            _read_hex_upto(item, longest, f"`{name}` of {self._where}") for item in self.items(name, most=most)
        )

    def items(self, name: str, *, most: int) -> list[Json]:
        """A list of at most `most` of anything."""
        value = self._take(name)
        if not isinstance(value, list):
            raise Malformed(f"`{name}` of {self._where} is not a list")
        if len(value) > most:
            raise Malformed(f"`{name}` of {self._where} has {len(value):,} items, and at most {most} are taken")
        return value

    def mapping(self, name: str) -> dict[str, Json]:
        """An object whose fields are somebody else's."""
        value = self._take(name)
        if not isinstance(value, dict):
            raise Malformed(f"`{name}` of {self._where} is not an object")
        return value

    def inner(self, name: str) -> "Fields":
        """An object inside this one."""
        return Fields(self._take(name), f"`{name}` of {self._where}")

    def inner_or_none(self, name: str) -> "Fields | None":
        """An object inside this one, or null."""
        value = self._take(name)
        return None if value is None else Fields(value, f"`{name}` of {self._where}")

    def done(self) -> None:
        """Refuses fields that nobody took."""
        if self._left:
            raise Malformed(f"{self._where} has unknown fields: {shown(', '.join(sorted(self._left)))}")


def read_hex(value: Json, length: int, where: str) -> bytes:
    """`length` bytes from lower-case hex; raises Malformed for any other spelling."""
    if not isinstance(value, str) or len(value) != 2 * length or not _HEX.fullmatch(value):
        raise Malformed(f"{where} is not {length} bytes in lower-case hex")
    return bytes.fromhex(value)


def _read_hex_upto(value: Json, most: int, where: str) -> bytes:
    if not isinstance(value, str) or len(value) > 2 * most or not _HEX.fullmatch(value):
        raise Malformed(f"{where} is not at most {most:,} bytes in lower-case hex")
    return bytes.fromhex(value)
