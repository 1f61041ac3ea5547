"""py-evm over one SQLite file: its key-value store, the rules of the chain, and the state that calls are answered from.

Importing this takes about a second; whoever only reads blocks doesn't.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self, cast

from eth.abc import AtomicWriteBatchAPI, ComputationAPI, SignedTransactionAPI, StateAPI
from eth.chains.base import MiningChain
from eth.constants import CREATE_CONTRACT_ADDRESS
from eth.db.backends.base import BaseAtomicDB
from eth.exceptions import OutOfGas, Revert, VMError
from eth.vm.chain_context import ChainContext
from eth.vm.forks.prague import PragueVM
from eth.vm.forks.prague.computation import PragueComputation
from eth.vm.forks.prague.state import PragueState
from eth.vm.spoof import SpoofTransaction
from eth_typing import Address, BlockNumber
from eth_utils.exceptions import ValidationError

from registry.errors import Busy, ExecutionReverted, NotFound, RpcRefused
from registry.ledger.blocks import find_block, open_for_reading, sqlite_errors
from registry.ledger.quantities import BlockRef
from registry.proof.chain import EMBEDDED_CHAIN_ID

CALL_GAS = 3_000_000
"""The most gas that a call may use: about a second of py-evm; nine times what deploying the log's contract takes."""

_GAS_TX = 21_000

# How far an estimate may lie above the least gas that works, as in geth: every step of the search is another run.
_ESTIMATE_SLACK = 0.015

# A call that has to wait longer for those before it is told so, rather than holding a thread of the server.
_PATIENCE = 10.0

# The first four bytes of keccak256("Error(string)").
_ERROR = bytes.fromhex("08c379a0")


class KeyValue(BaseAtomicDB, AtomicWriteBatchAPI):
    """py-evm's store in the table `kv`. Transactions are the connection's: a batch is part of whichever is open."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __getitem__(self, key: bytes) -> bytes:
        row = self._connection.execute("SELECT value FROM kv WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        return bytes(row[0])

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self._connection.execute("INSERT OR REPLACE INTO kv (key, value) VALUES (?, ?)", (key, value))

    def __delitem__(self, key: bytes) -> None:
        if not self._connection.execute("DELETE FROM kv WHERE key = ?", (key,)).rowcount:
            raise KeyError(key)

    def _exists(self, key: bytes) -> bool:
        return self._connection.execute("SELECT 1 FROM kv WHERE key = ?", (key,)).fetchone() is not None

    @contextmanager
    def atomic_batch(self) -> Iterator[AtomicWriteBatchAPI]:
        """The chain's owner has a transaction of SQLite open, which makes all of a block atomic."""
        yield self


class EmbeddedRules(MiningChain):
    """Prague from the first block on, under the id of all embedded chains."""

    chain_id = EMBEDDED_CHAIN_ID
    vm_configuration = ((BlockNumber(0), PragueVM),)


def _not_in_a_call(_: ComputationAPI) -> NoReturn:
    # Past every contract in between, to the caller: as a failed inner call it could pass for an answer.
    raise RpcRefused("this needs a precompiled contract that isn't run for calls here: it takes seconds", code=-32000)


class _CallComputation(PragueComputation):
    # Pairings and BLAKE2 are plain Python in py-evm, and take 7 to 15 seconds for a million gas: anyone could hold up
    # the endpoint with one request. Transactions run them as they should be; only calls and estimates don't.
    _precompiles = {  # noqa: RUF012 - as py-evm has it
        address: _not_in_a_call if address[-1] in {*range(0x06, 0x0A), *range(0x0B, 0x12)} else run
        for address, run in PragueComputation.get_precompiles().items()
    }


class _CallState(PragueState):
    computation_class = _CallComputation


class _CallVM(PragueVM):
    _state_class = _CallState


class _CallRules(EmbeddedRules):
    vm_configuration = ((BlockNumber(0), _CallVM),)


@dataclass(frozen=True, slots=True)
class Message:
    """What a call or an estimate runs, as a transaction from anybody would, but free; no `to` creates a contract."""

    to: bytes | None
    data: bytes = b""
    sender: bytes = b"\0" * 20
    value: int = 0
    gas: int | None = None


class EmbeddedState:
    """Accounts and calls of an embedded chain, at any block, from any process and any thread, one question at a time.

    All methods raise `RpcUnavailable` while there is no chain yet, `NotFound` for a block that isn't there, and `Busy`
    where the questions before take too long.
    """

    def __init__(self, path: Path, *, call_gas: int = CALL_GAS) -> None:
        self._path = path
        self._call_gas = call_gas
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        """Let go of the file; the next question opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def balance(self, address: bytes, block: BlockRef = "latest") -> int:
        """Wei."""
        with self._at(block) as state:
            return int(state.get_balance(Address(address)))

    def nonce(self, address: bytes, block: BlockRef = "latest") -> int:
        """The nonce of the account's next transaction."""
        with self._at(block) as state:
            return int(state.get_nonce(Address(address)))

    def code(self, address: bytes, block: BlockRef = "latest") -> bytes:
        """A contract's code, empty where there is none."""
        with self._at(block) as state:
            return bytes(state.get_code(Address(address)))

    def storage(self, address: bytes, slot: int, block: BlockRef = "latest") -> bytes:
        """The 32 bytes in a slot of a contract's storage."""
        with self._at(block) as state:
            return int(state.get_storage(Address(address), slot)).to_bytes(32, "big")

    def call(self, message: Message, block: BlockRef = "latest") -> bytes:
        """What running `message` on top of a block returns; nothing of it stays.

        Raises:
            ExecutionReverted: the contract refused.
            RpcRefused: it ran out of gas, or can't run at all.
        """
        with self._at(block) as state:
            computation = _run(state, message, self._allowed(message))
            if computation.is_error:
                raise _failure(computation)
            return bytes(computation.output)

    def estimate_gas(self, message: Message, block: BlockRef = "latest") -> int:
        """A gas limit that `message` runs with, at most 1.5% above the least.

        Raises: as `call`.
        """
        with self._at(block) as state:
            most = self._allowed(message)
            computation = _run(state, message, most)
            if computation.is_error:
                raise _failure(computation)
            # Without what is refunded at the end, but with the 1/64 that EIP-150 holds back at each inner call: as
            # geth's estimator does it, the first guess is nearly always right, and the search short.
            used = most - computation.get_gas_remaining()
            least = max(_GAS_TX, used - computation.get_gas_refund()) - 1
            guess = (used + 2300) * 64 // 63
            if guess < most:
                least, most = self._narrow(state, message, least, most, guess)
            while (most - least) / most > _ESTIMATE_SLACK:
                least, most = self._narrow(state, message, least, most, (least + most) // 2)
            return most

    @staticmethod
    def _narrow(state: StateAPI, message: Message, least: int, most: int, gas: int) -> tuple[int, int]:
        """The bounds after another run: it fails with `least` gas, and works with `most`."""
        try:
            works = not _run(state, message, gas).is_error
        except RpcRefused:
            works = False
        return (least, gas) if works else (gas, most)

    def _allowed(self, message: Message) -> int:
        return self._call_gas if message.gas is None else min(message.gas, self._call_gas)

    @contextmanager
    def _at(self, ref: BlockRef) -> Iterator[StateAPI]:
        """The state after a block, and the block as context, with a base fee of zero."""
        if not self._lock.acquire(timeout=_PATIENCE):
            raise Busy("The embedded chain is busy with other calls.", remedy="Try again in a moment.")
        try:
            with sqlite_errors():
                yield self._state_at(ref)
        finally:
            self._lock.release()

    def _state_at(self, ref: BlockRef) -> StateAPI:
        if self._connection is None:
            self._connection = open_for_reading(self._path)
        number = find_block(self._connection, ref)
        if number is None:
            raise NotFound("block", ref.hex() if isinstance(ref, bytes) else str(ref))
        rules = _CallRules(KeyValue(self._connection))
        header = rules.get_canonical_block_header_by_number(BlockNumber(number))
        free = header.copy(base_fee_per_gas=0)
        before = _CallVM.get_prev_hashes(header.parent_hash, rules.chaindb)
        return _CallVM.build_state(rules.chaindb.db, free, ChainContext(EMBEDDED_CHAIN_ID), before or ())


def floor_gas(data: bytes) -> int:
    """The least that a transaction with this data costs, in gas (EIP-7623)."""
    zeros = data.count(0)
    return _GAS_TX + 10 * (zeros + 4 * (len(data) - zeros))


def _run(state: StateAPI, message: Message, gas: int) -> ComputationAPI:
    """Run `message` and undo it, but for what the computation itself remembers."""
    transaction = EmbeddedRules.get_vm_class_for_block_number(BlockNumber(0)).create_unsigned_transaction(
        nonce=state.get_nonce(Address(message.sender)),
        gas_price=0,
        gas=gas,
        to=CREATE_CONTRACT_ADDRESS if message.to is None else Address(message.to),
        value=message.value,
        data=message.data,
    )
    least = max(transaction.intrinsic_gas, floor_gas(message.data))
    if gas < least:
        raise RpcRefused(f"intrinsic gas too low: have {gas}, want {least}", code=-32000)
    snapshot = state.snapshot()
    try:
        return state.apply_transaction(cast(SignedTransactionAPI, SpoofTransaction(transaction, from_=message.sender)))
    except (ValidationError, VMError) as error:
        raise RpcRefused(f"the call can't be run: {error}", code=-32000) from error
    finally:
        state.revert(snapshot)


def _failure(computation: ComputationAPI) -> RpcRefused:
    error = computation.error
    if isinstance(error, Revert):
        output = bytes(computation.output)
        reason = _reason(output)
        return ExecutionReverted(f"execution reverted: {reason}" if reason else "execution reverted", data=output)
    if isinstance(error, OutOfGas):
        return RpcRefused(f"out of gas: {error}", code=-32000)
    return RpcRefused(f"the call failed: {error}", code=-32000)


def _reason(output: bytes) -> str:
    """The text of Solidity's `Error(string)`; empty for any other."""
    if not output.startswith(_ERROR) or len(output) < 68:
        return ""
    size = int.from_bytes(output[36:68], "big")
    return output[68 : 68 + min(size, len(output))].decode(errors="replace")
