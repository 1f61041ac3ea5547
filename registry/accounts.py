"""Who declares, who asks, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from registry.clock import Seconds

AccountId = NewType("AccountId", str)
"""`acc_` and 20 characters of base32."""

KeyId = NewType("KeyId", str)
"""`key_` and 12 characters of base32: the public part of an API key."""


class Scope(StrEnum):
    """What an API key may be used for; `admin` includes the others and sees every account's works."""

    REGISTER = "register"
    CHECK = "check"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Account:
    """A claimant, a seller or a marketplace. `name` is unique, and part of every claim made by the account."""

    id: AccountId
    name: str
    created: Seconds


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key as it is kept: never the secret, only its hash."""

    id: KeyId
    account: AccountId
    scopes: frozenset[Scope]
    created: Seconds
    expires: Seconds | None
    revoked: Seconds | None


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, as far as secrecy goes: an account or nobody in particular, and whether private works show too."""

    account: AccountId | None
    everything: bool = False
