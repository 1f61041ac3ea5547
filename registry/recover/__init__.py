"""Filling the hole that an old backup left.

proven.py   what a claimant's file proves
journey.py  the journey, and how it is opened on a chain
"""
