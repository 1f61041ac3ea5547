"""Statements, entries and ids: exactly these bytes, from now on."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.proof.canonical import MAX_INT, encode
from registry.proof.errors import Malformed, ProofError
from registry.proof.merkle import leaf_hash
from registry.proof.statement import (
    Claim,
    Claimant,
    Genesis,
    Statement,
    Unknown,
    Withdrawal,
    encode_statement,
    entry_of,
    log_id,
    manifest_commitment,
    parse_statement,
    registry_id,
)

VECTORS = json.loads(Path(__file__).parents[1].joinpath("vectors/statements.json").read_text())

numbers = st.integers(0, MAX_INT)
hashes = st.binary(min_size=32, max_size=32)
addresses = st.binary(min_size=20, max_size=20)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)

geneses = st.builds(
    Genesis,
    registry_key=hashes,
    recovery_key=hashes,
    chain_id=numbers,
    chain_genesis=hashes,
    contract=addresses,
    writer=addresses,
)
claims = st.builds(
    Claim,
    log=hashes,
    file_sha256=hashes,
    file_size=numbers,
    media_type=texts,
    fingerprints=hashes,
    claimant=st.builds(Claimant, account=texts, name=texts),
    role=texts,
    declaration=texts,
    previous=st.none() | hashes,
    declared=numbers,
    salt=hashes,
)


withdrawals = st.builds(Withdrawal, log=hashes, claim=hashes, declared=numbers, salt=hashes)


def _unknown(kind: str, log: bytes, more: dict[str, Any]) -> Unknown:
    return Unknown(kind, log, encode({**more, "type": kind, "log": log.hex()}))


unknowns = st.builds(
    _unknown,
    texts.filter(lambda kind: kind not in ("genesis", "claim", "withdrawal")),
    hashes,
    st.dictionaries(st.text(st.characters(max_codepoint=127)), numbers | texts | st.none(), max_size=4),
)


@pytest.mark.parametrize("case", VECTORS["good"], ids=lambda case: case["name"])
def test_statements_entries_and_leaves(case: dict[str, Any]) -> None:
    data = case["text"].encode()
    statement, fields = parse_statement(data), json.loads(data)
    assert encode_statement(statement) == data
    assert entry_of(data).hex() == case["entry"]
    assert leaf_hash(entry_of(data)).hex() == case["leaf"]
    assert statement == _read(fields, data)


def _read(fields: dict[str, Any], data: bytes) -> Statement:
    """What the fields say, field by field."""
    match fields["type"]:
        case "genesis":
            octets = {name: bytes.fromhex(fields[name]) for name in fields if name not in ("type", "log", "chain_id")}
            return Genesis(chain_id=fields["chain_id"], **octets)
        case "claim":
            return Claim(
                log=bytes.fromhex(fields["log"]),
                file_sha256=bytes.fromhex(fields["file"]["sha256"]),
                file_size=fields["file"]["size"],
                media_type=fields["file"]["media_type"],
                fingerprints=bytes.fromhex(fields["fingerprints"]),
                claimant=Claimant(**fields["claimant"]),
                role=fields["role"],
                declaration=fields["declaration"],
                previous=None if fields["previous"] is None else bytes.fromhex(fields["previous"]),
                declared=fields["declared"],
                salt=bytes.fromhex(fields["salt"]),
            )
        case "withdrawal":
            octets = {name: bytes.fromhex(fields[name]) for name in ("log", "claim", "salt")}
            return Withdrawal(declared=fields["declared"], **octets)
        case kind:
            return Unknown(kind, bytes.fromhex(fields["log"]), data)


@pytest.mark.parametrize("case", VECTORS["bad"], ids=lambda case: case["name"])
def test_texts_that_are_no_statement(case: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        parse_statement(case["text"].encode())


@pytest.mark.parametrize("case", VECTORS["ids"], ids=lambda case: f"chain {case['chain_id']}, {case['writer'][:8]}")
def test_ids(case: dict[str, Any]) -> None:
    keys = bytes.fromhex(case["registry_key"]), bytes.fromhex(case["recovery_key"])
    block_0 = bytes.fromhex(case["chain_genesis"])
    registry = registry_id(*keys, block_0)
    assert registry.hex() == case["registry"]
    contract, writer = bytes.fromhex(case["contract"]), bytes.fromhex(case["writer"])
    assert log_id(case["chain_id"], contract, writer, registry).hex() == case["log"]
    assert Genesis(*keys, case["chain_id"], block_0, contract, writer).log.hex() == case["log"]


@pytest.mark.parametrize("case", VECTORS["commitments"], ids=lambda case: case["commitment"][:8])
def test_commitments(case: dict[str, Any]) -> None:
    assert manifest_commitment(bytes.fromhex(case["salt"]), case["manifest"].encode()).hex() == case["commitment"]


@given(geneses | claims | withdrawals | unknowns)
def test_encode_and_parse_go_round(statement: Statement) -> None:
    data = encode_statement(statement)
    assert parse_statement(data) == statement
    assert encode_statement(parse_statement(data)) == data


@given(geneses, st.data())
def test_the_id_pins_every_field(genesis: Genesis, data: st.DataObject) -> None:
    other = data.draw(geneses)
    assert (genesis.log == other.log) == (genesis == other)


@given(geneses | claims | withdrawals, st.integers(0), st.integers(1, 255))
def test_a_changed_byte_is_another_statement_or_refused(statement: Statement, place: int, change: int) -> None:
    data = bytearray(encode_statement(statement))
    data[place % len(data)] ^= change
    try:
        other = parse_statement(bytes(data))
    except Malformed:
        return
    assert other != statement
    assert encode_statement(other) == data


def test_errors_show_foreign_text_without_its_control_characters() -> None:
    genesis = encode_statement(Genesis(bytes(32), bytes(32), 1, bytes(32), bytes(20), bytes(20)))
    more = encode({**json.loads(genesis), "\x1b[2J\r\n": 1, "x" * 100_000: 1})
    with pytest.raises(Malformed, match="unknown fields") as caught:
        parse_statement(more)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, MAX_INT) | texts | hashes.map(bytes.hex),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "log", "file", "a"]), inner),
    max_leaves=8,
)


@given(st.binary(max_size=50) | json_values.map(encode))
def test_nothing_but_a_proof_error_escapes(data: bytes) -> None:
    try:
        statement = parse_statement(data)
    except ProofError:
        return
    assert encode_statement(statement) == data


@given(st.sampled_from([case["text"] for case in VECTORS["good"]]), st.data())
def test_nothing_but_a_proof_error_escapes_where_any_field_is_anything(text: str, data: st.DataObject) -> None:
    fields = json.loads(text)
    fields[data.draw(st.sampled_from(sorted(fields)))] = data.draw(json_values)
    edited = encode(fields)
    try:
        statement = parse_statement(edited)
    except ProofError:
        return
    assert encode_statement(statement) == edited
