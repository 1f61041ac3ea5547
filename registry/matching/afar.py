"""Codes that block are not believed alone: the picture must have the work's light, too, field by field.

Codes of whole pictures hold the coarsest of waves. Of two buttons with one frame and another sign on each they say that
it is one picture, and of two forms with one head. The same light is asked for where the codes say that the work lies,
all over the picture; it costs a thousandth of a closer look. Where it doesn't bear the codes out, that look decides.
"""

from collections.abc import Collection, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.features import Tones
from registry.findings import Affine, Candidate
from registry.intake.taken import Asked
from registry.match.classes import CONTRAST
from registry.match.curve import STEPS
from registry.match.placing import WHOLE
from registry.match.thresholds import BLOCK
from registry.match.tones import Levels, explained
from registry.matching.known import Known, KnownParts
from registry.works import WorkId

FOLLOWED = 0.85
"""Of the work's light, explained by the asked picture's. Of 1,226 attacked copies with codes that block nine in ten
have 0.93, and most of the others a banner; of pairs of other pictures with such codes the next had 0.45."""


_FEWEST = 64
"""Fields that a figure has at least: a curve of six terms explains a few of anything."""


def borne_out(known: KnownParts, candidates: Collection[Candidate], pictures: Collection[Asked]) -> set[WorkId]:
    """The works of those candidates that would block of which one of the file's pictures has the light."""
    near = [one for one in candidates if BLOCK.holds(one.pdq, one.phash)]
    works = set()
    for asked in pictures if near else ():
        levels = Levels.of(asked.picture)
        works |= {one.work for one in near if any(_follows(levels, asked, one, part) for part in _parts(known, one))}
    return works


def _parts(known: KnownParts, candidate: Candidate) -> Iterator[Known]:
    return (part for part in known.of(candidate.work) if part.part == candidate.part)


def _follows(levels: Levels, asked: Asked, candidate: Candidate, part: Known) -> bool:
    work = part.look()
    if work.contrast < CONTRAST:
        return False
    transform = _over_all(WHOLE[candidate.orientation], part, asked)
    shown, seen = levels.through(transform[None], np.array([part.size], np.float64))
    figure = _figure(work)
    told = np.count_nonzero(figure) >= _FEWEST and float(work.light[figure].std()) >= CONTRAST
    return any(explained(work, shown, each)[0] >= FOLLOWED for each in (seen, *([seen & figure] if told else [])))


def _figure(work: Tones) -> NDArray[np.bool_]:
    """The fields that lie well within what differs from the work's border.

    Of a picture that is transparent there, and may be shown on any ground, they are what stays.
    """
    light = work.light
    border = np.median(np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]]))
    differs = np.abs(light - border) > np.ptp(light) / STEPS
    return cv2.erode(differs.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0


def _over_all(orientation: Affine, part: Known, asked: Asked) -> NDArray[np.float64]:
    """From the work's frame to the query frame, (2, 3), both counted from the centres of pixels."""
    left, top, right, bottom = part.picture
    width, height = right - left, bottom - top
    unit = np.array([[1 / width, 0, (0.5 - left) / width], [0, 1 / height, (0.5 - top) / height], [0, 0, 1]])
    linear = np.diag([*map(float, asked.size), 1]) @ np.array([*orientation, 0, 0, 1], np.float64).reshape(3, 3) @ unit
    linear[:2, 2] -= 0.5
    return np.asarray(linear[:2], np.float64)
