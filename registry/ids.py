"""New names: a prefix that tells the noun, and random base32, so that nothing can be found by counting."""

import base64
import secrets


def new_id(prefix: str, characters: int = 20) -> str:
    """`prefix_` and this many characters of base32, 5 random bits each."""
    octets = secrets.token_bytes((characters * 5 + 7) // 8)
    return f"{prefix}_{base64.b32encode(octets).decode().lower()[:characters]}"
