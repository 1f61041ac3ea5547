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
EXPLAINS = 0.7
"""Of the work's visible edges, found again; and of the asked picture's edges within the outline, the work's.

Of 4,104 attacked copies that were found 41 % reach both, of 710 pairs of characters drawn from one set of parts two. At
0.8 and 0.6 two thirds of the copies would, and some of the characters.
"""

LIT_ALIKE = 0.92
COLOURED_ALIKE = 0.6
LIT_SHOWN = 0.6
"""Correlation of light, beside what is nearby, over all fields in view; tens of a* and b* between colours; and how much
of the work must be in view for that: two flags share a corner exactly.

Blur, noise and cloth take edges away, and leave light where it was. With copies of this kind it is 48 % of all that are
found, and of the characters still two; without the limit for colours twice as many ensigns that differ by a badge would
be. The others go to a person, as what shares an element does.
"""

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
    `light` is the correlation of lightness beside what is nearby, -1 to 1, and `colours_apart` tens of CIELAB's a* and
    b*, on the average of all fields in view.
    """

    shown: float
    covered: float
    agreement: float
    explained: float
    correspondences: int
    repeated: bool = False
    light: float = 0.0
    colours_apart: float = 0.0


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
    by_outlines = aligned.agreement >= AGREES and aligned.explained >= EXPLAINS
    by_light = abs(aligned.light) >= LIT_ALIKE and aligned.colours_apart <= COLOURED_ALIKE
    return by_outlines or (by_light and aligned.shown >= LIT_SHOWN)
