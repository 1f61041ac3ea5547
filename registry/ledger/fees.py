"""What gas costs on the embedded chain: the next base fee, and those that were (EIP-1559)."""

from collections.abc import Sequence

from registry.errors import NotFound
from registry.ledger.blocks import EmbeddedBlocks, JsonObject
from registry.ledger.quantities import BlockRef, quantity

TIP = 1
"""What is suggested as a tip, in wei: blocks are never full, so that any does."""

MAX_HISTORY = 1024
"""At most so many blocks of fees are told, as in geth."""


def next_base_fee(block: JsonObject) -> int:
    """The base fee, in wei, of the block that follows `block`."""
    base_fee, gas_used = int(block["baseFeePerGas"], 16), int(block["gasUsed"], 16)
    target = int(block["gasLimit"], 16) // 2
    if gas_used == target:
        return base_fee
    if gas_used > target:
        return base_fee + max(base_fee * (gas_used - target) // target // 8, 1)
    return base_fee - base_fee * (target - gas_used) // target // 8


def fee_history(blocks: EmbeddedBlocks, count: int, newest: BlockRef, percentiles: Sequence[float]) -> JsonObject:
    """Base fees, fullness and tips of the last `count` blocks up to `newest`, and the base fee after them.

    A block holds one transaction at most, so every percentile of its tips is that transaction's.
    """
    last = blocks.number(newest)
    if last is None:
        raise NotFound("block", newest.hex() if isinstance(newest, bytes) else str(newest))
    numbers = range(max(0, last + 1 - min(count, MAX_HISTORY)), last + 1)
    told = [block for number in numbers if (block := blocks.block(number)) is not None]
    history: JsonObject = {
        "oldestBlock": quantity(numbers[0]),
        "baseFeePerGas": [*(block["baseFeePerGas"] for block in told), quantity(next_base_fee(told[-1]))],
        "gasUsedRatio": [int(block["gasUsed"], 16) / int(block["gasLimit"], 16) for block in told],
        # There are no blobs: their gas costs the least it can.
        "baseFeePerBlobGas": [quantity(1)] * (len(told) + 1),
        "blobGasUsedRatio": [0] * len(told),
    }
    if percentiles:
        history["reward"] = [[quantity(_tip(blocks, block))] * len(percentiles) for block in told]
    return history


def _tip(blocks: EmbeddedBlocks, block: JsonObject) -> int:
    receipts = blocks.receipts(int(block["number"], 16))
    return int(receipts[0]["effectiveGasPrice"], 16) - int(block["baseFeePerGas"], 16) if receipts else 0
