"""Verification of the file: steps 1 to 3 broken on purpose."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from registry.proof.canonical import encode
from registry.proof.certificate import Disclosure
from registry.proof.errors import Malformed
from registry.proof.receipt import ed25519_valid
from registry.proof.statement import encode_statement
from registry.proof.verify import CouldNotCheck, Likeness, No, NotChecked, Yes, verify
from tests.certified import FILE, certified, compare, fully_verified

# 1. the file hashes to what the claim names


@pytest.mark.parametrize("file", [b"", FILE[:-1], FILE + b"\0", FILE.replace(b"picture", b"Picture")])
def test_another_file(file: bytes) -> None:
    verification = fully_verified(certified(), file=file)
    assert isinstance(verification.same_bytes, No)
    assert not verification.accepted


def test_a_file_of_another_size_than_the_claim_names() -> None:
    world = certified()
    claim = encode_statement(replace(world.certificate.claim, file_size=len(FILE) + 1))
    assert isinstance(fully_verified(world, replace(world.certificate, statement=claim)).same_bytes, No)


def test_no_file() -> None:
    verification = fully_verified(certified(), file=None)
    assert isinstance(verification.same_bytes, NotChecked)
    assert isinstance(verification.looks_alike, NotChecked)
    assert verification.accepted


# 2. the manifest is the one that the claim commits to


@pytest.mark.parametrize(
    "change",
    [
        lambda it: replace(it, salt=bytes(32)),
        lambda it: replace(it, manifest=it.manifest + b" "),
        lambda it: replace(it, manifest=b""),
        lambda it: Disclosure(salt=it.salt, manifest=encode({"code": "00" * 32})),
    ],
)
def test_other_fingerprints(change: Callable[[Disclosure], Disclosure]) -> None:
    world = certified()
    assert world.certificate.disclosure is not None
    forged = replace(world.certificate, disclosure=change(world.certificate.disclosure))
    for codes in (compare, None):
        for file in (FILE, None):
            verification = verify(forged, file, world.chain, world.log, codes)
            assert isinstance(verification.looks_alike, No)
            assert not verification.accepted


def test_no_fingerprints_disclosed() -> None:
    world = certified()
    verification = fully_verified(world, replace(world.certificate, disclosure=None))
    assert isinstance(verification.looks_alike, NotChecked)
    assert verification.accepted


# 3. the file's own codes are near to it


def test_a_picture_that_looks_different() -> None:
    answer = fully_verified(certified(), file=b"another picture").looks_alike
    assert isinstance(answer, No)
    assert "at most 31" in answer.why


def test_a_picture_that_looks_alike_is_told_with_distance_and_rate() -> None:
    answer = fully_verified(certified()).looks_alike
    assert isinstance(answer, Yes)
    assert "0 of 256 bits differ by test-v1" in answer.says
    assert "1e-12" in answer.says


def test_a_manifest_that_nobody_here_can_read() -> None:
    world = certified()

    def confused(file: bytes, manifest: bytes) -> Likeness:
        raise Malformed("a manifest of a newer scheme")

    verification = verify(world.certificate, FILE, world.chain, world.log, confused)
    assert verification.looks_alike == CouldNotCheck("a manifest of a newer scheme")
    assert not verification.accepted


def test_nothing_that_computes_fingerprints() -> None:
    world = certified()
    verification = verify(world.certificate, FILE, world.chain, world.log, signatures=ed25519_valid)
    assert isinstance(verification.looks_alike, NotChecked)
    assert verification.accepted
