"""Candidates to a verdict.

    thresholds.py   how close is close, and how often different works come as close
    decide.py       the decision: pure functions over candidates
    shared.py       what many claimants share doesn't block

Imports nouns only: what is decided doesn't depend on how it was searched, stored or drawn.
"""
