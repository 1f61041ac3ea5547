"""The embedded chain as its owner has it: kept, held by one, fed by many threads, read by anybody."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.errors import LedgerHeld, RpcRefused, RpcUnavailable, StoreError
from registry.ledger.blocks import EmbeddedBlocks
from registry.ledger.embedded import EmbeddedChain
from registry.ledger.evm import EmbeddedState, Message
from registry.proof.chain import EMBEDDED_CHAIN_ID, LOCAL_CHAINS
from tests.ledger.chain_audit import audit
from tests.ledger.small_chain import (
    COUNTER,
    FUNDS,
    LOGGER,
    REFUSER,
    START,
    JumpingClock,
    Writer,
    emitting,
    open_chain,
)

WRITER = Writer()


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[EmbeddedChain]:
    with open_chain(tmp_path) as opened:
        yield opened


def test_a_new_chain_has_one_block_and_the_funds(chain: EmbeddedChain, tmp_path: Path) -> None:
    assert chain.blocks.head() == 0
    assert chain.state.balance(WRITER.address) == FUNDS
    genesis = chain.blocks.block(0)
    assert genesis is not None
    assert int(genesis["timestamp"], 16) == START
    assert genesis["extraData"].startswith("0x" + b"originmark".hex())
    assert EMBEDDED_CHAIN_ID in LOCAL_CHAINS
    assert audit(tmp_path / "chain.sqlite") == 0


def test_each_chain_has_a_name_of_its_own(tmp_path: Path) -> None:
    with open_chain(tmp_path / "a") as one, open_chain(tmp_path / "b") as other:
        first, second = one.blocks.block(0), other.blocks.block(0)
    assert first is not None
    assert second is not None
    assert first["hash"] != second["hash"]


def test_everything_is_there_after_reopening(tmp_path: Path) -> None:
    clock = JumpingClock()
    with open_chain(tmp_path, clock) as chain:
        counter = WRITER.deploy(chain, COUNTER)
        sent = WRITER.send(chain, to=counter)
        before = [chain.blocks.block(number, full=True) for number in range(3)]
        receipt = chain.blocks.receipt(sent)
    with EmbeddedChain.open(tmp_path / "chain.sqlite", clock=clock, funded={b"\x99" * 20: 1}, wait=clock.wait) as chain:
        assert [chain.blocks.block(number, full=True) for number in range(3)] == before
        assert chain.blocks.receipt(sent) == receipt
        assert chain.state.balance(b"\x99" * 20) == 0
        WRITER.send(chain, to=counter)
        assert int.from_bytes(chain.state.storage(counter, 0)) == 2
        # What is past stays readable.
        assert [int.from_bytes(chain.state.storage(counter, 0, number)) for number in range(4)] == [0, 0, 1, 2]
        assert int.from_bytes(chain.state.call(Message(to=counter), 2)) == 2
    assert audit(tmp_path / "chain.sqlite") == 3


def test_a_second_owner_is_refused_and_readers_are_not(chain: EmbeddedChain, tmp_path: Path) -> None:
    with pytest.raises(LedgerHeld):
        open_chain(tmp_path)
    script = """
import sys
from pathlib import Path
from registry.errors import LedgerHeld
from registry.ledger.blocks import EmbeddedBlocks
path = Path(sys.argv[1])
print(EmbeddedBlocks(path).head(), "eth" in sys.modules, "web3" in sys.modules)
from registry.ledger.embedded import EmbeddedChain
from registry.ledger.evm import EmbeddedState
print(EmbeddedState(path).nonce(bytes.fromhex(sys.argv[2])))
try:
    EmbeddedChain.open(path, clock=int, funded={})
except LedgerHeld:
    print("held")
"""
    WRITER.send(chain)
    answer = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "chain.sqlite"), WRITER.address.hex()],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert answer.stdout.split() == ["1", "False", "False", "1", "held"]


def test_the_lock_goes_with_its_owner(tmp_path: Path) -> None:
    opened: list[EmbeddedChain] = []
    thread = threading.Thread(target=lambda: opened.append(open_chain(tmp_path)))
    thread.start()
    thread.join()
    opened[0].close()
    open_chain(tmp_path).close()


def test_readers_wait_for_no_chain(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    with EmbeddedBlocks(path) as blocks, EmbeddedState(path) as state:
        with pytest.raises(RpcUnavailable):
            blocks.head()
        with pytest.raises(RpcUnavailable):
            state.nonce(WRITER.address)
        sqlite3.connect(path).close()
        with pytest.raises(RpcUnavailable):
            blocks.head()
        open_chain(tmp_path).close()
        assert blocks.head() == 0
        assert state.nonce(WRITER.address) == 0


def test_a_newer_file_is_left_alone(tmp_path: Path) -> None:
    open_chain(tmp_path).close()
    connection = sqlite3.connect(tmp_path / "chain.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError):
        open_chain(tmp_path)
    with pytest.raises(StoreError):
        EmbeddedBlocks(tmp_path / "chain.sqlite").head()


def test_a_file_that_is_no_chain_is_told(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    path.write_bytes(b"not a database, but long enough to be looked at " * 100)
    with pytest.raises(StoreError):
        open_chain(tmp_path)
    with pytest.raises(StoreError):
        EmbeddedBlocks(path).head()
    with pytest.raises(StoreError):
        EmbeddedState(path).nonce(WRITER.address)
    # And whoever failed to open it doesn't hold it.
    path.unlink()
    open_chain(tmp_path).close()


def test_threads_lose_nothing(chain: EmbeddedChain, tmp_path: Path) -> None:
    lock = threading.Lock()
    sent: list[bytes] = []

    def send_five() -> None:
        for _ in range(5):
            with lock:
                raw = WRITER.sign(len(sent))
                sent.append(chain.send_raw_transaction(raw))
            receipt = chain.blocks.receipt(sent[-1])
            assert receipt is not None
            assert chain.state.nonce(WRITER.address) >= int(receipt["blockNumber"], 16)

    threads = [threading.Thread(target=send_five) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({*sent}) == 40
    assert chain.state.nonce(WRITER.address) == 40
    assert audit(tmp_path / "chain.sqlite") == 40


def test_threads_with_one_nonce_have_one_winner(chain: EmbeddedChain) -> None:
    refused: list[RpcRefused] = []

    def send(value: int) -> None:
        try:
            chain.send_raw_transaction(WRITER.sign(0, value=value))
        except RpcRefused as error:
            refused.append(error)

    threads = [threading.Thread(target=send, args=(value,)) for value in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 5
    assert all("nonce too low" in error.message for error in refused)
    assert chain.blocks.head() == 1


def test_what_is_read_is_what_was_hashed(chain: EmbeddedChain, tmp_path: Path) -> None:
    logger, counter, refuser = (WRITER.deploy(chain, code) for code in (LOGGER, COUNTER, REFUSER))
    topics = [bytes([n]) * 32 for n in range(1, 5)]
    WRITER.send(chain, to=logger, data=topics[0] + topics[1] + b"some data")
    WRITER.send(chain, to=counter, gasPrice=2 * 10**9)
    WRITER.send(chain, to=refuser, data=b"no", gas=100_000)
    access = [{"address": "0x" + counter.hex(), "storageKeys": ["0x" + "00" * 32, "0x" + "07" * 32]}]
    WRITER.send(chain, to=counter, gasPrice=2 * 10**9, accessList=access, type=1)
    WRITER.send(chain, to=counter, accessList=access)
    WRITER.send(chain, to=None, data=emitting([(topics[:n], b"x" * n) for n in range(5)]))
    assert audit(tmp_path / "chain.sqlite") == 9
    receipts = [chain.blocks.receipts(number) for number in range(10)]
    flat = [receipt for block in receipts if block for receipt in block]
    assert [receipt["status"] for receipt in flat] == ["0x1"] * 5 + ["0x0"] + ["0x1"] * 3
    assert [receipt["type"] for receipt in flat] == ["0x2"] * 4 + ["0x0", "0x2", "0x1", "0x2", "0x2"]
    assert [len(receipt["logs"]) for receipt in flat] == [0, 0, 0, 1, 0, 0, 0, 0, 5]
