"""An auditor that shares no code with what it audits: sqlite3, hashlib, and the chain's own tables.

It holds what was acknowledged against the database, recomputes every checkpoint's root from the entries, and counts the
checkpoint events on the chain. What it finds wrong it tells in words; an empty list is a clean audit.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path


@dataclass(frozen=True)
class Acknowledged:
    """What a client was told: this work stands at this index with this entry."""

    work: str
    index: int
    entry: str


def audit(data: Path, acknowledged: Iterable[Acknowledged]) -> list[str]:
    """What is wrong with a registry at rest, all of whose entries should be anchored."""
    with sqlite3.connect(f"file:{data / 'registry.sqlite'}?mode=ro", uri=True) as database:
        entries = [row[0] for row in database.execute("SELECT entry FROM log_entries ORDER BY log_index")]
        indices = [row[0] for row in database.execute("SELECT log_index FROM log_entries ORDER BY log_index")]
        works = {row[0]: (row[1], row[2].hex()) for row in database.execute("SELECT id, log_index, entry FROM works")}
        claims = dict(database.execute("SELECT work, statement FROM claims"))
        feed = [row[0] for row in database.execute("SELECT seq FROM code_feed ORDER BY seq")]
        (log,) = database.execute("SELECT log FROM identity").fetchone()
        head = database.execute("SELECT size, feed FROM log_head").fetchone()
    wrong = []
    if indices != list(range(len(indices))):
        wrong.append("the log's indices are not dense")
    if head != (len(entries), len(feed)) or feed != list(range(1, len(works) + 1)):
        wrong.append(f"the head {head} doesn't fit {len(entries)} entries and {len(feed)} feed rows")
    if len(works) != len(entries) - 1 or sorted(index for index, _ in works.values()) != indices[1:]:
        wrong.append("works and entries are not one to one")
    for work, (index, entry) in works.items():
        if sha256(b"originmark/v1\0" + claims[work]).hexdigest() != entry or entries[index].hex() != entry:
            wrong.append(f"{work} doesn't hash to its entry")
    wrong += [
        f"{told.work} was acknowledged at {told.index} and is lost"
        for told in acknowledged
        if works.get(told.work) != (told.index, told.entry)
    ]
    return wrong + _audit_chain(data, log, entries)


def _audit_chain(data: Path, log: bytes, entries: list[bytes]) -> list[str]:
    with sqlite3.connect(f"file:{data / 'chain.sqlite'}?mode=ro", uri=True) as chain:
        rows = chain.execute("SELECT body FROM events WHERE topic1 = ?", (log,))
        events = [json.loads(body)["data"] for (body,) in rows]
    # Opened has one word of data, Checkpointed two: size and root.
    anchored = [(int(data[2:66], 16), data[66:]) for data in events if len(data) == 2 + 128]
    wrong = []
    sizes = [size for size, _ in anchored]
    if [size for size, times in Counter(sizes).items() if times > 1] or sizes != sorted(sizes):
        wrong.append(f"checkpoints on the chain are doubled or out of order: {sizes}")
    if not sizes or sizes[-1] != len(entries):
        wrong.append(f"the chain has the log up to {sizes[-1:]}, and there are {len(entries)} entries")
    for size, root in anchored:
        if root_of([sha256(b"\0" + entry).digest() for entry in entries[:size]]).hex() != root:
            wrong.append(f"the checkpoint of size {size} has another root than its entries")
    return wrong


def root_of(leaves: list[bytes]) -> bytes:
    """RFC 6962's tree hash, as its definition reads."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()
