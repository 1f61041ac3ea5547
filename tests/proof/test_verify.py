"""Verification of a whole certificate: everything holds, whatever a forger makes of it, and nobody could look."""

import pytest

from registry.proof.certificate import encode_certificate, parse_certificate
from registry.proof.chain import ChainUnavailable
from registry.proof.errors import Malformed
from registry.proof.verify import Anchored, CouldNotCheck, Finality, NotChecked, Yes, verify
from tests.certificate_cases import Case, forgeries
from tests.certified import FILE, certified, fully_verified
from tests.fake_chain import FakeChain

CASES = list(forgeries(encode_certificate(certified().certificate), FILE))


def test_everything_holds() -> None:
    world = certified()
    verification = fully_verified(world, parse_certificate(encode_certificate(world.certificate)))
    assert verification.accepted
    anchored = verification.anchored
    assert isinstance(anchored, Anchored)
    anchor = world.certificate.anchor
    assert (anchored.time, anchored.block, anchored.chain_id) == (anchor.block_time, anchor.block_number, 11155111)
    assert anchored.finality is Finality.FINAL
    for answer in (verification.same_bytes, verification.looks_alike, verification.declared, *verification.witnesses):
        assert isinstance(answer, Yes)
    sentences = " ".join(
        answer.says
        for answer in (verification.same_bytes, verification.looks_alike, anchored, verification.declared)
        if isinstance(answer, Yes)
    )
    assert "own" not in sentences.split()
    assert str(anchor.block_time) in sentences


@pytest.mark.parametrize("size", [2, 3, 7, 8, 9, 64, 65])
def test_everything_holds_at_the_edges_of_trees(size: int) -> None:
    for index in {1, size // 2, size - 1}:
        assert fully_verified(certified(size=size, index=index)).accepted


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_forgeries_are_refused_or_not_accepted(case: Case) -> None:
    world = certified()
    try:
        certificate = parse_certificate(case.certificate)
    except Malformed:
        return
    assert not fully_verified(world, certificate, case.file).accepted


def test_nothing_checked_is_not_accepted() -> None:
    certificate = certified().certificate
    verification = verify(certificate, None, None, None)
    answers = (verification.same_bytes, verification.looks_alike, verification.anchored, verification.declared)
    assert all(isinstance(answer, NotChecked) for answer in (*answers, *verification.witnesses))
    assert not verification.accepted


def test_no_chain_is_not_accepted() -> None:
    world = certified()
    verification = verify(world.certificate, FILE, None, world.log)
    assert isinstance(verification.anchored, NotChecked)
    assert not verification.accepted


def test_a_chain_that_is_silent_is_not_a_no() -> None:
    world = certified()
    world.chain.available = False
    verification = fully_verified(world)
    assert verification.anchored == CouldNotCheck("the chain can't be asked: the connection was refused")
    assert not verification.accepted


@pytest.mark.parametrize("questions", range(5))
def test_a_chain_that_falls_silent_is_not_a_no(questions: int) -> None:
    class Fading(FakeChain):
        """Answers so many questions of one verification."""

        left: int | None = None

        def _ask(self) -> None:
            if self.left is not None:
                self.left -= 1
                if self.left < 0:
                    raise ChainUnavailable("it fell silent")

    chain = Fading()
    world = certified(chain)
    chain.left = questions
    assert isinstance(fully_verified(world).anchored, CouldNotCheck)
    chain.left = 5
    assert isinstance(fully_verified(world).anchored, Yes)
