"""Checkpoints as text (C2SP tlog-checkpoint), and texts with signatures under them (C2SP signed-note, Ed25519).

    example.org/registry            the origin: which log this is
    20852163                        its size
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=    its root

    — example.org/registry Az3grlgt…    key name, base64(key id ‖ signature over all above the empty line)

Signing and checking signatures are functions that the caller hands in, so that no key comes near this file.
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable
from hashlib import sha256

from registry.errors import InvalidInput
from registry.proof.merkle import HASH_BYTES

Sign = Callable[[bytes], bytes]
"""Gives the Ed25519 signature (64 bytes) of a message."""

Verify = Callable[[bytes, bytes], bool]
"""Whether (signature, message) is good under the key that the caller trusts."""

KEY_ID_BYTES = 4
MAX_NOTE_CHARACTERS = 65_536
"""Far above a checkpoint with C2SP's sixteen signatures; what is longer isn't read."""

_ED25519 = b"\x01"
_SIGNATURE_MARK = "— "


def checkpoint_note(origin: str, size: int, root: bytes) -> str:
    """The text of a checkpoint, without signatures.

    Raises InvalidInput for an empty origin or one with control characters, a negative size, or a root not of 32 bytes.
    """
    if not origin or _has_control(origin):
        raise InvalidInput("A log's origin is one line of text.", field="origin")
    if size < 0 or len(root) != HASH_BYTES:
        raise InvalidInput(f"A checkpoint is a size of 0 or more and a root of {HASH_BYTES} bytes.", field="checkpoint")
    return f"{origin}\n{size}\n{b64encode(root).decode()}\n"


def verifier_key(name: str, public_key: bytes) -> str:
    """How an Ed25519 key is published for readers of notes: `<name>+<key id>+<base64(0x01 ‖ key)>`."""
    return f"{name}+{_key_id(name, public_key).hex()}+{b64encode(_ED25519 + public_key).decode()}"


def sign_note(text: str, *, name: str, public_key: bytes, sign: Sign) -> str:
    """The note of `text` with one signature under it.

    Raises InvalidInput for a text that doesn't end in a newline or has other control characters, or for a bad key name.
    """
    if not text.endswith("\n") or _has_control(text.replace("\n", "")):
        raise InvalidInput("A note is lines of text, the last of them ended too.", field="text")
    signed = _key_id(name, public_key) + sign(text.encode())
    return f"{text}\n{_SIGNATURE_MARK}{name} {b64encode(signed).decode()}\n"


def open_note(note: str, *, name: str, public_key: bytes, verify: Verify) -> str:
    """The text of a note that this key has signed; others' signatures are passed over.

    Raises InvalidInput for anything but a well-formed note with a good signature of this key, and for one with a bad
    signature of it as well.
    """
    if len(note) > MAX_NOTE_CHARACTERS or _has_control(note.replace("\n", "")):
        raise _unreadable("It is too long, or has control characters.")
    # The last empty line parts text and signatures; the text keeps its own last newline.
    head, gap, tail = note.rpartition("\n\n")
    if not gap or not tail.endswith("\n"):
        raise _unreadable("It lacks the empty line before the signatures, or its last line isn't ended.")
    text = head + "\n"
    verified = False
    for line in tail[:-1].split("\n"):
        signer, key_id, signature = _signature(line)
        if (signer, key_id) == (name, _key_id(name, public_key)):
            if not verify(signature, text.encode()):
                raise _unreadable(f"The signature of `{name}` is not good.")
            verified = True
    if not verified:
        raise _unreadable(f"It has no signature of `{name}` with this key.")
    return text


def _key_id(name: str, public_key: bytes) -> bytes:
    if not name or _has_control(name) or "+" in name or any(character.isspace() for character in name):
        raise InvalidInput("A key's name has no spaces and no `+`, and is not empty.", field="name")
    return sha256(name.encode() + b"\n" + _ED25519 + public_key).digest()[:KEY_ID_BYTES]


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, gap, encoded = line.removeprefix(_SIGNATURE_MARK).partition(" ")
    if not line.startswith(_SIGNATURE_MARK) or not name or not gap:
        raise _unreadable("A line under it is not a signature.")
    try:
        signed = b64decode(encoded, validate=True)
    except (Base64Error, ValueError) as error:
        raise _unreadable("A signature under it is not base64.") from error
    if len(signed) <= KEY_ID_BYTES:
        raise _unreadable("A signature under it is too short.")
    return name, signed[:KEY_ID_BYTES], signed[KEY_ID_BYTES:]


def _has_control(text: str) -> bool:
    """Whether it holds what no note may: control characters below U+0020, or surrogates, which UTF-8 doesn't have."""
    return any(character < " " or "\ud800" <= character <= "\udfff" for character in text)


def _unreadable(why: str) -> InvalidInput:
    return InvalidInput(f"This is not a note that can be trusted. {why}", field="note")
