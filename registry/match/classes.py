"""Of which class a match is: a pure function of what was measured.

    same bytes                                                          exact
    the picture agrees with the work wherever both are seen, in outlines or in light and colours
        nearly all of each is seen                                      same picture
        otherwise                                                       part of
    a part agrees exactly, and the rest is other content                shares an element
    points agree, and outlines don't                                    same object photographed again

A copy agrees edge by edge under one transform. An element that two works share agrees so far as it reaches. Two
photographs of one thing have points in common, but depth, light and lens move everything between them.
"""

from dataclasses import dataclass

from registry.findings import MatchClass

AGREES = 0.85
EXPLAINS = 0.72
"""Of the work's visible edges, found again; and of the asked picture's edges within the outline, the work's.

Of 6,159 attacked copies that were found, most of them hard ones, 41 % reach both, of 1,042 pairs of characters drawn
from one set of parts two, and of 224 pairs of flags with one layout sixteen; at 0.8 and 0.65 two in five of the flags.
"""

OTHER_LIGHT = 0.7
OTHER_FIELDS = 0.05
"""Less of the work's light is explained, and more fields are off, where it is another's: a square button in another
shape and another colour has a work's outlines, and not its light."""

LIT_ALIKE = 0.9
LIT_OFF = 0.03
COLOURED_ALIKE = 0.6
LIT_SHOWN = 0.6
"""Of the work's light, explained by what is shown; the share of its fields that are off; tens of a* and b* between
colours; and how much of the work must be in view for that: two flags share a corner exactly, and two dialogs half.

Blur, noise and cloth take edges away, and leave light where it was. With copies of this kind it is 54 % of all that are
found, and of the characters and flags no more. The others go to a person, as what shares an element does.
"""

CONTRAST = 5.0
"""L*, the standard deviation of light over a work's fields: what has less shows nothing from afar, as pages of text do,
of which two forms are as alike as two copies of one."""

AGREES_IN_PART = 0.15
"""Less than this is what any two busy pictures have by chance, in spite of the correction for it."""

MOSTLY_SHOWN = 0.85
"""Of the work's picture: trimming an edge, or turning by some degrees, leaves the same picture."""

MOSTLY_COVERED = 0.7
"""Of the asked picture: a border or a banner around the work leaves it the same picture."""

SEPARATE_POINTS = 12
"""So many points of their own show that it is the same thing, though its outlines lie elsewhere."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """What was measured after the work was laid onto the asked picture. The first four are shares, 0 to 1.

    `shown` of the work's picture and `covered` of the asked one lie on each other. `agreement` is how many of the
    work's visible edges were found again, more than chance would find; `explained` how many of the asked picture's
    edges inside the outline are the work's. `correspondences` are separate matching points. `repeated` is for points
    that lie on something that is there many times over, a pattern or a row of letters: they don't count as separate.
    `light` is how much of the work's lightness what is shown explains, `off` the share of fields where it doesn't, and
    `colours_apart` tens of CIELAB's a* and b*, on the average of all fields in view; `contrast` is the work's, in L*.
    """

    shown: float
    covered: float
    agreement: float
    explained: float
    correspondences: int
    repeated: bool = False
    light: float = 1.0
    off: float = 1.0
    colours_apart: float = 0.0
    contrast: float = 0.0


def class_of(*, same_bytes: bool, near: bool, aligned: Aligned | None) -> MatchClass:
    """The class of a match; raises ValueError where nothing was found that makes one.

    `near` is whether codes of the two whole pictures say so by themselves; `aligned` None where none was tried.
    """
    if same_bytes:
        return MatchClass.EXACT
    if aligned is None:
        if not near:
            raise ValueError("neither bytes, codes nor an alignment: that is no match")
        return MatchClass.SAME_PICTURE
    if _is_the_picture(aligned):
        whole = aligned.shown >= MOSTLY_SHOWN and aligned.covered >= MOSTLY_COVERED
        return MatchClass.SAME_PICTURE if whole else MatchClass.PART_OF
    if near:
        # Blur and noise take edges away and leave whole pictures near.
        return MatchClass.SAME_PICTURE
    many = aligned.correspondences >= SEPARATE_POINTS and not aligned.repeated
    if aligned.agreement < AGREES_IN_PART and many:
        return MatchClass.SAME_OBJECT
    return MatchClass.SHARES_AN_ELEMENT


def _is_the_picture(aligned: Aligned) -> bool:
    """Whether the two agree wherever both are seen, in both directions.

    A work on a busy ground explains little of that ground, and then it is for a person to say whether the work was
    copied or something that it shares with others.
    """
    other_light = aligned.light < OTHER_LIGHT and aligned.off > OTHER_FIELDS
    by_outlines = aligned.agreement >= AGREES and aligned.explained >= EXPLAINS and not other_light
    lit_alike = aligned.light >= LIT_ALIKE and aligned.off <= LIT_OFF and aligned.contrast >= CONTRAST
    by_light = lit_alike and aligned.colours_apart <= COLOURED_ALIKE and aligned.shown >= LIT_SHOWN
    return by_outlines or by_light
