"""An audit on a real EVM node, of a log that changed hands."""

from pathlib import Path

from eth_utils.crypto import keccak

from registry.audit import Honest, audit
from registry.export import Exporting
from registry.ledger.reader import http_json_rpc
from registry.log.files import TileFiles
from registry.log.lies import Lie, LieKind
from registry.log.log import Log
from registry.log.public import FolderPrefix, PublicLog
from tests.anvil import Anvil
from tests.ledger.ledger_world import World, on_anvil

SUCCESSOR, ROOT = b"\x5c" * 20, b"r" * 32


def call(anvil: Anvil, sender: bytes, contract: bytes, signature: str, *words: bytes) -> None:
    """A transaction that anvil signs for anybody."""
    data = keccak(signature.encode())[:4] + b"".join(word.rjust(32, b"\0") for word in words)
    who = f"0x{sender.hex()}"
    anvil.rpc("anvil_setBalance", who, hex(10**20))
    anvil.rpc("anvil_impersonateAccount", who)
    anvil.rpc("eth_sendTransaction", {"from": who, "to": f"0x{contract.hex()}", "data": f"0x{data.hex()}"})
    anvil.mine()


def audited(world: World, folder: Path, anvil: Anvil) -> Honest | Lie:
    log = Log(TileFiles(world.directory / "log"), world.store.entries)
    Exporting(identity=world.identity, ledger=world.store, log=log, signer=world.keyring.signer).export(folder)
    return audit(PublicLog(FolderPrefix(folder)), http_json_rpc(anvil.url), world.identity.log)


def test_a_log_on_anvil_is_audited_over_http_and_a_successor_s_checkpoint_counts(anvil: Anvil, tmp_path: Path) -> None:
    with on_anvil(anvil, tmp_path) as world:
        for entries in (1, 400, 3):
            world.append(entries)
            world.anchor()
        found = audited(world, tmp_path / "public", anvil)
        assert isinstance(found, Honest)
        assert (found.head.size, found.checkpoints, found.writers, found.local) == (405, 3, 1, False)
        # The log is handed over on the chain; the next writer then states what isn't so.
        genesis = world.identity.genesis
        call(anvil, genesis.writer, genesis.contract, "handOver(bytes32,address)", genesis.log, SUCCESSOR)
        call(anvil, SUCCESSOR, genesis.contract, "checkpoint(bytes32,uint64,bytes32)", genesis.log, b"\x01\x96", ROOT)
        world.append(1)
        caught = audited(world, tmp_path / "public", anvil)
        assert isinstance(caught, Lie)
        assert (caught.kind, caught.size) == (LieKind.ENTRIES, 406)
