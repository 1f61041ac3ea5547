"""A registry with several nodes: one that is away keeps nobody from anything, and trouble at the door is told."""

import time
from pathlib import Path
from typing import Any

import pytest

from registry.assemble import open_registry
from registry.errors import ChainAhead, WrongChain
from registry.keyring import open_keyring
from registry.ledger.connect import remote_client
from registry.settings import Settings
from registry.standing import Ahead, Level
from tests.anvil import Anvil, started
from tests.contracts.toolchain import Toolchain
from tests.ledger.ledger_world import fund

AWAY = "http://127.0.0.1:9"


@pytest.fixture
def data(anvil: Anvil, tmp_path: Path) -> Path:
    """The directory of a registry that was founded through two nodes, of which the first is away."""
    with remote_client([anvil.url], open_keyring(tmp_path / "keys").writer_secret) as client:
        fund(anvil, client)
    with open_registry(settings(tmp_path, f"{AWAY},{anvil.url}")) as registry, registry.anchoring() as anchoring:
        while registry.ledger.last_anchored() is None:
            anchoring.step(flush=True)
    return tmp_path


def settings(data: Path, urls: str) -> Settings:
    given: dict[str, Any] = {"data_dir": data, "rpc_url": urls, "media_workers": 1}
    return Settings.model_validate(given)


def test_what_the_chain_knows_is_asked_of_the_node_that_answers(data: Path, anvil: Anvil) -> None:
    with open_registry(settings(data, f"{AWAY}, {anvil.url}")) as registry:
        assert registry.standing.ask() == Level(chain=1)


def test_a_database_behind_its_chain_is_read_only_with_several_nodes_too(data: Path, anvil: Anvil) -> None:
    with open_registry(settings(data, f"{AWAY},{anvil.url}")) as registry:
        genesis = registry.identity.genesis
        with remote_client([anvil.url], registry.keyring.writer_secret) as client:
            ahead = client.calling(genesis.contract, "checkpoint", genesis.log, 9, b"\x01" * 32)
            client.send(client.sign(ahead, client.price(ahead), client.mined_nonce()))
        while not isinstance(registry.standing.ask(), Ahead):
            time.sleep(0.02)
        with pytest.raises(ChainAhead), registry.anchoring():
            pass
        trouble = registry.ledger.trouble()
        assert trouble is not None
        assert "9" in trouble.told


def test_another_chain_behind_the_endpoint_is_told(data: Path, toolchain: Toolchain) -> None:
    with (
        started(toolchain.anvil, options=["--timestamp", "1700000000"]) as other,
        open_registry(settings(data, other.url)) as registry,
    ):
        with pytest.raises(WrongChain), registry.anchoring():
            pass
        trouble = registry.ledger.trouble()
        assert trouble is not None
        assert "founded on" in trouble.told
