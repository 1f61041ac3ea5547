"""Which of a work's edges are where an alignment says, against how many would be anywhere."""

from dataclasses import dataclass

import numpy as np

from registry.features import Floats
from registry.match.aligned.atlas import Atlas
from registry.match.aligned.profiles import Doubles, Flags, Points, profiles

_ALIGNED = 0.85
"""The least cosine between the normals."""

_STANDS_OUT = np.float32(0.6)
"""A found edge is so much of what is two pixels beside it, at least: it is a ridge there."""

_BESIDE = 6
"""Thumbnail pixels from an edge to where chance is measured, on both sides."""

_PLACES = np.array([place + about for place in (-_BESIDE, 0, _BESIDE) for about in range(-2, 3)], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Found:
    """Of n guesses: `visible` and `matched` (n, points), `bright` those whose lighter side is the work's.

    `chance` (n,): the share that is found beside the visible edges.
    """

    visible: Flags
    matched: Flags
    bright: Flags
    chance: Floats

    @classmethod
    def at(cls, atlas: Atlas, maps: Doubles, points: Points) -> "Found":
        """What is found where the maps say."""
        seen = profiles(atlas, maps, points, _PLACES, aligned=_ALIGNED)
        strength = np.abs(seen.along).reshape(3, 5, *seen.visible.shape)
        peak = strength[:, 1:4].max(axis=1)
        stands = (peak > 0) & (peak >= _STANDS_OUT * np.maximum(strength[:, 0], strength[:, 4])) & seen.visible
        matched = stands[1]
        by_chance = stands[0].sum(axis=1) + stands[2].sum(axis=1)
        middle = seen.along[6:9]
        return cls(
            visible=seen.visible,
            matched=matched,
            bright=matched & (middle.max(axis=0) > -middle.min(axis=0)),
            chance=((by_chance + 1) / (2 * seen.visible.sum(axis=1) + 4)).astype(np.float32),
        )

    def of_guesses(self, kept: Flags) -> "Found":
        """What is found of some of the guesses."""
        return Found(self.visible[kept], self.matched[kept], self.bright[kept], self.chance[kept])

    def evidence(self) -> Floats:
        """Nats for each guess: found edges × the divergence of their share from chance's; 0 below that."""
        matched, visible = self.matched.sum(axis=1), self.visible.sum(axis=1)
        return np.asarray(divergence(matched, visible, self.chance) * matched, dtype=np.float32)


def divergence(matched: Floats, visible: Floats, chance: Floats) -> Floats:
    """Kullback–Leibler's, of finding `matched` of `visible` from finding a `chance` share, in nats; 0 below chance."""
    share = np.clip(matched / np.maximum(visible, 1), 0.01, 0.995)
    ground = np.clip(chance, 0.02, 0.9)
    nats = share * np.log(share / ground) + (1 - share) * np.log((1 - share) / (1 - ground))
    return np.where(share > ground, nats, 0).astype(np.float32)
