"""A match in words: what was done to the work to look like this, in one sentence, and how rare that is.

A transform is taken apart as mirroring, then stretching, then a turn, as `Orientation` has it: by polar decomposition,
which gives the turn nearest to the transform (Higham, Computing the polar decomposition, 1986).
"""

from dataclasses import dataclass
from math import atan2, degrees, log, sqrt

from registry.findings import Match, MatchClass, Placement
from registry.match.placing import place_whole

TURNED = 2.0
"""Degrees that are told; less is what an alignment may err by, or a scanner."""

SCALED = 1.05
"""A factor that is told, up or down."""

STRETCHED = 1.05
"""One direction longer than the other, by so much, is told."""

CROPPED = 0.97
"""A share of the work that is told, if no more is shown."""

COVERED = 0.95
"""A share of the asked picture that is told, if no more is covered."""


@dataclass(frozen=True, slots=True)
class Steps:
    """What was done to the work, in this order.

    `turned` is in degrees counter-clockwise, above -180 and up to 180. `scaled` is a factor of lengths in pixels,
    `stretched` by how much the longest direction grew more than the shortest, 1 for not at all.
    """

    mirrored: bool
    turned: float
    scaled: float
    stretched: float
    shown: float
    covered: float
    inverted: bool


def steps_of(placement: Placement) -> Steps:
    """The steps that lead from the work's picture to what is seen of it."""
    a, b, _, d, e, _ = placement.transform
    (work_width, work_height), (width, height) = placement.work, placement.asked
    # in pixels of both, since unit coordinates have no angles
    a, b = a * width / work_width, b * width / work_height
    d, e = d * height / work_width, e * height / work_height
    mirrored = a * e - b * d < 0
    if mirrored:
        a, d = -a, -d
    area = a * e - b * d
    longest = (sqrt((a + e) ** 2 + (b - d) ** 2) + sqrt((a - e) ** 2 + (b + d) ** 2)) / 2  # the greater singular value
    return Steps(
        mirrored=mirrored,
        turned=_turn(degrees(atan2(b - d, a + e))),
        scaled=sqrt(area),
        stretched=max(longest**2 / area, 1.0),
        shown=placement.shown,
        covered=placement.covered,
        inverted=placement.inverted,
    )


def words(steps: Steps) -> list[str]:
    """Each step that matters in words: "mirrored", "turned by 15° to the left", "cropped to 41 %"."""
    told = _changes(steps)
    if steps.shown < CROPPED:
        told.append(f"cropped to {_percent(steps.shown)}")
    if steps.covered < COVERED:
        told.append(f"inside a larger picture, of which it covers {_percent(steps.covered)}")
    return told


def sentence(match: Match, label: str = "") -> str:
    """What the picture has of the work, in one sentence; `label` names the work's part, "page 7"."""
    work = f"{label} of the work" if label else "the work"
    steps = steps_of(match.placement or place_whole(match.orientation, work=(1, 1), asked=(1, 1)))
    match match.kind:
        case MatchClass.EXACT:
            return "The file is byte for byte the work’s own."
        case MatchClass.SAME_PICTURE | MatchClass.PART_OF:
            return f"The picture shows {', '.join((work, *(words(steps) or ['unchanged to the eye'])))}."
        case MatchClass.SHARES_AN_ELEMENT:
            return f"The picture has an element of {', '.join((work, *_changes(steps)))}; the rest of them differs."
        case MatchClass.SAME_OBJECT:
            return f"The picture and {work} show the same object, photographed again: no picture need have been copied."


def rarity(false_match_rate: float) -> str:
    """How often different works come as close, in words: "fewer than 1 in 370,000 pairs of different works"."""
    if false_match_rate == 0:
        return "never by chance"
    return f"fewer than 1 in {_two_digits(1 / false_match_rate):,} pairs of different works"


def _changes(steps: Steps) -> list[str]:
    told = []
    if steps.mirrored:
        told.append("mirrored")
    if abs(steps.turned) >= TURNED:
        told.append(_turned(steps.turned))
    if abs(log(steps.scaled)) >= log(SCALED):
        told.append(f"scaled to {_percent(steps.scaled)}")
    if steps.stretched >= STRETCHED:
        told.append(f"stretched by {_percent(steps.stretched - 1)}")
    if steps.inverted:
        told.append("contrast inverted")
    return told


def _turn(angle: float) -> float:
    """The same turn, above -180° and up to 180°."""
    return 180.0 if angle <= -180 else angle


def _turned(angle: float) -> str:
    size = round(abs(angle))
    return "turned by 180°" if size == 180 else f"turned by {size}° to the {'left' if angle > 0 else 'right'}"


def _percent(share: float) -> str:
    percent = share * 100
    return f"{percent:.0f} %" if percent >= 1 else "less than 1 %"


def _two_digits(number: float) -> int:
    """Rounded down to two digits: no more is known of it."""
    whole = int(number * (1 + 1e-9))  # what is no whole number only for being a float
    step = int(10 ** max(len(str(whole)) - 2, 0))
    return whole // step * step
