"""Raster → codes, one file a scheme.

scheme.py      what a scheme is
phash.py       phash-v1: 64 bits, by imagehash
pdq.py         pdq-raster-v1: 256 bits, by pdqhash
variants.py    the eight ways a copied picture may lie
detail.py      whether a picture has enough of its own for its codes to mean something
universal/     what everybody has: standard patterns, plain shapes, blank products
"""
