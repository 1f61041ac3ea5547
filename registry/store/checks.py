"""Checks with their answers, what was asked about, and sightings of private works."""

from collections.abc import Collection, Iterable

from sqlalchemy import insert
from sqlmodel import Session, col, select

from registry.accounts import AccountId
from registry.findings import Check, CheckId, Decision, Matched
from registry.listings import Listing
from registry.store.database import Database
from registry.store.stretches import stretches
from registry.store.tables import AskedPictureRow, CheckRow, SightingRow, WorkRow
from registry.store.verdicts import decode_verdict, encode_verdict, without_erased
from registry.works import WorkId

_CHECK, _PICTURE, _SIGHTING = insert(CheckRow), insert(AskedPictureRow), insert(SightingRow)


class Checks:
    """Keeps checks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, check: Check, unseen: Iterable[tuple[WorkId, Decision]], picture: bytes | None = None) -> None:
        """Keeps a check, and for each private work that the picture shows and the asker may not know of, a sighting.

        `picture` is a small JPEG of what was asked about, which is kept only if the asker is told of a match: a person
        may have to look at it later. What the check says of a work that was erased since the search isn't kept, nor
        the picture then.
        """
        seen, verdict = list(unseen), check.verdict
        shown = {match.work for match in verdict.matches} if isinstance(verdict, Matched) else set()
        row = {
            "id": check.id,
            "account": check.account,
            "seller": check.listing.seller,
            "listing": check.listing.listing,
            "sha256": check.sha256,
            "verdict": encode_verdict(check.verdict),
            "feed_position": check.feed_position,
            "log_size": check.log_size,
            "checked": check.checked,
        }
        with self._database.write(promised=False) as session:
            erased = _erased(session, shown | {work for work, _ in seen})
            if erased:
                row["sha256"] = None
            if erased and isinstance(verdict, Matched):
                row["verdict"] = encode_verdict(without_erased(verdict, erased))
            sightings = [
                {"work": work, "decision": decision, "seen": check.checked}
                for work, decision in seen
                if work not in erased
            ]
            execute = session.connection().execute
            execute(_CHECK, row)
            if shown and picture is not None and not erased:
                execute(_PICTURE, {"id": check.id, "picture": picture})
            if sightings:
                execute(_SIGHTING, sightings)

    def picture(self, check: CheckId) -> bytes | None:
        """The small picture of what was asked about, if it was kept."""
        with self._database.read() as session:
            row = session.get(AskedPictureRow, check)
            return None if row is None else row.picture

    def has_picture(self, check: CheckId) -> bool:
        """Whether there is such a picture."""
        with self._database.read() as session:
            return session.exec(select(AskedPictureRow.id).where(AskedPictureRow.id == check)).first() is not None

    def check(self, check: CheckId) -> Check | None:
        """The check with this id."""
        with self._database.read() as session:
            row = session.get(CheckRow, check)
            if row is None:
                return None
            return Check(
                id=CheckId(row.id),
                account=None if row.account is None else AccountId(row.account),
                listing=Listing(seller=row.seller, listing=row.listing),
                sha256=row.sha256,
                verdict=decode_verdict(row.verdict),
                feed_position=row.feed_position,
                log_size=row.log_size,
                checked=row.checked,
            )


def _erased(session: Session, works: Collection[WorkId]) -> set[WorkId]:
    """Those of the works that aren't there any more; the others stay until the transaction ends."""
    there = set[str]()
    for these in stretches(sorted(works)):
        standing = select(WorkRow.id).where(col(WorkRow.id).in_(these))
        there |= set(session.exec(standing.with_for_update(read=True, key_share=True)))
    return set(works) - there
