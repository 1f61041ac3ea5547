"""Reading works back: one by one, in pages, by digest, and what a certificate is made of."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import col, func, select

from registry.accounts import AccountId, Viewer
from registry.errors import NotFound
from registry.proof.receipt import Receipt
from registry.store.database import Database
from registry.store.stretches import stretches
from registry.store.tables import ClaimRow, IdentityRow, PartRow, SightingRow, ThumbnailRow, WithdrawalRow, WorkRow
from registry.works import Description, Detail, Kind, Part, PartKind, Role, Visibility, Work, WorkId


@dataclass(frozen=True, slots=True)
class StoredClaim:
    """A claim as it is kept: the statement's bytes, the manifest with its salt, and the receipt's own facts."""

    statement: bytes
    manifest: bytes
    manifest_salt: bytes
    received: int
    anchor_by: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class Sighting:
    """Somebody's picture showed a private work at `seen`; `decision` is what the evidence would have borne."""

    decision: str
    seen: int


class Catalogue:
    """Reads works."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def work(self, work: WorkId) -> Work | None:
        """The work with this id."""
        with self._database.read() as session:
            row = session.get(WorkRow, work)
            return None if row is None else work_of(row)

    def many(self, works: Collection[WorkId]) -> dict[WorkId, Work]:
        """Those of the works that exist."""
        found = dict[WorkId, Work]()
        with self._database.read() as session:
            for these in stretches(works):
                rows = session.exec(select(WorkRow).where(col(WorkRow.id).in_(these)))
                found |= {WorkId(row.id): work_of(row) for row in rows}
        return found

    def with_digests(self, digests: Collection[bytes]) -> dict[bytes, list[Work]]:
        """Every account's standing works with these bytes, in the log's order; digests nobody has are left out."""
        with self._database.read() as session:
            standing = col(WorkRow.sha256).in_(digests), col(WorkRow.withdrawn).is_(None)
            query = select(WorkRow).where(*standing).order_by(col(WorkRow.log_index))
            found: dict[bytes, list[Work]] = {}
            for row in session.exec(query):
                found.setdefault(row.sha256, []).append(work_of(row))
            return found

    def page(self, *, account: AccountId | None, after: int, limit: int) -> list[Work]:
        """At most `limit` works after this log index, in the log's order; of one account, or of all."""
        query = select(WorkRow).where(col(WorkRow.log_index) > after)
        if account is not None:
            query = query.where(WorkRow.account == account)
        with self._database.read() as session:
            rows = session.exec(query.order_by(col(WorkRow.log_index)).limit(limit))
            return [work_of(row) for row in rows]

    def versions(self, work: Work, viewer: Viewer) -> list[Work]:
        """All versions of a work that hang together, sketch to final, in the order of the log; it is among them.

        What the viewer may not know of isn't there, and joins nothing.
        """
        found = {work.id: work}
        with self._database.read() as session:
            earlier = work.description.previous
            while earlier is not None and (row := session.get(WorkRow, earlier)) is not None:
                version = work_of(row)
                if not version.known_to(viewer):
                    break
                found[version.id] = version
                earlier = version.description.previous
            newest = list(found)
            while newest:
                later = [
                    version
                    for these in stretches(newest)
                    for version in map(work_of, session.exec(select(WorkRow).where(col(WorkRow.previous).in_(these))))
                    if version.id not in found and version.known_to(viewer)
                ]
                found |= {version.id: version for version in later}
                newest = [version.id for version in later]
        return sorted(found.values(), key=lambda version: version.index)

    def count(self) -> int:
        """How many works there are."""
        with self._database.read() as session:
            return session.exec(select(func.count()).select_from(WorkRow)).one()

    def keeps_blobs(self) -> bool:
        """Whether any work names a blob."""
        kept = col(WorkRow.raster).is_not(None) | col(WorkRow.original).is_not(None)
        with self._database.read() as session:
            return session.exec(select(WorkRow.id).where(kept).limit(1)).first() is not None

    def named_blobs(self, blobs: Collection[str]) -> set[str]:
        """Those of the blobs that a work names."""
        with self._database.read() as session:
            rasters = session.exec(select(WorkRow.raster).where(col(WorkRow.raster).in_(blobs)))
            originals = session.exec(select(WorkRow.original).where(col(WorkRow.original).in_(blobs)))
            return {blob for blob in (*rasters, *originals) if blob is not None}

    def claim(self, work: WorkId) -> StoredClaim | None:
        """What was claimed of the work."""
        with self._database.read() as session:
            row = session.get(ClaimRow, work)
            if row is None:
                return None
            return StoredClaim(
                statement=row.statement,
                manifest=row.manifest,
                manifest_salt=row.manifest_salt,
                received=row.received,
                anchor_by=row.anchor_by,
                signature=row.signature,
            )

    def receipt(self, work: Work) -> Receipt:
        """The receipt that was given when the work was registered; raises NotFound where it was erased since."""
        with self._database.read() as session:
            claim, identity = session.get(ClaimRow, work.id), session.exec(select(IdentityRow)).one()
        if claim is None:
            raise NotFound("work", work.id, remedy="It was erased a moment ago. Register the file anew.")
        return Receipt(
            log=identity.log,
            entry=work.entry,
            index=work.index,
            received=claim.received,
            anchor_by=claim.anchor_by,
            key=claim.key,
            signature=claim.signature,
        )

    def parts(self, works: Collection[WorkId]) -> dict[WorkId, list[Part]]:
        """The parts of these works, each work's in order."""
        found = dict[WorkId, list[Part]]()
        with self._database.read() as session:
            for these in stretches(works):
                rows = session.exec(
                    select(PartRow).where(col(PartRow.work).in_(these)).order_by(col(PartRow.work), col(PartRow.number))
                )
                for row in rows:
                    found.setdefault(WorkId(row.work), []).append(_part_of(row))
        return found

    def withdrawal(self, work: WorkId) -> bytes | None:
        """The statement that took the work back; with it, a receipt or an inclusion proof says what its entry is."""
        with self._database.read() as session:
            row = session.get(WithdrawalRow, work)
            return None if row is None else row.statement

    def thumbnail(self, work: WorkId, part: int = 0) -> bytes | None:
        """The small picture of a part of a work."""
        with self._database.read() as session:
            row = session.get(ThumbnailRow, (work, part))
            return None if row is None else row.picture

    def sightings(self, work: WorkId) -> list[Sighting]:
        """When strangers' pictures showed this private work, the newest first."""
        with self._database.read() as session:
            rows = session.exec(
                select(SightingRow).where(SightingRow.work == work).order_by(col(SightingRow.id).desc()).limit(100)
            )
            return [Sighting(decision=row.decision, seen=row.seen) for row in rows]


def work_of(row: WorkRow) -> Work:
    """The domain's work in a row."""
    return Work(
        id=WorkId(row.id),
        account=AccountId(row.account),
        description=Description(
            title=row.title,
            kind=Kind(row.kind),
            visibility=Visibility(row.visibility),
            role=Role(row.role),
            previous=None if row.previous is None else WorkId(row.previous),
        ),
        sha256=row.sha256,
        size=row.size,
        media_type=row.media_type,
        width=row.width,
        height=row.height,
        detail=Detail(row.detail),
        entry=row.entry,
        index=row.log_index,
        registered=row.registered,
        raster=row.raster,
        original=row.original,
        withdrawn=row.withdrawn,
    )


def _part_of(row: PartRow) -> Part:
    return Part(
        number=row.number,
        kind=PartKind(row.kind),
        name=row.name,
        width=row.width,
        height=row.height,
        detail=Detail(row.detail),
    )
