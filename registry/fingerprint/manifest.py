"""The fingerprint manifest: a work's fingerprints as canonical JSON, which its claim commits to unseen."""

from collections.abc import Iterable, Iterator

from registry.proof.canonical import Json, decode, encode
from registry.proof.errors import Malformed
from registry.proof.fields import Fields, read_hex
from registry.works import Fingerprint, Ground, Part, PartKind

MAX_CODE_BYTES = 4096
MAX_FINGERPRINTS = 64
"""So many fingerprints a part may have: schemes by grounds."""


def encode_manifest(parts: Iterable[tuple[Part, Iterable[Fingerprint]]]) -> bytes:
    """The manifest's canonical bytes: what each part is called, and its fingerprints, in the order given."""
    return encode(
        [
            {
                "part": {"kind": part.kind.value, "name": part.name},
                "fingerprints": [
                    {
                        "scheme": fingerprint.scheme,
                        "ground": fingerprint.ground.value,
                        "code": fingerprint.code.hex(),
                        "quality": fingerprint.quality,
                    }
                    for fingerprint in fingerprints
                ],
            }
            for part, fingerprints in parts
        ]
    )


def parse_manifest(manifest: bytes) -> tuple[Fingerprint, ...]:
    """The fingerprints of all parts in a manifest; raises Malformed for bytes that `encode_manifest` wouldn't give."""
    value = decode(manifest)
    if not isinstance(value, list):
        raise Malformed("the manifest is not a list")
    return tuple(fingerprint for item in value for fingerprint in _part(item))


def _part(value: Json) -> Iterator[Fingerprint]:
    fields = Fields(value, "a part")
    part = fields.inner("part")
    if part.text("kind") not in set(PartKind):
        raise Malformed("a part is of no known kind")
    part.text("name")
    items = fields.items("fingerprints", most=MAX_FINGERPRINTS)
    for taken in (part, fields):
        taken.done()
    yield from map(_fingerprint, items)


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
