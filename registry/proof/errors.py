"""The frozen room's own errors, so that it can be lifted out and used alone.

ProofError            a ValueError: these bytes are not what they claim to be
├── Malformed           not canonical, a field missing, unknown or of the wrong type
└── ForeignVersion      well formed, of a version that this code doesn't know
"""

SHOWN_CHARACTERS = 80


class ProofError(ValueError):
    """These bytes are not what they claim to be."""


class Malformed(ProofError):
    """Not canonical, or a field is missing, unknown or of the wrong type; the message names it."""


class ForeignVersion(ProofError):
    """Of a version that this code doesn't know."""


def shown(text: str) -> str:
    """Somebody else's text as it may stand in a sentence: quoted, without control or direction characters, cut if long.

    A name with a line break in it could otherwise add a line of its own to what a verifier says.
    """
    return repr(text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…")
