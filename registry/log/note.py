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
from dataclasses import dataclass
from hashlib import sha256

from registry.errors import InvalidInput
from registry.proof.certificate import Checkpoint
from registry.proof.merkle import HASH_BYTES

Sign = Callable[[bytes], bytes]
"""Gives the Ed25519 signature (64 bytes) of a message."""

Verify = Callable[[bytes, bytes], bool]
"""Whether (signature, message) is good under the key that the caller trusts."""

KEY_ID_BYTES = 4
MAX_NOTE_CHARACTERS = 65_536
"""Far above a checkpoint with C2SP's sixteen signatures; what is longer isn't read."""

MAX_SIZE_DIGITS = 19
"""No log reaches 2^63 entries; what has more digits isn't turned into a number."""

ED25519 = b"\x01"
"""The kind of a key whose signature is over the text alone."""

_SIGNATURE_MARK = "— "


@dataclass(frozen=True, slots=True)
class Signature:
    """A line under a note that nobody has checked yet: whose it claims to be, and what it carries."""

    name: str
    key_id: bytes
    signed: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A well-formed note: its text, which ends in a newline, and the signatures that it claims."""

    text: str
    signatures: tuple[Signature, ...]

    def by(self, name: str, key_id: bytes) -> list[bytes]:
        """What the lines under this name and key id carry; none of it checked."""
        return [line.signed for line in self.signatures if (line.name, line.key_id) == (name, key_id)]


def checkpoint_note(origin: str, size: int, root: bytes) -> str:
    """The text of a checkpoint, without signatures.

    Raises InvalidInput for an empty origin or one with control characters, a negative size, or a root not of 32 bytes.
    """
    if not origin or _has_control(origin):
        raise InvalidInput("A log's origin is one line of text.", field="origin")
    if size < 0 or len(root) != HASH_BYTES:
        raise InvalidInput(f"A checkpoint is a size of 0 or more and a root of {HASH_BYTES} bytes.", field="checkpoint")
    return f"{origin}\n{size}\n{b64encode(root).decode()}\n"


def parse_checkpoint(text: str) -> tuple[str, Checkpoint]:
    """The origin and the checkpoint that a note's text states; lines after the third are the log's own and passed over.

    Raises InvalidInput for anything that `checkpoint_note` wouldn't write.
    """
    lines = text.split("\n")
    if len(lines) < 4 or not lines[0]:
        raise _unreadable("It is no checkpoint: origin, size and root are missing.")
    origin, digits, encoded = lines[:3]
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MAX_SIZE_DIGITS) or str(int(digits)) != digits:
        raise _unreadable("Its size is not a number.")
    try:
        root = b64decode(encoded, validate=True)
    except (Base64Error, ValueError) as error:
        raise _unreadable("Its root is not base64.") from error
    if len(root) != HASH_BYTES or b64encode(root).decode() != encoded:
        raise _unreadable(f"Its root is not {HASH_BYTES} bytes.")
    return origin, Checkpoint(size=int(digits), root=root)


def verifier_key(name: str, public_key: bytes, kind: bytes = ED25519) -> str:
    """How an Ed25519 key is published for readers of notes: `<name>+<key id>+<base64(kind ‖ key)>`."""
    return f"{name}+{key_id(name, public_key, kind).hex()}+{b64encode(kind + public_key).decode()}"


def sign_note(text: str, *, name: str, public_key: bytes, sign: Sign) -> str:
    """The note of `text` with one signature under it.

    Raises InvalidInput for a text that doesn't end in a newline or has other control characters, or for a bad key name.
    """
    if not text.endswith("\n") or _has_control(text.replace("\n", "")):
        raise InvalidInput("A note is lines of text, the last of them ended too.", field="text")
    return f"{text}\n{signature_line(name, key_id(name, public_key), sign(text.encode()))}"


def signature_line(name: str, key_id: bytes, signed: bytes) -> str:
    """One line under a note, ended: the key's name, and base64(key id ‖ what was signed)."""
    return f"{_SIGNATURE_MARK}{name} {b64encode(key_id + signed).decode()}\n"


def parse_note(note: str) -> Note:
    """The text and the unchecked signatures of a note; raises InvalidInput for anything that is none."""
    if len(note) > MAX_NOTE_CHARACTERS or _has_control(note.replace("\n", "")):
        raise _unreadable("It is too long, or has control characters.")
    # The last empty line parts text and signatures; the text keeps its own last newline.
    head, gap, tail = note.rpartition("\n\n")
    if not gap or not tail.endswith("\n"):
        raise _unreadable("It lacks the empty line before the signatures, or its last line isn't ended.")
    return Note(text=head + "\n", signatures=tuple(_signature(line) for line in tail[:-1].split("\n")))


def open_note(note: str, *, name: str, public_key: bytes, verify: Verify) -> str:
    """The text of a note that this key has signed; others' signatures are passed over.

    Raises InvalidInput for anything but a well-formed note with a good signature of this key, and for one with a bad
    signature of it as well.
    """
    parsed = parse_note(note)
    signatures = parsed.by(name, key_id(name, public_key))
    if not signatures:
        raise _unreadable(f"It has no signature of `{name}` with this key.")
    if not all(verify(signature, parsed.text.encode()) for signature in signatures):
        raise _unreadable(f"The signature of `{name}` is not good.")
    return parsed.text


def key_id(name: str, public_key: bytes, kind: bytes = ED25519) -> bytes:
    """The four bytes that tell keys of one name apart; `kind` says what a signature of it is over.

    Raises InvalidInput for a name that no key has.
    """
    if not name or _has_control(name) or "+" in name or any(character.isspace() for character in name):
        raise InvalidInput("A key's name has no spaces and no `+`, and is not empty.", field="name")
    return sha256(name.encode() + b"\n" + kind + public_key).digest()[:KEY_ID_BYTES]


def _signature(line: str) -> Signature:
    name, gap, encoded = line.removeprefix(_SIGNATURE_MARK).partition(" ")
    if not line.startswith(_SIGNATURE_MARK) or not name or not gap:
        raise _unreadable("A line under it is not a signature.")
    try:
        signed = b64decode(encoded, validate=True)
    except (Base64Error, ValueError) as error:
        raise _unreadable("A signature under it is not base64.") from error
    if len(signed) <= KEY_ID_BYTES:
        raise _unreadable("A signature under it is too short.")
    return Signature(name, signed[:KEY_ID_BYTES], signed[KEY_ID_BYTES:])


def _has_control(text: str) -> bool:
    """Whether it holds what no note may: control characters below U+0020, or surrogates, which UTF-8 doesn't have."""
    return any(character < " " or "\ud800" <= character <= "\udfff" for character in text)


def _unreadable(why: str) -> InvalidInput:
    return InvalidInput(f"This is not a note that can be trusted. {why}", field="note")
