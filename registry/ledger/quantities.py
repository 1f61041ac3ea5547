"""Numbers and bytes as JSON-RPC writes them: a QUANTITY is hex without leading zeros, DATA is two digits a byte.

What comes in is hostile until it has passed through here: everything that isn't right raises `InvalidInput`.
The rules are those of the Ethereum execution API specification, and as strict as geth's.
"""

import re
from typing import Literal

from registry.errors import InvalidInput

BlockRef = int | bytes | Literal["latest"]
"""A block by its number, by its 32 bytes of hash, or the last one."""

# `\Z` and not `$`: that one would let a newline pass.
_QUANTITY = re.compile(r"0x(0|[1-9a-fA-F][0-9a-fA-F]{0,63})\Z")
_DATA = re.compile(r"0x([0-9a-fA-F]{2})*\Z")

# Nothing is pending here, since every transaction is mined as it comes, and nothing is ever undone.
_LATEST = frozenset({"latest", "pending", "safe", "finalized"})


def quantity(value: int) -> str:
    """A number in JSON-RPC's hex: `0x0`, `0x1f`."""
    return hex(value)


def data(value: bytes) -> str:
    """Bytes in JSON-RPC's hex: `0x`, `0x001f`."""
    return "0x" + value.hex()


def parse_quantity(value: object, field: str, *, bits: int = 256) -> int:
    """The number that a QUANTITY stands for; below two to the power of `bits`."""
    if not isinstance(value, str) or not _QUANTITY.match(value):
        raise InvalidInput(f"{field} is not a quantity in hex such as 0x1f", field=field)
    number = int(value, 16)
    if number >> bits:
        raise InvalidInput(f"{field} takes more than {bits} bits", field=field)
    return number


def parse_data(value: object, field: str, *, size: int | None = None) -> bytes:
    """The bytes that DATA stands for; exactly `size` of them where it is given."""
    if not isinstance(value, str) or not _DATA.match(value):
        raise InvalidInput(f"{field} is not data in hex such as 0x001f", field=field)
    if size is not None and len(value) != 2 + 2 * size:
        raise InvalidInput(f"{field} is not {size} bytes long", field=field)
    return bytes.fromhex(value[2:])


def parse_flag(value: object, field: str) -> bool:
    """A plain true or false."""
    if not isinstance(value, bool):
        raise InvalidInput(f"{field} is neither true nor false", field=field)
    return value


def parse_block(value: object, field: str = "block") -> BlockRef:
    """A block as a method's argument: a tag, a number, or EIP-1898's object with number or hash; null is the last."""
    if value is None or (isinstance(value, str) and value in _LATEST):
        return "latest"
    if value == "earliest":
        return 0
    if isinstance(value, dict):
        # Every block here is canonical, so `requireCanonical` changes nothing.
        given = value.keys() - {"requireCanonical"}
        if given == {"blockHash"}:
            return parse_data(value["blockHash"], f"{field}.blockHash", size=32)
        if given == {"blockNumber"}:
            return parse_quantity(value["blockNumber"], f"{field}.blockNumber", bits=64)
        raise InvalidInput(f"{field} needs either blockHash or blockNumber", field=field)
    return parse_quantity(value, field, bits=64)
