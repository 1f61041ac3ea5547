"""Block times: the wall clock's, one block a second at most, never in the future."""

from pathlib import Path

import pytest

from registry.errors import ClockBehind
from registry.ledger.embedded import EmbeddedChain
from tests.ledger.small_chain import START, JumpingClock, Writer, open_chain

WRITER = Writer()


def _time(chain: EmbeddedChain, number: int) -> int:
    block = chain.blocks.block(number)
    assert block is not None
    return int(block["timestamp"], 16)


def test_a_block_waits_for_a_second_of_its_own(tmp_path: Path) -> None:
    clock = JumpingClock(START + 0.25)
    with open_chain(tmp_path, clock) as chain:
        for number in range(1, 4):
            WRITER.send(chain)
            # No longer than to the next second, and not into it.
            assert clock.now == pytest.approx(START + number, abs=0.05)
            assert _time(chain, number) == START + number == clock()


def test_a_block_of_its_own_second_waits_for_nothing(tmp_path: Path) -> None:
    clock = JumpingClock()
    with open_chain(tmp_path, clock) as chain:
        clock.now += 3600
        WRITER.send(chain)
        assert clock.waits == []
        assert _time(chain, 1) == START + 3600


def test_a_refusal_waits_for_nothing(tmp_path: Path) -> None:
    clock = JumpingClock()
    with open_chain(tmp_path, clock) as chain:
        with pytest.raises(Exception, match="nonce too high"):
            chain.send_raw_transaction(WRITER.sign(5))
        assert clock.waits == []


def test_a_clock_set_back_stops_the_chain_and_a_small_step_does_not(tmp_path: Path) -> None:
    clock = JumpingClock()
    with open_chain(tmp_path, clock) as chain:
        clock.now -= 5
        WRITER.send(chain)
        assert _time(chain, 1) == START + 1
        clock.now -= 3600
        with pytest.raises(ClockBehind) as caught:
            WRITER.send(chain)
        assert caught.value.seconds == 3600
        assert chain.blocks.head() == 1
        clock.now += 3601
        WRITER.send(chain)
        assert _time(chain, 2) == START + 2
