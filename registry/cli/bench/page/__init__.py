"""The HTML page of a bench: one file that loads nothing from elsewhere.

page.py       its parts in their order; plots.py draws, gallery.py shows pictures, style.css dresses it
"""
