"""The writer's hands on a chain, through web3: prices, signatures, and the one call that sends.

Importing web3 takes more than a second, so only what anchors imports this module.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import requests
from eth_account import Account
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from web3 import Web3
from web3.contract import Contract
from web3.exceptions import Web3Exception, Web3RPCError
from web3.types import RPCEndpoint, TxParams, Wei

from contracts import checkpoint_log
from registry.errors import OutOfFunds, RpcRefused, RpcUnavailable
from registry.store.ledger import Saved

Answer = TypeVar("Answer")

GAS_MARGIN = 1.2
NOT_NOW = -32002
"""JSON-RPC's "resource unavailable" (EIP-1474), which the embedded chain says when its clock or file isn't ready."""

ALREADY_THERE = ("already known", "already imported", "nonce too low", "known transaction")
"""How nodes say that they have these bytes, or that this nonce was mined: nothing is wrong, the receipt decides."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a transaction does: `to` is None for a deployment."""

    to: bytes | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Price:
    """What a transaction may cost: gas, and fees in wei as the chain's kind of transaction takes them."""

    chain_id: int
    gas: int
    fees: TxParams


class Client:
    """One chain, with the key that writes to it. The key shows in no `repr`."""

    def __init__(self, web3: Web3, writer_secret: bytes) -> None:
        self._web3 = web3
        self._account = Account.from_key(writer_secret)
        self._contract: type[Contract] = web3.eth.contract(abi=checkpoint_log().abi)

    @property
    def writer(self) -> bytes:
        """The address (20 bytes) that signs."""
        return bytes.fromhex(self._account.address.removeprefix("0x"))

    def request(self, method: str, params: Sequence[Any]) -> Any:
        """Plain JSON-RPC, for `JsonRpcReader`."""
        answer = _asked(lambda: self._web3.provider.make_request(RPCEndpoint(method), list(params)))
        if "error" in answer:
            error: Any = answer["error"]
            message, code = (error["message"], int(error["code"])) if isinstance(error, dict) else (error, 0)
            raise RpcRefused(f"The endpoint refused {method}: {message}", code=code)
        return answer["result"]

    def mined_nonce(self) -> int:
        """How many transactions of the writer are mined."""
        return _asked(lambda: self._web3.eth.get_transaction_count(self._address))

    def code(self, contract: bytes) -> bytes:
        """The code deployed at an address; empty where there is none."""
        return bytes(_asked(lambda: self._web3.eth.get_code(to_checksum_address(contract))))

    def created(self, transaction: bytes) -> bytes:
        """The address that a mined deployment created."""
        receipt = _asked(lambda: self._web3.eth.get_transaction_receipt("0x" + transaction.hex()))  # type: ignore[arg-type]
        return bytes.fromhex(str(receipt["contractAddress"]).removeprefix("0x"))

    def deployment(self) -> Call:
        """The call that deploys CheckpointLog."""
        return Call(to=None, data=checkpoint_log().bytecode)

    def calling(self, contract: bytes, function: str, *arguments: object) -> Call:
        """The call of one of CheckpointLog's functions."""
        data = self._contract(to_checksum_address(contract)).encode_abi(function, list(arguments))
        return Call(to=contract, data=bytes.fromhex(data.removeprefix("0x")))

    def price(self, call: Call) -> Price:
        """Asks the chain what the call takes. EIP-1559 fees hold for two full blocks of rising base fee."""
        params: TxParams = {"from": self._address, **_target(call)}
        gas = _asked(lambda: self._web3.eth.estimate_gas(params))
        latest = _asked(lambda: self._web3.eth.get_block("latest"))
        fees: TxParams
        if "baseFeePerGas" in latest:
            tip = _asked(lambda: self._web3.eth.max_priority_fee)
            ceiling = Wei(tip + 2 * latest["baseFeePerGas"])
            fees = {"type": 2, "maxPriorityFeePerGas": tip, "maxFeePerGas": ceiling}
        else:
            fees = {"gasPrice": _asked(lambda: self._web3.eth.gas_price)}
        return Price(chain_id=_asked(lambda: self._web3.eth.chain_id), gas=int(gas * GAS_MARGIN), fees=fees)

    def sign(self, call: Call, price: Price, nonce: int) -> Saved:
        """The transaction's bytes. Nothing is asked of the chain."""
        signed = self._account.sign_transaction(
            {"nonce": nonce, "chainId": price.chain_id, "gas": price.gas, "value": 0, **price.fees, **_target(call)}
        )
        return Saved(nonce=nonce, hash=bytes(signed.hash), raw=bytes(signed.raw_transaction))

    def send(self, saved: Saved) -> None:
        """Sends the bytes; sending them again is harmless."""
        try:
            _asked(lambda: self._web3.eth.send_raw_transaction(saved.raw))
        except RpcRefused as error:
            if not any(phrase in str(error).lower() for phrase in ALREADY_THERE):
                raise

    @property
    def _address(self) -> ChecksumAddress:
        return to_checksum_address(self._account.address)


def _target(call: Call) -> TxParams:
    return {"data": call.data} if call.to is None else {"data": call.data, "to": to_checksum_address(call.to)}


def _asked(ask: Callable[[], Answer]) -> Answer:
    try:
        return ask()
    except Web3RPCError as error:
        response: Any = error.rpc_response or {}
        code = int(response.get("error", {}).get("code", 0)) if isinstance(response.get("error"), dict) else 0
        if "insufficient funds" in str(error).lower():
            raise OutOfFunds("The writer's account can't pay for the transaction.") from error
        if code == NOT_NOW:
            raise RpcUnavailable(str(error)) from error
        raise RpcRefused(str(error), code=code) from error
    except (requests.RequestException, Web3Exception, OSError) as error:
        raise RpcUnavailable(f"The JSON-RPC endpoint gave no answer: {type(error).__name__}.") from error
