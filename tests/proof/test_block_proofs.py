"""Proofs of blocks: exactly these bodies show exactly this, from now on."""

import json
from pathlib import Path
from typing import Any

import pytest
from eth_utils.crypto import keccak

from registry.proof.block_proof import encode_block_proof, open_block_proof, parse_block_proof
from registry.proof.chain import Block, Event
from registry.proof.errors import Malformed

VECTORS = json.loads(Path(__file__).parents[1].joinpath("vectors/block_proofs.json").read_text("utf-8"))


@pytest.mark.parametrize("case", VECTORS["holding"], ids=lambda case: case["name"])
def test_what_holds(case: dict[str, Any]) -> None:
    proof = parse_block_proof(case["body"])
    assert encode_block_proof(proof) == case["body"]
    block, mined = open_block_proof(proof, keccak)
    assert block == Block(VECTORS["number"], bytes.fromhex(case["hash"]), VECTORS["time"])
    told = VECTORS["event"]
    event = Event(
        bytes.fromhex(told["address"]),
        tuple(bytes.fromhex(topic) for topic in told["topics"]),
        bytes.fromhex(told["data"]),
    )
    assert (mined.succeeded, mined.events) == (case["succeeded"], (event,) * case["events"])


@pytest.mark.parametrize("case", VECTORS["false"], ids=lambda case: case["name"])
def test_what_shows_nothing(case: dict[str, Any]) -> None:
    proof = parse_block_proof(case["body"])
    with pytest.raises(Malformed):
        open_block_proof(proof, keccak)
