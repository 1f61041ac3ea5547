"""Save, then send: nonce and signed bytes are stored before anything leaves, and only stored bytes are sent.

1. the purpose's transaction, signed and stored, unless one is there: it has its nonce for good
2. mined? any of the purpose's transactions will do, for they share the nonce
3. sent, the newest one: the same bytes, as often as it takes
4. too cheap, or not mined for long: signed again at fees higher by an eighth at least, stored, and sent
5. mined: what it cost, kept

Whatever is lost, a reply or this process, the next run finds the bytes, sends them again, and the chain takes their
nonce once. What the node says against that is named: `Underpriced`, `FeeCapReached`, `OutOfFunds`, `NonceSpent`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from registry.clock import Clock, Seconds
from registry.errors import FeeCapReached, LedgerError, NonceSpent, RpcUnavailable, Underpriced
from registry.ledger.client import Call, Client, Price
from registry.ledger.reader import JsonRpcReader
from registry.proof.chain import ChainUnavailable, Transaction
from registry.store.outbox import Fees, Outbox, Saved

POLL_SECONDS = 1.0
FOUNDING_PATIENCE = 600

DEARER_AFTER: Seconds = 60
"""Not mined for so long, and the chain asks for more by now: it is offered more."""

STUCK_AFTER: Seconds = 600
"""Not mined for so long: it is offered more, whatever the chain says that it asks for."""

WEI_IN_GWEI = 10**9


@dataclass(frozen=True, slots=True)
class Mined:
    """A transaction of the outbox as it was mined."""

    saved: Saved
    transaction: Transaction


class Sender:
    """The only one that sends for its key. `most_gwei` caps what a unit of gas may cost."""

    def __init__(self, outbox: Outbox, client: Client, clock: Clock, most_gwei: int) -> None:
        self._outbox, self._client, self._clock = outbox, client, clock
        self._cap = most_gwei * WEI_IN_GWEI
        self._reader = JsonRpcReader(client.request)

    def advance(self, purpose: str, call: Call) -> Mined | None:
        """Goes as far as it can without waiting; None while the transaction waits to be mined.

        Raises LedgerError where it was mined and failed: its nonce is spent and nothing of it happened.
        """
        # 1. signed and stored, unless one is there
        saved = self._outbox.saved(purpose) or [self._first(purpose, call)]
        # Crash here: stored and not sent. The next run sends it.
        # 2. mined?
        mined = self._mined(saved)
        if mined is None:
            # 3. sent; and 4. again at higher fees
            self._send(purpose, call, saved)
            # Crash here, or lose the reply: the next run sends the same bytes.
            mined = self._mined(self._outbox.saved(purpose))
        if mined is None:
            return None
        # 5. what it took from the account, kept
        self._outbox.add_cost(mined.saved.hash, self._client.cost(mined.saved.hash))
        if not mined.transaction.succeeded:
            raise LedgerError(
                f"The contract refused the transaction {mined.saved.hash.hex()}.",
                remedy="The chain knows more than this database: was an old backup restored? Nothing further is sent.",
            )
        return mined

    def settle(self, purpose: str, call: Call, wait: Callable[[float], None]) -> Saved:
        """Advances until it is mined: for the few transactions that everything else stands on."""
        give_up = self._clock() + FOUNDING_PATIENCE
        while (mined := self.advance(purpose, call)) is None:
            if self._clock() > give_up:
                raise RpcUnavailable(f"The transaction to {purpose} wasn't mined within {FOUNDING_PATIENCE} s.")
            wait(POLL_SECONDS)
        return mined.saved

    def _first(self, purpose: str, call: Call) -> Saved:
        price, nonce = self._capped(self._client.price(call)), self._client.mined_nonce()
        return self._outbox.save(purpose, nonce, lambda nonce: self._client.sign(call, price, nonce), self._clock())

    def _send(self, purpose: str, call: Call, saved: Sequence[Saved]) -> None:
        newest = saved[-1]
        try:
            self._client.send(newest)
        except NonceSpent:
            if self._mined(saved) is None:
                self._client.send(self._renewed(purpose, call, newest))
            return
        except Underpriced:
            self._client.send(self._dearer(purpose, call, newest))
            return
        waited = self._clock() - newest.saved
        if waited >= DEARER_AFTER and (waited >= STUCK_AFTER or self._client.fees().most > newest.fees.most):
            self._client.send(self._dearer(purpose, call, newest))

    def _dearer(self, purpose: str, call: Call, newest: Saved) -> Saved:
        """The same, signed again at what the chain asks now, and at an eighth more than before: nodes want a tenth."""
        asked, before = self._client.price(call), newest.fees
        least = Fees(_eighth_more(before.most), None if before.tip is None else _eighth_more(before.tip))
        if least.most > self._cap:
            raise FeeCapReached(
                f"The transaction to {purpose} waits at {before.most / WEI_IN_GWEI:.3g} gwei, and may not offer more "
                f"than {self._cap / WEI_IN_GWEI:,.0f}."
            )
        fees = Fees(
            most=min(max(asked.fees.most, least.most), self._cap),
            tip=None if least.tip is None else max(asked.fees.tip or 0, least.tip),
        )
        price = replace(asked, fees=_sane(fees))
        return self._outbox.replace(purpose, lambda nonce: self._client.sign(call, price, nonce), self._clock())

    def _renewed(self, purpose: str, call: Call, newest: Saved) -> Saved:
        """The same with another nonce, once the transaction that took this one is final.

        Not before: a node that is behind, or lies, would make us pay twice. The contract takes a checkpoint once,
        whatever happens.
        """
        if self._client.mined_nonce("finalized") <= newest.nonce:
            raise NonceSpent(f"Another transaction than ours seems to have taken nonce {newest.nonce:,}.")
        price, nonce = self._capped(self._client.price(call)), self._client.mined_nonce()
        return self._outbox.renew(purpose, nonce, lambda nonce: self._client.sign(call, price, nonce), self._clock())

    def _capped(self, price: Price) -> Price:
        return replace(price, fees=_sane(replace(price.fees, most=min(price.fees.most, self._cap))))

    def _mined(self, saved: Sequence[Saved]) -> Mined | None:
        """The one that was mined; where several were, with nonces of their own, the one that went well."""
        try:
            found = [(one, self._reader.transaction(one.hash)) for one in saved]
        except ChainUnavailable as error:
            raise RpcUnavailable(str(error)) from error
        mined = [Mined(one, transaction) for one, transaction in found if transaction is not None]
        return min(mined, key=lambda one: not one.transaction.succeeded, default=None)


def _eighth_more(wei: int) -> int:
    return wei + -(-wei // 8)


def _sane(fees: Fees) -> Fees:
    """No tip is more than the whole."""
    return fees if fees.tip is None else replace(fees, tip=min(fees.tip, fees.most))
