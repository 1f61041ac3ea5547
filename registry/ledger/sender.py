"""Save, then send: nonce and signed bytes are stored before anything leaves, and only the same bytes are sent again.

A purpose names what a transaction is for ("deploy", "open", "checkpoint 1501") and has one transaction, ever. So
whatever is lost, a reply or this process, the next run finds the bytes, sends them again, and the chain takes their
nonce once.
"""

from collections.abc import Callable

from registry.clock import Clock
from registry.errors import LedgerError, RpcUnavailable
from registry.ledger.client import Call, Client
from registry.ledger.reader import JsonRpcReader
from registry.proof.chain import ChainUnavailable, Transaction
from registry.store.ledger import LedgerStore, Saved

POLL_SECONDS = 1.0
FOUNDING_PATIENCE = 600


class Sender:
    """The only one that sends for its key."""

    def __init__(self, store: LedgerStore, client: Client, clock: Clock) -> None:
        self._store, self._client, self._clock = store, client, clock
        self._reader = JsonRpcReader(client.request)

    def save(self, purpose: str, call: Call) -> Saved:
        """Stores a signed transaction for this purpose, unless one is there."""
        there = self._store.saved(purpose)
        if there is not None:
            return there
        price, mined = self._client.price(call), self._client.mined_nonce()
        return self._store.save(purpose, mined, lambda nonce: self._client.sign(call, price, nonce), self._clock())

    def send(self, saved: Saved) -> Transaction | None:
        """Sends a stored transaction unless it is mined, and tells what became of it; None while it waits.

        Raises LedgerError where it was mined and failed: its nonce is spent and nothing of it happened.
        """
        mined = self.mined(saved)
        if mined is None:
            self._client.send(saved)
            # Crash here, or lose the reply: the next run sends the same bytes.
            mined = self.mined(saved)
        if mined is not None and not mined.succeeded:
            raise LedgerError(
                f"The contract refused the transaction {saved.hash.hex()}.",
                remedy="The chain knows more than this database: was an old backup restored? Nothing further is sent.",
            )
        return mined

    def mined(self, saved: Saved) -> Transaction | None:
        """The transaction as it was mined; None while it waits."""
        try:
            return self._reader.transaction(saved.hash)
        except ChainUnavailable as error:
            raise RpcUnavailable(str(error)) from error

    def settle(self, purpose: str, call: Call, wait: Callable[[float], None]) -> Saved:
        """Saves, sends and waits until it is mined: for the few transactions that everything else stands on."""
        saved = self.save(purpose, call)
        give_up = self._clock() + FOUNDING_PATIENCE
        while self.send(saved) is None:
            if self._clock() > give_up:
                raise RpcUnavailable(f"The transaction to {purpose} wasn't mined within {FOUNDING_PATIENCE} s.")
            wait(POLL_SECONDS)
        return saved
