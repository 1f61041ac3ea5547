"""The methods of JSON-RPC that only read: what web3.py, ethers and viem ask of a node.

Each takes its parameters as they came and returns what is sent. `InvalidInput` means a bad parameter; other errors are
what they say. What has to be parsed is parsed first, so that nothing hostile reaches the chain.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from registry.errors import InvalidInput, NotFound, RpcRefused
from registry.ledger.blocks import EmbeddedBlocks, EventFilter
from registry.ledger.fees import TIP, fee_history, next_base_fee
from registry.ledger.quantities import BlockRef, data, parse_block, parse_data, parse_flag, parse_quantity, quantity
from registry.proof.chain import EMBEDDED_CHAIN_ID

if TYPE_CHECKING:
    from registry.ledger.evm import EmbeddedState, Message

Method = Callable[..., object]
"""A method of JSON-RPC: positional parameters in, the result out."""

MAX_CALL_DATA = 128 * 1024
"""The most bytes of a call's data, as of a transaction's."""


def reading_methods(blocks: EmbeddedBlocks, state: "Callable[[], EmbeddedState]", *, version: str) -> dict[str, Method]:
    """The methods by name. `state` is asked for only where a method needs the EVM, which takes a second to import."""
    reading = _Reading(blocks, state)
    return {
        "eth_blockNumber": reading.block_number,
        "eth_call": reading.call,
        "eth_chainId": lambda: quantity(EMBEDDED_CHAIN_ID),
        "eth_estimateGas": reading.estimate_gas,
        "eth_feeHistory": reading.fee_history,
        "eth_gasPrice": reading.gas_price,
        "eth_getBalance": reading.balance,
        "eth_getBlockByHash": reading.block_by_hash,
        "eth_getBlockByNumber": reading.block_by_number,
        "eth_getBlockReceipts": reading.block_receipts,
        "eth_getBlockTransactionCountByHash": reading.count_by_hash,
        "eth_getBlockTransactionCountByNumber": reading.count_by_number,
        "eth_getCode": reading.code,
        "eth_getLogs": reading.logs,
        "eth_getStorageAt": reading.storage,
        "eth_getTransactionByHash": reading.transaction,
        "eth_getTransactionCount": reading.nonce,
        "eth_getTransactionReceipt": reading.receipt,
        "eth_maxPriorityFeePerGas": lambda: quantity(TIP),
        "eth_syncing": lambda: False,
        "net_listening": lambda: True,
        "net_version": lambda: str(EMBEDDED_CHAIN_ID),
        "web3_clientVersion": lambda: f"Originmark/{version}/embedded",
    }


class _Reading:
    def __init__(self, blocks: EmbeddedBlocks, state: "Callable[[], EmbeddedState]") -> None:
        self._blocks = blocks
        self._state = state

    def block_number(self) -> object:
        return quantity(self._blocks.head())

    def block_by_number(self, block: object, full: object = False) -> object:
        return self._blocks.block(parse_block(block), full=parse_flag(full, "full"))

    def block_by_hash(self, block: object, full: object = False) -> object:
        return self._blocks.block(parse_data(block, "hash", size=32), full=parse_flag(full, "full"))

    def block_receipts(self, block: object) -> object:
        # Here a bare hash is allowed as well: a number of 32 bytes, written in full, can't be meant.
        bare = isinstance(block, str) and len(block) == 66
        return self._blocks.receipts(parse_data(block, "block", size=32) if bare else parse_block(block))

    def count_by_number(self, block: object) -> object:
        return self._count(parse_block(block))

    def count_by_hash(self, block: object) -> object:
        return self._count(parse_data(block, "hash", size=32))

    def _count(self, ref: BlockRef) -> object:
        block = self._blocks.block(ref)
        return None if block is None else quantity(len(block["transactions"]))

    def transaction(self, transaction: object) -> object:
        return self._blocks.transaction(parse_data(transaction, "hash", size=32))

    def receipt(self, transaction: object) -> object:
        return self._blocks.receipt(parse_data(transaction, "hash", size=32))

    def logs(self, wanted: object) -> object:
        return self._blocks.events(self._event_filter(wanted))

    def gas_price(self) -> object:
        head = self._blocks.block("latest")
        return None if head is None else quantity(next_base_fee(head) + TIP)

    def fee_history(self, count: object, newest: object, percentiles: object = None) -> object:
        # Some clients send the count as a plain number.
        if isinstance(count, bool) or not isinstance(count, int):
            count = parse_quantity(count, "blockCount", bits=64)
        if count < 1:
            raise InvalidInput("blockCount is not at least 1", field="blockCount")
        wanted = [] if percentiles is None else percentiles
        if not isinstance(wanted, list) or len(wanted) > 100 or not all(_is_percentile(value) for value in wanted):
            raise InvalidInput("rewardPercentiles is not a list of at most 100 percentages", field="rewardPercentiles")
        return fee_history(self._blocks, count, parse_block(newest), wanted)

    def balance(self, address: object, block: object = None) -> object:
        return quantity(self._state().balance(_address(address), parse_block(block)))

    def nonce(self, address: object, block: object = None) -> object:
        return quantity(self._state().nonce(_address(address), parse_block(block)))

    def code(self, address: object, block: object = None) -> object:
        return data(self._state().code(_address(address), parse_block(block)))

    def storage(self, address: object, slot: object, block: object = None) -> object:
        # A slot comes as a quantity or, from some clients, as 32 bytes.
        padded = isinstance(slot, str) and len(slot) == 66
        number = int.from_bytes(parse_data(slot, "slot", size=32), "big") if padded else parse_quantity(slot, "slot")
        return data(self._state().storage(_address(address), number, parse_block(block)))

    def call(self, message: object, block: object = None) -> object:
        return data(self._state().call(_message(message), parse_block(block)))

    def estimate_gas(self, message: object, block: object = None) -> object:
        return quantity(self._state().estimate_gas(_message(message), parse_block(block)))

    def _event_filter(self, wanted: object) -> EventFilter:
        fields = _object(wanted, "filter", {"address", "blockHash", "fromBlock", "toBlock", "topics"})
        head = self._blocks.head()
        if fields.get("blockHash") is not None:
            if fields.get("fromBlock") is not None or fields.get("toBlock") is not None:
                raise InvalidInput("blockHash goes without fromBlock and toBlock", field="blockHash")
            block = parse_data(fields["blockHash"], "blockHash", size=32)
            found = self._blocks.number(block)
            if found is None:
                raise NotFound("block", data(block))
            first = last = found
        else:
            first, last = (self._bound(fields.get(name), name, head) for name in ("fromBlock", "toBlock"))
        if first > last:
            raise InvalidInput("fromBlock is after toBlock", field="fromBlock")
        return EventFilter(
            first=min(first, head + 1),
            last=min(last, head),
            addresses=_alternatives(fields.get("address"), "address", 20),
            topics=_topics(fields.get("topics")),
        )

    def _bound(self, value: object, field: str, head: int) -> int:
        ref = parse_block(value, field)
        if isinstance(ref, bytes):
            raise InvalidInput(f"{field} is a number or a tag", field=field)
        return head if ref == "latest" else ref


def _object(value: object, field: str, known: set[str]) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise InvalidInput(f"{field} is not an object", field=field)
    unknown = value.keys() - known
    if unknown:
        # Passed over, it would make an answer to another question.
        raise InvalidInput(f"{field} has a field that isn't known here: {min(unknown)[:40]!a}", field=field)
    return value


def _address(value: object, field: str = "address") -> bytes:
    return parse_data(value, field, size=20)


def _alternatives(value: object, field: str, size: int) -> tuple[bytes, ...]:
    """One value, or a list of them; null and the empty list mean any."""
    if value is None:
        return ()
    values = value if isinstance(value, list) else [value]
    return tuple(parse_data(each, field, size=size) for each in values)


def _topics(value: object) -> tuple[tuple[bytes, ...], ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise InvalidInput("topics is not a list", field="topics")
    return tuple(_alternatives(each, f"topics[{place}]", 32) for place, each in enumerate(value[:5]))


def _is_percentile(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 100


_FEES = {"accessList", "chainId", "gasPrice", "maxFeePerGas", "maxPriorityFeePerGas", "nonce", "type"}


def _message(value: object) -> "Message":
    """A call's object.

    What only a real transaction needs (fees, nonce, …) is taken and has no effect, since calls are run free of charge;
    but a chain id must be ours.
    """
    from registry.ledger.evm import Message  # noqa: PLC0415 - py-evm takes a second to import; blocks do without it

    fields = _object(value, "transaction", {"data", "from", "gas", "input", "to", "value"} | _FEES)
    if fields.get("chainId") is not None and parse_quantity(fields["chainId"], "chainId") != EMBEDDED_CHAIN_ID:
        raise InvalidInput("chainId is not this chain's", field="chainId")
    given = [parse_data(fields[name], name) for name in ("input", "data") if fields.get(name) is not None]
    if len(given) == 2 and given[0] != given[1]:
        raise InvalidInput("input and data differ", field="input")
    payload = given[0] if given else b""
    if len(payload) > MAX_CALL_DATA:
        raise RpcRefused(f"oversized data: {len(payload)} bytes, limit {MAX_CALL_DATA}", code=-32000)
    return Message(
        to=None if fields.get("to") is None else _address(fields["to"], "to"),
        data=payload,
        sender=bytes(20) if fields.get("from") is None else _address(fields["from"], "from"),
        value=0 if fields.get("value") is None else parse_quantity(fields["value"], "value"),
        gas=None if fields.get("gas") is None else parse_quantity(fields["gas"], "gas", bits=64),
    )
