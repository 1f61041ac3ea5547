"""Untrusted bytes → pictures → canonical rasters and thumbnails, read by processes that may die of it.

sandbox/       the pool of expendable workers, and what they are kept from
sniff.py       which format, by the bytes
parts.py       the pictures of a file, whatever its format, one at a time
svg/ psd/ pdf/ the readers of design drafts
decode.py      the decoders of pixels: orientation, bit depth, transparency, pages
header.py      width and height as claimed, before any decoder sees the file
boxes.py       the same for AVIF and HEIC; tiff.py for the pages of a TIFF
budget.py      what a file may ask for
colour.py      embedded profiles, turned into sRGB
shrink.py      pixels of any kind → a small picture in one of three modes
picture.py     that picture, as what part of its file
raster.py      the one small grey square that fingerprints are computed from, pinned and versioned
kept.py        the canonical pictures that are kept of a work
thumbnail.py   a small picture for people
overlay.py     two of them that match, drawn side by side and over each other
"""
