"""The sender on a real node that runs dear, drops, is full, or was told of somebody else's transactions."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from registry.errors import FeeCapReached, NonceSpent, WrongChain
from registry.ledger.client import Client
from registry.ledger.connect import remote_client
from registry.ledger.founding import check_contract
from registry.ledger.sender import DEARER_AFTER, STUCK_AFTER
from registry.store.outbox import Fees, Saved
from tests.anvil import Anvil, started
from tests.contracts.toolchain import Toolchain
from tests.ledger.ledger_world import World, fund, on_anvil

GWEI = 10**9


@dataclass
class Clock:
    """A clock that a test sets."""

    now: int = 1_795_000_000

    def __call__(self) -> int:
        return self.now


@dataclass
class Stage:
    """A node that mines when it is told to, and a world with a checkpoint that waits in its pool."""

    anvil: Anvil
    world: World
    clock: Clock

    def step(self) -> list[int]:
        return [one.checkpoint.size for one in self.world.anchoring().step(flush=True)]

    def tried(self, size: int = 11) -> list[Saved]:
        return self.world.outbox.saved(f"checkpoint {size}")

    def base_fee(self, gwei: int) -> None:
        self.anvil.rpc("anvil_setNextBlockBaseFeePerGas", hex(gwei * GWEI))


@pytest.fixture
def stage(toolchain: Toolchain, tmp_path: Path) -> Iterator[Stage]:
    clock = Clock()
    with (
        started(toolchain.anvil, automine=False, slots_in_an_epoch=1) as anvil,
        on_anvil(anvil, tmp_path, clock) as world,
    ):
        world.append(10)
        yield Stage(anvil, world, clock)


def test_a_base_fee_of_twenty_times_is_paid_with_the_same_nonce(stage: Stage) -> None:
    assert stage.step() == []
    stage.base_fee(20)
    stage.anvil.mine()
    assert stage.step() == []
    first, second = stage.tried()
    assert second.nonce == first.nonce
    assert second.fees.most >= 20 * GWEI
    assert second.fees.tip is not None
    assert first.fees.tip is not None
    assert min(second.fees.most / first.fees.most, second.fees.tip / first.fees.tip) >= 1.1
    stage.anvil.mine()
    assert stage.step() == [11]
    assert len(stage.world.checkpoints_on_chain()) == 1
    assert stage.world.client.mined_nonce() == 3


def test_what_is_stuck_offers_more_though_the_chain_asks_no_more(stage: Stage) -> None:
    assert stage.step() == []
    stage.clock.now += STUCK_AFTER
    assert stage.step() == []
    assert len(stage.tried()) == 2
    assert stage.step() == []
    assert len(stage.tried()) == 2, "and then waits again"
    stage.anvil.mine()
    assert stage.step() == [11]


def test_of_two_tries_the_first_may_be_the_one_that_is_mined(stage: Stage) -> None:
    assert stage.step() == []
    (first,) = stage.tried()
    call = stage.world.client.calling(
        stage.world.identity.genesis.contract, "checkpoint", stage.world.identity.log, 11, b"\0" * 32
    )
    price = stage.world.client.price(call)
    stage.world.outbox.replace(
        "checkpoint 11", lambda nonce: stage.world.client.sign(call, price, nonce), stage.clock()
    )
    stage.anvil.mine()
    assert stage.step() == [11]
    anchored = stage.world.store.last_anchored()
    assert anchored is not None
    assert anchored.anchor.transaction == first.hash


def test_the_cap_is_never_passed_and_reaching_it_is_told(stage: Stage) -> None:
    stage.world.most_gwei = 3
    stage.base_fee(2)
    stage.anvil.mine()
    assert stage.step() == []
    stage.base_fee(50)
    stage.anvil.mine()
    stage.clock.now += DEARER_AFTER
    with pytest.raises(FeeCapReached, match="3"):
        stage.step()
    trouble = stage.world.store.trouble()
    assert trouble is not None
    assert "gwei" in trouble.told
    assert all(one.fees.most <= 3 * GWEI for one in stage.tried())
    stage.base_fee(1)
    stage.anvil.mine()
    assert stage.step() == [], "the node had let it go, and gets it again"
    stage.base_fee(1)
    stage.anvil.mine()
    assert stage.step() == [11]
    assert stage.world.store.trouble() is None


def test_a_dropped_transaction_is_sent_again_as_it_was(stage: Stage) -> None:
    assert stage.step() == []
    (kept,) = stage.tried()
    stage.anvil.rpc("anvil_dropTransaction", f"0x{kept.hash.hex()}")
    stage.anvil.mine()
    assert stage.step() == []
    stage.anvil.mine()
    assert stage.step() == [11]
    assert stage.tried() == [kept]


def test_a_nonce_that_somebody_else_spent_is_told_and_given_up_once_that_is_final(stage: Stage) -> None:
    client = stage.world.client
    nonce = client.mined_nonce()
    elsewhere = client.calling(stage.world.identity.genesis.contract, "open", b"\x05" * 32)
    client.send(client.sign(elsewhere, client.price(elsewhere), nonce))
    stage.anvil.mine()
    with pytest.raises(NonceSpent):
        stage.step()
    assert [one.nonce for one in stage.tried()] == [nonce]
    stage.anvil.mine(4)
    assert stage.step() == []
    assert [one.nonce for one in stage.tried()] == [nonce, nonce + 1]
    stage.anvil.mine()
    assert stage.step() == [11]
    assert len(stage.world.checkpoints_on_chain()) == 1


def test_a_node_that_hides_what_it_mined_makes_nobody_pay_twice(stage: Stage) -> None:
    assert stage.step() == []
    stage.anvil.mine()
    hidden = Hiding(stage.world.client)
    with pytest.raises(NonceSpent):
        stage.world.anchoring(hidden).step(flush=True)  # type: ignore[arg-type]
    assert len(stage.tried()) == 1
    assert stage.step() == [11]


def test_what_was_spent_is_kept(stage: Stage) -> None:
    stage.step()
    stage.anvil.mine()
    before = stage.world.client.balance()
    assert stage.step() == [11]
    (kept,) = stage.tried()
    assert 0 < stage.world.client.cost(kept.hash) < before


def test_a_chain_without_base_fees_is_paid_by_price(toolchain: Toolchain, tmp_path: Path) -> None:
    with started(toolchain.anvil, options=["--hardfork", "berlin"]) as anvil, on_anvil(anvil, tmp_path) as world:
        world.append(3)
        assert [one.checkpoint.size for one in world.anchor()] == [4]
        (kept,) = world.outbox.saved("checkpoint 4")
        assert kept.fees == Fees(kept.fees.most, None)


def test_a_chain_that_began_anew_is_refused(stage: Stage, toolchain: Toolchain) -> None:
    check_contract(stage.world.identity, stage.world.client)
    key = stage.world.keyring.writer_secret
    with (
        started(toolchain.anvil) as anew,
        remote_client([anew.url], key) as client,
        pytest.raises(WrongChain, match="anew"),
    ):
        check_contract(stage.world.identity, client)


def test_an_endpoint_that_is_away_is_passed_over(toolchain: Toolchain, tmp_path: Path) -> None:
    with started(toolchain.anvil) as anvil, on_anvil(anvil, tmp_path) as world:
        world.append(3)
        with remote_client(["http://127.0.0.1:9", anvil.url], world.keyring.writer_secret) as client:
            fund(anvil, client)
            (anchored,) = world.anchoring(client).step(flush=True)
    assert anchored.checkpoint.size == 4


class Hiding:
    """A node that takes transactions, counts them, and shows no receipt."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def __getattr__(self, name: str) -> object:
        return getattr(self._client, name)

    def mined_nonce(self, at: str = "latest") -> int:
        return 0 if at == "finalized" else self._client.mined_nonce()

    def request(self, method: str, params: object) -> object:
        return None if method == "eth_getTransactionReceipt" else self._client.request(method, params)  # type: ignore[arg-type]
