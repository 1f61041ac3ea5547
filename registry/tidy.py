"""Tidy up: what an anchor worker does between two checkpoints.

What cannot be done now is logged and tried again: a blob store that is away for a day must not hold up the anchoring.

1. the rest of erasures, so that nothing of an erased work is left after the stated time
2. proofs of the blocks of anchors that have become final, before nodes forget them
3. once a day: blobs that were kept just before a crash, and that no work names
"""

from collections.abc import Callable
from logging import getLogger

from registry.blobs.orphans import ORPHAN_AGE, orphans
from registry.blobs.safe import Safe
from registry.clock import Clock, Seconds
from registry.errors import OriginmarkError
from registry.store.catalogue import Catalogue

logger = getLogger(__name__)


class Tidying:
    """Calls for itself what is due; to be called every minute or so, by one thread."""

    def __init__(
        self,
        *,
        sweep: Callable[[], object],
        keep_proofs: Callable[[], object],
        catalogue: Catalogue,
        safe: Safe,
        clock: Clock,
    ) -> None:
        self._sweep, self._keep_proofs = sweep, keep_proofs
        self._catalogue, self._safe, self._clock = catalogue, safe, clock
        self._looked: Seconds | None = None

    def __call__(self) -> None:
        """Does what is due, as far as it can be done now."""
        for step in (self._sweep, self._keep_proofs, self._drop_orphans):
            try:
                step()
            except OriginmarkError as error:
                logger.warning("not tidied up yet: %s %s", error.message, error.remedy)

    def _drop_orphans(self) -> None:
        now = self._clock()
        if self._looked is None or self._looked + ORPHAN_AGE <= now:
            for orphan in orphans(self._safe.store.ids(), self._catalogue.named_blobs, now - ORPHAN_AGE):
                self._safe.delete(orphan)
            self._looked = now
