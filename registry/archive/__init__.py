"""The file of a backup: what it holds, written whole or not at all, and believed only when every digest was checked.

manifest.py   what a backup is of, and the digests of its members
file.py       the archive itself
"""
