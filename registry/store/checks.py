"""Checks with their answers, and sightings of private works."""

from collections.abc import Iterable

from sqlalchemy import insert

from registry.accounts import AccountId
from registry.findings import Check, CheckId, Decision
from registry.listings import Listing
from registry.store.database import Database
from registry.store.tables import CheckRow, SightingRow
from registry.store.verdicts import decode_verdict, encode_verdict
from registry.works import WorkId

_CHECK, _SIGHTING = insert(CheckRow), insert(SightingRow)


class Checks:
    """Keeps checks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, check: Check, unseen: Iterable[tuple[WorkId, Decision]]) -> None:
        """Keeps a check, and for each private work that the picture shows and the asker may not know of, a sighting."""
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
        sightings = [{"work": work, "decision": decision, "seen": check.checked} for work, decision in unseen]
        with self._database.write(promised=False) as session:
            execute = session.connection().execute
            execute(_CHECK, row)
            if sightings:
                execute(_SIGHTING, sightings)

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
