"""A development chain for tests: anvil as a child process, with its own way of mining and of changing its mind.

Unlike py-evm behind eth-tester it has `safe` and `finalized` blocks that lag behind the tip, reorganisations and a
mempool that holds transactions back. As a pytest plugin this module gives the fixture `anvil`, which needs
`tests.contracts.toolchain` as a plugin too.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.contracts.toolchain import Toolchain

# Sepolia's: no name that a chain of a developer's own would have, so nothing takes this chain for a local one.
CHAIN_ID = 11155111

_START_SECONDS = 30
_ANSWER_SECONDS = 30
_LISTENING = "Listening on "


class AnvilError(Exception):
    """Anvil didn't start, or answered a call with an error."""


@dataclass(frozen=True)
class Anvil:
    """A running chain with ten funded accounts that it signs for; `rpc("eth_accounts")` tells them."""

    url: str
    process: subprocess.Popen[bytes]

    def rpc(self, method: str, *params: object) -> Any:
        """One JSON-RPC call; AnvilError when the answer is an error."""
        call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        # No proxy of the environment stands between a test and its own child.
        answer = httpx.post(self.url, json=call, timeout=_ANSWER_SECONDS, trust_env=False).json()
        if "error" in answer:
            raise AnvilError(f"{method}: {answer['error']}")
        return answer["result"]

    @property
    def height(self) -> int:
        """The number of the latest block."""
        return int(self.rpc("eth_blockNumber"), 16)

    def mine(self, blocks: int = 1, *, seconds_apart: int = 0) -> None:
        """Mines so many blocks, with what waits in the first. Unlike a real chain's they may share one second."""
        self.rpc("anvil_mine", hex(blocks), hex(seconds_apart))

    def reorg(self, depth: int) -> None:
        """Replaces the last `depth` blocks by as many others. Their transactions are gone, from the mempool too."""
        self.rpc("anvil_reorg", depth, [])


@contextmanager
def started(
    binary: Path,
    *,
    chain_id: int = CHAIN_ID,
    slots_in_an_epoch: int = 32,
    block_time: float | None = None,
    automine: bool = True,
    port: int = 0,
    options: Sequence[str] = (),
) -> Iterator[Anvil]:
    """Runs anvil on loopback until the block is left; `port` 0 takes a free one.

    Transactions are mined at once; or every `block_time` seconds; or, with `automine` off, when `mine` is called.
    `safe` is one epoch of `slots_in_an_epoch` blocks behind the tip, and `finalized` two. `options` are anvil's own.
    Two chains that start in the same second have the same genesis block, unless `--timestamp` in the options sets them
    apart.
    """
    command = [str(binary), "--host", "127.0.0.1", "--port", str(port), "--chain-id", str(chain_id)]
    command += ["--slots-in-an-epoch", str(slots_in_an_epoch), *options]
    if block_time is not None:
        command += ["--block-time", str(block_time)]
    elif not automine:
        command += ["--no-mining"]
    # A file, since nobody reads a pipe while a test runs, and a full one would stop anvil.
    with tempfile.TemporaryFile("w+b") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        try:
            chain = Anvil(f"http://{_address(process, output.fileno(), command)}", process)
            # `--silent` would hide the address too; from here on nothing more is worth printing.
            chain.rpc("anvil_setLoggingEnabled", False)
            yield chain
        finally:
            process.kill()
            process.wait()


def _address(process: subprocess.Popen[bytes], output: int, command: Sequence[str]) -> str:
    """Waits until anvil has told its address, and returns it as `host:port`."""
    deadline = time.monotonic() + _START_SECONDS
    while True:
        ended = process.poll() is not None
        told = os.pread(output, 1 << 20, 0).decode(errors="replace")
        line = next((line for line in told.splitlines(keepends=True) if line.startswith(_LISTENING)), "")
        if line.endswith("\n"):
            return line.removeprefix(_LISTENING).strip()
        if ended or time.monotonic() > deadline:
            how = f"ended with status {process.returncode}" if ended else f"said nothing for {_START_SECONDS} s"
            raise AnvilError(f"`{' '.join(command)}` {how}:\n{told}")
        time.sleep(0.02)


@pytest.fixture
def anvil(toolchain: Toolchain) -> Iterator[Anvil]:
    """A fresh chain that mines every transaction at once, with epochs of 4 blocks so that finality comes soon."""
    with started(toolchain.anvil, slots_in_an_epoch=4) as chain:
        yield chain
