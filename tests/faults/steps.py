"""A registry's life in numbered moments: founded, works registered, sequenced, sent, watched until final.

A moment is either side of a commit and either side of a call to the chain. At any one of them the process can be killed
(`os._exit`), and each call can be lost, on its way or on its way back. Whoever runs it a second time goes on.
"""

import hashlib
import json
import os
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from eth_account import Account as EthAccount
from sqlalchemy import event
from sqlmodel import Session
from web3 import HTTPProvider, Web3
from web3.providers.base import JSONBaseProvider
from web3.types import RPCEndpoint, RPCResponse

from registry.accounts import Account, AccountId
from registry.anchor import Anchoring, Policy
from registry.clock import system_clock
from registry.errors import OriginmarkError
from registry.keyring import Keyring, open_keyring
from registry.ledger.client import Client
from registry.ledger.connect import ENDOWMENT
from registry.ledger.embedded import EmbeddedChain
from registry.ledger.founding import found
from registry.ledger.provider import EmbeddedProvider
from registry.ledger.reader import JsonRpcReader
from registry.ledger.sender import Sender
from registry.ledger.watcher import Watcher
from registry.log.files import TileFiles
from registry.log.log import Log
from registry.proof.statement import entry_of
from registry.store.access import Accounts
from registry.store.database import Database
from registry.store.lease import Leases
from registry.store.ledger import LedgerStore
from registry.store.outbox import Outbox
from registry.store.registration import Draft, Registrations
from tests.store.examples import add, seal, some_draft

KILLED = 86
"""The exit status of a process that was killed at its moment."""

PATIENCE = 60.0
WORKS = (3, 2)
"""So many works before each of two checkpoints."""

FINAL_AFTER = 4
STUDIO = AccountId("acc_studio")
Answer = TypeVar("Answer")
MakeSender = Callable[[Outbox, Client], Sender]


class Fault(StrEnum):
    """What happens at the moment."""

    KILL = "kill"
    LOSE = "lose"


@dataclass
class Moments:
    """Counts moments, and lets the fault happen at number `at`, from 1; at none where it is 0."""

    at: int = 0
    fault: Fault = Fault.KILL
    names: list[str] = field(default_factory=list)

    def reached(self, name: str) -> None:
        """One moment."""
        self.names.append(name)
        if len(self.names) != self.at:
            return
        if self.fault is Fault.KILL:
            os._exit(KILLED)
        if name.startswith("call"):
            raise ConnectionError(f"{name}: lost")


@dataclass(frozen=True)
class Place:
    """Where a registry lives. `rpc` is a node's address, None for the embedded chain."""

    directory: Path
    database_url: str
    rpc: str | None

    @property
    def acknowledged(self) -> Path:
        """What was acknowledged: a line of work, index and entry each."""
        return self.directory / "acknowledged"


def live(place: Place, moments: Moments, make_sender: MakeSender) -> None:
    """The whole life; what is there already is gone on with."""
    database = Database(place.database_url)
    _count_commits(database, moments)
    keyring = open_keyring(place.directory / "keys")
    with _chain(place, keyring, moments) as client, ExitStack() as stack:
        fence = _again(lambda: stack.enter_context(Leases(database, system_clock).held()))
        outbox = Outbox(database, fence)
        store, sender = LedgerStore(database), make_sender(outbox, client)
        identity = store.identity() or _again(
            lambda: found(store, sender, client, keyring, None, system_clock, time.sleep)
        )
        anchoring = Anchoring(
            identity=identity,
            store=store,
            outbox=outbox,
            log=Log(TileFiles(place.directory / "log"), store.entries),
            client=client,
            sender=sender,
            watcher=Watcher(store, outbox, identity, client.writer, [JsonRpcReader(client.request)], depth=FINAL_AFTER),
            policy=Policy(entries=10**6, seconds=10**6),
            clock=system_clock,
        )
        Accounts(database).add(Account(id=STUDIO, name="studio", created=system_clock()))
        first = 0
        for works in WORKS:
            for number in range(first, first + works):
                _register(place, database, number)
            first += works
            _until(lambda: _covered(anchoring, store))
        if place.rpc is not None:
            ask(place.rpc, "anvil_mine", [hex(3 * FINAL_AFTER)])
        _until(lambda: _settled(anchoring, store))


def _register(place: Place, database: Database, number: int) -> None:
    """The same bytes each time: asked again, the registry answers with the work that it has."""
    work = add(Registrations(database), _draft(number), seal)
    with place.acknowledged.open("a") as told:
        told.write(f"{work.id} {work.index} {work.entry.hex()}\n")


def _draft(number: int) -> Draft:
    statement = json.dumps({"number": number}).encode()
    draft = some_draft(STUDIO, sha256=hashlib.sha256(statement).digest())
    return Draft(**{**_fields(draft), "statement": statement, "entry": entry_of(statement)})


def _fields(draft: Draft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in Draft.__dataclass_fields__}


def _covered(anchoring: Anchoring, store: LedgerStore) -> bool:
    anchoring.step(flush=True)
    last = store.last_anchored()
    return last is not None and last.checkpoint.size == store.size()


def _settled(anchoring: Anchoring, store: LedgerStore) -> bool:
    anchoring.step()
    return not store.watched()


def _until(holds: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE
    while not _again(holds):
        if time.monotonic() > give_up:
            raise TimeoutError(f"nothing came of it within {PATIENCE} s")
        time.sleep(0.02)


def _again(ask: Callable[[], Answer]) -> Answer:
    """As `keep_anchoring` does: what stands in the way is tried again, whatever it is."""
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            return ask()
        except OriginmarkError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.02)


@contextmanager
def _chain(place: Place, keyring: Keyring, moments: Moments) -> Iterator[Client]:
    if place.rpc is not None:
        yield Client(Web3(Counted(HTTPProvider(place.rpc), moments)), keyring.writer_secret)
        return
    address = bytes.fromhex(EthAccount.from_key(keyring.writer_secret).address.removeprefix("0x"))
    path = place.directory / "chain.sqlite"
    with EmbeddedChain.open(path, clock=fast_clock, funded={address: ENDOWMENT}) as chain:
        yield Client(Web3(Counted(EmbeddedProvider(chain, version="faults"), moments)), keyring.writer_secret)


def fast_clock() -> int:
    """A wall clock a hundred times as fast: on the embedded chain two blocks never share a second."""
    return int(time.time() * 100)


class Counted(JSONBaseProvider):
    """A provider whose every call has a moment before it and one after it."""

    def __init__(self, inner: JSONBaseProvider, moments: Moments) -> None:
        super().__init__()
        self._inner, self._moments = inner, moments

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        self._moments.reached(f"call of {method}, on its way")
        answer = self._inner.make_request(method, params)
        self._moments.reached(f"call of {method}, on its way back")
        return answer


def _count_commits(database: Database, moments: Moments) -> None:
    event.listen(database.engine, "commit", lambda _connection: moments.reached("before a commit"))
    event.listen(Session, "after_commit", lambda _session: moments.reached("after a commit"))


def ask(rpc: str, method: str, params: list[Any]) -> Any:
    """One JSON-RPC call, with nothing of the product's."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    request = urllib.request.Request(rpc, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["result"]
