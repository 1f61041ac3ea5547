"""Pictures drawn by code, from fixed seeds: no assets, no fonts, nobody's copyright.

artworks.py   the twelve works, six strangers of the same kinds, and a blank card
canvas.py     what they are drawn on: shapes without jagged edges
charts.py nature.py patterns.py places.py shapes.py waters.py   how each kind is drawn
"""
