"""From an asked picture's features to sights: looked for, judged by all evidence, placed."""

from collections.abc import Callable, Mapping, Sequence

from registry.features import QueryFeatures
from registry.intake.taken import Asked
from registry.match.sight import Sight
from registry.matching.fused import fused
from registry.matching.known import KnownParts
from registry.matching.looking import look
from registry.matching.placed import placed
from registry.works import Part, WorkId


def sights_in(
    known: KnownParts,
    features: QueryFeatures,
    asked: Asked,
    parts: Callable[[set[WorkId]], Mapping[WorkId, Sequence[Part]]],
) -> tuple[Sight, ...]:
    """The works that a picture is seen to show; `parts` tells the parts of works, of which sizes are needed."""
    seen = look(known, features, asked.picture)
    there = {row: its for row, its in ((row, known.known(row)) for row in seen.evidence) if its is not None}
    judged = {row: fused(seen.evidence[row], part.generic) for row, part in there.items()}
    counting = {row for row, its in judged.items() if its is not None}
    sizes = {
        (work, part.number): (part.width, part.height)
        for work, several in parts({there[row].work for row in counting}).items()
        for part in several
    }
    sights = []
    for row in sorted(counting):
        part, its = there[row], judged[row]
        size = sizes.get((part.work, part.part))
        where = None if size is None else placed(part, size, seen.evidence[row], seen, asked)
        if its is None or where is None:
            continue
        placement, aligned = where
        sights.append(Sight(part.work, part.part, placement, aligned, its.scores, its.false_match_rate, its.generic))
    return tuple(sights)
