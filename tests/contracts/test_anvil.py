"""The development chain of the tests behaves as its docstrings say."""

from typing import Any

import pytest

from tests.anvil import CHAIN_ID, Anvil, AnvilError, started
from tests.contracts.toolchain import Toolchain


def _block(chain: Anvil, which: str) -> dict[str, Any]:
    block: dict[str, Any] = chain.rpc("eth_getBlockByNumber", which, False)
    return block


def _pay(chain: Anvil) -> str:
    payer, payee, *_ = chain.rpc("eth_accounts")
    sent: str = chain.rpc("eth_sendTransaction", {"from": payer, "to": payee, "value": "0x1"})
    return sent


def test_mines_at_once_and_finality_lags(anvil: Anvil) -> None:
    assert int(anvil.rpc("eth_chainId"), 16) == CHAIN_ID
    assert anvil.rpc("eth_getTransactionReceipt", _pay(anvil))["blockNumber"] == "0x1"
    anvil.mine(9)
    assert anvil.height == 10
    assert (_block(anvil, "safe")["number"], _block(anvil, "finalized")["number"]) == ("0x6", "0x2")


def test_reorg_replaces_blocks_and_drops_their_transactions(anvil: Anvil) -> None:
    anvil.mine(3)
    sent = _pay(anvil)
    old = [_block(anvil, hex(number))["hash"] for number in range(5)]
    anvil.reorg(2)
    new = [_block(anvil, hex(number))["hash"] for number in range(5)]
    assert anvil.height == 4
    assert [a == b for a, b in zip(old, new, strict=True)] == [True, True, True, False, False]
    assert anvil.rpc("eth_getTransactionByHash", sent) is None


def test_holds_transactions_back_until_told_to_mine(toolchain: Toolchain) -> None:
    with started(toolchain.anvil, automine=False) as chain:
        sent = _pay(chain)
        assert chain.rpc("eth_getTransactionReceipt", sent) is None
        before = int(_block(chain, "latest")["timestamp"], 16)
        chain.mine(3, seconds_apart=12)
        assert chain.rpc("eth_getTransactionReceipt", sent)["blockNumber"] == "0x1"
        assert int(_block(chain, "latest")["timestamp"], 16) - before >= 24


def test_error_of_a_call_is_told(anvil: Anvil) -> None:
    with pytest.raises(AnvilError, match="eth_noSuchMethod"):
        anvil.rpc("eth_noSuchMethod")


def test_process_ends_with_the_block(toolchain: Toolchain) -> None:
    with started(toolchain.anvil) as chain:
        assert chain.process.poll() is None
    assert chain.process.poll() is not None


def test_failed_start_tells_what_anvil_said(toolchain: Toolchain) -> None:
    with (
        pytest.raises(AnvilError, match=r"(?s)ended with status 2.*--no-such-option"),
        started(toolchain.anvil, options=["--no-such-option"]),
    ):
        pass
