"""A registry's own checkpoints as notes: under which name they are signed, and how they are read back."""

from registry.errors import InvalidInput, PublicLogRefused
from registry.log.note import Sign, Verify, checkpoint_note, open_note, parse_checkpoint, sign_note
from registry.proof.certificate import Checkpoint


def origin_of(log: bytes) -> str:
    """The first line of a log's checkpoints, and the name of the key that signs them."""
    return f"originmark.log/{log.hex()}"


def signed_head(log: bytes, checkpoint: Checkpoint, registry_key: bytes, sign: Sign) -> str:
    """The checkpoint as a note with the registry's signature."""
    origin = origin_of(log)
    text = checkpoint_note(origin, checkpoint.size, checkpoint.root)
    return sign_note(text, name=origin, public_key=registry_key, sign=sign)


def read_head(note: str, log: bytes, registry_key: bytes, verify: Verify) -> Checkpoint:
    """The checkpoint in a note of this log; raises PublicLogRefused for another's, or one without its signature."""
    origin = origin_of(log)
    try:
        text = open_note(note, name=origin, public_key=registry_key, verify=verify)
        stated, checkpoint = parse_checkpoint(text)
    except InvalidInput as error:
        raise PublicLogRefused(f"The log's checkpoint can't be trusted: {error.message}") from error
    if stated != origin:
        raise PublicLogRefused("The log's checkpoint is one of another log.")
    return checkpoint
