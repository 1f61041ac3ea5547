"""The short form of tests/faults/moments.py, and proof that it would notice; `make faults` runs the long one."""

from pathlib import Path

import pytest

from tests import anvil, postgres
from tests.contracts.toolchain import Toolchain
from tests.faults.broken import sends_then_saves, signs_again, takes_nonce_0_for_none
from tests.faults.moments import World, torment
from tests.faults.steps import MakeSender

EVERY = 9


@pytest.mark.parametrize("chain", ["embedded", "anvil"])
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_nothing_is_lost_or_doubled_at_any_moment(
    database: str, chain: str, tmp_path: Path, toolchain: Toolchain, request: pytest.FixtureRequest
) -> None:
    server: postgres.Server | None = request.getfixturevalue("postgres") if database == "postgresql" else None
    with anvil.started(toolchain.anvil, slots_in_an_epoch=1) as node:
        told = torment(World(tmp_path, server, node.url if chain == "anvil" else None), every=EVERY)
    assert told.wrong == []
    assert told.kills >= told.moments // EVERY
    assert told.losses > 0


@pytest.mark.parametrize("make_sender", [sends_then_saves, takes_nonce_0_for_none, signs_again])
def test_a_sender_that_is_broken_is_noticed(make_sender: MakeSender, tmp_path: Path, toolchain: Toolchain) -> None:
    with anvil.started(toolchain.anvil, slots_in_an_epoch=1) as node:
        told = torment(World(tmp_path, None, node.url), every=2, make_sender=make_sender, until_wrong=True)
    assert told.wrong
