"""Bringing works to the newest set of schemes: codes are replaced, and the feed tells every index."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, insert, update
from sqlmodel import col, func, select

from registry.store.catalogue import work_of
from registry.store.database import Database
from registry.store.head import make_room
from registry.store.registration import codes_rows, features_rows
from registry.store.tables import CodeFeedRow, CodesRow, FeaturesRow, PartRow, WorkRow
from registry.works import Recoded, Work, WorkId, overall


def _other(version: int) -> ColumnElement[bool]:
    """Another version: in two ranges of the index, since the whole of it would be read for "not this one"."""
    return (col(WorkRow.codes_version) < version) | (col(WorkRow.codes_version) > version)


class Recoding:
    """Replaces codes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def outdated(self, version: int) -> tuple[int, int]:
        """How many standing works have codes of another version, and how many of those keep no raster."""
        old = _other(version), col(WorkRow.withdrawn).is_(None)
        with self._database.read() as session:
            count = select(func.count()).select_from(WorkRow).where(*old)
            return session.exec(count).one(), session.exec(count.where(col(WorkRow.raster).is_(None))).one()

    def page(self, version: int, *, after: int, limit: int) -> list[Work]:
        """At most `limit` standing works after this log index that have codes of another version and keep a raster."""
        query = (
            select(WorkRow)
            .where(
                _other(version),
                col(WorkRow.withdrawn).is_(None),
                col(WorkRow.raster).is_not(None),
                col(WorkRow.log_index) > after,
            )
            .order_by(col(WorkRow.log_index))
            .limit(limit)
        )
        with self._database.read() as session:
            return [work_of(row) for row in session.exec(query)]

    def replace(self, work: WorkId, version: int, parts: Sequence[Recoded]) -> bool:
        """Puts these codes in the place of the work's; False where it left or was brought up meanwhile."""
        with self._database.write(alone=True) as session:
            row = session.get(WorkRow, work)
            if row is None or row.withdrawn is not None or row.codes_version == version:
                return False
            room = make_room(session, entries=0, events=2)
            execute = session.connection().execute
            execute(delete(CodesRow).where(col(CodesRow.work) == work))
            execute(delete(FeaturesRow).where(col(FeaturesRow.work) == work))
            for part in parts:
                here = col(PartRow.work) == work, col(PartRow.number) == part.number
                execute(update(PartRow).where(*here).values(detail=part.detail))
            if codes := codes_rows((work, part.number, part.codes) for part in parts):
                execute(insert(CodesRow), codes)
            if features := features_rows((work, part.number, part.features) for part in parts):
                execute(insert(FeaturesRow), features)
            detail = overall([part.detail for part in parts])
            execute(update(WorkRow).where(col(WorkRow.id) == work).values(codes_version=version, detail=detail))
            events = [
                {"seq": seq, "op": op, "work": work} for seq, op in zip(room.events, ("remove", "add"), strict=True)
            ]
            execute(insert(CodeFeedRow), events)
            return True
