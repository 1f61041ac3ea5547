"""The signed bytes of a mined transaction, put together again from what a node tells of it.

The outbox keeps every transaction that was ever sent, so that its nonce is never used twice and a reorg only costs
sending it again. After a hole in the database was filled, the transactions of that time have to be there too.
"""

from collections.abc import Mapping
from typing import Any

import rlp  # type: ignore[import-untyped]
from eth_utils.crypto import keccak

from registry.errors import RpcUnavailable
from registry.ledger.reader import JsonRpc
from registry.store.outbox import Fees, Signed

_DYNAMIC_FEE = 2


def signed_bytes(request: JsonRpc, transaction: bytes) -> Signed:
    """The mined transaction with this hash, ready to be sent again.

    Raises RpcUnavailable where the node doesn't have it, or where what it tells doesn't give this hash.
    """
    told = request("eth_getTransactionByHash", [f"0x{transaction.hex()}"])
    try:
        raw, nonce, fees = _encoded(told), _number(told["nonce"]), _fees(told)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RpcUnavailable("The endpoint's answer about a transaction makes no sense.") from error
    if keccak(raw) != transaction:
        raise RpcUnavailable("What the endpoint tells of a transaction doesn't give its hash.")
    return Signed(nonce=nonce, hash=transaction, raw=raw, fees=fees)


def _fees(told: Mapping[str, Any]) -> Fees:
    if _number(told.get("type", "0x0")) != _DYNAMIC_FEE:
        return Fees(most=_number(told["gasPrice"]), tip=None)
    return Fees(most=_number(told["maxFeePerGas"]), tip=_number(told["maxPriorityFeePerGas"]))


def _encoded(told: Mapping[str, Any]) -> bytes:
    """EIP-1559's bytes, or a legacy transaction's: the two that this program signs."""
    to, data = _octets(told.get("to") or "0x"), _octets(told["input"])
    nonce, gas, value = (_number(told[name]) for name in ("nonce", "gas", "value"))
    signature = [_number(told["r"]), _number(told["s"])]
    if _number(told.get("type", "0x0")) != _DYNAMIC_FEE:
        return bytes(
            rlp.encode([nonce, _number(told["gasPrice"]), gas, to, value, data, _number(told["v"]), *signature])
        )
    access = [
        [_octets(one["address"]), [_octets(key) for key in one["storageKeys"]]] for one in told.get("accessList") or []
    ]
    tip, most = _number(told["maxPriorityFeePerGas"]), _number(told["maxFeePerGas"])
    parity = _number(told["v"] if told.get("yParity") is None else told["yParity"])
    fields = [_number(told["chainId"]), nonce, tip, most, gas, to, value, data, access, parity, *signature]
    return bytes([_DYNAMIC_FEE]) + bytes(rlp.encode(fields))


def _number(text: str) -> int:
    return int(text, 16)


def _octets(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
