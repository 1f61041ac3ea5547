"""Notes and checkpoints held against golang.org/x/mod/sumdb/note's own example, and against a forger."""

from base64 import b64decode, b64encode

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import InvalidInput
from registry.log import checkpoint_note, open_note, sign_note, verifier_key
from registry.log.note import MAX_NOTE_CHARACTERS

GO_NAME = "PeterNeumann"
GO_SIGNER_KEY = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_VERIFIER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)  # fmt: skip
GO_NOTE = (
    f"{GO_TEXT}\n— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
C2SP_CHECKPOINT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
ROOT = b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
NAME = "example.org/registry"


class Key:
    """An Ed25519 key as the two functions that notes want."""

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)

    def verify(self, signature: bytes, message: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def signed(self, text: str, name: str = NAME) -> str:
        return sign_note(text, name=name, public_key=self.public, sign=self.sign)

    def opened(self, note: str, name: str = NAME) -> str:
        return open_note(note, name=name, public_key=self.public, verify=self.verify)


GO_KEY = Key(b64decode(GO_SIGNER_KEY)[1:])
KEY = Key(b"k" * 32)
OTHER_KEY = Key(b"o" * 32)

texts = st.text(st.characters(codec="utf-8", min_codepoint=32) | st.just("\n")).map(lambda text: text + "\n")


def test_gos_own_example_goes_round() -> None:
    assert verifier_key(GO_NAME, GO_KEY.public) == GO_VERIFIER_KEY
    assert GO_KEY.signed(GO_TEXT, GO_NAME) == GO_NOTE
    assert GO_KEY.opened(GO_NOTE, GO_NAME) == GO_TEXT


def test_the_specs_example_of_a_checkpoint() -> None:
    assert checkpoint_note("example.com/behind-the-sofa", 20_852_163, ROOT) == C2SP_CHECKPOINT


def test_the_empty_log() -> None:
    assert checkpoint_note(NAME, 0, ROOT).splitlines()[1] == "0"


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [("", 1, ROOT), ("a\nb", 1, ROOT), ("a\tb", 1, ROOT), ("\ud800", 1, ROOT), (NAME, -1, ROOT), (NAME, 1, ROOT[1:])],
)
def test_what_is_no_checkpoint(origin: str, size: int, root: bytes) -> None:
    with pytest.raises(InvalidInput):
        checkpoint_note(origin, size, root)


@settings(deadline=None)
@given(texts)
def test_notes_go_round(text: str) -> None:
    assert KEY.opened(KEY.signed(text)) == text


@settings(deadline=None)
@given(st.data())
def test_one_changed_character_is_refused(data: st.DataObject) -> None:
    note = KEY.signed(checkpoint_note(NAME, 70_000, ROOT))
    # The last character of the base64 before its padding has bits that mean nothing; all others count.
    at = data.draw(st.integers(0, len(note) - 1).filter(lambda place: place != len(note) - 3))
    changed = data.draw(st.characters(codec="utf-8").filter(lambda character: character != note[at]))
    with pytest.raises(InvalidInput):
        KEY.opened(note[:at] + changed + note[at + 1 :])


def test_others_signatures_are_passed_over() -> None:
    text = checkpoint_note(NAME, 7, ROOT)
    mine = KEY.signed(text)
    line = OTHER_KEY.signed(text, "witness.example").removeprefix(text + "\n")
    unknown_kind = f"— {NAME} {b64encode(b'abcd' + b'x' * 64).decode()}\n"
    assert KEY.opened(mine + line + unknown_kind) == text
    assert KEY.opened(text + "\n" + unknown_kind + line + mine.removeprefix(text + "\n")) == text


def test_a_bad_signature_of_the_key_spoils_a_good_one() -> None:
    text = checkpoint_note(NAME, 7, ROOT)
    note = KEY.signed(text)
    forged = KEY.signed(checkpoint_note(NAME, 8, ROOT)).splitlines(keepends=True)[-1]
    with pytest.raises(InvalidInput, match="not good"):
        KEY.opened(note + forged)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n",
        C2SP_CHECKPOINT,
        C2SP_CHECKPOINT + "\n",
        C2SP_CHECKPOINT + "\n\n",
        OTHER_KEY.signed(C2SP_CHECKPOINT),
        KEY.signed(C2SP_CHECKPOINT, "example.org/another"),
        KEY.signed(C2SP_CHECKPOINT)[:-1],
        KEY.signed(C2SP_CHECKPOINT).replace("—", "-"),
        KEY.signed(C2SP_CHECKPOINT).replace("\n\n", "\n"),
        KEY.signed(C2SP_CHECKPOINT) + "\n",
        KEY.signed(C2SP_CHECKPOINT) + "— x !!!!\n",
        KEY.signed(C2SP_CHECKPOINT) + "— x YWJj\n",
        KEY.signed(C2SP_CHECKPOINT) + "— x\n",
        KEY.signed(C2SP_CHECKPOINT).replace("\n", "\r\n"),
        KEY.signed("x" * MAX_NOTE_CHARACTERS + "\n"),
    ],
)
def test_what_is_no_note(note: str) -> None:
    with pytest.raises(InvalidInput):
        KEY.opened(note)


@pytest.mark.parametrize("text", ["", "no newline", "a\tb\n", "a\0\n", "\ud800\n"])
def test_what_is_not_signed(text: str) -> None:
    with pytest.raises(InvalidInput):
        KEY.signed(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb"])
def test_names_that_no_key_has(name: str) -> None:
    with pytest.raises(InvalidInput):
        KEY.signed(C2SP_CHECKPOINT, name)
    with pytest.raises(InvalidInput):
        verifier_key(name, KEY.public)
