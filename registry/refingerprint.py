"""Refingerprint: old works are brought to the fingerprint schemes of today.

1. the works whose codes are of another version and whose canonical raster is kept, in the order of the log
2. each raster is fetched, decrypted and looked at in the sandbox, several at a time
3. one transaction for each work: its codes replaced, two rows in the feed

Each work is by itself, so it can be interrupted anywhere and goes on from there. Until its turn comes a work matches by
its digest only; one that keeps no raster stays so, unless its claimant withdraws it and registers it again.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass

from registry.blobs.safe import Purpose, Safe
from registry.errors import OriginmarkError
from registry.store.recoding import Recoding
from registry.works import Recoded, Work

PAGE = 200
AHEAD = 8
"""So many rasters are fetched before the oldest of them is waited for."""


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What there is to do: `works` have codes of another version, `without_raster` of them can't be brought up."""

    works: int
    without_raster: int


class Refingerprinting:
    """The journey of refingerprinting."""

    def __init__(
        self,
        *,
        recode: Callable[[bytes], "Future[tuple[Recoded, ...]]"],
        recoding: Recoding,
        safe: Safe,
        version: int,
    ) -> None:
        self._recode, self._recoding, self._safe, self._version = recode, recoding, safe, version

    def outstanding(self) -> Outstanding:
        """How many works there are to bring up."""
        return Outstanding(*self._recoding.outdated(self._version))

    def run(self) -> Iterator[tuple[Work, OriginmarkError | None]]:
        """Brings works up, and tells each with what kept it from being brought up, if anything did."""
        waiting: deque[tuple[Work, Future[tuple[Recoded, ...]] | OriginmarkError]] = deque()
        # 1. the works whose codes are of another version
        for work in self._works():
            # 2. each raster is fetched, decrypted and looked at
            waiting.append((work, self._look(work)))
            if len(waiting) > AHEAD:
                yield self._finish(*waiting.popleft())
        while waiting:
            yield self._finish(*waiting.popleft())

    def _works(self) -> Iterator[Work]:
        after = -1
        while page := self._recoding.page(self._version, after=after, limit=PAGE):
            yield from page
            after = page[-1].index

    def _look(self, work: Work) -> "Future[tuple[Recoded, ...]] | OriginmarkError":
        assert work.raster is not None  # noqa: S101 - only such works were asked for
        try:
            return self._recode(self._safe.read(work.raster, Purpose.RASTER, work.id))
        except OriginmarkError as error:
            return error

    def _finish(
        self, work: Work, looking: "Future[tuple[Recoded, ...]] | OriginmarkError"
    ) -> tuple[Work, OriginmarkError | None]:
        if isinstance(looking, OriginmarkError):
            return work, looking
        try:
            recoded = looking.result()
        except OriginmarkError as error:
            return work, error
        # 3. one transaction for each work
        self._recoding.replace(work.id, self._version, recoded)
        return work, None
