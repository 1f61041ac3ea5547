"""Cosignatures (C2SP tlog-cosignature, `cosignature/v1`): a witness says that it saw a log grow and never change.

    cosignature/v1                  what is signed: two lines, and the checkpoint's text
    time 1679315147
    example.org/registry
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — witness.example/w1 jWbPPwAAAABk…    the line under the note: base64(key id ‖ time, 8 bytes ‖ Ed25519 signature)

A witness's key signs nothing else, since the message doesn't name the witness.
"""

from registry.clock import Seconds
from registry.errors import InvalidInput
from registry.log.note import Sign, Verify, key_id, parse_checkpoint, parse_note, signature_line

COSIGNATURE = b"\x04"
"""The kind of a witness's Ed25519 key, for `verifier_key` and `key_id`."""

_TIME_BYTES = 8
_SIGNATURE_BYTES = 64
_MAX_TIME = (1 << 63) - 1


def cosign(note: str, *, name: str, public_key: bytes, sign: Sign, time: Seconds) -> str:
    """The note with one more line: this witness's, that its checkpoint was consistent at `time`.

    Raises InvalidInput for what is no note of a checkpoint, for a bad name, and for a time that no cosignature has.
    """
    text = parse_note(note).text
    parse_checkpoint(text)
    if not 0 < time <= _MAX_TIME:
        raise InvalidInput("A cosignature's time is in seconds since 1970, and after that.", field="time")
    signed = time.to_bytes(_TIME_BYTES, "big") + sign(_message(text, time))
    return note + signature_line(name, key_id(name, public_key, COSIGNATURE), signed)


def cosigned_at(note: str, *, name: str, public_key: bytes, verify: Verify) -> Seconds:
    """When this witness cosigned the note, last if more than once.

    Raises InvalidInput where it did not, or where any of its cosignatures is not good.
    """
    parsed = parse_note(note)
    times: list[Seconds] = []
    for signed in parsed.by(name, key_id(name, public_key, COSIGNATURE)):
        time = int.from_bytes(signed[:_TIME_BYTES], "big")
        good = len(signed) == _TIME_BYTES + _SIGNATURE_BYTES and 0 < time <= _MAX_TIME
        if not good or not verify(signed[_TIME_BYTES:], _message(parsed.text, time)):
            raise InvalidInput(f"The cosignature of `{name}` is not good.", field="note")
        times.append(time)
    if not times:
        raise InvalidInput(f"The note has no cosignature of `{name}` with this key.", field="note")
    return max(times)


def _message(text: str, time: Seconds) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()
