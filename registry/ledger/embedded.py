"""The embedded chain's one owner: takes a signed transaction, mines a block.

One transaction makes one block, written to SQLite together with the rows that are read (`blocks`) in one commit. Killed
at any instruction, the file holds either no block or the whole of it.

Block times are the wall clock's. Two blocks never share a second, so a transaction waits for the next one where need
be; a chain that ran ahead of the clock instead, as test chains do, would date works into the future.
"""

import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from eth.abc import SignedTransactionAPI
from eth.constants import ZERO_HASH32
from eth.exceptions import PyEVMError, VMError
from eth.vm.forks.prague.transactions import PragueTransactionBuilder
from eth_keys.exceptions import BadSignature
from eth_typing import BlockNumber
from eth_utils.exceptions import ValidationError
from filelock import FileLock, Timeout
from rlp.exceptions import RLPException  # type: ignore[import-untyped]

from registry.clock import Clock
from registry.errors import ClockBehind, LedgerHeld, RpcRefused
from registry.ledger.blocks import (
    BUSY_TIMEOUT,
    SCHEMA,
    SCHEMA_VERSION,
    EmbeddedBlocks,
    newer_schema,
    schema_version,
    sqlite_errors,
)
from registry.ledger.evm import EmbeddedRules, EmbeddedState, KeyValue, floor_gas
from registry.ledger.records import DYNAMIC_FEE, record
from registry.proof.chain import EMBEDDED_CHAIN_ID

GAS_LIMIT = 30_000_000
"""The gas that a block may use, and so a transaction; the same for all blocks."""

MAX_TRANSACTION = 128 * 1024
"""The most bytes of a transaction, as in geth's pool."""

# A block's second is at most one away, unless the clock was set back: then nobody should be kept waiting.
_LONGEST_WAIT = 10

# Short of a second, long enough not to be felt.
_TICK = 0.02


class EmbeddedChain:
    """A chain with one producer, ourselves: dates from it are worth our word, and no more.

    `blocks` and `state` read the same file as any other process would, so that a slow question never holds up a block.
    All methods may be called from any thread.
    """

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        clock: Clock,
        funded: Mapping[bytes, int],
        wait: Callable[[float], None] = time.sleep,
    ) -> Self:
        """Take the chain in `path`, making it where there is none, with the accounts in `funded` (20 bytes: wei).

        The accounts of a chain that is there already are what its blocks say; `funded` is for the first one only.

        Raises:
            LedgerHeld: another process, or another object of this one, has it.
            StoreError: it was written by a newer version, or can't be used.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        # Not a lock per thread: whoever closes the chain needn't be the thread that opened it.
        lock = FileLock(f"{path}.lock", thread_local=False)
        try:
            lock.acquire(blocking=False)
        except Timeout as error:
            raise LedgerHeld("Another process has the embedded chain open.") from error
        try:
            return cls(path, lock, clock=clock, funded=funded, wait=wait)
        except BaseException:
            lock.release()
            raise

    def __init__(
        self,
        path: Path,
        lock: FileLock,
        *,
        clock: Clock,
        funded: Mapping[bytes, int],
        wait: Callable[[float], None],
    ) -> None:
        """For `open` only, which holds `lock`."""
        self._file_lock = lock
        self._clock = clock
        self._wait = wait
        self._sending = threading.Lock()
        with sqlite_errors():
            self._connection = sqlite3.connect(
                path, isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT
            )
            try:
                self._prepare(path, funded)
                self._rules = EmbeddedRules(KeyValue(self._connection))
            except BaseException:
                self._connection.close()
                raise
        self.blocks = EmbeddedBlocks(path)
        self.state = EmbeddedState(path)

    def close(self) -> None:
        """Let go of the chain, after the block that is being mined."""
        with self._sending:
            self.blocks.close()
            self.state.close()
            self._connection.close()
            self._file_lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def send_raw_transaction(self, raw: bytes) -> bytes:
        """Mine a block with this transaction; its hash. On return, block and receipt are there, on disk.

        There is no pool: what can't be mined now is refused, in geth's words. That a contract reverts is no refusal;
        the receipt says it.

        Raises:
            RpcRefused: the transaction is malformed, not for this chain, known, out of turn, or can't be paid.
            ClockBehind: the clock was set back.
            StoreError: the file can't be written; nothing happened.
        """
        transaction = _decode(raw)
        with self._sending, sqlite_errors():
            self._admit(transaction)
            # The longest part, so that all that can be refused is refused before.
            now = self._next_second()
            head = self._rules.get_canonical_head()
            self._rules.header = self._rules.create_header_from_parent(
                head, timestamp=now, gas_limit=head.gas_limit, parent_beacon_block_root=ZERO_HASH32
            )
            try:
                # Crash in here: SQLite forgets all of it, and the same bytes may be sent again.
                with self._commit():
                    result, receipts, _ = self._rules.mine_all([transaction])
                    record(self._connection, result.imported_block, receipts)
            except (ValidationError, VMError) as error:
                raise _refused(str(error)) from error
        return bytes(transaction.hash)

    def _admit(self, transaction: SignedTransactionAPI) -> None:
        """Refuse what a block can't hold. py-evm checks most of this again, but not all of it, and in other words."""
        if transaction.chain_id != EMBEDDED_CHAIN_ID:
            raise _refused(f"invalid chain id: have {transaction.chain_id}, want {EMBEDDED_CHAIN_ID}")
        if self._connection.execute("SELECT 1 FROM transactions WHERE hash = ?", (transaction.hash,)).fetchone():
            raise _refused("already known")
        least = max(transaction.intrinsic_gas, floor_gas(transaction.data))
        if transaction.gas < least:
            raise _refused(f"intrinsic gas too low: gas {transaction.gas}, minimum needed {least}")
        head = self._rules.get_canonical_head()
        if transaction.gas > head.gas_limit:
            raise _refused(f"exceeds block gas limit: gas {transaction.gas}, limit {head.gas_limit}")
        cap, tip = transaction.max_fee_per_gas, transaction.max_priority_fee_per_gas
        base_fee = cast(Any, self._rules.create_header_from_parent(head)).base_fee_per_gas
        if tip > cap:
            raise _refused(f"max priority fee per gas higher than max fee per gas: {tip} > {cap}")
        if cap < base_fee:
            raise _refused(f"max fee per gas less than block base fee: {cap} < {base_fee}")
        state = self._rules.get_vm(head).state
        nonce = state.get_nonce(transaction.sender)
        if transaction.nonce != nonce:
            order = "low" if transaction.nonce < nonce else "high"
            raise _refused(f"nonce too {order}: next nonce {nonce}, tx nonce {transaction.nonce}")
        balance, cost = state.get_balance(transaction.sender), transaction.gas * cap + transaction.value
        if balance < cost:
            raise _refused(f"insufficient funds for gas * price + value: have {balance}, want {cost}")

    def _next_second(self) -> int:
        """The time of the next block: now, once the last block's second is over."""
        last = self._rules.get_canonical_head().timestamp
        while (now := self._clock()) <= last:
            if last - now > _LONGEST_WAIT:
                raise ClockBehind(last - now)
            self._wait(_TICK)
        return now

    def _prepare(self, path: Path, funded: Mapping[bytes, int]) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        version = schema_version(self._connection)
        if version > SCHEMA_VERSION:
            raise newer_schema(path)
        if not version:
            self._begin_chain(funded)

    def _begin_chain(self, funded: Mapping[bytes, int]) -> None:
        """The first block. Its extra data is random, so that no two chains share its hash, which is their name."""
        genesis = {
            "difficulty": 0,
            "extra_data": b"originmark" + secrets.token_bytes(22),
            "gas_limit": GAS_LIMIT,
            "parent_beacon_block_root": ZERO_HASH32,
            "timestamp": self._clock(),
        }
        accounts = {
            address: {"balance": wei, "nonce": 0, "code": b"", "storage": {}} for address, wei in funded.items()
        }
        with self._commit():
            # Statement by statement: `executescript` would commit on its own.
            for statement in SCHEMA.split(";"):
                self._connection.execute(statement)
            rules = EmbeddedRules.from_genesis(KeyValue(self._connection), cast(Any, genesis), cast(Any, accounts))
            record(self._connection, rules.get_canonical_block_by_number(BlockNumber(0)), ())

    @contextmanager
    def _commit(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            # Where the disk is full, SQLite has done so by itself.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise


def _decode(raw: bytes) -> SignedTransactionAPI:
    """A transaction of type 0, 1 or 2 with a good signature, from exactly its canonical bytes."""
    if len(raw) > MAX_TRANSACTION:
        raise _refused(f"oversized data: transaction size {len(raw)}, limit {MAX_TRANSACTION}")
    # Blobs and delegations have nothing to do here, and no table for what they bring.
    if raw and DYNAMIC_FEE < raw[0] < 0xC0:
        raise _refused("transaction type not supported")
    try:
        transaction = PragueTransactionBuilder.decode(raw)
        transaction.check_signature_validity()
        _ = transaction.sender
        same = transaction.encode() == raw
    except (RLPException, ValidationError, BadSignature, PyEVMError, ValueError, TypeError) as error:
        raise _refused(f"invalid transaction: {error}") from error
    if not same:
        raise _refused("invalid transaction: not its canonical encoding")
    if transaction.chain_id is None:
        raise _refused("only replay-protected (EIP-155) transactions allowed over RPC")
    return transaction


def _refused(message: str) -> RpcRefused:
    return RpcRefused(message, code=-32000)
