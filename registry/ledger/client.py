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
from registry.errors import NonceSpent, OutOfFunds, RpcRefused, RpcUnavailable, Underpriced
from registry.proof.chain import Tag
from registry.store.outbox import Fees, Signed

Answer = TypeVar("Answer")

GAS_MARGIN = 1.2
NOT_NOW = -32002
"""JSON-RPC's "resource unavailable" (EIP-1474), which the embedded chain says when its clock or file isn't ready."""

ALREADY_THERE = ("already known", "already imported", "known transaction", "already in mempool", "alreadyknown")
"""How nodes say that they have these bytes: nothing is wrong, the receipt decides."""

SPENT = ("nonce too low", "nonce is too low", "nonce has already been used", "oldnonce")
"""How they say that this nonce was mined, with these bytes or with others."""

TOO_LITTLE = (
    "underpriced",
    "fee too low",
    "less than block base fee",
    "feetoolow",
    "gas price too low",
    "gasprice too low",
)
"""How they say that fees are below what they take, or below what replaces a transaction they have."""


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
    fees: Fees


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

    def mined_nonce(self, at: Tag = "latest") -> int:
        """How many transactions of the writer are mined, up to the block with this tag."""
        return _asked(lambda: self._web3.eth.get_transaction_count(self._address, at))

    def balance(self) -> int:
        """What the writer has, in wei."""
        return _asked(lambda: self._web3.eth.get_balance(self._address))

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
        """Asks the chain what the call takes, at fees that hold while the base fee doubles: for six full blocks."""
        params: TxParams = {"from": self._address, **_target(call)}
        gas = _asked(lambda: self._web3.eth.estimate_gas(params))
        return Price(chain_id=_asked(lambda: self._web3.eth.chain_id), gas=int(gas * GAS_MARGIN), fees=self.fees())

    def fees(self) -> Fees:
        """What the chain asks now; on a chain without base fees, the price that its node suggests."""
        latest = _asked(lambda: self._web3.eth.get_block("latest"))
        if "baseFeePerGas" not in latest:
            return Fees(most=_asked(lambda: self._web3.eth.gas_price), tip=None)
        tip = _asked(lambda: self._web3.eth.max_priority_fee)
        return Fees(most=tip + 2 * latest["baseFeePerGas"], tip=tip)

    def cost(self, transaction: bytes) -> int:
        """What a mined transaction took from the account, in wei, with what an L2 charges for its data (`l1Fee`)."""
        receipt: Any = self.request("eth_getTransactionReceipt", ["0x" + transaction.hex()])
        if receipt is None:
            raise RpcUnavailable("The chain is being reorganised.")
        price = receipt.get("effectiveGasPrice", "0x0")
        return int(receipt["gasUsed"], 16) * int(price, 16) + int(receipt.get("l1Fee") or "0x0", 16)

    def sign(self, call: Call, price: Price, nonce: int) -> Signed:
        """The transaction's bytes. Nothing is asked of the chain."""
        fees = price.fees
        offer: TxParams
        if fees.tip is None:
            offer = {"gasPrice": Wei(fees.most)}
        else:
            offer = {"type": 2, "maxPriorityFeePerGas": Wei(fees.tip), "maxFeePerGas": Wei(fees.most)}
        signed = self._account.sign_transaction(
            {"nonce": nonce, "chainId": price.chain_id, "gas": price.gas, "value": 0, **offer, **_target(call)}
        )
        return Signed(nonce=nonce, hash=bytes(signed.hash), raw=bytes(signed.raw_transaction), fees=fees)

    def send(self, signed: Signed) -> None:
        """Sends the bytes; sending them again is harmless.

        Raises Underpriced, OutOfFunds, and NonceSpent where the nonce was mined, with these bytes or with others.
        """
        try:
            _asked(lambda: self._web3.eth.send_raw_transaction(signed.raw))
        except RpcRefused as error:
            said = str(error).lower()
            if any(phrase in said for phrase in SPENT):
                raise NonceSpent(f"The node says that nonce {signed.nonce:,} was used.") from error
            if any(phrase in said for phrase in TOO_LITTLE):
                raise Underpriced(f"The node doesn't take the transaction at {signed.fees.most:,} wei.") from error
            if not any(phrase in said for phrase in ALREADY_THERE):
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
