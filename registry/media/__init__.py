"""Untrusted bytes → a canonical raster and a thumbnail, read by processes that may die of it.

sandbox.py     the pool of expendable workers; zygote.py is the process they are forked from
sniff.py       which format, by the bytes
header.py      width and height as claimed, before any decoder sees the file
decode.py      the budget, the decoders, orientation, bit depth, transparency
raster.py      the one small grey square that fingerprints are computed from, pinned and versioned
thumbnail.py   a small picture for people
"""
