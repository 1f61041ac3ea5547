"""Calls and estimates on the embedded chain: nothing of them stays, and none takes the machine."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from registry.errors import ExecutionReverted, NotFound, RpcRefused
from registry.ledger.embedded import EmbeddedChain
from registry.ledger.evm import CALL_GAS, Message
from tests.ledger.small_chain import COUNTER, REFUSER, Writer, deploying, open_chain

WRITER = Writer()


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[EmbeddedChain]:
    with open_chain(tmp_path) as opened:
        yield opened


def test_calls_leave_nothing(chain: EmbeddedChain) -> None:
    counter, refuser = WRITER.deploy(chain, COUNTER), WRITER.deploy(chain, REFUSER)
    assert [int.from_bytes(chain.state.call(Message(to=counter))) for _ in range(2)] == [1, 1]
    assert chain.state.call(Message(to=None, data=deploying(COUNTER))) == COUNTER
    assert chain.state.code(counter) == COUNTER
    with pytest.raises(ExecutionReverted) as caught:
        chain.state.call(Message(to=refuser, data=b"raw words"))
    assert (caught.value.code, caught.value.data) == (3, b"raw words")
    text = bytes.fromhex("08c379a0") + (32).to_bytes(32) + (7).to_bytes(32) + b"go home".ljust(32, b"\0")
    with pytest.raises(ExecutionReverted, match=r"^execution reverted: go home$"):
        chain.state.call(Message(to=refuser, data=text))
    with pytest.raises(RpcRefused, match="can't be run"):
        chain.state.call(Message(to=counter, value=1, sender=b"\x77" * 20))
    assert chain.state.call(Message(to=refuser, value=1, sender=WRITER.address, data=b""), 0) == b""
    with pytest.raises(RpcRefused, match="EIP-3860"):
        chain.state.call(Message(to=None, data=bytes(49_153)))
    with pytest.raises(NotFound):
        chain.state.call(Message(to=counter), 3)
    with pytest.raises(NotFound):
        chain.state.balance(counter, b"\1" * 32)
    assert chain.state.nonce(WRITER.address) == 2


def test_a_call_uses_a_bounded_share_of_the_machine(chain: EmbeddedChain) -> None:
    loop = WRITER.deploy(chain, bytes.fromhex("5b5f56"))
    with pytest.raises(RpcRefused, match="out of gas"):
        chain.state.call(Message(to=loop, gas=10**15))
    # Calls itself until nothing is left, in a thread as a server would: Python must not run out of stack first.
    deep = WRITER.deploy(chain, bytes.fromhex("5f5f5f5f5f305af100"))
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(chain.state.call, Message(to=deep)).result() == b""
    # A pairing of BN254 and one of BLS12-381, which py-evm computes in Python.
    for address in (8, 0x0F):
        with pytest.raises(RpcRefused, match="precompiled"):
            chain.state.call(Message(to=address.to_bytes(20), data=bytes(384)))
    assert chain.state.call(Message(to=(4).to_bytes(20), data=b"identity")) == b"identity"


def test_an_estimate_is_enough_and_hardly_more(chain: EmbeddedChain) -> None:
    counter = WRITER.deploy(chain, COUNTER)
    for message in (
        Message(to=b"\x22" * 20, sender=WRITER.address, value=1),
        Message(to=counter, sender=WRITER.address),
        Message(to=None, data=deploying(COUNTER), sender=WRITER.address),
        Message(to=b"\x22" * 20, data=b"\1" * 1000, sender=WRITER.address),
    ):
        estimate = chain.state.estimate_gas(message)
        sent = WRITER.send(chain, to=message.to, data=message.data, value=message.value, gas=estimate)
        receipt = chain.blocks.receipt(sent)
        assert receipt is not None
        assert receipt["status"] == "0x1"
        assert int(receipt["gasUsed"], 16) <= estimate <= int(receipt["gasUsed"], 16) * 1.02
    refuser = WRITER.deploy(chain, REFUSER)
    with pytest.raises(ExecutionReverted):
        chain.state.estimate_gas(Message(to=refuser))
    with pytest.raises(RpcRefused, match="intrinsic gas too low"):
        chain.state.estimate_gas(Message(to=counter, gas=20_000))
    assert chain.state.estimate_gas(Message(to=counter, gas=10**12)) < CALL_GAS
