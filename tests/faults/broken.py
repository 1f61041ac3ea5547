"""Senders broken on purpose: a harness that doesn't catch them proves nothing."""

from registry.clock import Seconds, system_clock
from registry.ledger.client import Call, Client
from registry.ledger.sender import Mined, Sender
from registry.store.outbox import Outbox, Saved, Sign

MOST_GWEI = 200


def sound(outbox: Outbox, client: Client) -> Sender:
    """The one that ships."""
    return Sender(outbox, client, system_clock, MOST_GWEI)


class SendsThenSaves(Sender):
    """Sends, and then saves what was sent."""

    def _first(self, purpose: str, call: Call) -> Saved:
        signed = self._client.sign(call, self._client.price(call), self._client.mined_nonce())
        self._client.send(signed)
        return self._outbox.save(purpose, signed.nonce, lambda _nonce: signed, self._clock())


class TakesNonce0ForNone(Outbox):
    """Believes that a purpose whose transaction has nonce 0 has none."""

    def saved(self, purpose: str) -> list[Saved]:
        return [one for one in super().saved(purpose) if one.nonce]

    def save(self, purpose: str, first_nonce: int, sign: Sign, now: Seconds) -> Saved:
        there = super().saved(purpose)
        if there and not there[-1].nonce:
            return self.renew(purpose, first_nonce, sign, now)
        return super().save(purpose, first_nonce, sign, now)


class SignsAgain(Sender):
    """Signs anew, with a new nonce, whatever it doesn't find mined."""

    def advance(self, purpose: str, call: Call) -> Mined | None:
        saved = self._outbox.saved(purpose)
        if saved and self._mined(saved) is None:
            price, nonce = self._client.price(call), self._client.mined_nonce()
            self._outbox.renew(purpose, nonce, lambda nonce: self._client.sign(call, price, nonce), self._clock())
        return super().advance(purpose, call)


def sends_then_saves(outbox: Outbox, client: Client) -> Sender:
    return SendsThenSaves(outbox, client, system_clock, MOST_GWEI)


def takes_nonce_0_for_none(outbox: Outbox, client: Client) -> Sender:
    return Sender(TakesNonce0ForNone(outbox._database, outbox._fence), client, system_clock, MOST_GWEI)


def signs_again(outbox: Outbox, client: Client) -> Sender:
    return SignsAgain(outbox, client, system_clock, MOST_GWEI)
