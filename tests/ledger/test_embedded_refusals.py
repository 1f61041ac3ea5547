"""What the embedded chain refuses, in the words that real nodes use, and without a trace."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.errors import RpcRefused
from registry.ledger.embedded import MAX_TRANSACTION, EmbeddedChain
from tests.ledger.small_chain import COUNTER, FUNDS, Writer, deploying, open_chain

WRITER = Writer()


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[EmbeddedChain]:
    with open_chain(tmp_path) as opened:
        yield opened


def _refusal(chain: EmbeddedChain, raw: bytes) -> str:
    head, nonce = chain.blocks.head(), chain.state.nonce(WRITER.address)
    with pytest.raises(RpcRefused) as caught:
        chain.send_raw_transaction(raw)
    assert caught.value.code == -32000
    assert (chain.blocks.head(), chain.state.nonce(WRITER.address)) == (head, nonce)
    return caught.value.message


def test_the_same_bytes_are_mined_once(chain: EmbeddedChain) -> None:
    raw = WRITER.sign(0)
    chain.send_raw_transaction(raw)
    assert _refusal(chain, raw) == "already known"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"chainId": 1}, "invalid chain id"),
        ({"nonce": 1}, "nonce too high: next nonce 0, tx nonce 1"),
        ({"gas": 20_999}, "intrinsic gas too low"),
        # 21,000 and 16 for each byte are enough to run, but not what data costs at least (EIP-7623).
        ({"gas": 21_000 + 16 * 100, "data": b"\1" * 100}, "intrinsic gas too low"),
        ({"gas": 30_000_001}, "exceeds block gas limit"),
        ({"maxFeePerGas": 10**8}, "max fee per gas less than block base fee"),
        ({"maxPriorityFeePerGas": 3 * 10**9}, "max priority fee per gas higher than max fee per gas"),
        ({"value": FUNDS}, "insufficient funds for gas * price + value"),
        ({"gasPrice": 2 * 10**9, "chainId": None}, "only replay-protected"),
        ({"data": b"\1" * MAX_TRANSACTION}, "oversized data"),
        ({"to": None, "data": deploying(COUNTER).ljust(49_153, b"\0"), "gas": 10**7}, "exceeds EIP-3860 limit"),
    ],
)
def test_what_no_block_can_hold_is_refused(chain: EmbeddedChain, fields: dict[str, object], words: str) -> None:
    fields = {name: value for name, value in ({"nonce": 0} | fields).items() if value is not None or name == "to"}
    if "gasPrice" in fields:
        transaction: dict[str, Any] = {"nonce": 0, "gas": 21_000, "value": 0, "to": b"\x22" * 20, "gasPrice": 2 * 10**9}
        raw = bytes(WRITER.account.sign_transaction(transaction).raw_transaction)
    else:
        raw = WRITER.sign(**fields)  # type: ignore[arg-type]
    assert words in _refusal(chain, raw)
    WRITER.send(chain)


def test_a_nonce_that_was_used_is_too_low(chain: EmbeddedChain) -> None:
    WRITER.send(chain)
    assert _refusal(chain, WRITER.sign(0, value=1)) == "nonce too low: next nonce 1, tx nonce 0"


def test_blobs_and_delegations_are_refused(chain: EmbeddedChain) -> None:
    for kind in (3, 4, 5, 0x7F, 0xBF):
        assert _refusal(chain, bytes([kind]) + WRITER.sign(0)[1:]) == "transaction type not supported"
    assert "invalid transaction" in _refusal(chain, b"")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_changed_bytes_are_refused(chain: EmbeddedChain, data: st.DataObject) -> None:
    raw = bytearray(WRITER.sign(0, data=b"some data"))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    if data.draw(st.booleans()):
        raw = raw[: data.draw(st.integers(0, len(raw) - 1))]
    # A changed field has another signer, who owns nothing.
    _refusal(chain, bytes(raw))


@given(raw=st.binary(max_size=200))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_noise_is_refused(chain: EmbeddedChain, raw: bytes) -> None:
    _refusal(chain, raw)


def test_who_owns_nothing_sends_nothing(chain: EmbeddedChain) -> None:
    stranger = Writer(Account.from_key(b"\x77" * 32))
    assert "insufficient funds" in _refusal(chain, stranger.sign(0))
