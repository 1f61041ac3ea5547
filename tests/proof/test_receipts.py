"""Receipts: exactly these bytes and signatures, from now on."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from registry.proof import errors
from registry.proof.canonical import MAX_INT
from registry.proof.errors import Malformed, ProofError
from registry.proof.receipt import Receipt, check_receipt, encode_receipt, key_id, parse_receipt, sign_receipt
from registry.proof.signing import promise_message

VECTORS = json.loads(Path(__file__).parents[1].joinpath("vectors/receipts.json").read_text())
SIGNER = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(VECTORS["seed"]))
KEY = bytes.fromhex(VECTORS["public_key"])

numbers = st.integers(0, MAX_INT)
hashes = st.binary(min_size=32, max_size=32)
receipts = st.builds(
    Receipt,
    log=hashes,
    entry=hashes,
    index=numbers,
    received=numbers,
    anchor_by=numbers,
    key=hashes,
    signature=st.binary(min_size=64, max_size=64),
)


@pytest.mark.parametrize("case", VECTORS["good"], ids=lambda case: case["name"])
def test_receipts_that_hold(case: dict[str, Any]) -> None:
    data = case["text"].encode()
    receipt = parse_receipt(data)
    assert encode_receipt(receipt) == data
    assert check_receipt(receipt, KEY)
    assert receipt == sign_receipt(
        SIGNER,
        log=receipt.log,
        entry=receipt.entry,
        index=receipt.index,
        received=receipt.received,
        anchor_by=receipt.anchor_by,
    )
    message = promise_message(receipt.log, receipt.entry, receipt.index, receipt.received, receipt.anchor_by)
    assert message.hex() == case["message"]


@pytest.mark.parametrize("case", VECTORS["forged"], ids=lambda case: case["name"])
def test_receipts_that_the_registry_did_not_sign(case: dict[str, Any]) -> None:
    assert not check_receipt(parse_receipt(case["text"].encode()), KEY)


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["name"])
def test_texts_that_are_no_receipt(case: dict[str, Any]) -> None:
    with pytest.raises(getattr(errors, case["error"])):
        parse_receipt(case["text"].encode())


def test_no_key_but_the_registrys_checks() -> None:
    receipt = parse_receipt(VECTORS["good"][0]["text"].encode())
    assert check_receipt(receipt, KEY)
    for other in (bytes(32), KEY[:-1], KEY + b"\0", b"", bytes([KEY[0] ^ 1]) + KEY[1:]):
        assert not check_receipt(receipt, other)
        assert not check_receipt(replace(receipt, key=key_id(other)), other)


@given(receipts)
def test_encode_and_parse_go_round(receipt: Receipt) -> None:
    data = encode_receipt(receipt)
    assert parse_receipt(data) == receipt
    assert encode_receipt(parse_receipt(data)) == data


def test_every_changed_byte_is_refused_or_fails() -> None:
    whole = VECTORS["good"][0]["text"].encode()
    for place in range(len(whole)):
        for change in (1, 2, 0x20, 0x80):
            edited = bytearray(whole)
            edited[place] ^= change
            try:
                receipt = parse_receipt(bytes(edited))
            except ProofError:
                continue
            assert not check_receipt(receipt, KEY), edited


@given(st.binary(max_size=80))
def test_nothing_but_a_proof_error_escapes(data: bytes) -> None:
    with pytest.raises(Malformed):
        parse_receipt(data)


@given(st.data())
def test_nothing_but_a_proof_error_escapes_where_any_field_is_anything(data: st.DataObject) -> None:
    fields = json.loads(VECTORS["good"][0]["text"])
    anything = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers()) | st.just({"a": 1})
    fields[data.draw(st.sampled_from(sorted(fields)))] = data.draw(anything)
    try:
        receipt = parse_receipt(json.dumps(fields, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode())
    except ProofError:
        return
    assert isinstance(receipt, Receipt)
