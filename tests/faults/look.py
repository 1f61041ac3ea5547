"""An auditor of a life in numbered moments. It shares no code with what it audits: SQL, JSON, hashes, plain JSON-RPC.

What it finds wrong it tells in words; an empty list is a clean audit.
"""

import json
import sqlite3
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg

from tests.faults.audit import root_of
from tests.faults.steps import WORKS, Place, ask


def look(place: Place) -> list[str]:
    """What is wrong with a life that came to its end."""
    rows = _rows(place)
    (writer, log), wrong = _identity(rows("SELECT genesis, log FROM identity")), []
    entries = [bytes(entry) for _, entry in rows("SELECT log_index, entry FROM log_entries ORDER BY log_index")]
    works = {work: (index, bytes(entry).hex()) for work, index, entry in rows("SELECT id, log_index, entry FROM works")}
    told = [line.split() for line in place.acknowledged.read_text().splitlines()]
    wrong += [f"{work} was acknowledged and is lost" for work, i, e in told if works.get(work) != (int(i), e)]
    if len(entries) != 1 + sum(WORKS) or len(works) != sum(WORKS):
        wrong.append(f"{len(works)} works and {len(entries)} entries, where {sum(WORKS)} were handed in")
    wrong += [f"{work} stands elsewhere in the log" for work, (i, e) in works.items() if entries[i].hex() != e]
    events = _events(place, log)
    checkpoints = {size: bytes(root).hex() for size, root in rows("SELECT size, root FROM checkpoints")}
    anchors = {size: bytes(block).hex() for size, block in rows("SELECT size, block_hash FROM anchors")}
    if Counter(size for size, _, _ in events) != Counter(list(checkpoints)):
        wrong.append(f"checkpoints {sorted(checkpoints)} stand on the chain as {[size for size, _, _ in events]}")
    if anchors != {size: block for size, _, block in events}:
        wrong.append("the anchors are not the events")
    for size, root, _ in events:
        recomputed = root_of([sha256(b"\0" + entry).digest() for entry in entries[:size]]).hex()
        if not root == checkpoints.get(size) == recomputed:
            wrong.append(f"the checkpoint of size {size} has another root than its entries")
    if max((size for size, _, _ in events), default=0) != len(entries):
        wrong.append("not every entry is anchored")
    sent, purposes = _sent(place, writer), 2 + len(checkpoints)
    if sent != purposes:
        wrong.append(f"{sent} transactions were mined for {purposes} purposes")
    return wrong


def _rows(place: Place) -> Any:
    if place.database_url.startswith("sqlite"):
        database: Any = sqlite3.connect(place.database_url.removeprefix("sqlite:///"))
    else:
        database = psycopg.connect(place.database_url.replace("postgresql+psycopg", "postgresql"))

    def rows(query: str) -> list[Any]:
        cursor = database.cursor()
        cursor.execute(query)
        return list(cursor.fetchall())

    return rows


def _identity(rows: list[Any]) -> tuple[str, bytes]:
    ((genesis, log),) = rows
    return str(json.loads(bytes(genesis))["writer"]), bytes(log)


def _events(place: Place, log: bytes) -> list[tuple[int, str, str]]:
    """Size, root and block of every checkpoint of the log on the chain, in its order."""
    if place.rpc is None:
        with sqlite3.connect(place.directory / "chain.sqlite") as chain:
            found = [json.loads(body) for (body,) in chain.execute("SELECT body FROM events ORDER BY block, position")]
        events = [one for one in found if one["topics"][1] == "0x" + log.hex()]
    else:
        events = ask(place.rpc, "eth_getLogs", [{"fromBlock": "0x0", "topics": [None, "0x" + log.hex()]}])
    # Opened has one word of data, Checkpointed two.
    return [
        (int(one["data"][2:66], 16), one["data"][66:], one["blockHash"][2:])
        for one in events
        if len(one["data"]) == 2 + 128
    ]


def _sent(place: Place, writer: str) -> int:
    """How many transactions of the writer the chain took."""
    if place.rpc is not None:
        return int(ask(place.rpc, "eth_getTransactionCount", ["0x" + writer, "latest"]), 16)
    with sqlite3.connect(Path(place.directory) / "chain.sqlite") as chain:
        return int(chain.execute("SELECT count(*) FROM transactions").fetchone()[0])
