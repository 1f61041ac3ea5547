"""Following the feed: an index is asked only when it stands at the head that was read first."""

from threading import Lock

from registry.errors import IndexBehind
from registry.search.index import Index
from registry.store.feed import CodeFeed, Head


class Follower:
    """An index with the feed that it follows. One for all threads of a process."""

    def __init__(self, index: Index, feed: CodeFeed) -> None:
        self.index = index
        self._feed = feed
        self._pulling = Lock()

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
