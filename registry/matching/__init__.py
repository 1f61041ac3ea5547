"""Matching: the cascade from an asked picture to the works that it shows, each stage dearer than the one before.

closer.py    looks at the asked picture, as whoever checks asks for them
afar.py      whether light bears out codes that would block
stages.py    what each stage costs and yields
sights.py    from an asked picture's features to sights
known.py     all registered parts as regional matching knows them; it follows the feed
looking.py   a closer look: guesses where parts are shown, each verified, and what speaks for each part
weighing.py  all that is known of one guess, weighed together
fused.py     all kinds of evidence as one figure, by tables that `calibration.py` makes
placed.py    what an alignment means, in the pictures' own terms
"""
