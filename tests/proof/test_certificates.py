"""Certificates: exactly these bytes and answers, from now on."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.proof import errors
from registry.proof.block_proof import MAX_INDEX, MAX_NODES, BlockProof
from registry.proof.canonical import MAX_INT, decode_object, encode
from registry.proof.certificate import (
    MAX_PATH,
    MAX_WITNESSES,
    Anchor,
    Certificate,
    Checkpoint,
    Disclosure,
    ForeignWitness,
    Promise,
    encode_certificate,
    parse_certificate,
)
from registry.proof.chain import Block, Event, Tag, Transaction
from registry.proof.errors import Malformed, ProofError
from registry.proof.receipt import ed25519_valid
from registry.proof.statement import Claim, Genesis
from registry.proof.verify import Anchored, verify
from tests.certified import certified

VECTORS = json.loads(Path(__file__).parents[1].joinpath("vectors/certificates.json").read_text())
GOOD = certified()
WHOLE = encode_certificate(GOOD.certificate)


@dataclass(frozen=True)
class RecordedChain:
    """The vectors' chain."""

    record: dict[str, Any]

    def chain_id(self) -> int:
        """EIP-155's id."""
        number: int = self.record["chain_id"]
        return number

    def block(self, which: int | Tag) -> Block | None:
        """The block with this number or tag."""
        number = self.record["tags"][which] if isinstance(which, str) else which
        blocks = [block for block in self.record["blocks"] if block["number"] == number]
        return Block(number, bytes.fromhex(blocks[0]["hash"]), blocks[0]["time"]) if blocks else None

    def transaction(self, transaction: bytes) -> Transaction | None:
        """The transaction with this hash."""
        found = self.record["transactions"].get(transaction.hex())
        if found is None:
            return None
        events = tuple(
            Event(
                bytes.fromhex(event["address"]),
                tuple(bytes.fromhex(topic) for topic in event["topics"]),
                bytes.fromhex(event["data"]),
            )
            for event in found["events"]
        )
        return Transaction(found["block_number"], bytes.fromhex(found["block_hash"]), found["succeeded"], events)


@pytest.mark.parametrize("case", VECTORS["answered"], ids=lambda case: case["name"])
def test_the_answers(case: dict[str, Any]) -> None:
    data = case["text"].encode()
    certificate = parse_certificate(data)
    assert encode_certificate(certificate) == data
    verification = verify(
        certificate,
        bytes.fromhex(VECTORS["file"]),
        RecordedChain(VECTORS["chain"]),
        bytes.fromhex(VECTORS["log"]),
        signatures=ed25519_valid,
    )
    answers = [
        verification.same_bytes,
        verification.looks_alike,
        verification.anchored,
        verification.declared,
        *verification.witnesses,
    ]
    assert [type(answer).__name__ for answer in answers] == case["answers"]
    assert verification.accepted == (not {"No", "CouldNotCheck"} & set(case["answers"]))


def test_the_whole_certificate_does_not_prove_another_file() -> None:
    certificate = parse_certificate(VECTORS["answered"][0]["text"].encode())
    chain, log = RecordedChain(VECTORS["chain"]), bytes.fromhex(VECTORS["log"])
    assert verify(certificate, bytes.fromhex(VECTORS["file"]), chain, log).accepted
    assert not verify(certificate, bytes.fromhex(VECTORS["other_file"]), chain, log).accepted


@pytest.mark.parametrize(
    ("name", "finality"),
    [("whole", "final"), ("under a later checkpoint", "safe"), ("under the last checkpoint", "mined")],
)
def test_what_the_chain_says_of_finality(name: str, finality: str) -> None:
    [text] = [case["text"] for case in VECTORS["answered"] if case["name"] == name]
    certificate = parse_certificate(text.encode())
    anchored = verify(certificate, None, RecordedChain(VECTORS["chain"]), None).anchored
    assert isinstance(anchored, Anchored)
    assert anchored.finality == finality
    assert anchored.time == certificate.anchor.block_time


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["name"])
def test_texts_that_are_no_certificate(case: dict[str, Any]) -> None:
    with pytest.raises(ProofError) as caught:
        parse_certificate(case["text"].encode())
    assert type(caught.value) is getattr(errors, case["error"])


numbers = st.integers(0, MAX_INT)
hashes = st.binary(min_size=32, max_size=32)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
promises = st.builds(Promise, received=numbers, anchor_by=numbers, signature=st.binary(min_size=64, max_size=64))
foreigners = st.builds(
    ForeignWitness,
    type=texts.filter(lambda kind: kind not in ("receipt", "block")),
    body=st.dictionaries(st.text(st.characters(max_codepoint=127)), numbers | texts | st.lists(texts), max_size=3),
)
block_proofs = st.builds(
    BlockProof,
    transaction=hashes,
    header=st.binary(max_size=700),
    index=st.integers(0, MAX_INDEX - 1),
    nodes=st.lists(st.binary(max_size=600), max_size=MAX_NODES).map(tuple),
)
certificates = st.builds(
    Certificate,
    statement=st.just(GOOD.certificate.statement),
    genesis=st.just(GOOD.certificate.genesis),
    index=numbers,
    path=st.lists(hashes, max_size=MAX_PATH).map(tuple),
    checkpoint=st.builds(Checkpoint, size=numbers, root=hashes),
    anchor=st.builds(
        Anchor,
        writer=st.binary(min_size=20, max_size=20),
        transaction=hashes,
        event_index=numbers,
        block_number=numbers,
        block_hash=hashes,
        block_time=numbers,
    ),
    disclosure=st.none() | st.builds(Disclosure, salt=hashes, manifest=texts.map(str.encode)),
    witnesses=st.lists(promises | block_proofs | foreigners, max_size=MAX_WITNESSES).map(tuple),
)


@given(certificates)
def test_encode_and_parse_go_round(certificate: Certificate) -> None:
    data = encode_certificate(certificate)
    assert parse_certificate(data) == certificate
    assert encode_certificate(parse_certificate(data)) == data


@given(certificates)
def test_whatever_its_fields_say_verify_answers_and_never_accepts(certificate: Certificate) -> None:
    if certificate.checkpoint != GOOD.certificate.checkpoint:
        assert not verify(certificate, GOOD.file, GOOD.chain, GOOD.log, signatures=ed25519_valid).accepted


def test_its_statements_are_what_they_are_called() -> None:
    certificate = GOOD.certificate
    assert isinstance(certificate.claim, Claim)
    assert isinstance(certificate.origin, Genesis)
    with pytest.raises(Malformed, match="not a claim"):
        _ = replace(certificate, statement=certificate.genesis).claim
    with pytest.raises(Malformed, match="not a genesis statement"):
        _ = replace(certificate, genesis=certificate.statement).origin


def test_more_than_a_mebibyte_is_not_read() -> None:
    fields = decode_object(WHOLE)
    long = {**fields, "disclosure": {"salt": "00" * 32, "manifest": "x" * 2**20}}
    with pytest.raises(Malformed, match="longer than"):
        parse_certificate(json.dumps(long, separators=(",", ":"), sort_keys=True).encode())


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-5, MAX_INT) | texts | hashes.map(bytes.hex),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "index", "path"]), inner),
    max_leaves=6,
)


@given(st.data())
def test_nothing_but_a_proof_error_escapes_where_any_field_is_anything(data: st.DataObject) -> None:
    fields: Any = decode_object(WHOLE)
    holder = data.draw(st.sampled_from([fields, *(value for value in fields.values() if isinstance(value, dict))]))
    holder[data.draw(st.sampled_from(sorted(holder)))] = data.draw(anything)
    edited = encode(fields)
    try:
        certificate = parse_certificate(edited)
    except ProofError:
        return
    assert encode_certificate(certificate) == edited


@given(st.binary(max_size=100) | anything.map(encode))
def test_nothing_but_a_proof_error_escapes(data: bytes) -> None:
    with pytest.raises(ProofError):
        parse_certificate(data)
