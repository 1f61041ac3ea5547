"""web3.py over the embedded chain, as the sender in the owner's process uses it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from hexbytes import HexBytes
from web3 import Web3
from web3.exceptions import ContractLogicError, TransactionNotFound, Web3RPCError
from web3.types import TxParams

from contracts import checkpoint_log
from registry.ledger.embedded import EmbeddedChain
from registry.ledger.provider import EmbeddedProvider
from registry.proof.chain import EMBEDDED_CHAIN_ID
from tests.ledger.chain_audit import audit
from tests.ledger.small_chain import START, Writer, open_chain

WRITER = Writer()


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[EmbeddedChain]:
    with open_chain(tmp_path) as opened:
        yield opened


@pytest.fixture
def web3(chain: EmbeddedChain) -> Web3:
    return Web3(EmbeddedProvider(chain, version="1.2.3"))


def _send(web3: Web3, call: TxParams) -> HexBytes:
    fees = web3.eth.fee_history(4, "latest", [50])
    tip = web3.eth.max_priority_fee
    transaction: TxParams = {
        "nonce": web3.eth.get_transaction_count(WRITER.account.address, "pending"),
        "chainId": web3.eth.chain_id,
        "maxPriorityFeePerGas": tip,
        "maxFeePerGas": Web3.to_wei(2 * fees["baseFeePerGas"][-1] + tip, "wei"),
        "gas": web3.eth.estimate_gas(call | {"from": WRITER.account.address}),
        "value": Web3.to_wei(0, "wei"),
        **call,
    }
    return web3.eth.send_raw_transaction(WRITER.account.sign_transaction(cast(Any, transaction)).raw_transaction)


def test_a_log_from_its_deployment_to_its_events(web3: Web3, tmp_path: Path) -> None:
    assert web3.is_connected()
    assert web3.client_version == "Originmark/1.2.3/embedded"
    assert web3.eth.chain_id == EMBEDDED_CHAIN_ID
    assert web3.eth.get_block(0)["timestamp"] == START

    artefact = checkpoint_log()
    created = web3.eth.wait_for_transaction_receipt(_send(web3, {"data": artefact.bytecode}))
    address = created["contractAddress"]
    assert address is not None
    assert web3.eth.get_code(address) == artefact.deployed_bytecode
    contract = web3.eth.contract(address, abi=artefact.abi)

    opened = _send(web3, {"to": address, "data": contract.encode_abi("open", [b"\1" * 32])})
    event = contract.events.Opened().process_receipt(web3.eth.get_transaction_receipt(opened))[0]
    log = event["args"]["log"]
    assert event["args"]["writer"] == WRITER.account.address
    for size in (3, 5):
        _send(web3, {"to": address, "data": contract.encode_abi("checkpoint", [log, size, bytes([size]) * 32])})
    assert contract.functions.head(log).call() == [WRITER.account.address, 5]
    assert contract.functions.head(log).call(block_identifier=3) == [WRITER.account.address, 3]
    found = contract.events.Checkpointed().get_logs(from_block=0, argument_filters={"log": log})
    assert [(each["args"]["size"], each["blockNumber"]) for each in found] == [(3, 3), (5, 4)]
    assert web3.eth.get_logs({"fromBlock": 0, "address": address, "topics": [None, Web3.to_hex(log)]}) != []

    # A checkpoint that doesn't grow is refused before it costs anything.
    smaller = contract.encode_abi("checkpoint", [log, 4, b"\4" * 32])
    with pytest.raises(ContractLogicError):
        web3.eth.estimate_gas({"from": WRITER.account.address, "to": address, "data": smaller})
    full: Any = web3.eth.get_block("latest", full_transactions=True)
    assert full["transactions"][0]["from"] == WRITER.account.address
    assert web3.eth.get_transaction(opened)["input"].hex().endswith("01" * 32)
    assert audit(tmp_path / "chain.sqlite") == 4


def test_errors_are_errors(web3: Web3) -> None:
    with pytest.raises(TransactionNotFound):
        web3.eth.get_transaction_receipt(HexBytes(b"\1" * 32))
    raw = WRITER.sign(0)
    web3.eth.send_raw_transaction(raw)
    with pytest.raises(Web3RPCError, match="already known") as caught:
        web3.eth.send_raw_transaction(raw)
    assert caught.value.rpc_response is not None
    assert caught.value.rpc_response["error"]["code"] == -32000
    with pytest.raises(Web3RPCError, match="nonce too high"):
        web3.eth.send_raw_transaction(WRITER.sign(9))


def test_batches(web3: Web3) -> None:
    with web3.batch_requests() as batch:
        batch.add(web3.eth.get_block(0))
        batch.add(web3.eth.get_balance(WRITER.account.address))
        block, balance = cast(list[Any], batch.execute())
    assert block["number"] == 0
    assert balance == web3.eth.get_balance(WRITER.account.address)
