"""Restore: a backup becomes a registry again, in an empty directory and an empty database, or nothing does.

1. every member of the archive is held against its digest
2. directory and database are empty, and the settings are of the chain that the backup is of
3. a note is put into the directory: until it's gone, nothing here opens as a registry
4. blobs, the embedded chain, and the keys where the backup has them
5. one transaction: all rows; before it commits, the entries must give the root of every checkpoint that was made
6. the note goes

Crash anywhere: the same command, run again, starts anew, or finds that step 5 was done. What it removes then is what
the note says this restore has brought, and nothing else.
"""

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from registry.archive.file import BLOBS, CHAIN, KEYS, ROWS, Archive, Progress, Reading, sync_directory
from registry.archive.manifest import Manifest
from registry.archive.note import KEYS_FOLDER, RESTORING, held
from registry.blobs.opening import open_blobs
from registry.blobs.store import BlobStore
from registry.errors import BackupDamaged, Conflict, SettingsError, StoreError
from registry.keyring import KEY_FILES
from registry.log.edge import Edge
from registry.proof.chain import EMBEDDED_CHAIN_ID
from registry.proof.errors import ProofError
from registry.proof.merkle import leaf_hash
from registry.proof.statement import Genesis, entry_of, parse_statement
from registry.settings import Settings, sqlite_path
from registry.store.database import HEAD_REVISION, Database
from registry.store.rows import IDENTITY, MAX_LINE, TABLES, Rows, filling, parsed_row, snapshot

MAX_BLOB = 256 << 20
"""The largest blob that is taken: several times the largest file that is registered."""

_BATCH_BYTES = 32 << 20
_ENTRIES_AT_ONCE = 8_192


@dataclass(frozen=True, slots=True)
class Restored:
    """A registry that is there again. `keys` is whether the backup had its keys, or they were there before."""

    manifest: Manifest
    keys: bool


def restore(settings: Settings, archive: Archive, progress: Progress) -> Restored:
    """Brings a backup back into the settings' directory and database.

    Raises BackupDamaged for an archive that isn't as it was written, Conflict where something is there already,
    SettingsError where the settings are of another kind of chain, StoreError where it can't be written.
    """
    # 1. every member is held against its digest
    archive.check(progress)
    manifest, directory = archive.manifest, settings.data_dir
    _must_be_readable(manifest)
    with held(directory) as note:
        # 2. directory and database are empty, but for what an earlier attempt has left
        if note.begun(archive.name):
            if _log_in(settings) == manifest.log:
                # Step 5 was done: it's one transaction, and all that comes before it was on the disk by then.
                note.drop()
                return Restored(manifest, keys=_has_keys(directory))
            note.clear()
        _must_be_empty(directory, manifest)
        _must_suit(settings, archive)
        if settings.database_url is not None and not _is_empty(settings):
            raise Conflict("The database isn't empty.", remedy="Restore into a new one; nothing is ever overwritten.")
        # 3. a note: until it's gone, nothing here opens as a registry
        note.begin(archive.name, with_keys=manifest.has(KEYS))
        try:
            _fill(settings, archive, progress)
        except BaseException:
            # Where the rows were committed all the same, the next attempt finds them, and the note.
            if _log_in(settings) != manifest.log:
                note.clear()
                note.drop()
            raise
        # 6. the note goes
        note.drop()
    return Restored(manifest, keys=_has_keys(directory))


def _fill(settings: Settings, archive: Archive, progress: Progress) -> None:
    # 4. blobs, chain, keys
    _restore_blobs(archive, open_blobs(settings), progress)
    _restore_files(archive, settings.data_dir)
    # 5. one transaction
    with closing(Database(settings.sqlalchemy_url)) as database, filling(database) as rows:
        _restore_rows(archive, rows, progress)
        _must_give_its_roots(rows, archive.manifest, progress)


def _log_in(settings: Settings) -> bytes | None:
    if settings.database_url is None and not sqlite_path(settings.data_dir).exists():
        return None
    with closing(Database(settings.sqlalchemy_url)) as database, snapshot(database) as rows:
        return rows.log()


def _is_empty(settings: Settings) -> bool:
    with closing(Database(settings.sqlalchemy_url)) as database, snapshot(database) as rows:
        return rows.empty()


def _must_be_readable(manifest: Manifest) -> None:
    if manifest.schema != HEAD_REVISION:
        raise SettingsError(
            f"The backup has schema {manifest.schema}, made by version {manifest.version}; here it's {HEAD_REVISION}.",
            remedy="Restore it with the version that made it, and then start this one.",
        )
    expected = {BLOBS, *(ROWS + table.name for table in TABLES)}
    optional = {CHAIN, *(KEYS + name for name in KEY_FILES)}
    names = {member.name for member in manifest.members}
    if not expected <= names <= expected | optional:
        raise BackupDamaged("The backup lacks tables, or has members that mean nothing here.")


def _must_be_empty(directory: Path, manifest: Manifest) -> None:
    # Keys may be put back first, where the backup has none.
    kept = {RESTORING} if manifest.has(KEYS) else {RESTORING, KEYS_FOLDER}
    there = sorted(path.name for path in directory.iterdir() if path.name not in kept)
    if there:
        raise Conflict(
            f"The directory {directory} isn't empty: it has {there[0]}.",
            remedy="Restore into a new one with --data-dir; nothing is ever overwritten.",
        )


def _must_suit(settings: Settings, archive: Archive) -> None:
    """The genesis statement says which kind of chain the settings must name."""
    with archive.opened(ROWS + IDENTITY.name) as member:
        genesis = _genesis(member)
    if (genesis.chain_id == EMBEDDED_CHAIN_ID) != settings.embedded:
        kind = "its own embedded chain" if genesis.chain_id == EMBEDDED_CHAIN_ID else f"chain {genesis.chain_id}"
        raise SettingsError(
            f"The backup is of a registry on {kind}.",
            remedy="Unset ORIGINMARK_RPC_URL." if not settings.embedded else "Set ORIGINMARK_RPC_URL to that chain.",
        )


def _genesis(member: Reading) -> Genesis:
    try:
        (line,) = member.lines(MAX_LINE)
        statement = parse_statement(parsed_row(IDENTITY, line)["genesis"])
    except (ValueError, ProofError) as error:
        raise BackupDamaged("The backup doesn't say which registry it is of.") from error
    if not isinstance(statement, Genesis):
        raise BackupDamaged("The backup doesn't say which registry it is of.")
    return statement


def _restore_blobs(archive: Archive, store: BlobStore, progress: Progress) -> None:
    done, total = 0, archive.manifest.blobs
    names: list[str] = []
    batch: list[bytes] = []
    with archive.opened(BLOBS) as member:
        for blob, data in _records(member):
            names.append(blob)
            batch.append(data)
            if sum(map(len, batch)) > _BATCH_BYTES:
                done += _put(store, names, batch)
                progress("blobs", done, total)
                names, batch = [], []
    done += _put(store, names, batch)
    progress("blobs", done, total)
    if done != total:
        raise BackupDamaged(f"The backup has {done:,} blobs, and its manifest says {total:,}.")


def _put(store: BlobStore, names: list[str], batch: list[bytes]) -> int:
    if [sha256(data).hexdigest() for data in batch] != names:
        raise BackupDamaged("A blob in the backup doesn't hold what its name says.")
    store.put_many(batch)
    return len(batch)


def _records(member: Reading) -> Iterator[tuple[str, bytes]]:
    while head := member.read(40):
        size = int.from_bytes(head[32:], "big")
        data = member.read(size) if len(head) == 40 and size <= MAX_BLOB else b""
        if len(head) != 40 or len(data) != size:
            raise BackupDamaged("The blobs in the backup are cut off, or larger than any blob is.")
        yield head[:32].hex(), data


def _restore_files(archive: Archive, directory: Path) -> None:
    for member in archive.manifest.members:
        if member.name == CHAIN:
            _write(directory / CHAIN, archive.chunks(member.name))
        elif member.name.startswith(KEYS):
            (directory / KEYS_FOLDER).mkdir(mode=0o700, exist_ok=True)
            _write(directory / member.name, archive.chunks(member.name))
            sync_directory(directory / KEYS_FOLDER)
    sync_directory(directory)


def _restore_rows(archive: Archive, rows: Rows, progress: Progress) -> None:
    counts = archive.manifest.rows
    total, done = sum(counts.values()), 0
    for table in TABLES:
        with archive.opened(ROWS + table.name) as member:

            def told(lines: Iterator[bytes], before: int = done) -> Iterator[bytes]:
                for number, line in enumerate(lines, start=before + 1):
                    yield line
                    if number % 1_000 == 0:
                        progress("rows", number, total)

            count = rows.load(table, told(member.lines(MAX_LINE)))
        if count != counts.get(table.name):
            raise BackupDamaged(f"The backup has {count:,} rows of `{table.name}`, and its manifest says otherwise.")
        done += count
        progress("rows", done, total)


def _must_give_its_roots(rows: Rows, manifest: Manifest, progress: Progress) -> None:
    """The entries that were just put in are dense, begin with the genesis, and give the root of every checkpoint."""
    roots = rows.checkpoints()
    edge, leaves, size = Edge(), list[bytes](), 0
    for index, entry in rows.entries():
        if index != size:
            raise BackupDamaged(f"The backup's log lacks entry {size:,}.")
        leaves.append(leaf_hash(entry))
        size += 1
        if size in roots or len(leaves) == _ENTRIES_AT_ONCE:
            edge, _ = edge.grown(leaves)
            leaves = []
            progress("root", size, manifest.entries)
            if size in roots and edge.root() != roots.pop(size):
                raise BackupDamaged(f"The backup's first {size:,} entries don't give the root that was published.")
    genesis = rows.genesis()
    wrong = (
        roots
        or genesis is None
        or next(iter(rows.entries()))[1] != entry_of(genesis)
        or (rows.log(), rows.log_size(), rows.last_checkpoint()) != (manifest.log, size, manifest.checkpoint)
        or size != manifest.entries
    )
    if wrong:
        raise BackupDamaged("The backup's log isn't the one that its manifest says.")


def _has_keys(directory: Path) -> bool:
    return (directory / KEYS_FOLDER / "registry.key").exists()


def _write(path: Path, chunks: Iterator[bytes]) -> None:
    """Writes a file for its owner's eyes, and waits for the disk."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(descriptor)
    except OSError as error:
        raise StoreError(f"{path} can't be written: {error.strerror or error}.", remedy="Check the disk.") from error
