"""A node that is away for long: registering goes on, and little is left to do when it's back."""

from pathlib import Path

import pytest

from registry.anchor import Policy
from registry.errors import RpcUnavailable
from registry.ledger.connect import remote_client
from registry.store.outbox import Outbox
from tests.anvil import Anvil
from tests.ledger.ledger_world import World, on_anvil

WORKS, AT_ONCE = 100_000, 10_000


def test_of_100_000_entries_all_are_anchored_within_two_checkpoints_of_the_node_s_return(
    anvil: Anvil, tmp_path: Path
) -> None:
    with on_anvil(anvil, tmp_path) as world:
        world.policy = Policy(entries=10_000, seconds=1_000_000)
        with remote_client(["http://127.0.0.1:9"], world.keyring.writer_secret) as nobody:
            for _ in range(WORKS // 2 // AT_ONCE):
                world.append(AT_ONCE)
                with pytest.raises(RpcUnavailable):
                    world.anchoring(nobody).step()
        trouble = world.store.trouble()
        assert trouble is not None, "and it is told meanwhile"
        for _ in range(WORKS // 2 // AT_ONCE):
            world.append(AT_ONCE)
        assert _anchored_all(world) == 2
        assert world.store.trouble() is None


def _anchored_all(world: World) -> int:
    """How many checkpoints it takes until every entry is anchored."""
    taken = 0
    while (last := world.store.last_anchored()) is None or last.checkpoint.size < world.store.size():
        taken += len(world.anchor())
    assert len(world.checkpoints_on_chain()) == taken
    return taken


def test_a_step_that_finds_all_as_it_was_writes_nothing(anvil: Anvil, tmp_path: Path) -> None:
    with on_anvil(anvil, tmp_path) as world:
        told = list[str | None]()
        world.outbox = Telling(world.outbox, told)  # type: ignore[assignment]
        anchoring = world.anchoring()
        for _ in range(5):
            anchoring.step()
        assert told == [None]
        with remote_client(["http://127.0.0.1:9"], world.keyring.writer_secret) as nobody:
            world.append(3)
            away = world.anchoring(nobody)
            for _ in range(5):
                with pytest.raises(RpcUnavailable):
                    away.step(flush=True)
        assert len(told) == 2


class Telling:
    """An outbox that keeps what it is to tell."""

    def __init__(self, outbox: Outbox, told: list[str | None]) -> None:
        self._outbox, self._told = outbox, told

    def __getattr__(self, name: str) -> object:
        return getattr(self._outbox, name)

    def tell(self, trouble: str | None, now: int) -> None:
        self._told.append(trouble)
        self._outbox.tell(trouble, now)
