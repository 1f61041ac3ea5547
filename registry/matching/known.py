"""All registered parts as regional matching knows them: an index that follows the feed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from threading import Lock

from registry.errors import FeedBroken, InvalidInput
from registry.features import Edges, Tones, WorkFeatures
from registry.fingerprint.regional.edges import decode_edges, encode_edges
from registry.fingerprint.regional.packed import unpack
from registry.fingerprint.regional.tones import decode_tones, encode_tones
from registry.search.regional.index import RegionalIndex
from registry.search.regional.table import RegionTable
from registry.search.texture import TextureIndex
from registry.works import Added, FeedEvent, Passed, Removed, WorkId

_BATCH = 512
"""Events taken in at a time: many works are added together far quicker than one by one."""


@dataclass(frozen=True, slots=True)
class Known:
    """A part of a registered work. `size` and `picture` are those of its `WorkFeatures`; the rest is encoded."""

    work: WorkId
    part: int
    size: tuple[int, int]
    picture: tuple[float, float, float, float]
    edges: bytes
    tones: bytes
    generic: int

    def outlines(self) -> Edges:
        """The edges of its thumbnail."""
        return decode_edges(self.edges)

    def look(self) -> Tones:
        """What it looks like from afar."""
        return decode_tones(self.tones)


class KnownParts:
    """Parts in rows, which are numbered from 0 and never used twice. One writer at a time works, readers don't wait."""

    def __init__(self) -> None:
        self.regional = RegionalIndex()
        self.regions = RegionTable()
        self.textures = TextureIndex()
        self._writing = Lock()
        self._position = 0
        self._next = 0
        self._known: dict[int, Known] = {}
        self._rows: dict[WorkId, tuple[int, ...]] = {}

    @property
    def position(self) -> int:
        """The last `seq` that was applied; 0 before the first."""
        return self._position

    def __len__(self) -> int:
        """How many parts there are."""
        return len(self._known)

    @property
    def nbytes(self) -> int:
        """Bytes of all that is looked through; the names of works come on top."""
        own = sum(len(known.edges) + len(known.tones) for known in list(self._known.values()))
        return self.regional.nbytes + self.regions.nbytes + self.textures.nbytes + own

    def known(self, row: int) -> Known | None:
        """The part in this row; None where it left."""
        return self._known.get(row)

    def of(self, work: WorkId) -> Sequence[Known]:
        """The parts of a work; none where it left."""
        return [part for row in self._rows.get(work, ()) if (part := self._known.get(row)) is not None]

    def apply(self, events: Iterable[FeedEvent]) -> None:
        """Follow the feed from `position` on; see `registry.search.index.Index.apply`."""
        with self._writing:
            feed = iter(events)
            while batch := list(islice(feed, _BATCH)):
                self._apply(batch)

    def _apply(self, events: list[FeedEvent]) -> None:
        fresh: _Fresh = {}
        position = self._position
        try:
            for event in events:
                if event.seq <= position:
                    continue
                if event.seq != position + 1:
                    raise FeedBroken(f"The code feed goes on with {event.seq:,} where {position + 1:,} comes next.")
                self._take(event, fresh)
                position = event.seq
        finally:
            # What came before an event that can't come next stays applied.
            self._add(fresh)
            # Published last: whoever reads the position finds what it stands for.
            self._position = position

    def _take(self, event: FeedEvent, fresh: "_Fresh") -> None:
        match event:
            case Added():
                if event.work in self._rows or event.work in fresh:
                    raise FeedBroken(f"At {event.seq:,} the code feed adds a work that is there: `{event.work}`.")
                fresh[event.work] = list(_unpacked(event))
            case Removed():
                if fresh.pop(event.work, None) is None:
                    self._remove(event)
            case Passed():
                pass

    def _add(self, works: "_Fresh") -> None:
        rows: list[tuple[int, WorkFeatures]] = []
        for work, parts in works.items():
            own = range(self._next, self._next + len(parts))
            self._next += len(parts)
            for row, (part, features) in zip(own, parts, strict=True):
                self._known[row] = Known(
                    work,
                    part,
                    features.size,
                    features.picture,
                    encode_edges(features.edges),
                    encode_tones(features.tones),
                    features.generic,
                )
                self.regions.add(row, features.regions, features.picture)
                if features.texture is not None:
                    self.textures.add(row, features.texture)
                rows.append((row, features))
            self._rows[work] = tuple(own)
        self.regional.add_all(rows)

    def _remove(self, event: Removed) -> None:
        rows = self._rows.pop(event.work, None)
        if rows is None:
            raise FeedBroken(f"At {event.seq:,} the code feed removes a work that is not there: `{event.work}`.")
        for row in rows:
            self._known.pop(row)
            self.regional.remove(row)
            self.regions.remove(row)
            self.textures.remove(row)


_Fresh = dict[WorkId, list[tuple[int, WorkFeatures]]]
"""Works that were added a moment ago, with what is known of each of their parts."""


def _unpacked(event: Added) -> Iterator[tuple[int, WorkFeatures]]:
    for part, packed in event.features:
        try:
            yield part, unpack(packed)
        except InvalidInput as error:
            raise FeedBroken(f"At {event.seq:,} the code feed holds features that can't be read.") from error
