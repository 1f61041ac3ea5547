"""The dear stages: a closer look at the asked pictures, and the works that it finds."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from registry.findings import Size
from registry.intake.taken import Asked, Closer
from registry.match.sight import Sight
from registry.matching.fused import fused
from registry.matching.known import KnownParts
from registry.matching.looking import Look, look
from registry.matching.placed import placed
from registry.matching.stages import Stage, Stages
from registry.search.follow import Follower
from registry.works import Part, WorkId

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
        follower: Follower[KnownParts],
        parts: Callable[[set[WorkId]], Parts],
        stages: Stages,
    ) -> None:
        """`parts` tells the parts of works, of which sizes are needed."""
        self._look_closer, self._follower, self._parts, self._stages = look_closer, follower, parts, stages

    def at(self, pictures: Sequence[Asked]) -> list[Sighted]:
        """Looks closer at each; raises MediaError and IndexBehind."""
        with self._stages.run(Stage.FEATURES):
            looking = [self._look_closer(asked) for asked in pictures]
            self._follower.catch_up()
            seen = [each.result().features for each in looking]
        with self._stages.run(Stage.GUESSES) as run:
            known = self._follower.index
            looks = [
                (asked, look(known, features, asked.picture)) for asked, features in zip(pictures, seen, strict=True)
            ]
            found = [Sighted(asked, self._sights(known, asked, its)) for asked, its in looks]
            run.found = sum(len(each.sights) for each in found)
        return found

    def _sights(self, known: KnownParts, asked: Asked, seen: Look) -> tuple[Sight, ...]:
        there = {row: its for row, its in ((row, known.known(row)) for row in seen.evidence) if its is not None}
        judged = {row: fused(seen.evidence[row], part.generic) for row, part in there.items()}
        counting = {row for row, its in judged.items() if its is not None}
        sizes = _sizes(self._parts({there[row].work for row in counting}))
        sights = []
        for row in sorted(counting):
            part, its = there[row], judged[row]
            size = sizes.get((part.work, part.part))
            where = None if size is None else placed(part, size, seen.evidence[row], seen, asked)
            if its is None or where is None:
                continue
            placement, aligned = where
            sights.append(
                Sight(part.work, part.part, placement, aligned, its.scores, its.false_match_rate, its.generic)
            )
        return tuple(sights)


def _sizes(parts: Parts) -> dict[tuple[WorkId, int], Size]:
    return {(work, part.number): (part.width, part.height) for work, several in parts.items() for part in several}
