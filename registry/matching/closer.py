"""Looks at the asked pictures: one from afar, where codes would block, and a closer one, which is dear."""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING

from registry.findings import Candidate
from registry.intake.taken import Asked, Closer
from registry.match.sight import Sight
from registry.match.thresholds import BLOCK
from registry.matching.stages import Stage, Stages
from registry.search.follow import Follower
from registry.works import Part, WorkId

if TYPE_CHECKING:
    from registry.matching.known import KnownParts

Parts = Mapping[WorkId, Sequence[Part]]


@dataclass(frozen=True, slots=True)
class Sighted:
    """What one of a file's pictures was seen to show."""

    asked: Asked
    sights: tuple[Sight, ...]


class CloserLook:
    """One for all threads of a process."""

    def __init__(
        self,
        *,
        look_closer: Callable[[Asked], "Future[Closer]"],
        follower: "Follower[KnownParts]",
        parts: Callable[[set[WorkId]], Parts],
        stages: Stages,
    ) -> None:
        """`parts` tells the parts of works, of which sizes are needed."""
        self._look_closer, self._follower, self._parts, self._stages = look_closer, follower, parts, stages

    def borne_out(self, candidates: Collection[Candidate], pictures: Sequence[Asked]) -> set[WorkId]:
        """The works whose codes would block, and whose light says the same; raises IndexBehind."""
        if not any(BLOCK.holds(one.pdq, one.phash) for one in candidates):
            return set()
        from registry.matching.afar import borne_out  # noqa: PLC0415

        self._follower.catch_up()
        return borne_out(self._follower.index, candidates, pictures)

    def at(self, pictures: Sequence[Asked]) -> list[Sighted]:
        """Looks closer at each; raises MediaError and IndexBehind."""
        with self._stages.run(Stage.FEATURES):
            looking = [self._look_closer(asked) for asked in pictures]
            self._follower.catch_up()
            seen = [each.result().features for each in looking]
        with self._stages.run(Stage.GUESSES) as run:
            # OpenCV and faiss are for whoever checks; other commands start without.
            from registry.matching.sights import sights_in  # noqa: PLC0415

            known = self._follower.index
            found = [
                Sighted(asked, sights_in(known, features, asked, self._parts))
                for asked, features in zip(pictures, seen, strict=True)
            ]
            run.found = sum(len(each.sights) for each in found)
        return found
