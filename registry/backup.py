"""Back up: everything that can't be computed again, in one file, while the registry goes on.

1. one moment of the database is fixed, and with it one of the embedded chain where that is used
2. all rows of that moment
3. every blob that these rows name; one that was erased meanwhile is told, and so is one that is missing
4. the embedded chain, and the keys if they are asked for
5. the manifest, with the digest of each; the file gets its name

Tiles stay out: they are built again from the entries. Blobs stay as they are, sealed: whoever has the backup without
`blob.key` can't open them. With the keys in it, the file is as precious as the registry.
"""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from registry.archive.file import (
    BLOBS,
    CHAIN,
    CHUNK,
    KEYS,
    ROWS,
    ArchiveWriter,
    Progress,
    draft_of,
    new_archive,
    sweep_drafts,
)
from registry.archive.manifest import Manifest
from registry.blobs.opening import open_blobs
from registry.blobs.store import BlobStore
from registry.clock import Clock
from registry.errors import BlobDamaged, BlobMissing, InvalidInput
from registry.keyring import KEY_FILES
from registry.ledger.copying import ChainCopy, copied_beside
from registry.settings import Settings, sqlite_path
from registry.store.catalogue import Catalogue
from registry.store.database import HEAD_REVISION, Database
from registry.store.rows import TABLES, Rows, snapshot

SUFFIX = ".backup.zip"


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that is whole and on the disk, and what it holds."""

    path: Path
    size: int
    manifest: Manifest


def back_up(
    settings: Settings, target: Path, *, with_keys: bool, version: str, clock: Clock, progress: Progress
) -> BackedUp:
    """Writes a backup of the settings' registry to a new file, or under a name of its own into a directory.

    Raises InvalidInput where no registry is, Conflict where the file is there already, StoreError where it can't be
    written. Where it raises, or the process dies, nothing stands under the name.
    """
    if settings.database_url is None and not sqlite_path(settings.data_dir).exists():
        raise _no_registry()  # opening a database makes one
    with closing(Database(settings.sqlalchemy_url)) as database, ExitStack() as stack:
        made = clock()
        # 1. one moment of the database, and with it one of the embedded chain
        moment = _Moment(database)
        stack.callback(moment.let_go)
        chain = None
        if settings.embedded and (settings.data_dir / CHAIN).exists():
            chain = stack.enter_context(copied_beside(settings.data_dir / CHAIN, moment.fix))
        else:
            moment.fix()
        rows, log = moment.rows, moment.rows.log()
        if log is None:
            raise _no_registry()
        path = _path(target, log, made)
        writer = stack.enter_context(new_archive(path))
        # 2. all rows
        counts = _add_rows(writer, rows, progress)
        # 3. every blob
        taken = _Blobs(open_blobs(settings), Catalogue(database))
        writer.add(BLOBS, taken.records(rows, progress), packed=False)
        # 4. the embedded chain, and the keys
        if chain is not None:
            _add_chain(writer, chain, path, progress)
        if with_keys:
            _add_keys(writer, settings.data_dir / "keys")
        # 5. the manifest
        manifest = Manifest(
            version=version,
            schema=HEAD_REVISION,
            made=made,
            log=log,
            entries=rows.log_size(),
            checkpoint=rows.last_checkpoint(),
            rows=counts,
            blobs=taken.count,
            erased=taken.erased,
            missing=tuple(taken.missing),
        )
        writer.finish(manifest)
    return BackedUp(path=path, size=path.stat().st_size, manifest=manifest)


def newest_backup(place: Path) -> Path:
    """The file itself, or the newest backup in a directory, by the time in its name; raises InvalidInput for none."""
    if not place.is_dir():
        return place
    found = sorted(place.glob(f"originmark-*{SUFFIX}"), key=lambda path: path.name.rsplit("-", 1)[-1])
    if not found:
        raise InvalidInput(f"There is no backup in {place}.", field="path", remedy="Name the file.")
    return found[-1]


class _Moment:
    """A snapshot of the database that can be taken again, as long as nothing was read of it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._open = ExitStack()
        self._rows: Rows | None = None

    @property
    def rows(self) -> Rows:
        """What the database held then."""
        assert self._rows is not None  # noqa: S101 - `fix` comes first
        return self._rows

    def fix(self) -> None:
        """Takes the snapshot now."""
        self._open.close()
        self._rows = self._open.enter_context(snapshot(self._database))

    def let_go(self) -> None:
        """Ends it."""
        self._open.close()


class _Blobs:
    """The blobs that rows name, one by one, and what became of those that aren't there."""

    def __init__(self, store: BlobStore, catalogue: Catalogue) -> None:
        self._store, self._catalogue = store, catalogue
        self.count = self.erased = 0
        self.missing: list[str] = []

    def records(self, rows: Rows, progress: Progress) -> Iterator[bytes]:
        total = sum(1 for _ in rows.blobs())
        for done, blob in enumerate(rows.blobs(), start=1):
            try:
                data = self._store.get(blob)
            except (BlobMissing, BlobDamaged):
                # A work that was erased since the snapshot has taken its blobs along, as it should.
                if self._catalogue.named_blobs([blob]):
                    self.missing.append(blob)
                else:
                    self.erased += 1
            else:
                self.count += 1
                yield bytes.fromhex(blob) + len(data).to_bytes(8, "big") + data
            progress("blobs", done, total)


def _add_rows(writer: ArchiveWriter, rows: Rows, progress: Progress) -> dict[str, int]:
    counts = {table.name: rows.count(table) for table in TABLES}
    total, done = sum(counts.values()), 0
    for table in TABLES:

        def told(lines: Iterator[bytes], before: int = done) -> Iterator[bytes]:
            for number, line in enumerate(lines, start=before + 1):
                yield line
                if number % 1_000 == 0:
                    progress("rows", number, total)

        writer.add(ROWS + table.name, told(rows.dump(table)), packed=True)
        done += counts[table.name]
        progress("rows", done, total)
    return counts


def _add_chain(writer: ArchiveWriter, chain: ChainCopy, path: Path, progress: Progress) -> None:
    copy = draft_of(path.with_name(f"{path.name}.chain"))
    copy.unlink(missing_ok=True)
    try:
        chain.write(copy, lambda done, total: progress("chain", done, total))
        writer.add(CHAIN, _chunks(copy), packed=True)
    finally:
        copy.unlink(missing_ok=True)


def _add_keys(writer: ArchiveWriter, directory: Path) -> None:
    for name in KEY_FILES:
        if (directory / name).exists():
            writer.add(KEYS + name, _chunks(directory / name), packed=False)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _path(target: Path, log: bytes, made: int) -> Path:
    if not target.is_dir():
        if not target.parent.is_dir():
            raise InvalidInput(f"There is no folder {target.parent}.", field="path", remedy="Make it first.")
        return target
    name = f"originmark-{log.hex()[:8]}"
    sweep_drafts(target, f".{name}-*.partial")
    stamp = datetime.fromtimestamp(made, UTC).strftime("%Y%m%dT%H%M%SZ")
    return target / f"{name}-{stamp}{SUFFIX}"


def _no_registry() -> InvalidInput:
    return InvalidInput("There is no registry here to back up.", field="data_dir", remedy="Check --data-dir.")
