"""Guesses about where works are shown in a picture → alignments, and how likely each is true.

atlas.py      the asked picture's edges at every scale, in one image
align.py      all guesses aligned together
profiles.py   what the picture shows along the normals of a work's edges
moves.py      one step towards where the edges are
found.py      which edges are where an alignment says
reverse.py    how much of what the picture shows there the work explains
rule.py       all that as one figure, and how often different works reach it
training.py   fits the rule
generic.py    how well a work is explained by what everybody draws
"""
