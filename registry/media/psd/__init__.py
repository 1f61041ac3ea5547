"""PSD and PSB files, by a parser that reads what is shown and no more (docs/decisions/015).

parts.py      the whole, artboards, visible layers
file.py       header, image resources, the merged picture
records.py    layer records: names, groups, artboards, visibility
pixels.py     channels to reduced pictures, a band at a time
laid.py       layers laid over one another, where a file has no merged picture
layout.py     the nouns, and a cursor that can't leave its section
"""
