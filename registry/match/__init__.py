"""Candidates to a verdict.

    thresholds.py   how close is close, and how often different works come as close
    decide.py       the decision: pure functions over candidates
    likeness.py     what codes of whole pictures say, in words and figures
    shared.py       what many claimants share doesn't block
    classes.py      of which class a match is: the picture, a part of it, an element, the same object
    placing.py      where the work lies in the picture; polygons.py for the plane they lie in
    told.py         a match in words
    aligned/        hypotheses to alignments, by outlines
    tones.py        whether light and colours are a work's where a guess lays it
    curve.py        whether one tone curve explains light
    logistic.py     what many weak signs say together

Imports nouns only: what is decided doesn't depend on how it was searched, stored or drawn.
"""
