"""Codes to candidates.

    index.py   the Index protocol, and what every index must answer
    exact.py   the plain scan that specifies it
    follow.py  an index with the feed that it follows

An index is rebuilt from the code feed at start: the database is the truth, and nothing here is kept on disk.
"""
