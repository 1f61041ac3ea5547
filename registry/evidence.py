"""Evidence: what a check found is shown to a person who has to decide.

1. the check, if whoever asks may see it
2. of its matches the one with the work, if the work stands still and they may know of it
3. the small pictures of both, and where one lies in the other
4. drawn in the sandbox, each time: nothing of it is kept

Whatever is missing, the answer is the same: there is nothing to show.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future

from registry.accounts import Viewer
from registry.errors import NotFound
from registry.findings import Check, CheckId, Match, Matched, Placement
from registry.store.catalogue import Catalogue
from registry.store.checks import Checks
from registry.works import Work, WorkId

Draw = Callable[[bytes, bytes, Placement], "Future[bytes]"]
"""Draws the work's JPEG and the asked one with this placement, as a JPEG."""


class Showing:
    """The journey of showing. One for all threads of a process."""

    def __init__(self, *, draw: Draw, catalogue: Catalogue, checks: Checks) -> None:
        self._draw, self._catalogue, self._checks = draw, catalogue, checks

    def check(self, check: CheckId, viewer: Viewer) -> Check:
        """An earlier check, as it was answered; raises NotFound where the viewer may not see it."""
        made = self._checks.check(check)
        if made is None or not made.open_to(viewer):
            raise NotFound("check", check)
        return made

    def picture(self, check: CheckId, viewer: Viewer) -> bytes:
        """The small JPEG of what was asked about; raises NotFound where none was kept."""
        made = self.check(check, viewer)
        found = self._checks.picture(made.id)
        if found is None:
            raise NotFound("picture of check", check)
        return found

    def has_picture(self, check: Check) -> bool:
        """Whether a small copy of what was asked about is kept."""
        return isinstance(check.verdict, Matched) and self._checks.has_picture(check.id)

    def drawable(self, check: Check, works: Mapping[WorkId, Work]) -> set[WorkId]:
        """Those of a check's works that `overlay` has something to show of."""
        if not isinstance(check.verdict, Matched) or not self.has_picture(check):
            return set()
        return {
            match.work
            for match in check.verdict.matches
            if match.placement is not None and match.work in works and works[match.work].withdrawn is None
        }

    def overlay(self, check: CheckId, work: WorkId, viewer: Viewer) -> bytes:
        """A JPEG of the work and the asked picture side by side, and of one laid over the other.

        Raises NotFound where there is nothing that the viewer may see, and the MediaError that kept it from being
        drawn.
        """
        # 1. the check, if whoever asks may see it
        made = self.check(check, viewer)
        # 2. of its matches the one with the work, if the work stands still and they may know of it
        found = self._catalogue.work(work)
        if found is None or found.withdrawn is not None or not found.known_to(viewer):
            raise NotFound("overlay of work", work)
        match = _match_with(made, work)
        # 3. the small pictures of both, and where one lies in the other
        asked = self._checks.picture(made.id)
        theirs = None if match is None else self._catalogue.thumbnail(work, match.part)
        if match is None or match.placement is None or asked is None or theirs is None:
            raise NotFound("overlay of work", work)
        # 4. drawn in the sandbox
        return self._draw(theirs, asked, match.placement).result()


def _match_with(check: Check, work: WorkId) -> Match | None:
    if not isinstance(check.verdict, Matched):
        return None
    return next((match for match in check.verdict.matches if match.work == work), None)
