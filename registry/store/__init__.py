"""The database room: tables, migrations, and one method for each step of a journey.

database.py      opening, upgrading, and the two kinds of transaction
tables.py        the tables, with what each is for
registration.py  register: what is there already, and the one transaction that adds a work
catalogue.py     reading works, claims and thumbnails back
feed.py          what search indexes follow
checks.py        checks and sightings
access.py        accounts and API keys
ledger.py        identity, log entries, checkpoints, the outbox and anchors
"""
