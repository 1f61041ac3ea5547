"""Which chain the settings mean: read by anybody, written to by whoever anchors, and founded upon once."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

from registry.clock import Clock
from registry.errors import LedgerHeld
from registry.keyring import Keyring
from registry.ledger.reader import JsonRpc, JsonRpcReader, embedded_json_rpc, first_answering, http_json_rpc
from registry.ledger.rpc import EmbeddedEndpoint
from registry.settings import Settings
from registry.store.database import Database
from registry.store.lease import Leases
from registry.store.ledger import Identity, LedgerStore
from registry.store.outbox import Outbox

if TYPE_CHECKING:
    from registry.ledger.client import Client

VERSION = version("originmark")
FOUNDING_PATIENCE = 120
POLL_SECONDS = 0.25


@contextmanager
def open_chain(settings: Settings, url: str | None = None) -> Iterator[JsonRpcReader]:
    """A chain to read: behind `url`, or else the one of the settings. No registry need be there."""
    with open_json_rpc(settings, url) as request:
        yield JsonRpcReader(request)


@contextmanager
def open_json_rpc(settings: Settings, url: str | None = None) -> Iterator[JsonRpc]:
    """The same chain, for questions that no reader has."""
    urls = settings.rpc_urls if url is None else (url,)
    if urls:
        yield first_answering([http_json_rpc(each) for each in urls])
        return
    with closing(embedded_endpoint(settings)) as endpoint:
        yield embedded_json_rpc(endpoint)


def reading(settings: Settings, endpoint: EmbeddedEndpoint | None) -> JsonRpc:
    """How the registry's chain is read without being written to."""
    if settings.rpc_urls:
        return first_answering([http_json_rpc(url) for url in settings.rpc_urls])
    return embedded_json_rpc(endpoint or embedded_endpoint(settings))


def embedded_endpoint(settings: Settings) -> EmbeddedEndpoint:
    """What serves the embedded chain in the settings' data directory."""
    return EmbeddedEndpoint(settings.data_dir / "chain.sqlite", version=VERSION)


@contextmanager
def client_of(settings: Settings, keyring: Keyring, clock: Clock) -> "Iterator[Client]":
    """The writer's hands on the chain, for as long as the block lasts; raises LedgerHeld for the embedded one."""
    from registry.ledger.connect import embedded_client, remote_client  # noqa: PLC0415 - imports web3

    if settings.embedded:
        path = settings.data_dir / "chain.sqlite"
        with embedded_client(path, keyring.writer_secret, clock=clock, version=VERSION) as client:
            yield client
    else:
        with remote_client(settings.rpc_urls, keyring.writer_secret) as client:
            yield client


def founded(
    settings: Settings,
    keyring: Keyring,
    database: Database,
    ledger: LedgerStore,
    clock: Clock,
    wait: Callable[[float], None],
) -> Identity:
    """The registry's identity, founded on the chain now, or by another process at this moment."""
    from registry.ledger.founding import found  # noqa: PLC0415 - imports web3
    from registry.ledger.sender import Sender  # noqa: PLC0415

    contract = None if settings.contract is None else bytes.fromhex(settings.contract.removeprefix("0x"))
    give_up = clock() + FOUNDING_PATIENCE
    while True:
        try:
            with Leases(database, clock).held() as fence, client_of(settings, keyring, clock) as client:
                sender = Sender(Outbox(database, fence), client, clock, settings.most_gwei)
                return found(ledger, sender, client, keyring, contract, clock, wait)
        except LedgerHeld:
            # Another process is founding it at this moment.
            identity = ledger.identity()
            if identity is not None:
                return identity
            if clock() > give_up:
                raise
            wait(POLL_SECONDS)
