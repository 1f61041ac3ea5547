"""A registry's public side without pictures or an EVM: rows, a signing key, and a node that answers as nodes do."""

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlmodel import select

from registry.errors import RpcRefused
from registry.export import Exported, Exporting
from registry.ledger.scan import HANDED_OVER, OPENED
from registry.log.files import TileFiles
from registry.log.log import Log
from registry.proof.certificate import Anchor, Checkpoint
from registry.proof.chain import CHECKPOINTED
from registry.proof.statement import Genesis, registry_id
from registry.proof.verify import Finality
from registry.store.database import Database
from registry.store.ledger import LedgerStore
from registry.store.tables import LogEntryRow, LogHeadRow
from tests.store.examples import outbox_of

SEPOLIA = 11155111
CONTRACT, WRITER, SUCCESSOR = (bytes.fromhex(each * 20) for each in ("c0", "3a", "5c"))
SIGNER = Ed25519PrivateKey.from_private_bytes(b"registry key".ljust(32))
RECOVERY = Ed25519PrivateKey.from_private_bytes(b"recovery key".ljust(32))
FIRST_TIME = 1_795_000_000


def word(value: bytes) -> str:
    return "0x" + value.rjust(32, b"\0").hex()


def hash_of(text: str) -> bytes:
    return sha256(text.encode()).digest()


@dataclass
class Node:
    """A chain's node: it refuses a range of more than `most_blocks`, or with more than `most_events` in it."""

    height: int = 0
    most_blocks: int = 1_000_000
    most_events: int = 10_000
    events: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[int, int]] = field(default_factory=list)

    def emit(self, *topics: bytes, data: bytes = b"", blocks: int = 1) -> dict[str, Any]:
        """Mines so many blocks, with this event in the last."""
        self.height += blocks
        event = {
            "address": "0x" + CONTRACT.hex(),
            "topics": [word(topic) for topic in topics],
            "data": "0x" + data.hex(),
            "blockNumber": hex(self.height),
            "blockHash": word(hash_of(f"block {self.height}")),
            "transactionHash": word(hash_of(f"transaction {self.height}")),
            "logIndex": "0x3",
        }
        self.events.append(event)
        return event

    def __call__(self, method: str, params: Any) -> Any:
        match method, params:
            case "eth_chainId", _:
                return hex(SEPOLIA)
            case "eth_getBlockByNumber", [which, _]:
                number = self.height if which == "latest" else int(which, 16)
                return {
                    "number": hex(number),
                    "hash": word(hash_of(f"block {number}")),
                    "timestamp": hex(FIRST_TIME + 12 * number),
                }
            case "eth_getLogs", [wanted]:
                return self._logs(wanted)
        raise RpcRefused(f"the method {method} does not exist", code=-32601)

    def _logs(self, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        first, last = int(wanted["fromBlock"], 16), int(wanted["toBlock"], 16)
        self.asked.append((first, last))
        kinds, log = wanted["topics"]
        found = [
            event
            for event in self.events
            if first <= int(event["blockNumber"], 16) <= last
            and event["address"] == wanted["address"]
            and event["topics"][0] in kinds
            and event["topics"][1] == log
        ]
        if last - first >= self.most_blocks or len(found) > self.most_events:
            raise RpcRefused("query returned too much", code=-32005)
        return found


class PublicWorld:
    """One registry's log: `append` fills it, `anchor` puts it on the chain, `export` shows it."""

    def __init__(self, directory: Path, seed: str = "") -> None:
        self.directory, self.seed, self.node = directory, seed, Node()
        self.database = Database(f"sqlite:///{directory / 'registry.sqlite'}")
        self.store, self.outbox = LedgerStore(self.database), outbox_of(self.database)
        genesis = Genesis(
            registry_key=SIGNER.public_key().public_bytes_raw(),
            recovery_key=RECOVERY.public_key().public_bytes_raw(),
            chain_id=SEPOLIA,
            chain_genesis=hash_of("block 0"),
            contract=CONTRACT,
            writer=WRITER,
        )
        self.identity = self.store.found(genesis, FIRST_TIME)
        self.writer = WRITER
        registry = registry_id(genesis.registry_key, genesis.recovery_key, genesis.chain_genesis)
        self.node.emit(OPENED, self.log_id, WRITER, data=registry, blocks=7)

    @property
    def log_id(self) -> bytes:
        return self.identity.log

    @property
    def log(self) -> Log:
        """The log as a process finds it that has just started."""
        return Log(TileFiles(self.directory / "log"), self.store.entries)

    def append(self, entries: int) -> None:
        with self.database.write() as session:
            head = session.exec(select(LogHeadRow)).one()
            for index in range(head.size, head.size + entries):
                entry = hash_of(f"{self.seed} entry {index}")
                session.add(LogEntryRow(log_index=index, entry=entry, received=FIRST_TIME))
            head.size += entries
            session.add(head)

    def anchor(self, *, blocks: int = 1) -> Checkpoint:
        """Anchors what there is, and keeps where."""
        size = self.store.size()
        checkpoint = Checkpoint(size, self.log.extend(size))
        event = self.checkpointed(checkpoint, blocks=blocks)
        number = int(event["blockNumber"], 16)
        self.outbox.add_checkpoint(checkpoint, FIRST_TIME)
        self.outbox.add_anchor(
            checkpoint,
            Anchor(
                writer=self.writer,
                transaction=bytes.fromhex(event["transactionHash"][2:]),
                event_index=0,
                block_number=number,
                block_hash=bytes.fromhex(event["blockHash"][2:]),
                block_time=FIRST_TIME + 12 * number,
            ),
            Finality.MINED,
        )
        return checkpoint

    def checkpointed(self, checkpoint: Checkpoint, *, writer: bytes | None = None, blocks: int = 1) -> dict[str, Any]:
        """The event on the chain, and nothing in the registry."""
        data = checkpoint.size.to_bytes(32, "big") + checkpoint.root
        return self.node.emit(CHECKPOINTED, self.log_id, writer or self.writer, data=data, blocks=blocks)

    def hand_over(self, writer: bytes) -> None:
        self.node.emit(HANDED_OVER, self.log_id, self.writer, writer)
        self.writer = writer

    def grown(self, *sizes: int) -> "PublicWorld":
        """Anchored at each of these sizes."""
        for size in sizes:
            self.append(size - self.store.size())
            self.anchor()
        return self

    def export(self, directory: Path) -> Exported:
        made = Exporting(identity=self.identity, ledger=self.store, log=self.log, signer=SIGNER)
        return made.export(directory)

    def close(self) -> None:
        self.database.close()
