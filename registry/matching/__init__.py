"""Matching: the cascade from an asked picture to the works that it shows, each stage dearer than the one before.

known.py     all registered parts as regional matching knows them; it follows the feed
looking.py   a closer look: guesses where parts are shown, each verified, and what speaks for each part
placed.py    what an alignment means, in the pictures' own terms
"""
