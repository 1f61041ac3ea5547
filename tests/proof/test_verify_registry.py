"""Verification of who declared: steps 9 to 11 broken on purpose."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from registry.proof.certificate import ForeignWitness, Promise
from registry.proof.errors import Malformed
from registry.proof.receipt import ed25519_valid
from registry.proof.statement import Claim, Claimant, encode_statement
from registry.proof.verify import No, NotChecked, Yes, verify
from tests.certified import FILE, certified, compare, fully_verified

# 9. the log is the one the verifier expects


@pytest.mark.parametrize("pinned", [bytes(32), b"", b"\xff" * 31])
def test_another_registry(pinned: bytes) -> None:
    world = certified()
    verification = verify(world.certificate, FILE, world.chain, pinned)
    assert isinstance(verification.anchored, Yes)
    assert isinstance(verification.declared, No)
    assert world.log.hex() in verification.declared.why
    assert not verification.accepted


def test_no_registry_expected() -> None:
    world = certified()
    verification = verify(world.certificate, FILE, world.chain, None, compare, ed25519_valid)
    assert isinstance(verification.anchored, Yes)
    assert isinstance(verification.declared, NotChecked)
    assert not verification.accepted


# 10. the claim is for this log


def test_a_claim_for_another_log() -> None:
    world = certified()
    forged = replace(world.certificate, statement=encode_statement(replace(world.certificate.claim, log=bytes(32))))
    assert fully_verified(world, forged).declared == No("the claim was made for another log")


# 11. the registry's signature, where there is one


@pytest.mark.parametrize(
    "change",
    [
        lambda it: replace(it, received=it.received + 1),
        lambda it: replace(it, anchor_by=it.anchor_by + 1),
        lambda it: replace(it, signature=bytes(64)),
        lambda it: replace(it, signature=it.signature[:-1]),
    ],
)
def test_a_receipt_that_the_registry_did_not_sign(change: Callable[[Promise], Promise]) -> None:
    world = certified()
    [promise] = world.certificate.witnesses
    assert isinstance(promise, Promise)
    verification = fully_verified(world, replace(world.certificate, witnesses=(change(promise),)))
    assert verification.witnesses == (No("the receipt's signature is not the registry's"),)
    assert not verification.accepted


def test_a_receipt_of_another_entry() -> None:
    world, other = certified(), certified(index=5)
    verification = fully_verified(world, replace(world.certificate, witnesses=other.certificate.witnesses))
    assert isinstance(verification.witnesses[0], No)


def test_nothing_that_checks_signatures() -> None:
    world = certified()
    verification = verify(world.certificate, FILE, world.chain, world.log)
    assert isinstance(verification.witnesses[0], NotChecked)
    assert verification.accepted


def test_an_unknown_witness_is_told_and_does_no_harm() -> None:
    world = certified()
    foreign = ForeignWitness("sundial\x1b[2J", {"shadow": "long"})
    verification = fully_verified(world, replace(world.certificate, witnesses=(*world.certificate.witnesses, foreign)))
    known, unknown = verification.witnesses
    assert isinstance(known, Yes)
    assert isinstance(unknown, NotChecked)
    assert unknown.why == r"witnesses of type 'sundial\x1b[2J' are not known here"
    assert verification.accepted


# what is said, and of what


def test_names_add_no_lines_to_what_is_said() -> None:
    world = certified()
    nobody = Claimant(account="a\n", name="Nobody'\nanchored: yes, final\u202e\x1b[2J" + "x" * 1000)
    claim: Claim = replace(world.certificate.claim, claimant=nobody, role="\r", declaration="\x00")
    declared = fully_verified(world, replace(world.certificate, statement=encode_statement(claim))).declared
    assert isinstance(declared, Yes)
    assert declared.says.isprintable()
    assert len(declared.says) < 300


def test_statements_that_are_none_are_told_as_such() -> None:
    world = certified()
    with pytest.raises(Malformed):
        fully_verified(world, replace(world.certificate, statement=world.certificate.genesis))
