"""Connecting the writer to its chain: the embedded one, owned while it's in use, or any endpoint by URL.

Everything here costs the second that web3 takes to import, so it is imported when something is to be anchored.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from eth_account import Account
from web3 import Web3
from web3.middleware import ExtraDataToPOAMiddleware

from registry.clock import Clock
from registry.ledger.client import Client
from registry.ledger.embedded import EmbeddedChain
from registry.ledger.failover import Failover
from registry.ledger.provider import EmbeddedProvider
from registry.ledger.reader import TIMEOUT_SECONDS

ENDOWMENT = 10**30
"""Wei in the writer's account on a new embedded chain: more than it can ever spend."""


@contextmanager
def embedded_client(path: Path, writer_secret: bytes, *, clock: Clock, version: str) -> Iterator[Client]:
    """A client of the embedded chain in `path`, which this process owns while the block lasts; raises LedgerHeld."""
    address = bytes.fromhex(Account.from_key(writer_secret).address.removeprefix("0x"))
    with EmbeddedChain.open(path, clock=clock, funded={address: ENDOWMENT}) as chain:
        yield Client(Web3(EmbeddedProvider(chain, version=version)), writer_secret)


@contextmanager
def remote_client(urls: Sequence[str], writer_secret: bytes) -> Iterator[Client]:
    """A client of the chain behind JSON-RPC endpoints: the first that answers is asked, and then that one first."""
    web3 = Web3(Failover(urls, TIMEOUT_SECONDS))
    # Chains with proof of authority put more into a header's extra data than web3 takes for possible.
    web3.middleware_onion.inject(ExtraDataToPOAMiddleware, layer=0)
    yield Client(web3, writer_secret)
