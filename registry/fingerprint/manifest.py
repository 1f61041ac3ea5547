"""The fingerprint manifest: a work's fingerprints as canonical JSON, which its claim commits to unseen."""

from collections.abc import Iterable

from registry.proof.canonical import Json, decode, encode
from registry.proof.errors import Malformed
from registry.proof.fields import Fields, read_hex
from registry.works import Fingerprint, Ground

MAX_CODE_BYTES = 4096


def encode_manifest(fingerprints: Iterable[Fingerprint]) -> bytes:
    """The manifest's canonical bytes, in the order given."""
    return encode(
        [
            {
                "scheme": fingerprint.scheme,
                "ground": fingerprint.ground.value,
                "code": fingerprint.code.hex(),
                "quality": fingerprint.quality,
            }
            for fingerprint in fingerprints
        ]
    )


def parse_manifest(manifest: bytes) -> tuple[Fingerprint, ...]:
    """The fingerprints in a manifest; raises Malformed for bytes that `encode_manifest` wouldn't give."""
    value = decode(manifest)
    if not isinstance(value, list):
        raise Malformed("the manifest is not a list")
    return tuple(_fingerprint(item) for item in value)


def _fingerprint(value: Json) -> Fingerprint:
    fields = Fields(value, "a fingerprint")
    code = fields.text("code")
    if len(code) > 2 * MAX_CODE_BYTES:
        raise Malformed(f"a fingerprint's code is longer than {MAX_CODE_BYTES} bytes")
    ground = fields.text("ground")
    if ground not in set(Ground):
        raise Malformed(f"no ground is called {ground!r}")
    fingerprint = Fingerprint(
        scheme=fields.text("scheme"),
        ground=Ground(ground),
        code=read_hex(code, len(code) // 2, "`code` of a fingerprint"),
        quality=fields.number("quality"),
    )
    fields.done()
    return fingerprint
