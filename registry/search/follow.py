"""Following the feed: an index is asked only when it stands at the head that was read first."""

from collections.abc import Callable, Iterable
from threading import Lock
from typing import Generic, Protocol, TypeVar

from registry.errors import IndexBehind
from registry.store.feed import Feed, Head
from registry.works import FeedEvent


class Following(Protocol):
    """What every index has that follows the feed."""

    @property
    def position(self) -> int:
        """The last `seq` that was applied; 0 before the first."""

    def apply(self, events: Iterable[FeedEvent]) -> None:
        """Follow the feed from `position` on; see `registry.search.index.Index.apply`."""


IndexT = TypeVar("IndexT", bound=Following)


class Follower(Generic[IndexT]):
    """An index with the feed that it follows. One for all threads of a process."""

    def __init__(self, make: Callable[[], IndexT], feed: Feed) -> None:
        """The index is made when it is first asked for: most commands never need some."""
        self._make, self._feed = make, feed
        self._index: IndexT | None = None
        self._pulling, self._making = Lock(), Lock()

    @property
    def index(self) -> IndexT:
        """The index, wherever it stands."""
        with self._making:
            if self._index is None:
                self._index = self._make()
            return self._index

    def catch_up(self) -> Head:
        """Brings the index up to the head that was committed when this was called, and returns that head.

        Raises IndexBehind rather than let a search answer for less than there is.
        """
        head = self._feed.head()
        if self.index.position < head.feed_position:
            with self._pulling:
                self.index.apply(self._feed.since(self.index.position, head.feed_position))
        if self.index.position < head.feed_position:
            raise IndexBehind(position=self.index.position, head=head.feed_position)
        return head

    def keep_up(self) -> None:
        """The same for an index that was made; one that wasn't holds nothing that could be out of date."""
        if self._index is not None:
            self.catch_up()
