"""Finds registered textures in an asked picture, by their keypoints and by their maps.

1. Guesses. a) Keypoints with like codes vote for a work, a mirror, a scale and a turn, not for a place: in a pattern
   that repeats itself, every place is as good as its neighbour. b) Views of the picture are held as a whole, in eight
   orientations, against the signs of all works.
2. Each guess is tried: what the picture shows there is laid over the work's map, and correlated in all shifts at once,
   round and round, as a seamless tile goes on beyond its edges. The score is the peak over the root mean square of all
   shifts (phases alone count, nearly: amplitudes are raised to 0.2). Stripes correlate with stripes in every shift, so
   they score low by themselves, whereas 9,216 samples of grain can reach 60.
3. The best guesses are fitted: nine blocks of the map are each looked for near where they ought to be, and the map
   that their shifts speak for (stretched, sheared) is tried again.
"""

from dataclasses import dataclass, replace
from threading import Lock

import cv2
import faiss
import numpy as np
from numpy.typing import NDArray

from registry.features import TEXTURE_MAP, Floats, TextureQuery, TextureView, TextureWork, Words
from registry.search.texture_maps import correlated, fitted
from registry.search.texture_places import (
    after,
    halved,
    in_shares,
    moved,
    orientations,
    pyramid,
    sampled,
    scaled,
    similarity,
    turned,
)
from registry.search.texture_poll import LEAST_SCALE, SCALE_BIN, TURNS, Poll

_NEIGHBOURS = 12
_REACH = 13
"""Differing bits, of 64, up to which a keypoint votes."""

_SOFTNESS = 9.0
_VOTED = 60
"""Works whose votes are looked at."""

_GUESSES = 10
_WHOLES = 6
_SWEPT = 5
_SWEEP = (0.86, 0.905, 0.95, 1.0, 1.05, 1.1, 1.16)
_FITTED = 3
_WORTH_FITTING = 4.5
_CERTAIN = 14.0

_LEAST_SEEN = 0.1
"""Of a work's map: a few samples of a soft gradient correlate with those of any other."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TextureHit:
    """A registered texture that the asked picture seems to show.

    `row`: the index's number for it. `score`: the peak over the noise, 4 to 5 by chance. `transform` (2, 3) maps the
    work's picture to the asked one, both in shares of their width and height; of a pattern that repeats itself, to one
    of its places.
    """

    row: int
    score: float
    transform: Doubles


@dataclass(frozen=True, slots=True)
class _Guess:
    row: int
    view: int
    place: Doubles
    """(2, 3): from map samples to the view's pixels."""


class TextureIndex:
    """Textures by row. One writer at a time works; a search goes on with what stood as it began."""

    def __init__(self) -> None:
        self._changing = Lock()
        self._works: dict[int, TextureWork] = {}
        self._standing: _Standing | None = None

    def __len__(self) -> int:
        return len(self._works)

    @property
    def nbytes(self) -> int:
        """Bytes of maps, codes and geometry."""
        works = list(self._works.values())
        return sum(its.codes.nbytes + its.xy.nbytes + its.signs.nbytes // 8 for its in works)

    def add(self, row: int, work: TextureWork) -> None:
        """Adds a texture, or replaces the one of this row."""
        with self._changing:
            self._works[row] = work
            self._standing = None

    def remove(self, row: int) -> None:
        """Forgets a texture; nothing happens where there is none of this row."""
        with self._changing:
            if self._works.pop(row, None) is not None:
                self._standing = None

    def search(self, query: TextureQuery) -> list[TextureHit]:
        """Every work that something speaks for, the highest score first.

        Keypoints aren't asked where a view as a whole is a work beyond doubt: that spares two thirds of the cost.
        """
        with self._changing:
            if self._standing is None:
                self._standing = _Standing.of(self._works)
            standing = self._standing
        return standing.search(query) if standing.works else []


@dataclass(frozen=True, slots=True)
class _Standing:
    """All textures as they stand at one moment, side by side: signs, and keypoints with the numbers of their owners."""

    works: dict[int, TextureWork]
    rows: NDArray[np.int64]
    bits: Words
    owner: NDArray[np.int64]
    points: Floats
    codes: faiss.IndexBinaryFlat

    @classmethod
    def of(cls, works: dict[int, TextureWork]) -> "_Standing":
        each = list(works.values())
        owner = np.repeat(np.arange(len(each)), [len(work.codes) for work in each])
        points: Floats = np.zeros((0, 2), np.float32)
        codes = faiss.IndexBinaryFlat(64)
        if len(owner):
            points = np.concatenate([np.column_stack([work.diameter, work.angle]) for work in each])
            codes.add(np.concatenate([work.codes for work in each]).view(np.uint8).reshape(-1, 8))
        bits = np.array([_words(work.signs) for work in each], np.uint64).reshape(len(each), TEXTURE_MAP**2 // 64)
        return cls(dict(works), np.array(list(works), np.int64), bits, owner, points, codes)

    def search(self, query: TextureQuery) -> list[TextureHit]:
        pyramids = [pyramid(view) for view in query.views]
        hits = self._tried(query, pyramids, self._whole(query))
        if max((hit.score for hit in hits), default=0.0) < _CERTAIN:
            best = {hit.row: hit for hit in hits}
            for hit in self._tried(query, pyramids, self._swept(pyramids[0], self._voted(query))):
                if hit.row not in best or hit.score > best[hit.row].score:
                    best[hit.row] = hit
            hits = list(best.values())
        return sorted(hits, key=lambda hit: (-hit.score, hit.row))

    def _voted(self, query: TextureQuery) -> list[_Guess]:
        """Works, scales and turns that the keypoints vote for."""
        count = query.codes.shape[1]
        if not count or not len(self.owner):
            return []
        asked = np.ascontiguousarray(query.codes.reshape(-1)).view(np.uint8).reshape(-1, 8)
        # OpenMP's threads wait for each other by turning in circles: on a busy machine, that takes a second.
        faiss.omp_set_num_threads(1)
        # All within reach, of which the nearest are kept: half the time of asking for the nearest of all.
        limits, far, found = self.codes.range_search(asked, _REACH + 1)
        first = limits.astype(np.intp)
        at = np.repeat(np.arange(len(asked)), np.diff(first))
        nearest = np.lexsort((far, at))[np.arange(len(at)) - first[at] < _NEIGHBOURS]
        if not len(nearest):
            return []
        at, far, known = at[nearest], far[nearest], found[nearest]
        weight = np.exp(-((far / _SOFTNESS) ** 2)) / np.sqrt(np.bincount(at, minlength=len(asked))[at])
        variant, point = np.divmod(at, count)
        mirrored = variant % 2
        work, turned = self.owner[known], self.points[known, 1] * np.where(mirrored, -1, 1)
        # An inverted keypoint points the other way.
        turn = (query.angle[point] - turned + np.pi * (variant >= 2)) / (2 * np.pi) * TURNS % TURNS
        scale = (np.log(query.diameter[point] / self.points[known, 0]) - LEAST_SCALE) / SCALE_BIN
        votes = np.sqrt(np.bincount(work, weight, len(self.rows)) + 3)
        looked = np.argsort(-np.bincount(work, weight, len(self.rows)) / votes, kind="stable")[:_VOTED]
        place = np.full(len(self.rows), -1)
        place[looked] = np.arange(len(looked))
        kept = place[work] >= 0
        poll = Poll(
            2 * place[work][kept] + mirrored[kept], scale[kept], turn[kept], weight[kept], query.xy[point[kept]]
        )
        guesses = []
        for block, log_scale, angle, centre in poll.winners(np.repeat(votes[looked], 2), _GUESSES):
            work_at = int(looked[block // 2])
            row = int(self.rows[work_at])
            guesses.append(_Guess(row, 0, similarity(self.works[row].size, log_scale, angle, block % 2, centre)))
        return guesses

    def _swept(self, levels: list[Floats], guesses: list[_Guess]) -> list[_Guess]:
        """The guesses with the scales that suit maps of half the size best, the best guesses alone.

        Keypoints know a scale to a tenth, a map of full size would have it to a fiftieth.
        """
        if not guesses:
            return []
        half = TEXTURE_MAP // 2
        maps = [cv2.resize(self._map(each.row), (half, half), interpolation=cv2.INTER_AREA) for each in guesses]
        places = [scaled(each.place, scale) for each in guesses for scale in _SWEEP]
        seen = np.stack([sampled(levels, halved(place), half) for place in places])
        scores = correlated(seen, np.stack(maps))[0].reshape(len(guesses), -1)
        order = np.argsort(-scores.max(axis=1), kind="stable")[:_SWEPT]
        return [
            replace(guesses[at], place=places[at * len(_SWEEP) + int(scores[at].argmax())]) for at in order.tolist()
        ]

    def _whole(self, query: TextureQuery) -> list[_Guess]:
        """Works that a view looks like as a whole, by the differing signs of their maps."""
        ranked = []
        for view, each in enumerate(query.views):
            relief = each.relief.astype(np.float32)
            small = cv2.resize(relief, (TEXTURE_MAP, TEXTURE_MAP), interpolation=cv2.INTER_AREA).astype(np.float32)
            for place, facing in zip(orientations(each), turned(small), strict=True):
                differing = np.bitwise_count(self.bits ^ _words(facing)).sum(axis=1, dtype=np.int64)
                # Inverted pictures differ in nearly all signs.
                apart = np.minimum(differing, TEXTURE_MAP**2 - differing)
                ranked += [(int(apart[at]), int(at), view, place) for at in np.argsort(apart)[:2]]
        ranked.sort(key=lambda entry: entry[:3])
        return [_Guess(int(self.rows[at]), view, place) for _, at, view, place in ranked[:_WHOLES]]

    def _tried(self, query: TextureQuery, pyramids: list[list[Floats]], guesses: list[_Guess]) -> list[TextureHit]:
        """The best score of each work among the guesses, after fitting the best of them."""
        guesses = [guess for guess in guesses if _seen(guess, query.views[guess.view]) >= _LEAST_SEEN]
        if not guesses:
            return []
        maps = np.stack([self._map(guess.row) for guess in guesses])
        seen = np.stack([sampled(pyramids[guess.view], guess.place) for guess in guesses])
        scores, shifts, signs = correlated(seen, maps)
        best: dict[int, tuple[float, int, Doubles]] = {}
        first: dict[int, int] = {}
        for at in np.argsort(-scores, kind="stable").tolist():
            guess = guesses[at]
            first.setdefault(guess.row, at)
            best.setdefault(guess.row, (float(scores[at]), guess.view, moved(guess.place, shifts[at])))
        for at in np.argsort(-scores, kind="stable")[:_FITTED].tolist():
            guess = guesses[at]
            if scores[at] < _WORTH_FITTING or (best[guess.row][0] >= _CERTAIN and at != first[guess.row]):
                continue
            rolled = np.roll(maps[at], shifts[at][::-1].astype(int), (0, 1)) * signs[at]
            place = guess.place
            for _ in range(2):
                correction = fitted(sampled(pyramids[guess.view], place), rolled)
                if correction is None:
                    break
                place = after(place, correction)
            if place is guess.place:
                continue
            again, shift, _ = correlated(sampled(pyramids[guess.view], place)[None], maps[at][None])
            if again[0] > best[guess.row][0]:
                best[guess.row] = float(again[0]), guess.view, moved(place, shift[0])
        return [
            TextureHit(row, score, in_shares(query.views[view], place)) for row, (score, view, place) in best.items()
        ]

    def _map(self, row: int) -> Floats:
        return self.works[row].signs.reshape(TEXTURE_MAP, TEXTURE_MAP).astype(np.float32)


def _seen(guess: _Guess, view: TextureView) -> float:
    """The share of the work's map that lies inside the view, if the guess is right."""
    height, width = view.relief.shape
    x, y = np.einsum("ij,jn->in", guess.place, _SPREAD)
    return float(((x >= 0) & (x < width) & (y >= 0) & (y < height)).mean())


def _spread() -> Doubles:
    across, down = np.meshgrid(np.arange(2, TEXTURE_MAP, 4), np.arange(2, TEXTURE_MAP, 4))
    return np.stack([across.ravel(), down.ravel(), np.ones(across.size)]).astype(np.float64)


_SPREAD = _spread()
"""Samples all over a map, homogeneous."""


def _words(values: NDArray[np.int8] | Floats) -> Words:
    return np.packbits(values.ravel() > 0).view(np.uint64)
