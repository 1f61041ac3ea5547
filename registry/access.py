"""Access: accounts, API keys, and who a caller is.

A key is `om_<id>_<secret>`: the id finds it, 128 random bits of secret prove it, and only their SHA-256 is kept. A slow
password hash would add nothing to 128 random bits.
"""

import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

from registry.accounts import Account, AccountId, ApiKey, KeyId, Scope
from registry.clock import Clock, Seconds
from registry.errors import Conflict, InvalidInput, KeyRefused, NotFound, ScopeMissing
from registry.ids import new_id
from registry.store.access import Accounts

DEFAULT_ACCOUNT = "local"
"""The account that the command line uses where none is named."""

_NAME = re.compile(r"(?!acc_)[^\x00-\x1f\x7f\ud800-\udfff]{1,80}")
_TOKEN = re.compile(r"om_([a-z2-7]{12})_([0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: an account, and what its key allows."""

    account: Account
    scopes: frozenset[Scope]

    def needs(self, scope: Scope) -> None:
        """Raises ScopeMissing where the key doesn't allow it; `admin` allows everything."""
        if scope not in self.scopes and Scope.ADMIN not in self.scopes:
            raise ScopeMissing(scope)

    @property
    def is_admin(self) -> bool:
        """Whether the caller sees every account's works and checks."""
        return Scope.ADMIN in self.scopes


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made: the only moment at which its token is known."""

    key: ApiKey
    token: str


class Access:
    """Makes accounts and keys, and tells who a caller is."""

    def __init__(self, accounts: Accounts, clock: Clock) -> None:
        self._accounts, self._clock = accounts, clock

    def create_account(self, name: str) -> Account:
        """A new account; raises Conflict where the name is taken."""
        if not _NAME.fullmatch(name) or name != name.strip():
            raise InvalidInput(
                "An account's name has 1 to 80 characters, no control characters, and doesn't begin with `acc_`.",
                field="name",
            )
        account = Account(id=AccountId(new_id("acc")), name=name, created=self._clock())
        if not self._accounts.add(account):
            raise Conflict(f"There is an account named `{name}` already.", remedy="Use it, or choose another name.")
        return account

    def account(self, name: str) -> Account:
        """The account with this name or id."""
        found = self._accounts.named(name)
        if found is None:
            raise NotFound("account", name, remedy=f"Make it with `originmark accounts create {name!r}`.")
        return found

    def account_or_default(self, name: str | None) -> Account:
        """The named account, or the default one, which is made when it's first needed."""
        if name is not None:
            return self.account(name)
        there = self._accounts.named(DEFAULT_ACCOUNT)
        if there is not None:
            return there
        try:
            return self.create_account(DEFAULT_ACCOUNT)
        except Conflict:  # another process made it just now
            return self.account(DEFAULT_ACCOUNT)

    def accounts(self) -> list[Account]:
        """Every account."""
        return self._accounts.all()

    def names(self, ids: Collection[AccountId]) -> dict[AccountId, str]:
        """The names of these accounts."""
        return {account.id: account.name for account in self._accounts.by_ids(set(ids)).values()}

    def create_key(self, account: Account, scopes: Collection[Scope], lifetime: Seconds | None = None) -> NewKey:
        """A new key for an account; it lasts `lifetime` seconds, or until it's revoked."""
        if not scopes:
            raise InvalidInput("A key needs a scope.", field="scopes", remedy="Give it `register`, `check` or `admin`.")
        if lifetime is not None and lifetime <= 0:
            raise InvalidInput("A key's lifetime is longer than nothing.", field="expires")
        now, secret = self._clock(), secrets.token_hex(16)
        key = ApiKey(
            id=KeyId(new_id("key", 12)),
            account=account.id,
            scopes=frozenset(scopes),
            created=now,
            expires=None if lifetime is None else now + lifetime,
            revoked=None,
        )
        self._accounts.add_key(key, _hash(secret))
        return NewKey(key=key, token=f"om_{key.id.removeprefix('key_')}_{secret}")

    def keys(self) -> list[ApiKey]:
        """Every key, without its secret."""
        return self._accounts.keys()

    def revoke_key(self, key: str) -> None:
        """Ends a key now."""
        if not self._accounts.revoke(KeyId(key), self._clock()):
            raise NotFound("key", key, remedy="`originmark keys list` shows them.")

    def authenticate(self, token: str) -> Caller:
        """Who holds this token; raises KeyRefused, without saying whether it is unknown, expired or revoked."""
        parts = _TOKEN.fullmatch(token)
        if parts is None:
            raise KeyRefused
        found = self._accounts.key(KeyId(f"key_{parts[1]}"))
        if found is None:
            raise KeyRefused
        key, secret_sha256, account = found
        now = self._clock()
        known = hmac.compare_digest(secret_sha256, _hash(parts[2]))
        if not known or key.revoked is not None or (key.expires is not None and key.expires <= now):
            raise KeyRefused
        return Caller(account=account, scopes=key.scopes)


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
