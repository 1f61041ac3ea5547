"""A registry's ledger on its own: a database, a chain, a log, and no pictures."""

import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert
from sqlmodel import select

from registry.anchor import Anchoring, Policy
from registry.clock import Clock, Seconds, system_clock
from registry.keyring import Keyring, open_keyring
from registry.ledger.client import Client
from registry.ledger.connect import remote_client
from registry.ledger.founding import found
from registry.ledger.reader import JsonRpcReader
from registry.ledger.sender import Sender
from registry.ledger.watcher import Watcher
from registry.log.files import TileFiles
from registry.log.log import Log
from registry.proof.chain import ChainReader
from registry.store.database import Database
from registry.store.lease import Leases
from registry.store.ledger import Anchored, Identity, LedgerStore
from registry.store.outbox import Outbox
from registry.store.tables import LogEntryRow, LogHeadRow
from tests.anvil import Anvil

FINAL_DEPTH = 64
NEVER_BY_ITSELF = Policy(entries=1_000_000, seconds=1_000_000)


@dataclass
class World:
    """What a test drives: `step` goes on with anchoring, `append` fills the log."""

    directory: Path
    database: Database
    store: LedgerStore
    keyring: Keyring
    client: Client
    identity: Identity
    clock: Clock
    outbox: Outbox
    policy: Policy = NEVER_BY_ITSELF
    most_gwei: int = 200

    @property
    def reader(self) -> JsonRpcReader:
        return JsonRpcReader(self.client.request)

    def anchoring(self, client: Client | None = None, readers: Sequence[ChainReader] | None = None) -> Anchoring:
        """A worker as it starts: nothing in memory, everything in the database."""
        client = client or self.client
        readers = readers or [JsonRpcReader(client.request)]
        return Anchoring(
            identity=self.identity,
            store=self.store,
            outbox=self.outbox,
            log=Log(TileFiles(self.directory / "log"), self.store.entries),
            client=client,
            sender=Sender(self.outbox, client, self.clock, self.most_gwei),
            watcher=Watcher(self.store, self.outbox, self.identity, client.writer, readers, depth=FINAL_DEPTH),
            policy=self.policy,
            clock=self.clock,
        )

    def anchor(self) -> list[Anchored]:
        """Anchors what there is; a node that mines by itself takes a moment to."""
        give_up = time.monotonic() + 30
        anchored = self.anchoring().step(flush=True)
        while not anchored and time.monotonic() < give_up:
            time.sleep(0.02)
            anchored = self.anchoring().step()
        return anchored

    def append(self, entries: int, received: Seconds | None = None) -> None:
        with self.database.write() as session:
            head = session.exec(select(LogHeadRow)).one()
            moment = self.clock() if received is None else received
            rows = [
                {"log_index": index, "entry": secrets.token_bytes(32), "received": moment}
                for index in range(head.size, head.size + entries)
            ]
            session.connection().execute(insert(LogEntryRow), rows)
            head.size += entries
            session.add(head)

    def checkpoints_on_chain(self) -> list[tuple[int, bytes]]:
        """(size, root) of every checkpoint event of the log, as the chain itself tells."""
        genesis = self.identity.genesis
        logs = self.client.request(
            "eth_getLogs",
            [
                {
                    "fromBlock": "0x0",
                    "address": f"0x{genesis.contract.hex()}",
                    "topics": [None, f"0x{genesis.log.hex()}"],
                }
            ],
        )
        data = [bytes.fromhex(one["data"].removeprefix("0x")) for one in logs]
        return [(int.from_bytes(one[:32], "big"), one[32:]) for one in data if len(one) == 64]


def fund(anvil: Anvil, client: Client) -> None:
    """Gives the writer a hundred ether."""
    anvil.rpc("anvil_setBalance", f"0x{client.writer.hex()}", hex(10**20))


@contextmanager
def on_anvil(
    anvil: Anvil, directory: Path, clock: Clock = system_clock, database_url: str | None = None
) -> Iterator[World]:
    """A registry founded on anvil, with SQLite unless another database is given; this process holds its lease."""
    keyring = open_keyring(directory / "keys")
    database = Database(database_url or f"sqlite:///{directory / 'registry.sqlite'}")
    store = LedgerStore(database)
    with Leases(database, system_clock).held() as fence, remote_client([anvil.url], keyring.writer_secret) as client:
        fund(anvil, client)
        outbox = Outbox(database, fence)
        sender = Sender(outbox, client, clock, most_gwei=200)
        identity = found(store, sender, client, keyring, None, clock, lambda _seconds: anvil.mine())
        yield World(directory, database, store, keyring, client, identity, clock, outbox)
    database.close()
