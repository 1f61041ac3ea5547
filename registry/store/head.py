"""The heads of log and feed: whoever appends moves them, and holds the row until the commit."""

from dataclasses import dataclass

from sqlalchemy import update
from sqlmodel import Session, col

from registry.store.tables import LogHeadRow

_SIZE, _FEED = col(LogHeadRow.size), col(LogHeadRow.feed)


@dataclass(frozen=True, slots=True)
class Room:
    """Where to write: indices of the log, and numbers of the feed."""

    indices: range
    events: range


def make_room(session: Session, *, entries: int, events: int) -> Room:
    """Moves both heads and locks them, so that numbers are dense and in commit order.

    To be called before any row of a work is locked: every transaction takes these locks in the same order.
    """
    move = update(LogHeadRow).values(size=_SIZE + entries, feed=_FEED + events).returning(_SIZE, _FEED)
    size, feed = session.connection().execute(move).one()
    return Room(indices=range(size - entries, size), events=range(feed - events + 1, feed + 1))
