"""64 bits for the surroundings of a keypoint, the same for a picture, its mirror image and its negative.

RootSIFT, turned so that each bit says as much as another, and its signs. RootSIFT: R. Arandjelović and A. Zisserman,
Three things everyone should know to improve object retrieval, CVPR 2012. The turning is iterative quantisation: Y. Gong
and S. Lazebnik, Iterative quantization, CVPR 2011. The numbers come from `registry.fingerprint.regional.training`.

SIFT's 128 numbers are gradients by place and direction. In a mirror, and with light and dark swapped, the same numbers
stand in other bins, so a picture and its mirror image would need two searches. Instead both are brought to one form:
for each of the two changes there is a fixed axis that the change reverses, and wherever a descriptor lies on its
negative side the change is applied, at registration and query alike. Only where an asked descriptor lies close to the
middle of an axis both forms are looked for: 1.4 searches in place of four.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from registry.features import Floats, Words
from registry.fingerprint.descriptors import INVERTED, MIRRORED, rooted

_MARGIN = np.float32(640)
"""Steps of a margin: projections reach 0.4, their noise under blur, JPEG and grain is about 0.03."""

Descriptors = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Forms:
    """Descriptors brought to one form: which ones they are (`source`), and what was done to each."""

    descriptors: Descriptors
    source: NDArray[np.intp]
    mirrored: NDArray[np.bool_]
    inverted: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Coder:
    """The trained numbers.

    `mean` (128,) and `projection` (128, 64) of RootSIFT in the one form. `axes` (2, 128): what a mirror reverses, and
    what an inversion does. `doubt` (2,): nearer than this to an axis' middle, a side may change in a copy.
    """

    mean: Floats
    projection: Floats
    axes: Floats
    doubt: Floats

    def one_form(self, descriptors: Descriptors) -> Forms:
        """The descriptors (n, 128) in the form that registration keeps."""
        return _forms(descriptors, *self._negative(descriptors))

    def likely_forms(self, descriptors: Descriptors) -> Forms:
        """The same for an asked picture, and after them the other forms of those that lie near an axis' middle."""
        sides = rooted(descriptors) @ self.axes.T
        mirrored, inverted = sides.T < 0
        maybe_mirrored, maybe_inverted = self.doubt[:, None] > np.abs(sides).T
        every = np.arange(len(descriptors))
        sources, flips, swaps = [every], [mirrored], [inverted]
        for other_mirror, other_light in ((True, False), (False, True), (True, True)):
            some = every[(maybe_mirrored | (not other_mirror)) & (maybe_inverted | (not other_light))]
            sources.append(some)
            flips.append(mirrored[some] ^ other_mirror)
            swaps.append(inverted[some] ^ other_light)
        source = np.concatenate(sources)
        forms = _forms(descriptors[source], np.concatenate(flips), np.concatenate(swaps))
        return Forms(forms.descriptors, source, forms.mirrored, forms.inverted)

    def projections(self, descriptors: Descriptors) -> Floats:
        """What each bit is the sign of: (n, 64)."""
        projected: Floats = ((rooted(descriptors) - self.mean) @ self.projection).astype(np.float32, copy=False)
        return projected

    def _negative(self, descriptors: Descriptors) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        mirrored, inverted = (rooted(descriptors) @ self.axes.T).T < 0
        return mirrored, inverted


def _forms(descriptors: Descriptors, mirrored: NDArray[np.bool_], inverted: NDArray[np.bool_]) -> Forms:
    formed = descriptors.copy()
    formed[mirrored] = formed[mirrored][:, MIRRORED]
    formed[inverted] = formed[inverted][:, INVERTED]
    return Forms(formed, np.arange(len(descriptors)), mirrored, inverted)


def codes(projections: Floats) -> Words:
    """The signs as 64-bit words (n,), the first of them the highest bit."""
    return np.packbits(projections > 0, axis=1).view(">u8").ravel().astype(np.uint64)


def margins(projections: Floats) -> NDArray[np.uint8]:
    """How far each bit is from being the other one, (n, 64)."""
    return np.minimum(np.abs(projections) * _MARGIN, 255).astype(np.uint8)


@cache
def coder() -> Coder:
    """The trained numbers as they are shipped, read once."""
    with files(__package__).joinpath("coder.npz").open("rb") as stored, np.load(stored, allow_pickle=False) as held:
        return Coder(*(held[name].astype(np.float32) for name in ("mean", "projection", "axes", "doubt")))
