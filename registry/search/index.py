"""The Index protocol: codes in, candidates out, and never a candidate less than there is.

An index follows the code feed by itself: whoever asks it brings it up to the feed's head first, and compares
`position` with that head. `exact.py` says what every index must answer.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from registry.findings import Candidate, Orientation, Reach
from registry.works import Codes, FeedEvent

Query = tuple[Orientation, Codes]
"""The codes of one variant of the asked picture, and what it is called: eight of them, or sixteen with two grounds."""


class Index(Protocol):
    """Finds works by their codes, exactly."""

    @property
    def position(self) -> int:
        """The last `seq` that was applied; 0 before the first."""

    def __len__(self) -> int:
        """How many works stand in it."""

    @property
    def nbytes(self) -> int:
        """Bytes of what it looks through."""

    def apply(self, events: Iterable[FeedEvent]) -> None:
        """Follow the feed from `position` on; raises `FeedBroken` at the first event that can't come next.

        What came before that event stays applied. One writer at a time works, others wait; readers never wait. Events
        up to `position` are passed over, since two callers may have pulled the same stretch of the feed.
        """

    def search(self, queries: Sequence[Query], reach: Reach) -> list[Candidate]:
        """Every work with a pair of codes within `reach` of any of the queries, best first.

        Of a work's pairs those are told that no other pair of the same work beats or equals in both distances: one,
        as a rule, and more only where one pair is closer by PDQ and another by pHash, so that no decision depends on
        which of them search prefers. Order: `pdq`, then `phash`, then the work added first, then the query named
        first.
        """

    def nearest(self, queries: Sequence[Query], k: int) -> list[Candidate]:
        """The `k` works with the closest pair by `pdq`, then `phash`, however far.

        One candidate for each work, in the order of `search`.
        """
