"""What a backup is of, as canonical JSON: facts about the registry, and the size and SHA-256 of every other member."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from registry.errors import BackupDamaged
from registry.proof.canonical import Json, decode_object, encode
from registry.proof.certificate import Checkpoint
from registry.proof.fields import Fields

FORMAT = "originmark/backup/v1"
MAX_MEMBERS = 200
MAX_TOLD = 1_000
"""So many missing blobs are named in the manifest; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the archive: its bytes, unpacked, and their SHA-256."""

    name: str
    size: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is of. `checkpoint` is the newest that the database knew, `schema` its newest migration.

    `erased` counts blobs that were deleted between the snapshot and their turn, `missing` names those that a work
    still names and that aren't there: the backup lacks them because the registry does.
    """

    version: str
    schema: str
    made: int
    log: bytes
    entries: int
    checkpoint: Checkpoint | None
    rows: Mapping[str, int]
    blobs: int
    erased: int
    missing: tuple[str, ...]
    members: tuple[Member, ...] = field(default=())

    def has(self, name: str) -> bool:
        """Whether there is a member of this name, or under it where it ends in a slash."""
        return any(one.name.startswith(name) if name.endswith("/") else one.name == name for one in self.members)


def encode_manifest(manifest: Manifest, members: Iterable[Member]) -> bytes:
    """The manifest's bytes, over these members."""
    checkpoint: Json = None
    if manifest.checkpoint is not None:
        checkpoint = {"size": manifest.checkpoint.size, "root": manifest.checkpoint.root.hex()}
    facts: dict[str, Json] = {
        "format": FORMAT,
        "version": manifest.version,
        "schema": manifest.schema,
        "made": manifest.made,
        "log": manifest.log.hex(),
        "entries": manifest.entries,
        "checkpoint": checkpoint,
        "rows": [{"table": table, "count": count} for table, count in manifest.rows.items()],
        "blobs": {
            "count": manifest.blobs,
            "erased": manifest.erased,
            "missing": len(manifest.missing),
            "missing_names": list(manifest.missing[:MAX_TOLD]),
        },
        "members": [{"name": one.name, "size": one.size, "sha256": one.sha256.hex()} for one in members],
    }
    return encode(facts)


def parse_manifest(data: bytes) -> Manifest:
    """The manifest in these bytes; raises ProofError for any others, BackupDamaged for a format not known here."""
    fields = Fields(decode_object(data), "the manifest")
    form = fields.text("format")
    if form != FORMAT:
        raise BackupDamaged(
            f"The backup's format is {form!a}, and {FORMAT!a} is the one known here.",
            remedy="Restore it with the version of Originmark that made it, or a newer one.",
        )
    checkpoint, blobs = fields.inner_or_none("checkpoint"), fields.inner("blobs")
    members = tuple(map(_parse_member, fields.items("members", most=MAX_MEMBERS)))
    rows = dict(map(_parse_count, fields.items("rows", most=MAX_MEMBERS)))
    blobs.number("missing")
    manifest = Manifest(
        version=fields.text("version"),
        schema=fields.text("schema"),
        made=fields.number("made"),
        log=fields.octets("log", 32),
        entries=fields.number("entries"),
        checkpoint=None
        if checkpoint is None
        else Checkpoint(size=checkpoint.number("size"), root=checkpoint.octets("root", 32)),
        rows=rows,
        blobs=blobs.number("count"),
        erased=blobs.number("erased"),
        missing=tuple(blob.hex() for blob in blobs.octets_list("missing_names", 32, most=MAX_TOLD)),
        members=members,
    )
    for taken in (fields, blobs, *([checkpoint] if checkpoint else [])):
        taken.done()
    return manifest


def _parse_member(value: Json) -> Member:
    fields = Fields(value, "a member")
    member = Member(name=fields.text("name"), size=fields.number("size"), sha256=fields.octets("sha256", 32))
    fields.done()
    return member


def _parse_count(value: Json) -> tuple[str, int]:
    fields = Fields(value, "a table")
    counted = fields.text("table"), fields.number("count")
    fields.done()
    return counted
