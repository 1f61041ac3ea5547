"""The shipped bytes on real chains: the ids that they give, the events that they emit, what a transaction costs."""

import hashlib
from collections.abc import Iterator

import pytest
from web3 import EthereumTesterProvider, HTTPProvider, Web3
from web3.contract import Contract
from web3.contract.contract import ContractFunction
from web3.types import TxReceipt

from contracts import checkpoint_log
from tests.anvil import started
from tests.contracts.toolchain import Toolchain

REGISTRY = hashlib.sha256(b"the registry's public keys").digest()
GAS_CEILING = 30_000

# The newest opcode in the contract is CHAINID, of Istanbul; so every fork since must run it.
FORKS = ("istanbul", "berlin", "london", "paris", "shanghai", "cancun", "prague", "osaka")


@pytest.fixture(params=["py-evm", *(f"anvil at {fork}" for fork in FORKS)])
def web3(request: pytest.FixtureRequest) -> Iterator[Web3]:
    """A fresh chain of each kind."""
    if request.param == "py-evm":
        yield Web3(EthereumTesterProvider())
        return
    toolchain: Toolchain = request.getfixturevalue("toolchain")
    with started(toolchain.anvil, options=["--hardfork", request.param.removeprefix("anvil at ")]) as chain:
        yield Web3(HTTPProvider(chain.url))


def _deploy(web3: Web3) -> Contract:
    artefact = checkpoint_log()
    factory = web3.eth.contract(abi=artefact.abi, bytecode=artefact.bytecode)
    sent = factory.constructor().transact({"from": web3.eth.accounts[0], "gasPrice": web3.eth.gas_price})
    address = web3.eth.wait_for_transaction_receipt(sent, timeout=10)["contractAddress"]
    assert address is not None
    return web3.eth.contract(address, abi=artefact.abi)


def _send(web3: Web3, call: ContractFunction) -> TxReceipt:
    # A price, since forks before London know no other fee; a limit, since asking for one is a call more.
    sent = call.transact({"from": web3.eth.accounts[0], "gas": 100_000, "gasPrice": web3.eth.gas_price})
    receipt = web3.eth.wait_for_transaction_receipt(sent, timeout=10)
    assert receipt["status"] == 1
    return receipt


def _log_id(web3: Web3, contract: Contract) -> bytes:
    """The id as a verifier computes it, with nothing but a standard library."""
    words = [
        web3.eth.chain_id.to_bytes(32, "big"),
        _word(contract.address),
        _word(web3.eth.accounts[0]),
        REGISTRY,
    ]
    return hashlib.sha256(b"".join(words)).digest()


def test_a_log_on_every_kind_of_chain(web3: Web3) -> None:
    contract = _deploy(web3)
    assert web3.eth.get_code(contract.address) == checkpoint_log().deployed_bytecode
    writer = web3.eth.accounts[0]
    log = _log_id(web3, contract)

    [opened] = _send(web3, contract.functions.open(REGISTRY))["logs"]
    assert opened["topics"] == [Web3.keccak(text="Opened(bytes32,address,bytes32)"), log, _word(writer)]
    assert opened["data"] == REGISTRY

    # The dearest calldata there is: no byte of the size or the root is zero. What zero bytes in the id save, 12 each,
    # is added back, so that the ceiling holds for every log.
    costs = []
    for size, root in ((2**64 - 2, b"\xfe" * 32), (2**64 - 1, b"\xff" * 32)):
        receipt = _send(web3, contract.functions.checkpoint(log, size, root))
        [checkpointed] = receipt["logs"]
        assert checkpointed["address"] == contract.address
        assert checkpointed["topics"] == [
            Web3.keccak(text="Checkpointed(bytes32,address,uint64,bytes32)"),
            log,
            _word(writer),
        ]
        assert checkpointed["data"] == size.to_bytes(32, "big") + root
        assert contract.functions.head(log).call() == [writer, size]
        costs.append(receipt["gasUsed"] + 12 * log.count(0))
    first, second = costs
    assert first == second
    assert first <= GAS_CEILING


def _word(address: str) -> bytes:
    return bytes.fromhex(address[2:]).rjust(32, b"\0")
