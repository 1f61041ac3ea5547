"""Killed at any moment, the chain holds whole blocks only, and everything that was acknowledged."""

import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from registry.errors import StoreError
from registry.ledger.blocks import EmbeddedBlocks
from tests.ledger.chain_audit import audit
from tests.ledger.small_chain import START, JumpingClock, Writer, emitting, open_chain

MAKING = """
import sys
from pathlib import Path
from tests.ledger.small_chain import open_chain
print("ready", flush=True)
open_chain(Path(sys.argv[1]))
"""

SENDING = """
import itertools, sys
from pathlib import Path
from tests.ledger.small_chain import LOGGER, JumpingClock, Writer, open_chain
writer, clock = Writer(), JumpingClock(float(sys.argv[2]))
with open_chain(Path(sys.argv[1]), clock) as chain:
    logger = writer.deploy(chain, LOGGER)
    print("ready", flush=True)
    for n in itertools.count():
        print(writer.send(chain, to=logger, data=n.to_bytes(32, "big") * 3).hex(), flush=True)
"""


def _killed(script: str, *arguments: str, after: float) -> list[str]:
    """Run a script until `after` seconds past its first word, then kill it; what else it said."""
    child = subprocess.Popen(
        [sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(after)
        child.kill()
        return [line.strip() for line in child.stdout if line.endswith("\n")]


def test_kill_while_it_mines(tmp_path: Path) -> None:
    rng = random.Random(20)
    path = tmp_path / "chain.sqlite"
    acknowledged: list[str] = []
    for killed in range(1, 6):
        start = str(START + 100_000 * killed)
        acknowledged += _killed(SENDING, str(tmp_path), start, after=rng.uniform(0, 0.25))
        # Readers find it whole before any owner has opened it again.
        head = audit(path)
        with EmbeddedBlocks(path) as blocks:
            assert all(blocks.receipt(bytes.fromhex(sent)) for sent in acknowledged)
        # Each run deployed once, and at most one block of each was mined without a chance to say so.
        assert head - killed - len(acknowledged) in range(killed + 1)
    assert acknowledged
    with open_chain(tmp_path, JumpingClock(START + 10**6)) as chain:
        Writer().send(chain)
        assert chain.state.nonce(Writer().address) == chain.blocks.head()
    audit(path)


def test_kill_while_it_begins(tmp_path: Path) -> None:
    rng = random.Random(21)
    for killed in range(3):
        folder = tmp_path / str(killed)
        _killed(MAKING, str(folder), after=rng.uniform(0, 0.04))
        with open_chain(folder, JumpingClock()) as chain:
            Writer().send(chain)
        assert audit(folder / "chain.sqlite") == 1


def test_a_block_that_fails_halfway_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    with open_chain(tmp_path) as chain:
        Writer().send(chain)
        other = sqlite3.connect(path)
        # Events are the last that is written of a block.
        other.execute("CREATE TRIGGER halfway BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'halfway'); END")
        with pytest.raises(StoreError, match="halfway"):
            Writer().send(chain, to=None, data=emitting([((), b"x")]))
        assert audit(path) == 1
        other.execute("DROP TRIGGER halfway")
        other.close()
        Writer().send(chain, to=None, data=emitting([((), b"x")]))
    assert audit(path) == 2
