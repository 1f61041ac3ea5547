"""Intake: a file makes one trip through the sandbox, and comes back as what the journeys need of it.

    bytes → its pictures, one after the other: the whole, pages, layers
            each → raster for each ground → detail → codes        for a registration
                                                   → eight times   for a check
                 → thumbnail, and the canonical picture that is kept

taken.py     what comes back
desk.py      who hands files in, and waits
jobs.py      what is handed over to a worker: names, so that whoever hands in needn't import a decoder
reading.py   what a worker does
"""
